// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/held_processor.h"

#include "model/inspect/first_place.h"

#include <algorithm>

namespace waitscope {

std::optional<HeldProcessor> processorHeldBy(const Trace& trace, SpanIndex syscall) {
    if (trace.spans.state(syscall) != GoroutineState::Syscall || syscall.value == 0)
        return {};
    const SpanIndex before{syscall.value - 1};
    if (trace.ownerOf(before) != trace.ownerOf(syscall) || trace.spans.state(before) != GoroutineState::Running)
        return {};
    const ProcIndex processor = trace.spans.proc(before);
    if (processor.value >= trace.processors.size())
        return {};
    const Processor& p = trace.processors[processor.value];
    TimeRange held = trace.spans.range(syscall);
    const auto& spans = p.spans;
    std::size_t next = firstPlace(spans.size(), [&](std::size_t i) { return spans[i].start > held.begin; });
    if (next == 0 || spans[next - 1].state != ProcState::Running)
        return {};
    const ThreadIndex thread = spans[next - 1].thread;
    while (next < spans.size() && spans[next].state == ProcState::Running && spans[next].thread == thread)
        ++next; // the trace says the same again
    if (next < spans.size())
        held.end = std::min(held.end, spans[next].start);
    const std::size_t run =
        firstPlace(p.runs.size(), [&](std::size_t i) { return trace.spans.start(p.runs[i]) >= held.begin; });
    if (run < p.runs.size())
        held.end = std::min(held.end, trace.spans.start(p.runs[run]));
    if (held.empty())
        return {};
    return HeldProcessor{processor, held};
}

} // namespace waitscope
