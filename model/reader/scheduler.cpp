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
    const Slot slot = freeSlot();
    slots_[slot].id = id;
    slotOfId_.set(static_cast<std::uint64_t>(id), slot);
    return slot;
}

LiveGoroutines::Slot LiveGoroutines::addUnnamed() {
    const Slot slot = freeSlot();
    slots_[slot].named = false;
    return slot;
}

void LiveGoroutines::clear() {
    slotOfId_.clear();
    slots_.clear();
    free_.clear();
}

void LiveGoroutines::remove(Slot slot) {
    slots_[slot].live = false;
    free_.push_back(slot);
    if (slots_[slot].named)
        slotOfId_.remove(static_cast<std::uint64_t>(slots_[slot].id));
}

} // namespace waitscope
