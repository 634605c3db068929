// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/wake_up.h"

namespace waitscope {

WakeUp wakeUpAfter(const TraceFacts& facts, SpanIndex wait) {
    const Trace& trace = *facts.trace;
    const SpanIndex next{wait.value + 1};
    // A coroutine is switched to, not woken; behind a gap nothing is known.
    if (trace.spans.state(next) != GoroutineState::Runnable)
        return {};
    const Waker waker = trace.spans.waker(next);
    if (waker.isGoroutine())
        return {WokenBy::Goroutine, waker.goroutine(), trace.spans.stack(next)};
    if (!waker.isRuntime())
        return {};
    switch (facts.waits.of(trace, wait).primitive) {
    case Primitive::Sleep:
    case Primitive::ChanReceive:
    case Primitive::Select:
        return {.how = WokenBy::Timer};
    case Primitive::Network:
        return {.how = WokenBy::Network};
    default:
        return {};
    }
}

} // namespace waitscope
