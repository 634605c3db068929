// SPDX-License-Identifier: GPL-3.0-or-later
// Which waits of a goroutine touch a time range?
#pragma once

#include "model/facts.h"

#include <cstdint>

namespace waitscope {

/// Calls `visit(SpanIndex, classIndex, open)` for each wait and system call of `g` that touches `range`, in time order.
/// `classIndex` is the place in `facts.waits.all()`. A wait of no length belongs to the range that it lies in; one at
/// the very end of the trace to a range that ends there. O(log spans of g + spans inside the range).
template <class Visit> void eachWait(const TraceFacts& facts, GoroutineIndex g, TimeRange range, const Visit& visit) {
    const Trace& trace = *facts.trace;
    const SpanRange own = trace.goroutines.spans(g);
    const auto& starts = trace.spans.starts;
    const bool alive = trace.aliveAtEnd(g);
    const bool untilTheEnd = range.end == trace.duration;
    // The first span that does not end before the range begins.
    const auto first = static_cast<std::uint32_t>(starts.firstAbove(own.begin + 1, own.end, range.begin - 1)) - 1;
    for (std::uint32_t s = first; s < own.end; ++s) {
        const Time begin = starts[s];
        const Time end = starts[s + 1];
        if (begin > range.end || (begin == range.end && !untilTheEnd))
            return;
        if (end == range.begin && begin < end)
            continue;
        if (const std::uint32_t c = facts.waits.indexOf(trace, {s}); c != 0)
            visit(SpanIndex{s}, c, alive && s + 1 == own.end);
    }
}

} // namespace waitscope
