// SPDX-License-Identifier: GPL-3.0-or-later
// One function a mode: fills a grid whose mode, metric, range and bins are set. Asked for by heatmapGrid only.
#pragma once

#include "model/heatmap/heatmap.h"
#include "model/heatmap/time_sums.h"

#include <span>
#include <vector>

namespace waitscope {

struct GridRequest {
    const TraceFacts& facts;
    std::span<const GoroutineIndex> goroutines;
    const HeatmapOptions& options;
    const std::stop_token& stop;
};

/// O(spans in the range + goroutines · log spans of one + rows · bins).
void fillLifetimes(const GridRequest& request, Grid& grid);
/// O(goroutines; by state spans in the range + groups · bins).
void fillPopulation(const GridRequest& request, Grid& grid);
/// O(goroutines · intervals it passes; with other states than alive: spans in the range).
void fillAges(const GridRequest& request, Grid& grid);
/// O(spans in the range).
void fillLatencies(const GridRequest& request, Grid& grid);
/// O(spans in the range + sites · bins).
void fillSites(const GridRequest& request, Grid& grid);
/// O(marks · log + spans of the residences in the range).
void fillStrategies(const GridRequest& request, Grid& grid);
/// O(runs in the range + processors · bins).
void fillUtilizations(const GridRequest& request, Grid& grid);

/// The cells of all rows from their sums, and who is in each; rows lie below each other. `sums` and `members` are by
/// row. O(rows · bins + members).
void fillRows(Grid& grid, std::span<const TimeSums> sums, std::span<const std::vector<GoroutineIndex>> members);

/// Boundaries 0, low, … , at least high: evenly spaced on a logarithmic scale, in ns.
[[nodiscard]] std::vector<double> logIntervals(double low, double high, std::uint32_t perDecade);

} // namespace waitscope
