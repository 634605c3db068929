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
#include "model/trace/annotations.h"
#include "model/trace/memory.h"
#include "model/trace/processors.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace waitscope {

/// Spans in the order of their starts, as columns in one piece of memory that fills huge pages.
class SpanLog {
  public:
    static constexpr std::uint32_t capacity = (2U << 20) / 17; ///< a huge page

    explicit SpanLog(std::int64_t base) : base_(base), memory_(std::size_t{2} << 20) {}

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] bool takes(std::int64_t time) const {
        return size_ < capacity && static_cast<std::uint64_t>(time - base_) <= UINT32_MAX;
    }
    /// Its place.
    std::uint32_t append(std::int64_t time, std::uint32_t goroutine, SpanKindId kind, std::uint32_t stack,
                         std::uint32_t link) {
        Columns& c = columns();
        c.starts[size_] = static_cast<std::uint32_t>(time - base_);
        c.goroutines[size_] = goroutine;
        c.stacks[size_] = stack;
        c.links[size_] = link;
        c.kinds[size_] = kind;
        return size_++;
    }
    [[nodiscard]] std::int64_t time(std::uint32_t at) const { return base_ + columns().starts[at]; }
    [[nodiscard]] std::uint32_t goroutine(std::uint32_t at) const { return columns().goroutines[at]; }
    [[nodiscard]] std::uint32_t stack(std::uint32_t at) const { return columns().stacks[at]; }
    [[nodiscard]] std::uint32_t link(std::uint32_t at) const { return columns().links[at]; }
    [[nodiscard]] SpanKindId kind(std::uint32_t at) const { return columns().kinds[at]; }
    void setStack(std::uint32_t at, StackId stack) { columns().stacks[at] = stack.value; }

  private:
    struct Columns {
        std::uint32_t starts[capacity];
        std::uint32_t goroutines[capacity];
        std::uint32_t stacks[capacity];
        std::uint32_t links[capacity];
        SpanKindId kinds[capacity];
    };
    static_assert(sizeof(Columns) <= 2U << 20);
    [[nodiscard]] Columns& columns() const { return *reinterpret_cast<Columns*>(memory_.data()); }

    std::int64_t base_;
    std::uint32_t size_ = 0;
    Memory memory_;
};

struct Slice {
    /// A goroutine of this slice.
    struct Goroutine {
        std::int64_t id = 0;                 ///< Go's; not known of one that a thread was running when the slice began
        std::uint32_t spans = 0;             ///< how many begin here
        std::uint32_t firstRecord = nowhere; ///< of its spans in the log
        std::uint32_t lastRecord = nowhere;
        StackId entryStack;            ///< of its creation, or the first own stack seen
        bool entryIsInnermost = false; ///< the entry function is the innermost frame of entryStack, else the outermost
        bool created = false;          ///< here
        bool ended = false;            ///< here
    };
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

    std::vector<std::unique_ptr<SpanLog>> log;
    GrowingColumn<Goroutine> goroutines;
    GrowingColumn<Statement> statements;
    std::vector<SpanKind> kinds; ///< what the log's kinds mean
    std::vector<std::int64_t> threadIds;
    std::vector<std::int64_t> procIds; ///< where they are known
    std::vector<std::uint32_t> runsOfProc;
    GrowingColumn<ProcChange> procChanges;
    Regions regions; ///< in the order of their begins; times count from `firstTime`
    GrowingColumn<RegionEnd> regionEnds;
    Tasks tasks; ///< in the order of their begins; times count from `firstTime`
    GrowingColumn<TaskEnd> taskEnds;
    std::vector<std::uint64_t> foreignTasks; ///< ids that a TaskIndex from `firstForeignTask` on means
    GrowingColumn<Log> logs;
    GrowingColumn<Label> labels;
    GrowingColumn<CpuSample> cpuSamples;
    GrowingColumn<OrderedEvent> others; ///< ranges, metrics, generations
    std::int64_t firstTime = 0;         ///< ns of the trace clock
    std::int64_t lastTime = 0;

    static constexpr std::uint32_t firstForeignTask = 0x8000'0000;
};

} // namespace waitscope
