// SPDX-License-Identifier: GPL-3.0-or-later
// How long did goroutines live, and what did each of them do with its time?
#pragma once

#include "model/inspect/state_times.h"

#include <span>
#include <stop_token>
#include <vector>

namespace waitscope {

struct Life {
    GoroutineIndex goroutine;
    Time length = 0;   ///< whole, as far as the trace saw it
    TimeByState spent; ///< inside the range
};

struct Lives {
    TimeRange range;
    std::vector<Life> lives; ///< as the goroutines come
    LengthHistogram lengths; ///< of all that live in the range, whatever lengths are listed
};

/// Of the goroutines that live in the range; listed are those that live as long as `lengths` says. O(goroutines · log
/// spans + spans inside). Incomplete if stopped.
[[nodiscard]] Lives livesOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
                            TimeRange lengths = {0, INT64_MAX}, const std::stop_token& stop = {});

} // namespace waitscope
