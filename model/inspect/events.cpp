// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/events.h"

#include "model/inspect/processor_times.h"
#include "model/report/span_text.h"
#include "model/waits/wake_up.h"

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

EventKind kindOf(const Trace& trace, SpanIndex s, bool first) {
    const SpanOrigin origin = trace.spans.kind(s).origin;
    if (origin == SpanOrigin::Created)
        return EventKind::Create;
    if (first)
        return EventKind::Appear;
    switch (trace.spans.state(s)) {
    case GoroutineState::Running:
        return EventKind::Run;
    case GoroutineState::Waiting:
        return EventKind::Block;
    case GoroutineState::Syscall:
        return EventKind::SyscallEnter;
    case GoroutineState::Runnable:
        return origin == SpanOrigin::Woken          ? EventKind::Unblock
               : origin == SpanOrigin::SyscallEnded ? EventKind::SyscallLeave
                                                    : EventKind::Preempt;
    case GoroutineState::Ended:
        return EventKind::End;
    case GoroutineState::StillAlive:
    case GoroutineState::Unknown:
        break;
    }
    return EventKind::Other;
}

bool isInside(Time t, TimeRange range, const Trace& trace) {
    return t >= range.begin && (t < range.end || (t == range.end && t == trace.duration));
}

bool isRegion(const Event& event) {
    return event.kind == EventKind::RegionBegin || event.kind == EventKind::RegionEnd;
}

} // namespace

std::vector<Event> eventsOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
                            EventKinds kinds, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    std::vector<std::pair<Time, Event>> timed;
    const auto add = [&](EventKind kind, std::uint32_t place, Time t) {
        if ((kinds & bitOf(kind)) != 0 && isInside(t, range, trace))
            timed.emplace_back(t, Event{kind, place});
    };
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : goroutines) {
        if (++sinceCheck % 256 == 0 && stop.stop_requested())
            break;
        const SpanRange own = trace.goroutines.spans(g);
        const auto first =
            static_cast<std::uint32_t>(trace.spans.starts.firstAbove(own.begin, own.end, range.begin - 1));
        // With the marker, which is the end.
        for (std::uint32_t s = first; s <= own.end && trace.spans.start({s}) <= range.end; ++s)
            if (trace.spans.state({s}) != GoroutineState::StillAlive)
                add(kindOf(trace, {s}, s == own.begin), s, trace.spans.start({s}));
        for (const std::uint32_t place : facts.notes.logs(g))
            add(EventKind::Log, place, trace.logs[place].time);
        for (std::size_t track = 0; track < facts.notes.trackCount(g); ++track)
            for (const std::uint32_t place : facts.notes.regions(g, track)) {
                const Region region = trace.regions[place];
                if (!region.beforeTrace)
                    add(EventKind::RegionBegin, place, region.begin);
                if (!region.open)
                    add(EventKind::RegionEnd, place, region.end);
            }
    }
    std::ranges::stable_sort(timed, {}, &std::pair<Time, Event>::first);
    std::vector<Event> events;
    events.reserve(timed.size());
    for (const auto& [time, event] : timed)
        events.push_back(event);
    return events;
}

std::vector<Event> eventsOn(const TraceFacts& facts, ProcIndex processor, TimeRange range, EventKinds kinds,
                            const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    const auto& runs = trace.processors[processor.value].runs;
    std::vector<Event> events;
    for (std::size_t i = firstRunBehind(trace, processor, range.begin);
         i < runs.size() && trace.spans.start(runs[i]) <= range.end; ++i) {
        if (i % 1024 == 0 && stop.stop_requested())
            break;
        const SpanIndex run = runs[i];
        const SpanRange own = trace.goroutines.spans(trace.ownerOf(run));
        const auto add = [&](SpanIndex s) {
            const EventKind kind = kindOf(trace, s, s.value == own.begin);
            if (trace.spans.state(s) != GoroutineState::StillAlive && (kinds & bitOf(kind)) != 0 &&
                isInside(trace.spans.start(s), range, trace))
                events.push_back({kind, s.value});
        };
        add(run);
        const SpanIndex after{run.value + 1};
        if (i + 1 == runs.size() || runs[i + 1] != after) // it did not go straight on
            add(after);
    }
    return events;
}

