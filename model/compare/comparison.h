// SPDX-License-Identifier: GPL-3.0-or-later
// Did it help, by how much, and is anything worse? Two traces beside each other: what may be compared, which rows are
// the same, what each side measures, and a verdict with its evidence (analysis.md, section 4).
//
// A function of (trace A, trace B, options) and nothing else. Changing the sides negates every absolute change exactly
// and mirrors every verdict; a trace beside itself gives changes of exactly 0 and no verdict; ids of goroutines do not
// matter; random numbers come from fixed seeds, made of a row's key and its side's own numbers.
#pragma once

#include "model/compare/both.h"
#include "model/compare/comparability.h"
#include "model/compare/metrics.h"
#include "model/compare/pairing.h"
#include "model/compare/requests.h"
#include "model/compare/verdicts.h"
#include "model/inspect/state_times.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

struct CompareOptions {
    Both<std::optional<TimeRange>> range;  ///< of each trace; by default see rangesToCompare
    std::optional<RequestChoice> requests; ///< what a request is; by default see countRequests
    HandPairing byHand;
    bool rootCauses = true; ///< fill in what was going on during waits, with the statistics

    /// What gives the mirrored result when the traces have changed places.
    [[nodiscard]] CompareOptions swapped() const;
};

/// By what a row is normalised before it is judged.
enum class NormalisedBy : std::uint8_t { Second, Request };
constexpr std::string_view nameOf(NormalisedBy by) {
    return by == NormalisedBy::Second ? "second" : "request";
}

/// The three normalised quantities and the total, B minus A. A row that one side does not have is 0 there.
struct Changes {
    Change concurrency;
    Change sharePercent; ///< absolute in points; its percent is relative
    Change perRequest;   ///< ns
    Change total;        ///< ns; absolute never to be shown without its durations
};

struct ComparedRow {
    Both<RowKey> key; ///< equal unless the row has moved; that of a side that does not have it is empty
    RowMatch match = RowMatch::Exact;
    Both<std::optional<WaitMetrics>> metrics; ///< none on a side that does not have the row
    Changes changes;
    RowEvidence evidence;
    /// Of each run, by what the row is judged; empty with one run a side. The means are in `metrics` and `changes`.
    Both<std::vector<double>> runs;
    RowVerdict verdict = RowVerdict::NoEvidence;
    std::string why; ///< a sentence: what the verdict rests on, or why there is none

    [[nodiscard]] std::string_view primitive() const { return (metrics.a ? key.a : key.b).primitive; }
};

/// All rows of a family together.
struct FamilyTotal {
    std::string_view family; ///< "lock", "channel", "network" ...; "all" for all waits
    Both<WaitMetrics> metrics;
    Changes changes;
};

struct GoroutineRow {
    std::string function;  ///< as comparedFunction
    std::string createdBy; ///< the same; empty if from before the trace or not recorded
    Both<std::optional<GoroutineMetrics>> metrics;
};

struct Comparison {
    Both<std::shared_ptr<const TraceFacts>> facts;
    Both<std::vector<std::shared_ptr<const TraceFacts>>> furtherRuns; ///< see runs.h
    ComparedRanges ranges;
    Both<Time> goroutineTime; ///< lifetimes of the program's goroutines inside the ranges
    std::optional<Requests> requests;
    NormalisedBy normalisedBy = NormalisedBy::Second;
    Comparability comparability;

    std::vector<ComparedRow> rows;        ///< largest change of the normalised quantity first, whatever its sign
    std::vector<FamilyTotal> totals;      ///< largest change first; "all" is the last
    std::vector<GoroutineRow> goroutines; ///< largest change of the number alive first
    Both<ProgramMetrics> program;

    std::string headline; ///< one sentence
    std::vector<std::string>
        warnings;           ///< that belong to the headline: what else may explain the change; then the card's
    bool judged = false;    ///< statistics and verdicts are there
    bool stopped = false;   ///< incomplete: it was told to stop
    std::uint64_t work = 0; ///< spans and samples looked at, for tests of the cost

    [[nodiscard]] bool comparable() const { return comparability.comparable; }
    /// A row got worse or is new, idle ones left out; waits for the collector only if they got worse, since whether a
    /// collection falls into a short trace is chance.
    [[nodiscard]] bool regressed() const;
};

/// Numbers, pairs, card and headline are there first: `firstNumbers` (may be null) gets a Comparison that is not
/// judged, whose rows are in their final order. Then statistics and verdicts. The sides run on a thread each.
/// O(spans), and O(n log n) of the waits.
[[nodiscard]] Comparison compareTraces(std::shared_ptr<const TraceFacts> a, std::shared_ptr<const TraceFacts> b,
                                       const CompareOptions& options = {}, const std::stop_token& stop = {},
                                       const std::function<void(const Comparison&)>& firstNumbers = {});

/// How long the finished waits of a row are, on each side, on one logarithmic axis. Empty on a side that does not have
/// the row. O(spans inside the ranges).
[[nodiscard]] Both<LengthHistogram> lengthsOf(const Comparison& comparison, const ComparedRow& row);

/// The wait that stands for the row in a timeline: its longest open one, else its longest; none on a side that does not
/// have the row. O(spans inside the range).
struct StandingWait {
    GoroutineIndex goroutine;
    SpanIndex wait;
};
[[nodiscard]] std::optional<StandingWait> longestOf(const Comparison& comparison, const ComparedRow& row, Side side);

} // namespace waitscope
