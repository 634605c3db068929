// SPDX-License-Identifier: GPL-3.0-or-later
// The cells of a grid whose rows are bundles of lives: goroutines, or residences of goroutines.
#pragma once

#include "model/facts.h"
#include "model/heatmap/grid.h"
#include "model/heatmap/residences.h"

#include <functional>
#include <span>
#include <stop_token>

namespace waitscope {

/// One life in a row.
struct RowItem {
    GoroutineIndex goroutine;
    TimeRange life;
};

/// The lives of all rows by their place. Asked when a row is filled: there may be millions.
using RowItems = std::function<RowItem(std::uint32_t place)>;

/// What a life is full of, when that is not its spans.
struct ResidencesOfGoroutines {
    /// Sorted, without overlaps; those of goroutine g from `first[g]` to `first[g + 1]`.
    std::vector<TimeRange> ranges;
    std::vector<std::uint32_t> first;
};
[[nodiscard]] ResidencesOfGoroutines residencesByGoroutine(const TraceFacts& facts, std::span<const ResidenceArm> arms);

/// Fills values, alive and marks of rows firstRow … of a grid whose range, bins, metric and rows are set already and
/// whose columns have their size: row r holds the items from rows[r].first on. `residences` for lives that hold
/// residences; none: a life is one. Stops early when asked to. Returns the spans read. O(spans in the range + items ·
/// log spans of one + rows · bins), on all cores.
std::uint64_t fillRows(const TraceFacts& facts, const RowItems& items, const ResidencesOfGoroutines* residences,
                       Grid& grid, const std::stop_token& stop);

} // namespace waitscope
