// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/spent.h"

namespace waitscope {

Spent spentBy(const Trace& trace, GoroutineIndex g, TimeRange range) {
    Spent spent;
    if (!g.known())
        return spent;
    const SpanRange inside = trace.spansIn(g, range);
    for (std::uint32_t s = inside.begin; s < inside.end; ++s) {
        const Time part = trace.spans.range({s}).clippedTo(range).length();
        switch (trace.spans.state({s})) {
        case GoroutineState::Running:
            spent.running += part;
            break;
        case GoroutineState::Runnable:
            spent.ready += part;
            break;
        case GoroutineState::Waiting:
            spent.waiting += part;
            break;
        case GoroutineState::Syscall:
            spent.inSyscall += part;
            break;
        case GoroutineState::Unknown:
        case GoroutineState::Ended:
        case GoroutineState::StillAlive:
            break;
        }
    }
    return spent;
}

} // namespace waitscope
