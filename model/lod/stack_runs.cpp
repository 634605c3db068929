// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/stack_runs.h"

#include <algorithm>
#include <string_view>

namespace waitscope {

namespace {

// The stack at which a goroutine was all the time of a span. That of a woken one is its waker's.
StackId stackDuring(const Trace& trace, SpanIndex s) {
    const SpanOrigin origin = trace.spans.kind(s).origin;
    switch (trace.spans.state(s)) {
    case GoroutineState::Waiting:
    case GoroutineState::Syscall:
        return origin == SpanOrigin::Created ? StackId{} : trace.spans.stack(s);
    case GoroutineState::Runnable:
        return origin == SpanOrigin::Event ? trace.spans.stack(s) : StackId{};
    default:
        return {};
    }
}

// Samples begin at runtime.goexit, stacks of events at the goroutine's own function.
std::size_t ownFrames(const Trace& trace, StackId stack) {
    const auto frames = trace.stacks[stack];
    std::size_t count = frames.size();
    for (; count > 1; --count)
        if (const std::string_view name = trace.text(trace.frame(frames[count - 1]).function);
            name != "runtime.goexit" && name != "runtime.main")
            break;
    return count;
}

// Where the profiler saw it inside a span in which it ran: each sample lasts to the next one.
void addSamples(const TraceFacts& facts, GoroutineIndex g, TimeRange span, Time step, std::vector<StackRun>& runs) {
    const auto& all = facts.trace->cpuSamples;
    const auto samples = facts.notes.samples(g);
    const auto timeOf = [&](std::uint32_t place) { return all[place].time; };
    for (auto next = std::ranges::lower_bound(samples, span.begin, {}, timeOf);
         next != samples.end() && timeOf(*next) < span.end;) {
        const Time begin = timeOf(*next);
        const auto behind = std::ranges::lower_bound(next + 1, samples.end(), begin + step, {}, timeOf);
        const Time end = behind == samples.end() ? span.end : std::min(span.end, timeOf(*behind));
        if (const std::size_t frames = ownFrames(*facts.trace, all[*next].stack); frames > 0)
            runs.push_back({{begin, end}, all[*next].stack, frames, true});
        next = behind;
    }
}

} // namespace

std::vector<StackRun> stackRunsOf(const TraceFacts& facts, GoroutineIndex g, TimeRange visible, Time step) {
    const Trace& trace = *facts.trace;
    const TimeRange shown = trace.lifetime(g).clippedTo(visible);
    std::vector<StackRun> runs;
    step = std::max<Time>(step, 1);
    const SpanRange own = trace.goroutines.spans(g);
    for (Time t = shown.begin; t < shown.end;) {
        SpanIndex s = trace.spanAt(g, t);
        if (!s.known())
            break;
        const std::size_t before = runs.size();
        TimeRange span;
        // Of the first few that lie in one step the first with a stack, so that short waits between long runs are seen.
        constexpr int mostTried = 8;
        for (int i = 0; i < mostTried && s.value < own.end && trace.spans.start(s) < std::min(shown.end, t + step);
             ++i, ++s.value) {
            span = trace.spans.range(s).clippedTo(shown);
            if (trace.spans.state(s) == GoroutineState::Running)
                addSamples(facts, g, span, step, runs);
            else if (const StackId stack = stackDuring(trace, s); ownFrames(trace, stack) > 0)
                runs.push_back({span, stack, ownFrames(trace, stack)});
            if (runs.size() > before)
                break;
        }
        t = std::max(span.end, t + step);
    }
    return runs;
}

std::size_t deepestStackOf(const TraceFacts& facts, GoroutineIndex g, std::size_t most) {
    const Trace& trace = *facts.trace;
    std::size_t deepest = 0;
    const SpanRange own = trace.goroutines.spans(g);
    for (std::uint32_t s = own.begin; s < own.end && deepest < most; ++s)
        deepest = std::max(deepest, ownFrames(trace, stackDuring(trace, {s})));
    for (const std::uint32_t place : facts.notes.samples(g))
        deepest = std::max(deepest, ownFrames(trace, trace.cpuSamples[place].stack));
    return std::min(deepest, most);
}

} // namespace waitscope
