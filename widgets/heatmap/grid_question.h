// SPDX-License-Identifier: GPL-3.0-or-later
// What does a view have to know to get its grid from another thread, and what comes back? The order of rows is handed
// back and forth, so that moving and zooming do not sort again.
#pragma once

#include "model/facts.h"
#include "model/heatmap/heatmap.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

using GoroutineList = std::shared_ptr<const std::vector<GoroutineIndex>>;

struct GridQuestion {
    std::shared_ptr<const TraceFacts> facts;
    std::string filter;           ///< part of the function's name
    GoroutineList goroutines;     ///< in the order asked for, if they are known already
    std::uint32_t firstPlace = 0; ///< the part of them that is shown, in modes whose rows are goroutines
    std::uint32_t placeCount = 0; ///< 0: to the last one
    HeatmapOptions options;
};

struct GridAnswer {
    GoroutineList goroutines;
    std::shared_ptr<const Grid> grid;
};

/// Bundles begin at multiples of their size, so the answer may begin a little before the place asked for. The answer of
/// a stopped question means nothing.
[[nodiscard]] GridAnswer answerTo(const GridQuestion& question, const std::stop_token& stop);

} // namespace waitscope
