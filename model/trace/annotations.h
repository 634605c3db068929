// SPDX-License-Identifier: GPL-3.0-or-later
// What else happened: ranges of the runtime, metrics, and what the program said of itself.
#pragma once

#include "model/trace/column.h"
#include "model/trace/ids.h"
#include "model/trace/time.h"

#include <cstdint>
#include <span>

namespace waitscope {

/// A stretch of runtime work: `GC concurrent mark phase`, `GC mark assist`, `GC incremental sweep`,
/// `stop-the-world (KIND)`.
struct RuntimeRange {
    StringId name;
    TimeRange range;          ///< begins at 0 if the begin was not seen, ends at the trace's end if still open
    GoroutineIndex goroutine; ///< whose it is; none for global ones and sweeps
    ProcIndex proc;           ///< whose it is; only for sweeps
    StackId stack;            ///< at its begin
    bool beforeTrace = false; ///< the begin was not seen
    bool open = false;        ///< the end was not seen
    std::uint64_t bytesSwept = 0;
    std::uint64_t bytesReclaimed = 0;
};

struct MetricSample {
    Time time = 0;
    std::uint64_t value = 0;
};
/// `/sched/gomaxprocs:threads`, `/memory/classes/heap/objects:bytes` or `/gc/heap/goal:bytes`.
struct Metric {
    StringId name;
    GrowingColumn<MetricSample> samples;
};

struct Task {
    std::uint64_t id = 0;
    std::uint64_t parentId = 0; ///< 0: none
    StringId type;
    TimeRange range; ///< begins at 0 if the begin was not seen, ends at the trace's end if still open
    GoroutineIndex beganOn;
    StackId stack;
    bool begun = false; ///< the begin was seen
    bool ended = false; ///< the end was seen
};

struct Region {
    Time begin = 0;
    Time end = 0;
    GoroutineIndex goroutine;
    StringId type;
    TaskIndex task;           ///< none for the background task
    StackId stack;            ///< at its begin
    bool beforeTrace = false; ///< the begin was not seen
    bool open = false;        ///< the end was not seen

    [[nodiscard]] TimeRange range() const { return {begin, end}; }
};

/// The tasks by their begin. Programs make every request a task, so they are stored as columns.
class Tasks {
  public:
    Tasks() = default;
    /// No member of any task may be larger than that of `largest`. Different threads may set different rows.
    Tasks(std::size_t size, const Task& largest);
    void set(std::size_t from, std::span<const Task> tasks);
    /// Sets the rows from `from` on to all of `tasks`, with each time and goroutine as `rename` has it.
    template <class Rename> void set(std::size_t from, const Tasks& tasks, const Rename& rename);

    [[nodiscard]] std::size_t size() const { return ids_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Task operator[](std::size_t i) const;
    // Parts of a row, for who asks of millions.
    [[nodiscard]] StringId type(std::size_t i) const { return types_[i]; }
    [[nodiscard]] TimeRange range(std::size_t i) const { return {begins_[i], ends_[i]}; }
    [[nodiscard]] GoroutineIndex beganOn(std::size_t i) const { return beganOn_[i]; }
    [[nodiscard]] bool isEnded(std::size_t i) const;
    /// Of how many the begin was seen, and of how many the end. O(size), but cheaper than to ask each.
    [[nodiscard]] std::size_t begunCount() const;
    [[nodiscard]] std::size_t endedCount() const;
    [[nodiscard]] RowIterator<Tasks> begin() const { return {*this, 0}; }
    [[nodiscard]] RowIterator<Tasks> end() const { return {*this, size()}; }

  private:
    NarrowColumn<std::uint64_t> ids_, parentIds_;
    NarrowColumn<StringId> types_;
    NarrowColumn<Time> begins_, ends_;
    NarrowColumn<GoroutineIndex> beganOn_;
    NarrowColumn<StackId> stacks_;
    Column<std::uint8_t> flags_;
};

/// The regions by their begin, stored as columns.
class Regions {
  public:
    Regions() = default;
    /// No member of any region may be larger than that of `largest`. Different threads may set different rows.
    Regions(std::size_t size, const Region& largest);
    void set(std::size_t from, std::span<const Region> regions);
    /// Sets the rows from `from` on to all of `regions`, with each time, goroutine and task as `rename` has it.
    template <class Rename> void set(std::size_t from, const Regions& regions, const Rename& rename);

    [[nodiscard]] std::size_t size() const { return begins_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Region operator[](std::size_t i) const;
    // Parts of a row, for who asks of millions.
    [[nodiscard]] TimeRange range(std::size_t i) const { return {begins_[i], ends_[i]}; }
    [[nodiscard]] GoroutineIndex goroutine(std::size_t i) const { return goroutines_[i]; }
    [[nodiscard]] StringId type(std::size_t i) const { return types_[i]; }
    [[nodiscard]] TaskIndex task(std::size_t i) const { return tasks_[i]; }
    [[nodiscard]] bool isOpen(std::size_t i) const;
    [[nodiscard]] RowIterator<Regions> begin() const { return {*this, 0}; }
    [[nodiscard]] RowIterator<Regions> end() const { return {*this, size()}; }

  private:
    NarrowColumn<Time> begins_, ends_;
    NarrowColumn<GoroutineIndex> goroutines_;
    NarrowColumn<StringId> types_;
    NarrowColumn<TaskIndex> tasks_;
    NarrowColumn<StackId> stacks_;
    Column<std::uint8_t> flags_;
};

template <class Rename> void Tasks::set(std::size_t from, const Tasks& tasks, const Rename& rename) {
    const auto same = [](auto value) { return value; };
    ids_.setFrom(from, tasks.ids_, same);
    parentIds_.setFrom(from, tasks.parentIds_, same);
    types_.setFrom(from, tasks.types_, same);
    begins_.setFrom(from, tasks.begins_, rename);
    ends_.setFrom(from, tasks.ends_, rename);
    beganOn_.setFrom(from, tasks.beganOn_, rename);
    stacks_.setFrom(from, tasks.stacks_, same);
    flags_.setFrom(from, tasks.flags_);
}

template <class Rename> void Regions::set(std::size_t from, const Regions& regions, const Rename& rename) {
    const auto same = [](auto value) { return value; };
    begins_.setFrom(from, regions.begins_, rename);
    ends_.setFrom(from, regions.ends_, rename);
    goroutines_.setFrom(from, regions.goroutines_, rename);
    types_.setFrom(from, regions.types_, same);
    tasks_.setFrom(from, regions.tasks_, rename);
    stacks_.setFrom(from, regions.stacks_, same);
    flags_.setFrom(from, regions.flags_);
}

struct Log {
    Time time = 0;
    GoroutineIndex goroutine;
    TaskIndex task;
    StringId category;
    StringId message;
    StackId stack;
};

/// A label that the runtime gave to a goroutine (`GC (dedicated)` and such).
struct Label {
    Time time = 0;
    GoroutineIndex goroutine;
    StringId text;
};

/// Where a thread was when the CPU profiler's timer fired.
struct CpuSample {
    Time time = 0;
    GoroutineIndex goroutine;
    ProcIndex proc;
    ThreadIndex thread;
    StackId stack;
};

/// The start of a generation (a self-contained slice of about a second).
struct Generation {
    std::uint64_t number = 0;
    Time start = 0;
};

/// Ties trace time to the calendar; written by Go 1.25 and later.
struct WallClock {
    std::int64_t unixNanosecondsAtStart = 0; ///< of time 0 of the trace
};

} // namespace waitscope
