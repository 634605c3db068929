// SPDX-License-Identifier: GPL-3.0-or-later
// Where is the thing with this id? Go's ids of goroutines and tasks ascend, are looked up once or more an event, and
// few are alive at one time.
#pragma once

#include "model/trace/ids.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace waitscope {

/// Places by id. At most half of the table is in use, so what is looked for is found in one or two steps. O(1), but for
/// ids that were chosen to collide. Ids that follow each other lie far apart: side by side they made long rows, and at
/// the end of a goroutine nobody could guess where its row ends (a twentieth of a load).
class IdTable {
  public:
    /// nowhere: it is not there.
    [[nodiscard]] std::uint32_t find(std::uint64_t id) const {
        for (std::size_t i = home(id);; i = (i + 1) & mask_)
            if (entries_[i].place == nowhere || entries_[i].id == id)
                return entries_[i].place;
    }
    /// Adds one, or gives it another place.
    void set(std::uint64_t id, std::uint32_t place) {
        Entry& entry = entryOf(id);
        if (entry.place != nowhere) {
            entry.place = place;
            return;
        }
        entry = {id, place};
        if (++count_ * 2 > entries_.size())
            grow();
    }
    /// Removes one, if it is there.
    void remove(std::uint64_t id) {
        Entry& entry = entryOf(id);
        if (entry.place == nowhere)
            return;
        // Close the hole: whatever lies behind it and would be looked for in front of it moves up.
        auto hole = static_cast<std::size_t>(&entry - entries_.data());
        for (std::size_t i = (hole + 1) & mask_; entries_[i].place != nowhere; i = (i + 1) & mask_) {
            if (((i - home(entries_[i].id)) & mask_) >= ((i - hole) & mask_)) {
                entries_[hole] = entries_[i];
                hole = i;
            }
        }
        entries_[hole].place = nowhere;
        --count_;
    }
    void clear() {
        if (count_ != 0)
            std::ranges::fill(entries_, Entry{});
        count_ = 0;
    }

  private:
    // Twelve bytes, not sixteen: of a hundred thousand goroutines each look is a miss of the caches.
    struct [[gnu::packed, gnu::aligned(4)]] Entry {
        std::uint64_t id = 0;
        std::uint32_t place = nowhere; ///< nowhere: free
    };
    [[nodiscard]] std::size_t home(std::uint64_t id) const { return id * 0x9e3779b97f4a7c15U >> shift_; }
    [[nodiscard]] Entry& entryOf(std::uint64_t id) {
        std::size_t i = home(id);
        while (entries_[i].place != nowhere && entries_[i].id != id)
            i = (i + 1) & mask_;
        return entries_[i];
    }
    void grow() {
        std::vector<Entry> old(entries_.size() * 4);
        old.swap(entries_);
        mask_ = entries_.size() - 1;
        shift_ -= 2;
        for (const Entry& entry : old)
            if (entry.place != nowhere)
                entryOf(entry.id) = entry;
    }

    std::vector<Entry> entries_ = std::vector<Entry>(64); ///< a power of two
    std::size_t mask_ = 63;                               ///< of a place in it
    unsigned shift_ = 64 - 6;                             ///< leaves the bits of a place
    std::size_t count_ = 0;
};

} // namespace waitscope
