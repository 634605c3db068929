// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/annotations.h"

namespace waitscope {

namespace {

constexpr std::uint8_t beginSeen = 1;
constexpr std::uint8_t endSeen = 2;

std::uint8_t flagsOf(bool begun, bool ended) {
    return static_cast<std::uint8_t>((begun ? beginSeen : 0) | (ended ? endSeen : 0));
}

} // namespace

Tasks::Tasks(std::size_t size, const Task& largest)
    : ids_(size, largest.id)
    , parentIds_(size, largest.parentId)
    , types_(size, largest.type)
    , begins_(size, largest.range.begin)
    , ends_(size, largest.range.end)
    , beganOn_(size, largest.beganOn)
    , stacks_(size, largest.stack)
    , flags_(size) {}

void Tasks::set(std::size_t i, const Task& task) {
    ids_.set(i, task.id);
    parentIds_.set(i, task.parentId);
    types_.set(i, task.type);
    begins_.set(i, task.range.begin);
    ends_.set(i, task.range.end);
    beganOn_.set(i, task.beganOn);
    stacks_.set(i, task.stack);
    flags_[i] = flagsOf(task.begun, task.ended);
}

Task Tasks::operator[](std::size_t i) const {
    return {.id = ids_[i],
            .parentId = parentIds_[i],
            .type = types_[i],
            .range = {begins_[i], ends_[i]},
            .beganOn = beganOn_[i],
            .stack = stacks_[i],
            .begun = (flags_[i] & beginSeen) != 0,
            .ended = (flags_[i] & endSeen) != 0};
}

Regions::Regions(std::size_t size, const Region& largest)
    : begins_(size, largest.begin)
    , ends_(size, largest.end)
    , goroutines_(size, largest.goroutine)
    , types_(size, largest.type)
    , tasks_(size, largest.task)
    , stacks_(size, largest.stack)
    , flags_(size) {}

void Regions::set(std::size_t i, const Region& region) {
    begins_.set(i, region.begin);
    ends_.set(i, region.end);
    goroutines_.set(i, region.goroutine);
    types_.set(i, region.type);
    tasks_.set(i, region.task);
    stacks_.set(i, region.stack);
    flags_[i] = flagsOf(!region.beforeTrace, !region.open);
}

Region Regions::operator[](std::size_t i) const {
    return {.begin = begins_[i],
            .end = ends_[i],
            .goroutine = goroutines_[i],
            .type = types_[i],
            .task = tasks_[i],
            .stack = stacks_[i],
            .beforeTrace = (flags_[i] & beginSeen) == 0,
            .open = (flags_[i] & endSeen) == 0};
}

} // namespace waitscope
