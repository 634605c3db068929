// SPDX-License-Identifier: GPL-3.0-or-later
// When was the garbage collector marking, and when did the world stand still?
#pragma once

#include "model/trace/trace.h"

#include <functional>
#include <vector>

namespace waitscope {

struct CollectorRanges {
    std::vector<TimeRange> marks; ///< mark phases, by time
    std::vector<TimeRange> stops; ///< stops of the world of any kind, by time

    CollectorRanges() = default;
    /// O(ranges).
    explicit CollectorRanges(const Trace& trace);
};

/// Calls `use` with the parts of `ranges` (by time, not overlapping) that lie in `visible`; of several that begin
/// within one `pixel` (ns) only with the first. O(pixels * log ranges).
void forEachVisible(const std::vector<TimeRange>& ranges, TimeRange visible, double pixel,
                    const std::function<void(TimeRange)>& use);

} // namespace waitscope
