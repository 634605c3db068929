// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/trace.h"

namespace waitscope {

Waker Trace::creator(GoroutineIndex g) const {
    const SpanIndex first = firstSpan(g);
    if (spans.kind(first).origin != SpanOrigin::Created || spans.state(first) == GoroutineState::Syscall)
        return Waker::notRecorded();
    return spans.waker(first);
}

StackId Trace::creationStack(GoroutineIndex g) const {
    const SpanIndex first = firstSpan(g);
    const bool created = spans.kind(first).origin == SpanOrigin::Created;
    return created ? spans.stack(first) : StackId{};
}

SpanIndex Trace::spanAt(GoroutineIndex g, Time t) const {
    if (!lifetime(g).contains(t))
        return {};
    const SpanRange own = goroutines.spans(g);
    return {static_cast<std::uint32_t>(spans.starts.firstAbove(own.begin, own.end, t)) - 1};
}

GoroutineIndex Trace::ownerOf(SpanIndex s) const {
    const auto& firsts = goroutines.firstSpans;
    return {static_cast<std::uint32_t>(firsts.firstAbove(0, firsts.size(), s.value)) - 1};
}

GoroutineIndex Trace::findGoroutine(std::int64_t id) const {
    const auto& ids = goroutines.ids;
    for (std::size_t i = ids.size(); i-- > 0;)
        if (ids[i] == id)
            return {static_cast<std::uint32_t>(i)};
    return {};
}

} // namespace waitscope
