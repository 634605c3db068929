// SPDX-License-Identifier: GPL-3.0-or-later
// Which wait made this take so long?
#pragma once

#include "model/facts.h"

#include <span>

namespace waitscope {

struct LongestWait {
    bool idleToo = true; ///< waits that are idle by nature count
    SpanIndex after;     ///< the longest of those that come after this one, by length, then by place; none: of all
};

/// The wait or system call of these goroutines that took most of the range; of equal ones the first. None if they
/// waited for nothing inside it. O(goroutines · log spans + spans inside).
[[nodiscard]] SpanIndex longestWaitOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                                      TimeRange range, const LongestWait& which = {});

} // namespace waitscope
