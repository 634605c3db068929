// SPDX-License-Identifier: GPL-3.0-or-later
// When was the garbage collector marking, and when did the world stand still?
#pragma once

#include "model/trace/trace.h"

#include <vector>

namespace waitscope {

struct CollectorRanges {
    std::vector<TimeRange> marks; ///< mark phases, by time
    std::vector<TimeRange> stops; ///< stops of the world of any kind, by time

    CollectorRanges() = default;
    /// O(ranges).
    explicit CollectorRanges(const Trace& trace);
};

} // namespace waitscope
