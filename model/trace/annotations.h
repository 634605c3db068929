// SPDX-License-Identifier: GPL-3.0-or-later
// What else happened: ranges of the runtime, metrics, and what the program said of itself.
#pragma once

#include "model/trace/column.h"
#include "model/trace/ids.h"
#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <string>

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
};

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
