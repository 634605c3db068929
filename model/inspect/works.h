// SPDX-License-Identifier: GPL-3.0-or-later
// Each task or region of the program: how long did it take, and what did the goroutine that began it do meanwhile?
#pragma once

#include "model/inspect/state_times.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

enum class WorkKind : std::uint8_t { Task, Region };

struct Work {
    std::uint32_t place = 0; ///< in the trace's tasks or regions
    Time length = 0;         ///< whole, as far as the trace saw it
    TimeByState spent;       ///< by its goroutine, all the while
};

struct Works {
    WorkKind kind = WorkKind::Task;
    std::vector<Work> works; ///< by begin
    LengthHistogram lengths; ///< of all that match, whatever lengths are listed
};

struct WorkList {
    WorkKind kind = WorkKind::Task;
    std::string name;                ///< a part of the type's name, in any case of ASCII letters
    TimeRange lengths{0, INT64_MAX}; ///< only those that took so long
    friend bool operator==(const WorkList&, const WorkList&) = default;
};

/// Those that touch the range. O(tasks or regions + spans inside them). Incomplete if stopped.
[[nodiscard]] Works worksOf(const TraceFacts& facts, TimeRange range, const WorkList& list,
                            const std::stop_token& stop = {});

/// What both kinds have: a task's goroutine is the one that began it, its number is the task's id.
struct WorkFacts {
    StringId type;
    TimeRange range;
    GoroutineIndex goroutine;
    bool open = false;
    bool beforeTrace = false;
};
[[nodiscard]] WorkFacts workAt(const Trace& trace, WorkKind kind, std::uint32_t place);

} // namespace waitscope
