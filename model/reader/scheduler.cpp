// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/scheduler.h"

namespace waitscope {

LiveGoroutines::Slot LiveGoroutines::freeSlot() {
    if (free_.empty()) {
        slots_.emplace_back();
        return static_cast<Slot>(slots_.size() - 1);
    }
    const Slot slot = free_.back();
    free_.pop_back();
    slots_[slot] = {};
    return slot;
}

LiveGoroutines::Slot LiveGoroutines::add(std::int64_t id) {
    if (++count_ * 2 > table_.size())
        grow();
    const Slot slot = freeSlot();
    slots_[slot].id = id;
    const std::size_t mask = table_.size() - 1;
    std::size_t i = home(id);
    while (table_[i].slot != none)
        i = (i + 1) & mask;
    table_[i] = {id, slot};
    return slot;
}

LiveGoroutines::Slot LiveGoroutines::addUnnamed() {
    const Slot slot = freeSlot();
    slots_[slot].named = false;
    return slot;
}

void LiveGoroutines::remove(Slot slot) {
    slots_[slot].live = false;
    free_.push_back(slot);
    if (!slots_[slot].named)
        return;
    const std::size_t mask = table_.size() - 1;
    std::size_t hole = home(slots_[slot].id);
    while (table_[hole].slot != slot)
        hole = (hole + 1) & mask;
    // Close the hole: whatever lies behind it and would be looked for in front of it moves up.
    for (std::size_t i = (hole + 1) & mask; table_[i].slot != none; i = (i + 1) & mask) {
        const std::size_t wants = home(table_[i].id);
        if (((i - wants) & mask) >= ((i - hole) & mask)) {
            table_[hole] = table_[i];
            hole = i;
        }
    }
    table_[hole].slot = none;
    --count_;
}

void LiveGoroutines::grow() {
    std::vector<Entry> old(table_.size() * 2);
    old.swap(table_);
    const std::size_t mask = table_.size() - 1;
    for (const Entry& entry : old) {
        if (entry.slot == none)
            continue;
        std::size_t i = home(entry.id);
        while (table_[i].slot != none)
            i = (i + 1) & mask;
        table_[i] = entry;
    }
}

} // namespace waitscope