std::vector<Event> eventsOn(const TraceFacts& facts, std::span<const ThreadRun> held, TimeRange range, EventKinds kinds,
                            const std::stop_token& stop) {
    std::vector<Event> events;
    for (const ThreadRun& stretch : held) {
        if (stop.stop_requested())
            break;
        const TimeRange part = stretch.range.clippedTo(range);
        if (part.empty())
            continue;
        for (const Event& event : eventsOn(facts, stretch.processor, part, kinds, stop))
            if (events.empty() || events.back() != event) // where one stretch follows the other
                events.push_back(event);
    }
    return events;
}

Time timeOf(const TraceFacts& facts, const Event& event) {
    const Trace& trace = *facts.trace;
    switch (event.kind) {
    case EventKind::Log:
        return trace.logs[event.place].time;
    case EventKind::RegionBegin:
        return trace.regions[event.place].begin;
    case EventKind::RegionEnd:
        return trace.regions[event.place].end;
    default:
        return trace.spans.start({event.place});
    }
}

std::optional<Time> lengthOf(const TraceFacts& facts, const Event& event) {
    const Trace& trace = *facts.trace;
    switch (event.kind) {
    case EventKind::Log:
    case EventKind::RegionEnd:
    case EventKind::End:
        return {};
    case EventKind::RegionBegin:
        return trace.regions[event.place].end - trace.regions[event.place].begin;
    default:
        return trace.spans.range({event.place}).length();
    }
}

GoroutineIndex goroutineOf(const TraceFacts& facts, const Event& event) {
    if (event.kind == EventKind::Log)
        return facts.trace->logs[event.place].goroutine;
    return isRegion(event) ? facts.trace->regions[event.place].goroutine : facts.trace->ownerOf({event.place});
}

std::string detailOf(const TraceFacts& facts, const Event& event) {
    const Trace& trace = *facts.trace;
    if (event.kind == EventKind::Log) {
        const Log& log = trace.logs[event.place];
        const std::string_view category = trace.text(log.category);
        return (category.empty() ? "" : std::string(category) + ": ") + std::string(trace.text(log.message));
    }
    if (isRegion(event))
        return std::string(trace.text(trace.regions[event.place].type));
    if (event.kind == EventKind::Block || event.kind == EventKind::SyscallEnter) {
        const WaitClass& wait = facts.waits.of(trace, {event.place});
        return primitiveText(wait.primitive, wait.detail) +
               (wait.site.known() ? " at " + siteText(trace, wait.site) : std::string());
    }
    if (event.kind == EventKind::Run) {
        const ProcIndex proc = trace.spans.proc({event.place});
        return proc.value < trace.processors.size() ? "on P " + std::to_string(trace.processors[proc.value].id) : "";
    }
    return event.kind == EventKind::End ? std::string()
                                        : std::string(trace.text(trace.spans.kind({event.place}).reason));
}

StackId stackOf(const TraceFacts& facts, const Event& event) {
    const Trace& trace = *facts.trace;
    if (event.kind == EventKind::Log)
        return trace.logs[event.place].stack;
    if (isRegion(event))
        return event.kind == EventKind::RegionBegin ? trace.regions[event.place].stack : StackId{};
    return event.kind == EventKind::End ? StackId{} : trace.spans.stack({event.place});
}

std::string linkOf(const TraceFacts& facts, const Event& event) {
    const Trace& trace = *facts.trace;
    if (event.kind == EventKind::Unblock) {
        const SpanIndex wait{event.place - 1};
        const WakeUp wake = wakeUpAfter(facts, wait);
        switch (wake.how) {
        case WokenBy::Goroutine:
            return "by " + goroutineText(trace, wake.goroutine);
        case WokenBy::Timer:
            return "by a timer";
        case WokenBy::Network:
            return "by the network poller";
        case WokenBy::Unknown:
            return "by the runtime, or not recorded";
        }
    }
    if (event.kind == EventKind::Create) {
        const Waker creator = trace.creator(goroutineOf(facts, event));
        return creator.isGoroutine() ? "by " + goroutineText(trace, creator.goroutine()) : "by the runtime";
    }
    return {};
}

} // namespace waitscope
