// SPDX-License-Identifier: GPL-3.0-or-later
// How sure is a difference when the waits depend on each other? One convoy makes a thousand waits long at once; it is
// one observation, not a thousand. So whole goroutines, or whole stretches of time, are drawn again instead of waits
// (analysis.md section 4).
//
// Random numbers are SplitMix64's, seeded with a constant and the *contents* of the side that is drawn from: so a side
// gives the same draws whether it is called A or B (which makes swapping exact), goroutine ids do not matter, two
// different sides are drawn independently, and a side differs by exactly 0 from itself in every draw.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace waitscope {

/// How often each side is drawn again.
constexpr std::size_t bootstrapDraws = 2'000;

struct BootstrapDifference {
    double difference = 0;          ///< B less A
    double lowest = 0, highest = 0; ///< 95 % interval: percentiles, widened for few clusters or blocks
    double standardError = 0;
    double p = 1;                ///< two-sided: Student's t of difference / standard error, Welch's degrees of freedom
    std::size_t independent = 0; ///< clusters or blocks of the side that has fewer
};

/// One side, by what was drawn at random when the program ran: goroutines, or whole runs.
struct Clusters {
    std::span<const double> totals; ///< of each cluster, e.g. nanoseconds it waited at the site; in any order
    std::size_t zeros = 0;          ///< further clusters whose total is 0: goroutines that never waited there
    /// What the sum of all totals is divided by: the length of the trace (then it is a concurrency), the number of
    /// requests, the number of clusters (then it is a mean). > 0.
    double divisor = 1;
};
/// The difference of sum / divisor. None if a side has fewer than two clusters (zeros count). Beyond 512 clusters a
/// side they are drawn in random groups of equal size, so that it costs O(draws · 512 + n · log n) at most, about 4 ms.
[[nodiscard]] std::optional<BootstrapDifference> clusterBootstrap(const Clusters& a, const Clusters& b);

/// One side over time: bins of equal length. The two sides may have different numbers of bins.
struct BinnedSide {
    std::span<const double> amounts; ///< in each bin, e.g. the mean number blocked, or nanoseconds blocked
    /// What they are a share of (goroutine time in the bin), of the same size; empty: the mean over the bins is meant.
    std::span<const double> of = {};
    std::size_t blockBins = 1; ///< how many neighbouring bins depend on each other: max(1 s, 10 × hold) / bin length
};
/// The difference of sum(amounts) / sum(of), or of the means. Blocks of `blockBins` neighbours are drawn, wherever they
/// begin; the last bin's neighbour is the first (so every bin is as likely as any other). A block is at most half of
/// the side: then there are two, and the interval is as wide as two observations make it. None if a side has fewer than
/// two bins, or a sum of `of` is 0. O(draws · blocks + bins).
[[nodiscard]] std::optional<BootstrapDifference> movingBlocks(const BinnedSide& a, const BinnedSide& b);

} // namespace waitscope
