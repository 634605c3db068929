// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/span_text.h"

#include "model/inspect/held_processor.h"
#include "model/inspect/processor_times.h"
#include "model/report/text.h"

#include <charconv>
#include <string_view>

namespace waitscope {

namespace {

constexpr std::string_view dot = " · ";

/// The minor version in "go 1.22 trace"; 0 if there is none.
int formatVersion(std::string_view format) {
    constexpr std::string_view start = "go 1.";
    int version = 0;
    if (format.starts_with(start))
        std::from_chars(format.data() + start.size(), format.data() + format.size(), version);
    return version;
}

std::string waitText(const TraceFacts& facts, GoroutineIndex g, SpanIndex s) {
    const Trace& trace = *facts.trace;
    const bool open = trace.isOpen(g, s);
    const bool before = trace.spans.kind(s).origin == SpanOrigin::BeforeTrace;
    const bool syscall = trace.spans.state(s) == GoroutineState::Syscall;
    std::string text;
    if (syscall)
        text = "in a system call ";
    else
        text = open ? "waiting " : "waited ";
    if (before)
        text += "at least ";
    text += durationText(trace.spans.range(s).length());
    if (before)
        text += " (since before the trace)";
    if (open)
        text += ", still open";
    const WaitClass& wait = facts.waits.of(trace, s);
    if (!syscall)
        text += std::string(dot) + (wait.primitive == Primitive::Unknown ? "reason not recorded"
                                                                         : primitiveText(wait.primitive, wait.detail));
    return text;
}

} // namespace

std::string functionText(const Trace& trace, FrameId frame) {
    return std::string(shortFunction(trace.text(trace.frame(frame).function)));
}

std::string placeText(const Trace& trace, FrameId frame) {
    return frame.known() ? std::string(shortFile(trace.text(trace.frame(frame).file))) + ":" +
                               std::to_string(trace.frame(frame).line)
                         : std::string();
}

std::string fullPlaceText(const Trace& trace, FrameId frame) {
    return frame.known()
               ? std::string(trace.text(trace.frame(frame).file)) + ":" + std::to_string(trace.frame(frame).line)
               : std::string();
}

std::string siteText(const Trace& trace, FrameId frame) {
    return frame.known() ? placeText(trace, frame) + "  " + functionText(trace, frame) : "not recorded";
}

std::string primitiveText(Primitive primitive, std::string_view detail) {
    std::string text(nameOf(primitive));
    if (!detail.empty())
        text += " (" + std::string(detail) + ")";
    return text;
}

std::string goroutineText(const Trace& trace, GoroutineIndex g) {
    const std::string_view function =
        trace.goroutines.entry(g).known() ? shortFunction(trace.function(g)) : "function not recorded";
    return "goroutine " + std::to_string(trace.goroutines.id(g)) + std::string(dot) + std::string(function);
}

std::string spanText(const TraceFacts& facts, GoroutineIndex g, SpanIndex s) {
    const Trace& trace = *facts.trace;
    const std::string length = durationText(trace.spans.range(s).length());
    const std::string open = trace.isOpen(g, s) ? ", to the end of the trace" : "";
    std::string doing;
    switch (trace.spans.state(s)) {
    case GoroutineState::Waiting:
    case GoroutineState::Syscall:
        doing = waitText(facts, g, s);
        break;
    case GoroutineState::Running: {
        const ProcIndex proc = trace.spans.proc(s);
        doing = "running " + length + open;
        if (proc.value < trace.processors.size())
            doing += std::string(dot) + "P " + std::to_string(trace.processors[proc.value].id);
        break;
    }
    case GoroutineState::Runnable:
        doing = "ready, waiting for a processor " + length + open;
        break;
    case GoroutineState::Unknown:
        doing = "state not recorded for " + length;
        break;
    case GoroutineState::Ended:
        doing = "ended";
        break;
    case GoroutineState::StillAlive:
        doing = "alive at the end of the trace";
        break;
    }
    return goroutineText(trace, g) + std::string(dot) + doing;
}

std::string goroutineSentence(const TraceFacts& facts, GoroutineIndex g) {
    const Trace& trace = *facts.trace;
    if (trace.aliveAtEnd(g))
        return spanText(facts, g, trace.lastSpan(g));
    const TimeRange life = trace.lifetime(g);
    return goroutineText(trace, g) + std::string(dot) + "ended at " + durationText(life.end) + " after " +
           (trace.preExisting(g) ? "at least " : "") + durationText(life.length());
}

std::string groupText(const Trace& trace, std::string_view name, std::span<const GoroutineIndex> members) {
    std::size_t waiting = 0;
    Time longest = 0;
    bool atLeast = false;
    for (const GoroutineIndex g : members)
        if (const Time open = openWaitOf(trace, g); open > 0) {
            ++waiting;
            if (open >= longest)
                atLeast = trace.spans.kind(trace.lastSpan(g)).origin == SpanOrigin::BeforeTrace;
            longest = std::max(longest, open);
        }
    std::string text = std::string(shortFunction(name)) + " · " + countText(members.size()) +
                       (members.size() == 1 ? " goroutine" : " goroutines");
    if (waiting > 0)
        text += " · " + countText(waiting) + " still waiting, the longest for " + (atLeast ? "at least " : "") +
                durationText(longest);
    return text;
}

std::string processorText(const Trace& trace, ProcIndex processor) {
    const Processor& p = trace.processors[processor.value];
    Time busy = 0;
    for (std::size_t i = 0; i < p.runs.size(); ++i)
        busy += trace.spans.range(p.runs[i]).length();
    return "processor " + std::to_string(p.id) + " · busy " +
           percentText(100.0 * static_cast<double>(busy) / static_cast<double>(std::max<Time>(trace.duration, 1))) +
           " of the trace · " + countText(p.runs.size()) + (p.runs.size() == 1 ? " run" : " runs");
}

std::string threadText(const TraceFacts& facts, ThreadIndex thread) {
    const auto runs = facts.notes.runs(thread);
    Time held = 0;
    for (const ThreadRun& run : runs)
        held += run.range.length();
    return "thread " + std::to_string(facts.trace->threads[thread.value].id) + " · held a processor for " +
           percentText(100.0 * static_cast<double>(held) /
                       static_cast<double>(std::max<Time>(facts.trace->duration, 1))) +
           " of the trace · " + countText(runs.size()) + (runs.size() == 1 ? " time" : " times");
}

std::string regionText(const Trace& trace, const Region& region) {
    std::string text = "region " + std::string(trace.text(region.type)) + " · " +
                       (region.open || region.beforeTrace ? "at least " : "") + durationText(region.range().length());
    if (region.task.known())
        text += " · of task #" + std::to_string(trace.tasks[region.task.value].id);
    return text + " · goroutine " + std::to_string(trace.goroutines.id(region.goroutine));
}

std::string taskText(const Trace& trace, TaskIndex index) {
    const Task task = trace.tasks[index.value];
    std::string text = "task " + std::string(trace.text(task.type)) + " #" + std::to_string(task.id) + " · " +
                       (task.begun && task.ended ? "" : "at least ") + durationText(task.range.length()) + " from " +
                       durationText(task.range.begin);
    if (!task.ended)
        text += " · not ended in the trace";
    if (task.parentId != 0)
        text += " · part of task #" + std::to_string(task.parentId);
    return text;
}

std::string heldProcessorText(const Trace& trace, SpanIndex syscall) {
    const auto found = processorHeldBy(trace, syscall);
    if (!found)
        return {};
    const bool whole = found->held == trace.spans.range(syscall);
    return "It held processor " + std::to_string(trace.processors[found->processor.value].id) + " for " +
           (whole ? "all of it" : durationText(found->held.length()) + " of it") + ": nothing else could run there.";
}

std::string idleProcessorsText(const Trace& trace, SpanIndex ready) {
    constexpr std::size_t mostNamed = 4;
    const TimeRange range = trace.spans.range(ready);
    const std::vector<IdleProcessor> idle = idleProcessors(trace, range);
    if (trace.processors.empty() || range.empty())
        return {};
    if (idle.empty())
        return "No processor was idle meanwhile.";
    std::string text = "Meanwhile ";
    for (std::size_t i = 0; i < std::min(idle.size(), mostNamed); ++i)
        text += (i > 0 ? ", " : "") + std::string("processor ") +
                std::to_string(trace.processors[idle[i].processor.value].id) + " was idle for " +
                (idle[i].idle == range.length() ? "all of it" : durationText(idle[i].idle) + " of it");
    if (idle.size() > mostNamed)
        text += ", and " + countText(idle.size() - mostNamed) + " more for less";
    return text + ".";
}

std::string missingStackText(const TraceFacts& facts, SpanIndex s) {
    const Trace& trace = *facts.trace;
    const GoroutineState state = trace.spans.state(s);
    if (state == GoroutineState::Running)
        return "It runs here: Go records a stack when it stops, not while it runs.";
    if (state == GoroutineState::Unknown)
        return "The trace is damaged here and does not say what the goroutine did.";
    if (state == GoroutineState::Runnable) {
        const Waker waker = trace.spans.waker(s);
        return waker.isRuntime() ? "No goroutine made it ready (a timer, the network or the runtime did), so there is "
                                   "no stack of who did it."
                                 : "It came back from a system call, gave way, or was ready before the trace began: "
                                   "there is no stack.";
    }
    if (trace.spans.kind(s).origin == SpanOrigin::BeforeTrace) {
        const int version = formatVersion(trace.identity.format);
        if (version != 0 && version < 23)
            return "Blocked since before the trace. This format (" + trace.identity.format +
                   ") does not record where; Go 1.23 and later do. A goroutine dump of the same process would tell.";
        return "Blocked since before the trace, and woken before Go wrote down where: it does so at the end of the "
               "trace's first second, for those that are still blocked then.";
    }
    if (facts.waits.of(trace, s).detail == "coroutine")
        return "A switch to another coroutine (iter.Pull): Go records no stack for it.";
    return "Go recorded no stack for this event.";
}

std::string missingCreationText(const Trace& trace, GoroutineIndex g) {
    if (trace.preExisting(g))
        return "Created before the trace: by whom and where is not recorded. A goroutine dump of the same process "
               "would "
               "tell.";
    return trace.creator(g).isGoroutine()
               ? "Go recorded no stack for its creation."
               : "No goroutine created it: the runtime did, a timer (time.AfterFunc) or C code.";
}

std::string wakeUpText(const TraceFacts& facts, SpanIndex wait, const WakeUp& wakeUp) {
    switch (wakeUp.how) {
    case WokenBy::Goroutine:
        return "Woken by " + goroutineText(*facts.trace, wakeUp.goroutine);
    case WokenBy::Timer:
        return "Woken by a timer: no goroutine did it, so there is no stack.";
    case WokenBy::Network:
        return "Woken by the network poller: no goroutine did it, so there is no stack.";
    case WokenBy::Unknown:
        break;
    }
    if (facts.waits.of(*facts.trace, wait).detail == "coroutine")
        return "Switched back to by another coroutine; Go does not record it as a wake-up.";
    return "Woken by the runtime, or the trace does not say by whom.";
}

} // namespace waitscope
