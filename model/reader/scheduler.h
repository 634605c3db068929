// SPDX-License-Identifier: GPL-3.0-or-later
// What does the reader know of goroutines, processors and threads while it orders events? The small model of Go's
// scheduler of go-trace-format D.1. It survives generations; only tables are replaced.
#pragma once

#include "model/trace/ids.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// Position in the sequence of a resource. Counts restart in every generation, so the generation is part of it.
struct Sequence {
    std::uint64_t generation = 0;
    std::uint64_t number = 0;

    [[nodiscard]] bool isFollowedBy(std::uint64_t inGeneration, std::uint64_t next) const {
        return generation == inGeneration && number + 1 == next;
    }
};

/// Live goroutines by Go's id. Slots are used again after a goroutine has ended, so the table stays as small as the
/// number of goroutines alive at one time, whatever the length of the trace.
class LiveGoroutines {
  public:
    using Slot = std::uint32_t;
    static constexpr Slot none = nowhere;

    struct Goroutine {
        std::int64_t id = 0;
        Sequence sequence;
        GoroutineIndex index;    ///< in the trace
        std::uint8_t status = 0; ///< wire::GoStatusCode
        bool inMarkAssist = false;
        bool cameFromC = false; ///< v1: its last event said that a C thread's system call is all there is of it
        StringId stopTheWorld;  ///< name of the range it is in
    };

    LiveGoroutines() : table_(1024) {}
    [[nodiscard]] Slot find(std::int64_t id) const;
    /// Adds one that is not there.
    Slot add(std::int64_t id);
    void remove(Slot slot);
    [[nodiscard]] Goroutine& operator[](Slot slot) { return slots_[slot]; }
    [[nodiscard]] const Goroutine& operator[](Slot slot) const { return slots_[slot]; }

  private:
    struct Entry {
        std::int64_t id = 0;
        Slot slot = none; ///< none: free
    };
    // Runs of ids are common, so four neighbours share a cache line.
    [[nodiscard]] std::size_t home(std::int64_t id) const {
        const auto bits = static_cast<std::uint64_t>(id);
        return ((((bits >> 2) * 0x9e3779b97f4a7c15U) >> 20) << 2 | (bits & 3)) & (table_.size() - 1);
    }
    void grow();

    std::vector<Entry> table_;
    std::vector<Goroutine> slots_;
    std::vector<Slot> free_;
    std::size_t count_ = 0;
};

struct LiveProc {
    std::int64_t id = 0;
    std::uint8_t status = 0; ///< wire::ProcStatusCode
    bool sweeping = false;
    Sequence sequence;
};

struct LiveThread {
    std::int64_t id = 0;
    LiveGoroutines::Slot goroutine = LiveGoroutines::none;
    ProcIndex proc;
};

/// Processors and threads are few and never forgotten; their place is their index in the trace.
template <class Live, class Index> class Roster {
  public:
    [[nodiscard]] Index find(std::int64_t id) const {
        const auto found = index_.find(id);
        return found == index_.end() ? Index{} : found->second;
    }
    Index add(std::int64_t id) {
        const Index index{static_cast<std::uint32_t>(rows_.size())};
        rows_.push_back({.id = id});
        index_.emplace(id, index);
        return index;
    }
    [[nodiscard]] Live& operator[](Index i) { return rows_[i.value]; }
    [[nodiscard]] std::vector<Live>& rows() { return rows_; }

  private:
    std::vector<Live> rows_;
    std::unordered_map<std::int64_t, Index> index_;
};

} // namespace waitscope
