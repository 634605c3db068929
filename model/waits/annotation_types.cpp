// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/annotation_types.h"

#include <algorithm>
#include <utility>

namespace waitscope {

NestedStretches::NestedStretches(std::vector<Stretch> stretches, std::size_t owners)
    : stretches_(std::move(stretches)), firsts_(owners + 1), enclosing_(stretches_.size(), nowhere) {
    std::ranges::sort(stretches_, {}, [](const Stretch& s) { return std::pair(s.owner, s.what); });
    for (const Stretch& stretch : stretches_)
        ++firsts_[stretch.owner + 1];
    for (std::size_t o = 1; o < firsts_.size(); ++o)
        firsts_[o] += firsts_[o - 1];
    for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
        std::uint32_t before = i == firsts_[stretches_[i].owner] ? nowhere : i - 1;
        while (before != nowhere && stretches_[before].range.end <= stretches_[i].range.begin)
            before = enclosing_[before];
        enclosing_[i] = before;
    }
}

std::uint32_t NestedStretches::lastBegun(std::uint32_t owner, Time t) const {
    const auto begin = stretches_.begin() + firsts_[owner];
    const auto end = stretches_.begin() + firsts_[owner + 1];
    const auto after = std::upper_bound(begin, end, t, [](Time at, const Stretch& s) { return at < s.range.begin; });
    return after == begin ? nowhere : static_cast<std::uint32_t>(after - stretches_.begin()) - 1;
}

AnnotationTypes::AnnotationTypes(const Trace& trace) : trace_(trace) {
    // What is open at the end of the trace is open there too.
    const auto until = [&](bool open, Time end) { return open ? trace.duration + 1 : end; };
    std::vector<NestedStretches::Stretch> stretches;
    stretches.reserve(trace.regions.size());
    for (std::uint32_t r = 0; r < trace.regions.size(); ++r) {
        const Region region = trace.regions[r];
        if (region.goroutine.known())
            stretches.push_back({{region.begin, until(region.open, region.end)}, region.goroutine.value, r});
    }
    regions_ = NestedStretches(std::move(stretches), trace.goroutines.size());
    stretches = {};
    stretches.reserve(trace.tasks.size());
    for (std::uint32_t t = 0; t < trace.tasks.size(); ++t) {
        const Task task = trace.tasks[t];
        if (task.beganOn.known())
            stretches.push_back({{task.range.begin, until(!task.ended, task.range.end)}, task.beganOn.value, t});
    }
    tasks_ = NestedStretches(std::move(stretches), trace.goroutines.size());
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
        found = trace_.regions[r].task;
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
    return found.known() ? std::optional(trace_.tasks[found.value].type) : std::nullopt;
}

} // namespace waitscope
