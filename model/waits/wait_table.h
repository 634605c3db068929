// SPDX-License-Identifier: GPL-3.0-or-later
// What was waited for, how long, by how many, and who ended it? One row a group of waits.
//
// A wait is a span in state Waiting or Syscall (JSON knows the primitive `syscall`). It counts if it touches the range;
// its time counts as far as it lies inside, so that the totals of adjacent ranges add up to the nanosecond. Its length,
// in `max` and the percentiles, is its own, whatever the range. A wait is open if it still lasts when the *trace* ends,
// and lasts to there; all others are finished, and finished + open are all waits. A wait from before the trace counts
// from the trace's start: its true length is at least that.
#pragma once

#include "model/facts.h"
#include "model/waits/root_causes.h"
#include "model/waits/row_of_wait.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace waitscope {

struct WaitTableOptions {
    TimeRange range;
    WaitGrouping by = WaitGrouping::Site;
    /// Rows of the caller's own instead: classes (by place in `facts.waits.all()`) with the same number are a row,
    /// whose number is then `WaitRowKey::own`.
    std::span<const std::uint32_t> rowOfClass = {};
    std::span<const GoroutineIndex> only = {}; ///< these goroutines, each once; empty: all
    bool runtimeGoroutines = false;            ///< count the waits of the runtime's own goroutines too
    bool distributions = true;                 ///< fill in percentiles and the peak, which cost memory and a sort
    bool rootCauses = false;                   ///< fill in what was going on during finished waits
};

/// The waits of one row that were ended at one place.
struct RowWaker : WakerKey {
    std::uint64_t count = 0;
    Time total = 0;
};

struct WaitRow {
    // What all waits of the row have in common where the key says so; else what most of their time was.
    Primitive primitive = Primitive::Unknown;
    std::string_view detail;
    FrameId site;
    StackId stack; ///< the one with the most time among those of the row

    std::string_view idiom; ///< grouped by site and idle by nature: how (`idle_idioms.h`); empty for all other rows

    WaitRowKey key; ///< what the waits of the row have in common

    std::uint64_t goroutines = 0; ///< distinct
    std::uint64_t finished = 0;
    std::uint64_t open = 0;
    Time finishedTime = 0;
    Time openTime = 0;
    std::optional<Time> p50, p95, p99;    ///< of finished waits, nearest rank
    std::optional<Time> max;              ///< of finished waits
    std::optional<Time> oldestOpen;       ///< the longest open wait
    bool longestBeforeTrace = false;      ///< the longest wait began before the trace: it is at least that long
    std::uint64_t peakBlocked = 0;        ///< most goroutines at one time inside the range
    std::uint64_t blockedAtEnd = 0;       ///< goroutines at the end of the range
    std::uint64_t beforeTrace = 0;        ///< waits that were going on when the trace began
    std::vector<RowWaker> wakers;         ///< of finished waits but system calls; most time first
    std::optional<RootCauses> rootCauses; ///< only if asked for

    [[nodiscard]] Time total() const { return finishedTime + openTime; }
    [[nodiscard]] std::uint64_t waits() const { return finished + open; }
    /// The longest wait, finished or open.
    [[nodiscard]] Time longest() const { return std::max(max.value_or(0), oldestOpen.value_or(0)); }
};

struct WaitTable {
    TimeRange range;
    WaitGrouping by = WaitGrouping::Site;
    Time goroutineTime = 0;         ///< lifetimes of the program's goroutines (of those asked for) inside the range
    std::vector<WaitRow> rows;      ///< most time first, then by name
    std::uint64_t runtimeWaits = 0; ///< of the runtime's own goroutines; in no row unless they were asked for
    Time runtimeTime = 0;
    bool runtimeGoroutines = false; ///< they were asked for

    /// Of all rows.
    [[nodiscard]] std::uint64_t waits() const;
    /// Of the program's goroutine time, in percent; none if there is none.
    [[nodiscard]] std::optional<double> sharePercent(const WaitRow& row) const;
    /// Mean number of goroutines blocked; none for an empty range.
    [[nodiscard]] std::optional<double> concurrency(const WaitRow& row) const;
};

/// One pass over the spans inside the range: O(spans), and O(n log n) of the waits for distributions.
[[nodiscard]] WaitTable computeWaitTable(const TraceFacts& facts, const WaitTableOptions& options);

} // namespace waitscope
