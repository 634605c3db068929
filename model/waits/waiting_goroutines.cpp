// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/waiting_goroutines.h"

#include "model/waits/each_wait.h"

#include <algorithm>
#include <tuple>

namespace waitscope {

std::vector<WaitingGoroutine> goroutinesWaitingAt(const TraceFacts& facts, Primitive primitive, FrameId site,
                                                  TimeRange range, bool runtimeGoroutines) {
    const Trace& trace = *facts.trace;
    std::vector<std::uint8_t> wanted;
    for (const WaitClass& wait : facts.waits.all())
        wanted.push_back(wait.primitive == primitive && wait.site == site);
    std::vector<WaitingGoroutine> found;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (!runtimeGoroutines && facts.waits.isRuntime({g}))
            continue;
        WaitingGoroutine own{.goroutine = {g}};
        eachWait(facts, {g}, range, [&](SpanIndex s, std::uint32_t c, bool open) {
            if (wanted[c] == 0)
                return;
            ++own.waits;
            own.total += trace.spans.range(s).clippedTo(range).length();
            const Time length = trace.spans.range(s).length();
            if (own.wait.known() && !open && length <= own.length)
                return;
            own.wait = s;
            own.since = trace.spans.start(s);
            own.length = length;
            own.open = open;
            own.beforeTrace = trace.spans.kind(s).origin == SpanOrigin::BeforeTrace;
        });
        if (own.waits > 0)
            found.push_back(own);
    }
    std::ranges::stable_sort(found, [&](const WaitingGoroutine& a, const WaitingGoroutine& b) {
        return std::tuple(b.open, b.length, trace.goroutines.id(a.goroutine)) <
               std::tuple(a.open, a.length, trace.goroutines.id(b.goroutine));
    });
    return found;
}

SpanIndex openOrLongestWait(const TraceFacts& facts, GoroutineIndex g, TimeRange range) {
    SpanIndex found;
    Time longest = -1;
    eachWait(facts, g, range, [&](SpanIndex s, std::uint32_t, bool open) {
        const Time length = facts.trace->spans.range(s).length();
        if (!open && length <= longest)
            return;
        longest = length;
        found = s;
    });
    return found;
}

} // namespace waitscope
