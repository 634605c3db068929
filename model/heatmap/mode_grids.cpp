// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/mode_grids.h"

#include <cmath>

namespace waitscope {

void fillRows(Grid& grid, std::span<const TimeSums> sums, std::span<const std::vector<GoroutineIndex>> members) {
    grid.values.resize(grid.rows.size() * grid.bins);
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        sums[r].each([&](std::uint32_t b, double sum) { grid.values[grid.cell(r, b)] = static_cast<float>(sum); });
        grid.rows[r].first = static_cast<std::uint32_t>(grid.goroutines.size());
        grid.rows[r].count = static_cast<std::uint32_t>(members[r].size());
        grid.goroutines.insert(grid.goroutines.end(), members[r].begin(), members[r].end());
    }
    grid.placeRows(0, 1);
}

std::vector<double> logIntervals(double low, double high, std::uint32_t perDecade) {
    std::vector<double> bounds{0, low};
    for (std::uint32_t i = 1; bounds.back() < high; ++i)
        bounds.push_back(low * std::pow(10.0, static_cast<double>(i) / perDecade));
    return bounds;
}

} // namespace waitscope
