// SPDX-License-Identifier: GPL-3.0-or-later
// What happened in one slice of a trace: a stretch of time whose events were put in order by themselves, so that
// several slices can be ordered side by side. Goroutines, processors and threads are numbered within the slice, times
// are those of the trace clock; strings and stacks are already the trace's.
//
// A slice begins in the middle of things. What it can only know from the slice before (which of the trace's goroutines
// its goroutine 7 is, which task an id means, where a region that ends here began) is left open until slices are
// joined.
#pragma once

#include "model/build/ordered_event.h"
#include "model/build/span_log.h"
#include "model/trace/annotations.h"
#include "model/trace/processors.h"

#include <cstdint>
#include <vector>

namespace waitscope {

/// The goroutines of a slice, by their number in it. One that a thread was running when the slice began has no id here,
/// and may turn out to be the same as another.
struct SliceGoroutines {
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ids.size()); }
    [[nodiscard]] bool has(GoroutineIndex g, std::uint8_t flag) const { return (flags[g.value] & flag) != 0; }

    static constexpr std::uint8_t named = 1;            ///< its id is known
    static constexpr std::uint8_t created = 2;          ///< here
    static constexpr std::uint8_t ended = 4;            ///< here
    static constexpr std::uint8_t entryIsInnermost = 8; ///< its function is the innermost frame, else the outermost

    NarrowColumn<std::int64_t> ids;         ///< Go's
    NarrowColumn<StackId> entryStacks;      ///< of its creation, or the first own stack seen
    NarrowColumn<std::uint32_t> spanCounts; ///< how many begin here
    Column<std::uint8_t> flags;
};

struct Slice {
    /// What the file said of a goroutine that was there already.
    struct Statement {
        GoroutineIndex goroutine;
        std::int64_t time = 0;
        GoroutineState state = GoroutineState::Unknown;
        std::uint32_t stack = 0; ///< the columns of its span, see spans.h
        std::uint32_t link = nowhere;
    };
    struct ProcChange {
        std::int64_t time = 0;
        ProcIndex proc;
        ThreadIndex thread;
        ProcState state = ProcState::Unknown;
        bool seen = false; ///< not a change: it was there in this state
        bool beforeTrace = false;
    };
    /// The end of a region or task whose begin is not in this slice.
    struct RegionEnd {
        std::int64_t time = 0;
        GoroutineIndex goroutine;
        StringId type;
        TaskIndex task;
    };
    struct TaskEnd {
        std::int64_t time = 0;
        std::uint64_t id = 0;
    };

    SliceGoroutines goroutines;
    SpanLog log;
    std::vector<SpanKind> kinds; ///< what the log's kinds mean
    std::vector<std::uint32_t> runsOfProc;
    GrowingColumn<Statement> statements;
    std::vector<std::int64_t> threadIds;
    std::vector<std::int64_t> procIds; ///< where they are known
    GrowingColumn<ProcChange> procChanges;
    Regions regions;                        ///< in the order of their begins; times count from `firstTime`
    std::vector<std::uint32_t> openRegions; ///< those that do not end here
    GrowingColumn<RegionEnd> regionEnds;
    Tasks tasks;                          ///< in the order of their begins; times count from `firstTime`
    Task largestTask;                     ///< no member of any task is larger
    std::vector<std::uint32_t> openTasks; ///< those that do not end here
    GrowingColumn<TaskEnd> taskEnds;
    std::vector<std::uint64_t> foreignTasks; ///< ids that a TaskIndex from `firstForeignTask` on means
    GrowingColumn<Log> logs;
    GrowingColumn<Label> labels;
    GrowingColumn<CpuSample> cpuSamples;
    GrowingColumn<OrderedEvent> others; ///< ranges, metrics, generations
    std::int64_t firstTime = 0;         ///< ns of the trace clock
    std::int64_t lastTime = 0;
    std::vector<std::int64_t> earlyTimes; ///< of the first events, as many as `mostEarlyTimes`

    // Events have strictly increasing times, so one that lies before its predecessor follows it by 1 ns. Where the
    // slice before ends later than this one begins, that goes for the first events here, until the clock has caught up.
    static constexpr std::size_t mostEarlyTimes = 64;
    /// Does the clock catch up within the early events, if none may be earlier than `notBefore`?
    [[nodiscard]] bool catchesUp(std::int64_t notBefore) const {
        return earlyTimes.size() < mostEarlyTimes ||
               earlyTimes.back() >= notBefore + static_cast<std::int64_t>(mostEarlyTimes) - 1;
    }
    /// When an event of `time` happened, if none may be earlier than `notBefore`. ns of the trace clock.
    [[nodiscard]] std::int64_t settled(std::int64_t time, std::int64_t notBefore) const;

    static constexpr std::uint32_t firstForeignTask = 0x8000'0000;
};

} // namespace waitscope
