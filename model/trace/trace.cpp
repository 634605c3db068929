// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/trace.h"

#include <algorithm>

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
    const auto starts = spans.starts.view().subspan(own.begin, own.size());
    const auto after = std::upper_bound(starts.begin(), starts.end(), t);
    return {own.begin + static_cast<std::uint32_t>(after - starts.begin()) - 1};
}

GoroutineIndex Trace::ownerOf(SpanIndex s) const {
    const auto firsts = goroutines.firstSpans.view();
    const auto after = std::upper_bound(firsts.begin(), firsts.end(), s.value);
    return {static_cast<std::uint32_t>(after - firsts.begin()) - 1};
}

GoroutineIndex Trace::findGoroutine(std::int64_t id) const {
    const auto ids = goroutines.ids.view();
    for (std::size_t i = ids.size(); i-- > 0;)
        if (ids[i] == id)
            return {static_cast<std::uint32_t>(i)};
    return {};
}

} // namespace waitscope
