// SPDX-License-Identifier: GPL-3.0-or-later
// How much work was done? What a trace calls a request: a task, a region, or a goroutine of one function that was
// created and ended. The same kind is counted on both sides.
#pragma once

#include "model/compare/both.h"
#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

enum class RequestKind : std::uint8_t { Task, Region, Function };
constexpr std::string_view nameOf(RequestKind kind) {
    constexpr std::string_view names[]{"task", "region", "function"};
    return names[static_cast<std::size_t>(kind)];
}

/// What counts as a request: tasks or regions of this type, or goroutines that run this function.
struct RequestChoice {
    RequestKind kind = RequestKind::Task;
    std::string name; ///< of a function: also without its package or with other closure numbers
};

struct Requests {
    RequestChoice choice;
    bool automatic = true;         ///< nobody chose it
    Both<std::uint64_t> completed; ///< ended inside the compared ranges
    Both<std::uint64_t> begun;     ///< began inside them

    /// From so many on, on both sides, a verdict per request is allowed.
    static constexpr std::uint64_t least = 30;
    [[nodiscard]] bool enough() const { return completed.a >= least && completed.b >= least; }
    /// The same work was done: enough of them, and the numbers within 10 % of the larger one.
    [[nodiscard]] bool matched() const;
};

/// Of the choice, or, without one, of what both traces completed most of: tasks before regions before goroutines of one
/// function of the program before those of the library. None if there is nothing that both have, or the choice is in
/// neither. O(tasks + regions + goroutines).
[[nodiscard]] std::optional<Requests> countRequests(const Both<const TraceFacts*>& facts, const Both<TimeRange>& ranges,
                                                    const std::optional<RequestChoice>& choice);

} // namespace waitscope
