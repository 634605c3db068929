// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/largest_change.h"

#include "model/heatmap/state_set.h"

#include <algorithm>

namespace waitscope {

std::string_view familyOfLargestChange(const Comparison& comparison) {
    const auto& rows = comparison.rows;
    auto row = std::ranges::find_if(rows, [](const ComparedRow& r) { return saysSomething(r.verdict); });
    if (row == rows.end())
        row = rows.begin();
    constexpr std::string_view all = "all";
    if (row == rows.end())
        return all;
    const std::string_view family = (row->metrics.a ? row->key.a : row->key.b).family;
    return statesFrom(family) ? family : all;
}

} // namespace waitscope
