// SPDX-License-Identifier: GPL-3.0-or-later
// What one orderer takes in and what it gives out.
#pragma once

#include "model/build/slice.h"
#include "model/reader/event_cursor.h"
#include "model/reader/scheduler.h"
#include "model/reader/tables.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace waitscope {

/// A generation and what its ids mean, ready to be ordered by any number of threads.
struct PreparedGeneration {
    WireGeneration wire;
    GenerationTables tables;
    TickScale scale;
};

/// A stretch of a generation: the events of all threads from `from` until before `until` (ns of the trace clock).
struct SliceWork {
    static constexpr std::int64_t untilTheEnd = INT64_MAX;

    std::shared_ptr<const PreparedGeneration> generation;
    std::int64_t from = 0; ///< 0: its first events too
    std::int64_t until = untilTheEnd;
    std::uint64_t keepFrom = 0; ///< offset in the file: neither this slice nor a later one needs the events before
    /// An event that cannot be taken holds up those that are so much later (ns). In a sound generation it may wait for
    /// any of them; in a damaged one what it waits for may be lost, and then it would be put at the generation's end.
    std::int64_t patience = INT64_MAX;
    std::int64_t notBefore = 0; ///< ns of the trace clock: where the slice before it ended, if that is known

    [[nodiscard]] bool isFirst() const { return from == 0; }
};

/// What an orderer took for granted of a goroutine that was there before its slice, and what became of it.
struct GoroutineAssumption {
    enum class About : std::uint8_t {
        Named,    ///< an event names it
        Stated,   ///< the file says what it does
        OnThread, ///< it ran on a thread; who it is nobody knows, nor whether there was one
    };
    About about = About::Named;
    GoroutineIndex goroutine;            ///< in the slice
    std::int64_t id = 0;                 ///< Go's; not of OnThread
    ThreadIndex thread;                  ///< of OnThread
    std::uint8_t status = 0;             ///< when the slice began; 0: anything
    bool absent = false;                 ///< no goroutine ran on the thread
    Sequence sequence;                   ///< when the slice began; unknown: anything
    std::uint32_t firstRecord = nowhere; ///< of its spans in the slice's log
    std::uint32_t lastRecord = nowhere;
    LiveGoroutines::Slot atEnd = LiveGoroutines::none; ///< in the state at the end; none: it ended, or was never there
};

struct ProcAssumption {
    ProcIndex proc;                 ///< in the slice
    ThreadIndex thread;             ///< that had it
    std::optional<std::int64_t> id; ///< if a later event says which it was
    bool absent = false;            ///< the thread had none
    bool needed = false;            ///< the thread had one
};

struct OrderedSlice {
    std::unique_ptr<Slice> slice;
    std::uint64_t generation = 0;
    std::vector<GoroutineAssumption> goroutines; ///< in the order of their index in the slice
    std::vector<ProcAssumption> procs;           ///< those that some thread had when the slice began
    SchedulerState end;                          ///< indices are those of the slice
    std::uint64_t delivered = 0;                 ///< events, as Go's reader counts them
    std::uint64_t steps = 0;                     ///< events looked at, some of them more than once
    std::int64_t firstTime = 0;                  ///< ns of the trace clock
    std::int64_t lastTime = 0;
    std::optional<ReadProblem> damage;                   ///< events that could not be decoded
    std::map<std::uint64_t, std::uint8_t> unknownEvents; ///< their types, by where they stand in the file
    std::optional<ReadProblem> stuck;                    ///< events that fit no order; those before it are in the slice
    std::vector<EventCursor> notOrdered;                 ///< where the threads stand then
    bool stopped = false;
};

} // namespace waitscope
