// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines are behind a row of waits, and which of its waits stands for a goroutine?
#pragma once

#include "model/waits/row_of_wait.h"

#include <cstdint>
#include <span>
#include <vector>

namespace waitscope {

/// A goroutine whose waits are in a row.
struct WaitingGoroutine {
    GoroutineIndex goroutine;
    SpanIndex wait; ///< its open wait there, else its longest
    Time since = 0; ///< the begin of that wait
    Time length = 0;
    bool open = false;
    bool beforeTrace = false;    ///< that wait began before the trace: `length` is a lower bound
    std::uint64_t waits = 0;     ///< of the goroutine there, touching the range
    Time total = 0;              ///< time of those inside the range
    StringId label;              ///< the last one that the runtime gave it; empty: none
    std::uint32_t sameStack = 1; ///< goroutines that this entry stands for, see `oneOfEachStack`
};

/// Those of a row: open waits first, oldest first, then the finished ones, longest first; equals
/// by Go's id. Of `only` those, each once; empty: of all. O(spans inside the range).
[[nodiscard]] std::vector<WaitingGoroutine> goroutinesOf(const TraceFacts& facts, const WaitRowKey& row,
                                                         TimeRange range, bool runtimeGoroutines = false,
                                                         std::span<const GoroutineIndex> only = {});
[[nodiscard]] std::vector<WaitingGoroutine> goroutinesWaitingAt(const TraceFacts& facts, Primitive primitive,
                                                                FrameId site, TimeRange range,
                                                                bool runtimeGoroutines = false);

/// The first of those whose waits have one and the same stack, in the order given, with their number. A wait whose
/// stack was not recorded is like no other. O(goroutines · log).
[[nodiscard]] std::vector<WaitingGoroutine> oneOfEachStack(const Trace& trace,
                                                           const std::vector<WaitingGoroutine>& goroutines);

/// All waits of a row that touch the range, goroutine by goroutine. O(spans inside the range).
struct RowWaits {
    std::vector<SpanIndex> finished;
    std::vector<SpanIndex> open;
};
[[nodiscard]] RowWaits waitsOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range,
                               bool runtimeGoroutines = false);

/// The wait that says most about a goroutine: the open one, else the longest that touches the range; none if it did not
/// wait there. System calls count. O(its spans inside the range).
[[nodiscard]] SpanIndex openOrLongestWait(const TraceFacts& facts, GoroutineIndex g, TimeRange range);

} // namespace waitscope
