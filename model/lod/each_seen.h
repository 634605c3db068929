// SPDX-License-Identifier: GPL-3.0-or-later
// Which of a row's ranges have to be drawn, when there are more of them than pixels?
#pragma once

#include "model/trace/time.h"

#include <algorithm>

namespace waitscope {

/// Calls `use(item)` for those of the items (by time, not overlapping; `rangeOf(item)` says when) that touch `visible`,
/// but for none that ends within a `pixel` (ns) of where the one before begins: a long one is seen whatever it follows.
/// Two a pixel at most. O(those · log items).
template <class Items, class RangeOf, class Use>
void eachSeen(const Items& items, TimeRange visible, Time pixel, const RangeOf& rangeOf, const Use& use) {
    const auto endOf = [&](const auto& item) { return rangeOf(item).end; };
    auto next = std::ranges::lower_bound(items, visible.begin, {}, endOf);
    while (next != items.end() && rangeOf(*next).begin < visible.end) {
        use(*next);
        const Time begin = rangeOf(*next).begin;
        const Time behind = begin + std::clamp<Time>(pixel, 1, visible.end - begin);
        next = std::ranges::lower_bound(next + 1, items.end(), behind, {}, endOf);
    }
}

} // namespace waitscope
