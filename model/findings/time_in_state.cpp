// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/time_in_state.h"

namespace waitscope {

Time timeInState(const Trace& trace, GoroutineIndex g, TimeRange range, GoroutineState state) {
    const SpanRange own = trace.goroutines.spans(g);
    Time sum = 0;
    if (own.begin == own.end)
        return sum;
    for (auto s = static_cast<std::uint32_t>(trace.spans.starts.firstAbove(own.begin + 1, own.end, range.begin)) - 1;
         s < own.end && trace.spans.start({s}) < range.end; ++s)
        if (trace.spans.state({s}) == state)
            sum += trace.spans.range({s}).clippedTo(range).length();
    return sum;
}

} // namespace waitscope
