// SPDX-License-Identifier: GPL-3.0-or-later
// What did the goroutines of each function spend their time on? The goroutine analysis of `go tool trace`, with waits
// that do not end and those from before the trace counted too.
#pragma once

#include "model/facts.h"

#include <array>
#include <cstdint>
#include <vector>

namespace waitscope {

struct FunctionTimes {
    StringId function; ///< empty: not recorded
    std::uint64_t goroutines = 0;
    Time lifetime = 0; ///< the sum of all states
    std::array<Time, stateFamilyCount> states{};
    Time assisting = 0; ///< helping the collector; inside the other states

    [[nodiscard]] Time in(StateFamily family) const { return states[static_cast<std::size_t>(family)]; }
};

/// Those that live in the range, most running time first. The runtime's own goroutines only if asked for. O(spans).
[[nodiscard]] std::vector<FunctionTimes> functionTimes(const TraceFacts& facts, TimeRange range,
                                                       bool runtimeGoroutines = false);

} // namespace waitscope
