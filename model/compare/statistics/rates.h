// SPDX-License-Identifier: GPL-3.0-or-later
// Does something happen more often in B than in A? Events come in bursts, so their variance is estimated, not taken
// from Poisson's law.
#pragma once

#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <span>

namespace waitscope {

/// Counts in bins of equal length. The bins should be longer than what happens in one go (a burst): neighbours are
/// taken as independent.
struct BinnedCounts {
    std::span<const std::uint64_t> counts;
    Time binLength = 0; ///< > 0
};

/// All logarithms are natural, so that swapping the sides negates them exactly.
struct RateRatio {
    double logRatio = 0;                  ///< of B's rate to A's
    double logLowest = 0, logHighest = 0; ///< 95 % interval
    double dispersion = 1;                ///< variance over mean within the sides, at least 1
    double p = 1;                         ///< two-sided

    [[nodiscard]] double ratio() const;
    [[nodiscard]] double lowest() const;
    [[nodiscard]] double highest() const;
};
/// Quasi-Poisson: what R's `glm(n ~ side + offset(log(length)), family = quasipoisson)` says, with the dispersion at
/// least 1 (a steady trickle is no proof) and, if nothing happened on one side, half an event added to both.
/// None if a side has no bins, or there are fewer than three in all. O(bins).
[[nodiscard]] std::optional<RateRatio> rateRatio(const BinnedCounts& a, const BinnedCounts& b);

} // namespace waitscope
