// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/collector.h"

namespace waitscope {

CollectorRanges::CollectorRanges(const Trace& trace) {
    for (const RuntimeRange& range : trace.ranges) {
        if (trace.text(range.name).starts_with("stop-the-world"))
            stops.push_back(range.range);
        else if (!range.goroutine.known() && !range.proc.known())
            marks.push_back(range.range);
    }
}

} // namespace waitscope
