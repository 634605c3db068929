// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/longest_wait.h"

#include "model/waits/each_wait.h"

#include <utility>

namespace waitscope {

SpanIndex longestWaitOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
                        const LongestWait& which) {
    // The longest first, then by place: less is earlier in that order.
    using Order = std::pair<Time, std::uint32_t>;
    const auto orderOf = [&](SpanIndex wait) {
        return Order{-facts.trace->spans.range(wait).clippedTo(range).length(), wait.value};
    };
    const Order after = which.after.known() ? orderOf(which.after) : Order{INT64_MIN, 0};
    Order found{0, nowhere};
    for (const GoroutineIndex g : goroutines)
        eachWait(facts, g, range, [&](SpanIndex wait, std::uint32_t place, bool) {
            const Order order = orderOf(wait);
            if (order < found && order > after && (which.idleToo || facts.waits.all()[place].idiom.empty()))
                found = order;
        });
    return {found.second};
}

} // namespace waitscope
