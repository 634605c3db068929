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

SpanRange Trace::spansIn(GoroutineIndex g, TimeRange range) const {
    const SpanRange own = goroutines.spans(g);
    const auto& starts = spans.starts;
    // The marker behind the last span says when that one ends.
    const std::size_t first = starts.firstAbove(own.begin + 1, own.end + 1, range.begin) - 1;
    const std::size_t end = starts.firstAbove(first, own.end, range.end - 1);
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end)};
}

TimeByState Trace::timesIn(GoroutineIndex g, TimeRange range) const {
    TimeByState sums;
    const SpanRange inside = spansIn(g, range);
    for (std::uint32_t s = inside.begin; s < inside.end; ++s)
        sums.times[static_cast<std::size_t>(spans.state({s}))] += spans.range({s}).clippedTo(range).length();
    return sums;
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
