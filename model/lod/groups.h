// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines belong together, and how many of them were doing what, when?
#pragma once

#include "model/trace/trace.h"
#include "model/waits/wait_classes.h"

#include <array>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace waitscope {

/// The goroutines that run one function.
struct GoroutineGroup {
    std::string_view function;           ///< lives as long as the trace
    std::vector<GoroutineIndex> members; ///< in order of first appearance
    Time openWait = 0;                   ///< of all members: waits that are still open at the trace's end
    Time oldestOpen = 0;                 ///< the longest of these
    std::uint32_t blockedAtEnd = 0;
    bool runtime = false; ///< the runtime's own
};

/// All goroutines by function: the program's groups before the runtime's, and among them those with the most open wait
/// first (then the larger, then by name), because that is what an engineer in an incident looks for.
struct GoroutineGroups {
    std::vector<GoroutineGroup> groups;
    std::vector<std::uint32_t> groupOf; ///< by goroutine: the place of its group
    std::vector<std::uint32_t> placeIn; ///< by goroutine: its place among the members of its group
};
/// O(goroutines).
[[nodiscard]] GoroutineGroups groupsByFunction(const Trace& trace, const WaitClasses& waits);

/// The length of the wait that a goroutine is in when the trace ends; 0 if it is in none. A lower bound if it began
/// before the trace. O(1).
[[nodiscard]] Time openWaitOf(const Trace& trace, GoroutineIndex g);

/// The mean number of goroutines in each family of states, bin by bin.
struct Activity {
    using Counts = std::array<float, stateFamilyCount>;
    TimeRange range;
    std::vector<Counts> bins;
    float peak = 0; ///< most alive in a bin

    [[nodiscard]] bool empty() const { return bins.empty(); }
};

/// Of `members` over `range` in `bins` equal bins. Empty if stopped. O(spans of the members in the range + bins).
[[nodiscard]] Activity activityOf(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                                  TimeRange range, std::size_t bins, const std::stop_token& stop = {});

} // namespace waitscope
