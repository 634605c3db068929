// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/works.h"

#include "model/heatmap/row_order.h"

namespace waitscope {

WorkFacts workAt(const Trace& trace, WorkKind kind, std::uint32_t place) {
    if (kind == WorkKind::Task) {
        const Task task = trace.tasks[place];
        return {.type = task.type,
                .range = task.range,
                .goroutine = task.beganOn,
                .open = !task.ended,
                .beforeTrace = !task.begun};
    }
    const Region region = trace.regions[place];
    return {.type = region.type,
            .range = region.range(),
            .goroutine = region.goroutine,
            .open = region.open,
            .beforeTrace = region.beforeTrace};
}

Works worksOf(const TraceFacts& facts, TimeRange range, const WorkList& list, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    Works result{.kind = list.kind, .works = {}, .lengths = {}};
    std::vector<std::uint8_t> matches(trace.strings.size(), 1);
    for (std::uint32_t i = 0; i < matches.size() && !list.name.empty(); ++i)
        matches[i] = nameContains(trace.strings[{i}], list.name) ? 1 : 0;
    const std::size_t count = list.kind == WorkKind::Task ? trace.tasks.size() : trace.regions.size();
    for (std::uint32_t place = 0; place < count; ++place) {
        if (place % 1024 == 0 && stop.stop_requested())
            break;
        const WorkFacts work = workAt(trace, list.kind, place);
        if (work.range.begin >= range.end || work.range.end < range.begin || matches[work.type.value] == 0)
            continue;
        const Time length = work.range.length();
        result.lengths.add(length);
        if (list.lengths.contains(length))
            result.works.push_back(
                {place, length, work.goroutine.known() ? trace.timesIn(work.goroutine, work.range) : TimeByState()});
    }
    return result;
}

} // namespace waitscope
