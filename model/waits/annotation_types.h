// SPDX-License-Identifier: GPL-3.0-or-later
// In which task and region of the program did something happen?
//
// A goroutine's region is the innermost one that is open. Its task is the one that region belongs to; outside of
// regions with a task, the one that the goroutine began last and that has not ended; outside of those, the task in
// which the goroutine was created. So a request's task covers the goroutines that the request starts.
#pragma once

#include "model/trace/trace.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace waitscope {

/// Things with a begin and an end, by owner, that may lie inside each other.
class NestedStretches {
  public:
    struct Stretch {
        TimeRange range; ///< open ones end after the trace
        std::uint32_t owner = 0;
        std::uint32_t what = 0; ///< the caller's own number, rising
    };
    NestedStretches() = default;
    /// `stretches` by begin.
    NestedStretches(std::vector<Stretch> stretches, std::size_t owners);

    /// Visits those of `owner` that are open at `t`, the one that began last first, until `visit(what)` says true.
    /// O(log n + those that are open when one of them begins).
    template <class Visit> void openAt(std::uint32_t owner, Time t, const Visit& visit) const {
        for (std::uint32_t i = lastBegun(owner, t); i != nowhere; i = enclosing_[i])
            if (stretches_[i].range.end > t && visit(stretches_[i].what))
                return;
    }

  private:
    [[nodiscard]] std::uint32_t lastBegun(std::uint32_t owner, Time t) const;

    std::vector<Stretch> stretches_; ///< by owner, then by begin
    std::vector<std::uint32_t> firsts_;
    std::vector<std::uint32_t> enclosing_; ///< the latest earlier one that is open when this one begins
};

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

    const Trace& trace_;
    NestedStretches regions_;
    NestedStretches tasks_;
    std::vector<TaskIndex> taskAtBirth_; ///< by goroutine; empty if there are no tasks
};

} // namespace waitscope
