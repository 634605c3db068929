// SPDX-License-Identifier: GPL-3.0-or-later
// What does the reader know of goroutines, processors and threads while it orders events? The small model of Go's
// scheduler of go-trace-format D.1. It survives generations; only tables are replaced.
#pragma once

#include "model/build/id_table.h"
#include "model/trace/ids.h"

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// Position in the sequence of a resource. Counts restart in every generation, so the generation is part of it.
struct Sequence {
    std::uint64_t generation = 0; ///< 0: not known
    std::uint64_t number = 0;

    [[nodiscard]] bool isFollowedBy(std::uint64_t inGeneration, std::uint64_t next) const {
        return generation == inGeneration && number + 1 == next;
    }
    friend bool operator==(const Sequence&, const Sequence&) = default;
};

/// Whether something goes on that began before anybody looked.
enum class Going : std::uint8_t { No, Yes, Unknown };

/// Live goroutines by Go's id. Slots are used again after a goroutine has ended, so the table stays as small as the
/// number of goroutines alive at one time, whatever the length of the trace.
class LiveGoroutines {
  public:
    using Slot = std::uint32_t;
    static constexpr Slot none = nowhere;

    struct Goroutine {
        std::int64_t id = 0;
        Sequence sequence;
        GoroutineIndex index;               ///< in the slice, or in the trace
        std::uint32_t assumption = nowhere; ///< what is taken for granted of it, if it was there before the slice
        std::uint8_t status = 0;            ///< wire::GoStatusCode; 0: not known yet
        Going markAssist = Going::No;
        Going stopsTheWorld = Going::No;
        bool cameFromC = false; ///< v1: its last event said that a C thread's system call is all there is of it
        bool named = true;      ///< its id is known
        bool live = true;       ///< the slot is in use
    };

    [[nodiscard]] Slot find(std::int64_t id) const { return slotOfId_.find(static_cast<std::uint64_t>(id)); }
    /// Adds one that is not there.
    Slot add(std::int64_t id);
    /// Adds one whose id is not known.
    Slot addUnnamed();
    void remove(Slot slot);
    void clear(); ///< keeps its memory
    [[nodiscard]] Goroutine& operator[](Slot slot) { return slots_[slot]; }
    [[nodiscard]] const Goroutine& operator[](Slot slot) const { return slots_[slot]; }
    /// All slots, those not in use among them.
    [[nodiscard]] const std::vector<Goroutine>& slots() const { return slots_; }

  private:
    [[nodiscard]] Slot freeSlot();

    IdTable slotOfId_;
    std::vector<Goroutine> slots_;
    std::vector<Slot> free_;
};

struct LiveProc {
    std::int64_t id = 0;
    std::uint8_t status = 0; ///< wire::ProcStatusCode; 0: not known yet
    Going sweeping = Going::No;
    Sequence sequence;
};

struct LiveThread {
    std::int64_t id = 0;
    LiveGoroutines::Slot goroutine = LiveGoroutines::none;
    ProcIndex proc;
};

/// Processors and threads are few and never forgotten; their place is their index, and they stay where they are.
template <class Live, class Index> class Roster {
  public:
    [[nodiscard]] Index find(std::int64_t id) const {
        const auto found = index_.find(id);
        return found == index_.end() ? Index{} : found->second;
    }
    Index add(std::int64_t id) {
        const Index index = addUnnamed();
        name(index, id);
        return index;
    }
    /// Adds one whose id is not known.
    Index addUnnamed() {
        rows_.emplace_back();
        return {static_cast<std::uint32_t>(rows_.size() - 1)};
    }
    void name(Index index, std::int64_t id) {
        rows_[index.value].id = id;
        index_.emplace(id, index);
    }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
    [[nodiscard]] Live& operator[](Index i) { return rows_[i.value]; }
    [[nodiscard]] const Live& operator[](Index i) const { return rows_[i.value]; }
    [[nodiscard]] std::deque<Live>& rows() { return rows_; }

  private:
    std::deque<Live> rows_;
    std::unordered_map<std::int64_t, Index> index_;
};

/// Everything at one moment.
struct SchedulerState {
    LiveGoroutines goroutines;
    Roster<LiveProc, ProcIndex> procs;
    Roster<LiveThread, ThreadIndex> threads;
    Going collecting = Going::Unknown;
    std::uint64_t collectorSequence = 0;
    std::int64_t time = 0; ///< of the last event, ns of the trace clock
};

} // namespace waitscope
