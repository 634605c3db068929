// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/facts.h"

#include "model/build/side_by_side.h"

#include <array>
#include <functional>
#include <utility>

namespace waitscope {

std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace, Rows rows) {
    auto facts = std::make_shared<TraceFacts>();
    facts->waits = WaitClasses(*trace);
    // The longest first.
    const std::array<std::function<void()>, 3> parts{
        [&] {
            if (rows == Rows::Drawn)
                facts->pyramids = Pyramids(*trace, facts->waits);
        },
        [&] { facts->notes = GoroutineNotes(*trace); },
        [&] {
            facts->groups = groupsOf(*trace, facts->waits);
            facts->heap = HeapSeries(*trace);
            facts->collector = CollectorRanges(*trace);
        },
    };
    sideBySide(parts.size(), threadsByDefault(), [&](std::size_t part) { parts[part](); });
    facts->trace = std::move(trace);
    return facts;
}

} // namespace waitscope
