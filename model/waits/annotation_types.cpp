// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/annotation_types.h"

#include <algorithm>
#include <utility>

namespace waitscope {

// What is open at the end of the trace is open there too.
std::uint32_t AnnotationTypes::RegionStretches::owner(std::uint32_t region) const {
    return trace->regions.goroutine(region).value;
}
TimeRange AnnotationTypes::RegionStretches::range(std::uint32_t region) const {
    const TimeRange seen = trace->regions.range(region);
    return {seen.begin, trace->regions.isOpen(region) ? trace->duration + 1 : seen.end};
}
std::uint32_t AnnotationTypes::TaskStretches::owner(std::uint32_t task) const {
    return trace->tasks.beganOn(task).value;
}
TimeRange AnnotationTypes::TaskStretches::range(std::uint32_t task) const {
    const TimeRange seen = trace->tasks.range(task);
    return {seen.begin, trace->tasks.isEnded(task) ? seen.end : trace->duration + 1};
}

AnnotationTypes::AnnotationTypes(const Trace& trace)
    : trace_(trace), regions_({&trace}, trace.goroutines.size()), tasks_({&trace}, trace.goroutines.size()) {
    if (trace.tasks.empty())
        return;

    // The creator's task at birth, and the creator's own at its birth before that. Creators mostly come first; the
    // others are settled on the way.
    constexpr std::uint32_t unsettled = nowhere - 1;
    taskAtBirth_.assign(trace.goroutines.size(), TaskIndex{unsettled});
    std::vector<GoroutineIndex> line;
    for (std::uint32_t g = 0; g < taskAtBirth_.size(); ++g) {
        line.clear();
        TaskIndex found;
        for (GoroutineIndex child{g};;) {
            if (taskAtBirth_[child.value].value != unsettled) {
                found = taskAtBirth_[child.value];
                break;
            }
            line.push_back(child);
            taskAtBirth_[child.value] = {}; // a damaged trace may hold a ring of creators
            const Waker creator = trace.creator(child);
            if (!creator.isGoroutine())
                break;
            if (found = ownTask(creator.goroutine(), trace.lifetime(child).begin); found.known())
                break;
            child = creator.goroutine();
        }
        // The last of the line took it from its creator; those before it were created outside of any other task.
        for (const GoroutineIndex child : line)
            taskAtBirth_[child.value] = found;
    }
}

TaskIndex AnnotationTypes::ownTask(GoroutineIndex g, Time t) const {
    TaskIndex found;
    regions_.openAt(g.value, t, [&](std::uint32_t r) {
        found = trace_.regions.task(r);
        return found.known();
    });
    if (!found.known())
        tasks_.openAt(g.value, t, [&](std::uint32_t task) {
            found = {task};
            return true;
        });
    return found;
}

std::optional<StringId> AnnotationTypes::region(GoroutineIndex g, Time t) const {
    std::optional<StringId> found;
    regions_.openAt(g.value, t, [&](std::uint32_t r) {
        found = trace_.regions[r].type;
        return true;
    });
    return found;
}

std::optional<AnnotationTypes::Work> AnnotationTypes::workAtBirth(GoroutineIndex g) const {
    const Waker creator = trace_.creator(g);
    if (!creator.isGoroutine())
        return std::nullopt;
    if (const TaskIndex t = taskAtBirth_.empty() ? TaskIndex{} : taskAtBirth_[g.value]; t.known()) {
        const Task task = trace_.tasks[t.value];
        return Work{task.type, true, task.ended ? std::optional(task.range.end) : std::nullopt};
    }
    std::optional<Work> found;
    regions_.openAt(creator.goroutine().value, trace_.lifetime(g).begin, [&](std::uint32_t r) {
        const Region region = trace_.regions[r];
        found = Work{region.type, false, region.open ? std::nullopt : std::optional(region.end)};
        return true;
    });
    return found;
}

TaskIndex AnnotationTypes::taskOf(GoroutineIndex g, Time t) const {
    const TaskIndex own = ownTask(g, t);
    return own.known() || taskAtBirth_.empty() ? own : taskAtBirth_[g.value];
}

std::optional<StringId> AnnotationTypes::task(GoroutineIndex g, Time t) const {
    const TaskIndex found = taskOf(g, t);
    return found.known() ? std::optional(trace_.tasks.type(found.value)) : std::nullopt;
}

} // namespace waitscope
