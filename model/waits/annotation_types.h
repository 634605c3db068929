// SPDX-License-Identifier: GPL-3.0-or-later
// In which task and region of the program did something happen?
//
// A goroutine's region is the innermost one that is open. Its task is the one that region belongs to; outside of
// regions with a task, the one that the goroutine began last and that has not ended; outside of those, the task in
// which the goroutine was created. So a request's task covers the goroutines that the request starts.
#pragma once

#include "model/trace/trace.h"
#include "model/waits/nested_stretches.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace waitscope {

class AnnotationTypes {
  public:
    /// O(tasks + regions + goroutines). `trace` must outlive it.
    explicit AnnotationTypes(const Trace& trace);

    /// The type of the region or task that `g` is in at `t`; none outside of any. O(log) and the depth of nesting.
    [[nodiscard]] std::optional<StringId> region(GoroutineIndex g, Time t) const;
    [[nodiscard]] std::optional<StringId> task(GoroutineIndex g, Time t) const;
    /// The task itself. Costs the same.
    [[nodiscard]] TaskIndex taskOf(GoroutineIndex g, Time t) const;

    /// A stretch of the program's work that has a name: a task, or a region.
    struct Work {
        StringId type;
        bool isTask = false;
        std::optional<Time> end; ///< none while it is still open at the trace's end
    };
    /// In which `g` was created: the task of its creator, or else the innermost region. Costs as task() does.
    [[nodiscard]] std::optional<Work> workAtBirth(GoroutineIndex g) const;

  private:
    [[nodiscard]] TaskIndex ownTask(GoroutineIndex g, Time t) const;

    // By goroutine: the regions it was in, the tasks it began.
    struct RegionStretches {
        const Trace* trace;
        [[nodiscard]] std::size_t size() const { return trace->regions.size(); }
        [[nodiscard]] std::uint32_t owner(std::uint32_t region) const;
        [[nodiscard]] TimeRange range(std::uint32_t region) const;
    };
    struct TaskStretches {
        const Trace* trace;
        [[nodiscard]] std::size_t size() const { return trace->tasks.size(); }
        [[nodiscard]] std::uint32_t owner(std::uint32_t task) const;
        [[nodiscard]] TimeRange range(std::uint32_t task) const;
    };

    const Trace& trace_;
    NestedStretches<RegionStretches> regions_;
    NestedStretches<TaskStretches> tasks_;
    std::vector<TaskIndex> taskAtBirth_; ///< by goroutine; empty if there are no tasks
};

} // namespace waitscope
