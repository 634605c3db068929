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

SpanIndex endedWaitOf(const Trace& trace, GoroutineIndex g, SpanIndex span) {
    if (!span.known())
        return {};
    const SpanIndex wait = trace.spans.kind(span).origin == SpanOrigin::Woken ? SpanIndex{span.value - 1} : span;
    return trace.spans.state(wait) == GoroutineState::Waiting && !trace.isOpen(g, wait) ? wait : SpanIndex{};
}

SpanIndex lastEndedWait(const Trace& trace, GoroutineIndex g, SpanIndex span) {
    const std::uint32_t first = trace.firstSpan(g).value;
    for (std::uint32_t s = span.value + 1; s-- > first;)
        if (trace.spans.state({s}) == GoroutineState::Waiting && !trace.isOpen(g, {s}))
            return {s};
    return {};
}

} // namespace waitscope
