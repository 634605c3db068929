// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/annotations.h"

#include <algorithm>

namespace waitscope {

namespace {

constexpr std::uint8_t beginSeen = 1;
constexpr std::uint8_t endSeen = 2;

std::uint8_t flagsOf(bool begun, bool ended) {
    return static_cast<std::uint8_t>((begun ? beginSeen : 0) | (ended ? endSeen : 0));
}

// Rows that lie in the nearest cache: they are read once a column.
constexpr std::size_t rowsAtOnce = 256;

template <class Table, class Row> void setAFewAtATime(Table& table, std::size_t from, std::span<const Row> rows) {
    for (std::size_t n = 0; n < rows.size(); n += rowsAtOnce)
        table.set(from + n, rows.subspan(n, std::min(rowsAtOnce, rows.size() - n)));
}

std::size_t countWith(const Column<std::uint8_t>& flags, std::uint8_t flag) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < flags.size(); ++i)
        count += (flags[i] & flag) != 0 ? 1 : 0;
    return count;
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

void Tasks::set(std::size_t from, std::span<const Task> tasks) {
    if (tasks.size() > rowsAtOnce)
        return setAFewAtATime(*this, from, tasks);
    const auto setColumn = [&](auto& column, const auto& valueOf) {
        column.setEach(
            tasks.size(), [&](std::size_t n) { return from + n; }, [&](std::size_t n) { return valueOf(tasks[n]); });
    };
    setColumn(ids_, [](const Task& t) { return t.id; });
    setColumn(parentIds_, [](const Task& t) { return t.parentId; });
    setColumn(types_, [](const Task& t) { return t.type; });
    setColumn(begins_, [](const Task& t) { return t.range.begin; });
    setColumn(ends_, [](const Task& t) { return t.range.end; });
    setColumn(beganOn_, [](const Task& t) { return t.beganOn; });
    setColumn(stacks_, [](const Task& t) { return t.stack; });
    for (std::size_t n = 0; n < tasks.size(); ++n)
        flags_[from + n] = flagsOf(tasks[n].begun, tasks[n].ended);
}

std::size_t Tasks::begunCount() const {
    return countWith(flags_, beginSeen);
}

std::size_t Tasks::endedCount() const {
    return countWith(flags_, endSeen);
}

Task Tasks::operator[](std::size_t i) const {
    return {.id = ids_[i],
            .parentId = parentIds_[i],
            .type = types_[i],
            .range = {begins_[i], ends_[i]},
            .beganOn = beganOn_[i],
            .stack = stacks_[i],
            .begun = (flags_[i] & beginSeen) != 0,
            .ended = isEnded(i)};
}

bool Tasks::isEnded(std::size_t i) const {
    return (flags_[i] & endSeen) != 0;
}

Regions::Regions(std::size_t size, const Region& largest)
    : begins_(size, largest.begin)
    , ends_(size, largest.end)
    , goroutines_(size, largest.goroutine)
    , types_(size, largest.type)
    , tasks_(size, largest.task)
    , stacks_(size, largest.stack)
    , flags_(size) {}

void Regions::set(std::size_t from, std::span<const Region> regions) {
    if (regions.size() > rowsAtOnce)
        return setAFewAtATime(*this, from, regions);
    const auto setColumn = [&](auto& column, const auto& valueOf) {
        column.setEach(
            regions.size(), [&](std::size_t n) { return from + n; },
            [&](std::size_t n) { return valueOf(regions[n]); });
    };
    setColumn(begins_, [](const Region& r) { return r.begin; });
    setColumn(ends_, [](const Region& r) { return r.end; });
    setColumn(goroutines_, [](const Region& r) { return r.goroutine; });
    setColumn(types_, [](const Region& r) { return r.type; });
    setColumn(tasks_, [](const Region& r) { return r.task; });
    setColumn(stacks_, [](const Region& r) { return r.stack; });
    for (std::size_t n = 0; n < regions.size(); ++n)
        flags_[from + n] = flagsOf(!regions[n].beforeTrace, !regions[n].open);
}

Region Regions::operator[](std::size_t i) const {
    return {.begin = begins_[i],
            .end = ends_[i],
            .goroutine = goroutines_[i],
            .type = types_[i],
            .task = tasks_[i],
            .stack = stacks_[i],
            .beforeTrace = (flags_[i] & beginSeen) == 0,
            .open = isOpen(i)};
}

bool Regions::isOpen(std::size_t i) const {
    return (flags_[i] & endSeen) == 0;
}

} // namespace waitscope
