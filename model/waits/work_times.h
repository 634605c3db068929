// SPDX-License-Identifier: GPL-3.0-or-later
// How long did the tasks and regions take that the program names, and what did their goroutines do meanwhile? The
// region and task analysis of `go tool trace`, with those that do not end in the trace, or began before it, counted as
// far as it saw them.
//
// The tool has more rows in one respect: a goroutine that is created inside a region gets a region without a name from
// it. Here it belongs to the task instead (`annotation_types.h`).
#pragma once

#include "model/facts.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace waitscope {

/// Tasks of one type, or regions of one type that begin at one line.
struct WorkTimes {
    StringId type;
    FrameId site; ///< where they begin: the program's line; of tasks that of the first one. None: not recorded
    std::uint64_t count = 0;
    std::uint64_t open = 0;            ///< of these: not over when the trace ends
    std::uint64_t beforeTrace = 0;     ///< of these: their begin was not seen
    Time total = 0;                    ///< inside the range
    std::optional<Time> p50, p95, max; ///< of those seen whole, nearest rank
    std::uint32_t longest = nowhere;   ///< the task or region with most time inside the range: its place in the trace
    /// Of a region's goroutine, of a task's first one, inside the range.
    std::array<Time, stateFamilyCount> states{};
    Time elsewhere = 0; ///< of the total: that goroutine had ended, or is not known

    [[nodiscard]] Time in(StateFamily family) const { return states[static_cast<std::size_t>(family)]; }
    /// Of the total: it did not run.
    [[nodiscard]] Time suspended() const { return total - in(StateFamily::Running)-elsewhere; }
};

/// Those that touch the range, most time first. O(annotations + spans inside them).
[[nodiscard]] std::vector<WorkTimes> taskTimes(const TraceFacts& facts, TimeRange range);
[[nodiscard]] std::vector<WorkTimes> regionTimes(const TraceFacts& facts, TimeRange range);

} // namespace waitscope
