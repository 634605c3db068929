// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/collector.h"

#include <algorithm>

namespace waitscope {

CollectorRanges::CollectorRanges(const Trace& trace) {
    for (const RuntimeRange& range : trace.ranges) {
        if (trace.text(range.name).starts_with("stop-the-world"))
            stops.push_back(range.range);
        else if (!range.goroutine.known() && !range.proc.known())
            marks.push_back(range.range);
    }
}

void forEachVisible(const std::vector<TimeRange>& ranges, TimeRange visible, double pixel,
                    const std::function<void(TimeRange)>& use) {
    auto next = std::ranges::upper_bound(ranges, visible.begin, {}, &TimeRange::end);
    while (next != ranges.end() && next->begin < visible.end) {
        use(next->clippedTo(visible));
        const Time behind = std::max(next->begin + static_cast<Time>(pixel), next->begin + 1);
        next = std::ranges::lower_bound(next, ranges.end(), behind, {}, &TimeRange::begin);
    }
}

} // namespace waitscope
