// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/root_causes.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

std::optional<double> RootCauses::percent(const RootCause& cause) const {
    if (time <= 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(cause.time) / static_cast<double>(time);
}

RootCauses rootCausesOf(const Trace& trace, const BlockerTimes& times) {
    RootCauses found{.time = times.time, .waits = times.waits, .sampled = times.sampled};
    // By the text of the line: a function's entry and a line in it may be frames of several pcs.
    using Line = std::tuple<BlockerState, StringId, StringId, std::uint32_t>;
    std::map<Line, std::size_t> places;
    for (const BlockerTime& part : times.parts) { // most time first, so the first stack of a line has the most
        const Frame& frame = trace.frame(part.site);
        const auto [place, isNew] =
            places.try_emplace({part.state, frame.function, frame.file, frame.line}, found.causes.size());
        if (isNew)
            found.causes.push_back({part.state, part.site, part.stack, 0});
        found.causes[place->second].time += part.time;
    }
    std::ranges::stable_sort(found.causes, [&](const RootCause& a, const RootCause& b) {
        if (a.time != b.time)
            return a.time > b.time;
        const auto text = [&](const RootCause& cause) {
            const Frame& frame = trace.frame(cause.site);
            return std::tuple(trace.text(frame.function), trace.text(frame.file), frame.line, cause.state);
        };
        return text(a) < text(b);
    });
    return found;
}

namespace {

/// Where a goroutine is in its last span; none if that is not recorded.
StackId stackAtEnd(const Trace& trace, GoroutineIndex g) {
    const SpanIndex last = trace.lastSpan(g);
    const auto state = trace.spans.state(last);
    if (state == GoroutineState::Waiting || state == GoroutineState::Syscall)
        return trace.spans.stack(last);
    if (state != GoroutineState::Runnable || last == trace.firstSpan(g))
        return {};
    // It was woken and goes on where it waited, or it gave way and the stack is its own.
    const SpanIndex previous{last.value - 1};
    const auto before = trace.spans.state(previous);
    const bool stopped = before == GoroutineState::Waiting || before == GoroutineState::Syscall;
    return trace.spans.stack(stopped ? previous : last);
}

} // namespace

std::vector<CandidateHolder> candidateHolders(const TraceFacts& facts, Primitive primitive, FrameId site) {
    std::vector<CandidateHolder> found;
    if (!site.known())
        return found;
    const Trace& trace = *facts.trace;
    const Frame& lock = trace.frame(site);
    const auto laterLine = [&](StackId stack) {
        for (const FrameId f : trace.stacks[stack]) {
            const Frame& frame = trace.frame(f);
            if (frame.function == lock.function && frame.file == lock.file && frame.line > lock.line)
                return f;
        }
        return FrameId{};
    };
    std::vector<FrameId> frameOfStack(trace.stacks.size());
    for (std::uint32_t stack = 1; stack < frameOfStack.size(); ++stack)
        frameOfStack[stack] = laterLine({stack});
    std::map<std::pair<StackId, Primitive>, CandidateHolder> byStack;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (!trace.aliveAtEnd({g}))
            continue;
        const StackId stack = stackAtEnd(trace, {g});
        const FrameId frame = frameOfStack[stack.value];
        if (!frame.known())
            continue;
        const WaitClass& wait = facts.waits.of(trace, trace.lastSpan({g}));
        if (wait.primitive == primitive && wait.site == site)
            continue;
        const auto [holder, isNew] = byStack.try_emplace({stack, wait.primitive});
        if (isNew)
            holder->second = {frame, wait.primitive, stack, 0, {g}};
        ++holder->second.goroutines;
    }
    for (const auto& [key, holder] : byStack)
        found.push_back(holder);
    std::ranges::stable_sort(found, std::ranges::greater{}, &CandidateHolder::goroutines);
    return found;
}

} // namespace waitscope
