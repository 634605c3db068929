// SPDX-License-Identifier: GPL-3.0-or-later
// May these two traces be compared at all? A card with a line for each thing that ought to be equal: what it is on each
// side, what a difference does to the numbers, and what to record instead (analysis.md, section 4).
//
// Three decisions where the rules contradict each other:
// - A ratio of durations above 3 refuses a comparison, but a fixed amount of work that is done faster gives just that.
//   Where the work is matched (Requests::matched) the ratio refuses only figures per second; shares and figures per
//   request are judged.
// - Fewer than 30 requests refuse figures per request, not the comparison: leaks often complete nothing.
// - The first and last tenth are left out only where both traces have steady births; else the whole is compared.
#pragma once

#include "model/compare/both.h"
#include "model/compare/requests.h"
#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class CardWeight : std::uint8_t {
    Same,    ///< equal, or equal enough
    Differs, ///< amber: the numbers are shown and judged, with this in mind
    Refuses, ///< nothing is judged
};
constexpr std::string_view nameOf(CardWeight weight) {
    constexpr std::string_view names[]{"same", "differs", "refuses"};
    return names[static_cast<std::size_t>(weight)];
}

struct CardLine {
    std::string_view topic;  ///< "duration", "requests", "format" ...
    Both<std::string> value; ///< as a person reads them
    CardWeight weight = CardWeight::Same;
    std::string consequence; ///< a sentence: what the difference does to the numbers; empty if there is none
    std::string instead;     ///< a sentence: what to record instead; may be empty
};

struct Comparability {
    std::vector<CardLine> card; ///< in the order of reading
    bool comparable = true;     ///< no line refuses
    bool perSecond = true;      ///< figures per second (concurrency, waits a second, growth) may be judged
    bool perRequest = true;     ///< figures per request may be judged
    bool sameFile = false;      ///< byte for byte
    /// Only one of the two can record these: system calls (before Go 1.22 only long ones), waits from before the trace.
    bool syscallsDiffer = false;
    bool oldWaitsDiffer = false;

    /// The sentences of the lines that differ, refusals first.
    [[nodiscard]] std::vector<std::string> warnings() const;
};

/// The ranges to compare: those of the user; else both without their first and last tenth if both have steady births;
/// else both whole.
struct ComparedRanges {
    Both<TimeRange> range;
    bool trimmed = false;
    bool chosen = false; ///< by the user
};
[[nodiscard]] ComparedRanges rangesToCompare(const Both<const TraceFacts*>& facts,
                                             const Both<std::optional<TimeRange>>& chosen);

[[nodiscard]] Comparability comparabilityOf(const Both<const TraceFacts*>& facts, const ComparedRanges& ranges,
                                            const std::optional<Requests>& requests);

} // namespace waitscope
