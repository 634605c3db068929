// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines belong together, in which order, and how many of them were doing what, when?
#pragma once

#include "model/trace/trace.h"
#include "model/waits/wait_classes.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// What the goroutines of a group have in common.
enum class Grouping : std::uint8_t {
    Function, ///< that they run
    Creator,  ///< the line with the `go` statement
    State,    ///< in which the trace's end finds them
    WaitsFor, ///< primitive and line of the wait that is open at the trace's end
    Task,     ///< user task: one group each; a goroutine is in the group of every task it worked for
    None,     ///< one group of all
};

/// What comes first, of groups and of the members of a group.
enum class GroupOrder : std::uint8_t {
    OpenWait,  ///< groups: most time in waits that are open at the end; members: creation
    Creation,  ///< first appearance in the trace
    TotalWait, ///< time in Go's state Waiting, most first
    Age,       ///< of the wait that is open at the end, oldest first
    End,       ///< earliest end first, those alive at the trace's end last
    Name,      ///< groups: name; members: Go's id
};

struct NamedChoice {
    std::string_view name; ///< on the command line: `--group creator`
    std::string_view text; ///< in menus and captions
};
constexpr std::array<NamedChoice, 6> namedGroupings{{{"function", "function"},
                                                     {"creator", "created by"},
                                                     {"state", "state at the end"},
                                                     {"waits-for", "what they wait for"},
                                                     {"task", "user task"},
                                                     {"none", "no groups"}}};
constexpr std::array<NamedChoice, 6> namedGroupOrders{{{"open-wait", "open wait"},
                                                       {"creation", "creation"},
                                                       {"wait", "total wait"},
                                                       {"age", "age of the open wait"},
                                                       {"end", "end"},
                                                       {"name", "name"}}};
[[nodiscard]] constexpr std::optional<std::size_t> findChoice(std::span<const NamedChoice> choices,
                                                              std::string_view name) {
    for (std::size_t i = 0; i < choices.size(); ++i)
        if (choices[i].name == name)
            return i;
    return {};
}

struct GoroutineGroup {
    std::string name;
    std::vector<GoroutineIndex> members;
    Time openWait = 0;   ///< of all members: waits that are still open at the trace's end
    Time oldestOpen = 0; ///< the longest of these
    std::uint32_t blockedAtEnd = 0;
    bool runtime = false; ///< the runtime's own: they come last in every order
    TaskIndex task;       ///< of a group of Grouping::Task
};

struct GoroutineGroups {
    std::vector<GoroutineGroup> groups;
    std::vector<std::uint32_t> groupOf; ///< by goroutine: the place of its (first) group, or `nowhere`
    std::vector<std::uint32_t> placeIn; ///< by goroutine: its place among the members of that group
    std::size_t shown = 0;              ///< goroutines that are in a group
};

struct GroupChoice {
    Grouping grouping = Grouping::Function;
    GroupOrder order = GroupOrder::OpenWait;
    std::function<bool(GoroutineIndex)> wanted; ///< not set: all
};

/// O(goroutines · log), with TotalWait O(spans) more, with Task O(regions · log) more. What is stopped is incomplete.
[[nodiscard]] GoroutineGroups groupsOf(const Trace& trace, const WaitClasses& waits, const GroupChoice& choice = {},
                                       const std::stop_token& stop = {});

/// Who worked for a task: began it, or has a region or log of it; by index. O(regions + logs).
[[nodiscard]] std::vector<GoroutineIndex> workersOf(const Trace& trace, TaskIndex task);

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
    /// The most of one family in a bin. O(bins).
    [[nodiscard]] float peakOf(StateFamily family) const;
};

/// Of `members` over `range` in `bins` equal bins. Empty if stopped. O(spans of the members in the range + bins).
[[nodiscard]] Activity activityOf(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                                  TimeRange range, std::size_t bins, const std::stop_token& stop = {});

/// The goroutines of the program, or of program and runtime. O(goroutines).
[[nodiscard]] std::vector<GoroutineIndex> goroutinesOf(const Trace& trace, const WaitClasses& waits, bool runtime);

} // namespace waitscope
