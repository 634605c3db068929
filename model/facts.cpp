// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/facts.h"

namespace waitscope {

std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace) {
    WaitClasses waits(*trace);
    auto facts = std::make_shared<TraceFacts>();
    facts->pyramids = Pyramids(*trace, waits);
    facts->groups = groupsOf(*trace, waits);
    facts->notes = GoroutineNotes(*trace);
    facts->heap = HeapSeries(*trace);
    facts->collector = CollectorRanges(*trace);
    facts->waits = std::move(waits);
    facts->trace = std::move(trace);
    return facts;
}

} // namespace waitscope
