// SPDX-License-Identifier: GPL-3.0-or-later
// Who created a goroutine, who created that one, and so on; and whom did it create?
#pragma once

#include "model/facts.h"

#include <string_view>
#include <vector>

namespace waitscope {

/// Goroutines that one goroutine created and that run the same function.
struct Offspring {
    std::string_view function;           ///< as Go prints it, of the trace; empty: not recorded
    std::vector<GoroutineIndex> members; ///< in the order of their creation
};
/// The most members first, equals by name. O(goroutines that `parent` created).
[[nodiscard]] std::vector<Offspring> offspringOf(const TraceFacts& facts, GoroutineIndex parent);

/// From its creator to the first goroutine whose creator the trace does not name, at most `mostAncestors` of them.
constexpr std::size_t mostAncestors = 64;
[[nodiscard]] std::vector<GoroutineIndex> ancestorsOf(const Trace& trace, GoroutineIndex g);

} // namespace waitscope
