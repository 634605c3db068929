// SPDX-License-Identifier: GPL-3.0-or-later
// When does B differ from A? The numbers of the strip between two heatmaps of a comparison (analysis.md, section 5).
#pragma once

#include "model/compare/comparison.h"
#include "model/heatmap/state_set.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace waitscope {

/// What the pictures of a comparison show: the states of the family of the row that changed most and has a verdict, or
/// of the one that changed most; all waiting if a heatmap knows no such states.
[[nodiscard]] StateSet statesOfLargestChange(const Comparison& comparison);

struct DifferenceOverTime {
    Both<std::vector<double>> goroutines; ///< of the program, in the states on average, by bin
    /// B minus A by bin; NaN where only one of the ranges reaches. Changing the sides negates it exactly.
    std::vector<double> difference;
    double largest = 0; ///< of the absolute differences: both ends of the colours, with 0 in the middle
    Time length = 0;    ///< of all bins together: of the longer range
};
/// Both ranges from their beginnings on, in bins of the same length. Empty without bins or ranges, and when stopped.
/// O(spans inside the ranges + bins).
[[nodiscard]] DifferenceOverTime differenceOverTime(const Both<const TraceFacts*>& facts, const Both<TimeRange>& ranges,
                                                    StateSet states, std::uint32_t bins,
                                                    const std::stop_token& stop = {});

} // namespace waitscope
