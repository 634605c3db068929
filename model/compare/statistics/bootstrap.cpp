// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/bootstrap.h"

#include "model/compare/statistics/distributions.h"
#include "model/compare/statistics/random_draws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace waitscope {

namespace {

constexpr std::size_t mostGroups = 512;
constexpr std::uint64_t clusterSeed = 0x57616974'73636f70U;
constexpr std::uint64_t blockSeed = 0x426c6f63'6b73206fU;

// One side, drawn again and again.
struct Drawn {
    double value = 0;      ///< of the side as it is
    double variance = 0;   ///< of the value: what the draws scatter by, corrected for few units
    std::size_t units = 0; ///< clusters or blocks
    std::array<double, bootstrapDraws> draws{};
};

bool finite(std::span<const double> values) {
    return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

// Which clusters are drawn together. Sums and sizes of groups.
struct Groups {
    std::vector<double> sums;
    std::vector<double> sizes;
};

Groups groupsOf(std::span<const double> totals, std::size_t clusters, RandomDraws& random) {
    const std::size_t perGroup = (clusters + mostGroups - 1) / mostGroups;
    const std::size_t count = (clusters + perGroup - 1) / perGroup;
    Groups groups{std::vector<double>(count), std::vector<double>(count, static_cast<double>(perGroup))};
    groups.sizes.back() = static_cast<double>(clusters - perGroup * (count - 1));
    if (perGroup == 1) {
        std::ranges::copy(totals, groups.sums.begin());
        return groups;
    }
    // Each total takes a free place, every one with the same chance; zeros get what is left. A draw that hits a taken
    // place is repeated: O(n · log n) draws even if no place is left over.
    std::vector<std::size_t> taken(count);
    for (const double total : totals) {
        for (;;) {
            const std::size_t place = random.below(static_cast<std::uint32_t>(clusters));
            const std::size_t group = place / perGroup;
            if (place % perGroup < taken[group])
                continue;
            ++taken[group];
            groups.sums[group] += total;
            break;
        }
    }
    return groups;
}

std::optional<Drawn> drawnClusters(const Clusters& side) {
    const std::size_t clusters = side.totals.size() + side.zeros;
    if (clusters < 2 || !(side.divisor > 0) || !finite(side.totals))
        return {};
    std::vector<double> totals(side.totals.begin(), side.totals.end());
    std::ranges::sort(totals);
    std::uint64_t seed = RandomDraws::seedWith(clusterSeed, side.divisor);
    seed = RandomDraws::seedWith(seed, static_cast<std::uint64_t>(side.zeros));
    for (const double total : totals)
        seed = RandomDraws::seedWith(seed, total);
    RandomDraws random(seed);

    const auto n = static_cast<double>(clusters);
    double sum = 0;
    for (const double total : totals)
        sum += total;
    double squares = static_cast<double>(side.zeros) * (sum / n) * (sum / n);
    for (const double total : totals)
        squares += (total - sum / n) * (total - sum / n);
    Drawn drawn;
    drawn.value = sum / side.divisor;
    drawn.variance = n / (n - 1) * squares / side.divisor / side.divisor;
    drawn.units = clusters;

    const Groups groups = groupsOf(totals, clusters, random);
    const auto count = static_cast<std::uint32_t>(groups.sums.size());
    for (double& draw : drawn.draws) {
        double total = 0, size = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t group = random.below(count);
            total += groups.sums[group];
            size += groups.sizes[group];
        }
        draw = total * (n / size) / side.divisor; // one group may be smaller than the others
    }
    return drawn;
}

std::optional<Drawn> drawnBlocks(const BinnedSide& side) {
    const std::size_t bins = side.amounts.size();
    const bool isShare = !side.of.empty();
    if (bins < 2 || (isShare && side.of.size() != bins) || !finite(side.amounts) || !finite(side.of))
        return {};
    const std::size_t length = std::clamp<std::size_t>(side.blockBins, 1, bins / 2);
    std::uint64_t seed = RandomDraws::seedWith(blockSeed, static_cast<std::uint64_t>(length));
    double amount = 0, whole = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        const double of = isShare ? side.of[i] : 1;
        amount += side.amounts[i];
        whole += of;
        seed = RandomDraws::seedWith(RandomDraws::seedWith(seed, side.amounts[i]), of);
    }
    if (!(whole > 0))
        return {};
    RandomDraws random(seed);

    // By the bin that a block begins with. Sums of their own, not differences of running sums: what is 0 stays 0.
    std::vector<double> amounts(bins), wholes(bins);
    Drawn drawn;
    drawn.value = amount / whole;
    drawn.units = bins / length;
    double squares = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        for (std::size_t k = 0; k < length; ++k) {
            const std::size_t bin = i + k < bins ? i + k : i + k - bins;
            amounts[i] += side.amounts[bin];
            wholes[i] += isShare ? side.of[bin] : 1;
        }
        const double residual = amounts[i] - drawn.value * wholes[i];
        squares += residual * residual;
    }
    const auto blocks = static_cast<double>(drawn.units);
    const double drawnWhole = whole * blocks * static_cast<double>(length) / static_cast<double>(bins);
    drawn.variance = blocks / (blocks - 1) * blocks * (squares / static_cast<double>(bins)) / drawnWhole / drawnWhole;

    for (double& draw : drawn.draws) {
        double a = 0, w = 0;
        for (std::size_t i = 0; i < drawn.units; ++i) {
            const std::uint32_t begin = random.below(static_cast<std::uint32_t>(bins));
            a += amounts[begin];
            w += wholes[begin];
        }
        draw = w > 0 ? a / w : drawn.value; // by chance nobody lived in any of these blocks
    }
    return drawn;
}

std::optional<BootstrapDifference> differenceOf(const std::optional<Drawn>& a, const std::optional<Drawn>& b) {
    if (!a || !b)
        return {};
    BootstrapDifference result;
    result.difference = b->value - a->value;
    result.independent = std::min(a->units, b->units);
    const double variance = a->variance + b->variance;
    if (!(variance > 0)) { // nothing scatters
        result.lowest = result.highest = result.difference;
        result.p = result.difference == 0 ? 1 : 0;
        return result;
    }
    result.standardError = std::sqrt(variance);
    const auto part = [&](const Drawn& side) {
        const double share = side.variance / variance;
        return share * share / static_cast<double>(side.units - 1);
    };
    const double degrees = 1 / (part(*a) + part(*b));
    result.p = studentTwoSided(result.difference / result.standardError, degrees);

    std::array<double, bootstrapDraws> draws{};
    for (std::size_t i = 0; i < bootstrapDraws; ++i)
        draws[i] = b->draws[i] - a->draws[i];
    std::ranges::sort(draws);
    // Percentiles of a bootstrap are too narrow for few units, by the factor between the two standard deviations and by
    // that between normal and Student's quantiles (Hesterberg 2015, "expanded percentiles").
    const double quantile = studentQuantile(0.05, degrees);
    const double tail = normalBelow(-quantile * std::sqrt((degrees + 1) / degrees));
    const auto beyond = static_cast<std::size_t>(std::ceil(tail * static_cast<double>(bootstrapDraws)));
    const std::size_t index = beyond == 0 ? 0 : beyond - 1;
    result.lowest = draws[index];
    result.highest = draws[bootstrapDraws - 1 - index];
    if (index == 0) { // so far out there are no draws
        result.lowest = std::min(result.lowest, result.difference - quantile * result.standardError);
        result.highest = std::max(result.highest, result.difference + quantile * result.standardError);
    }
    return result;
}

} // namespace

std::optional<BootstrapDifference> clusterBootstrap(const Clusters& a, const Clusters& b) {
    return differenceOf(drawnClusters(a), drawnClusters(b));
}

std::optional<BootstrapDifference> movingBlocks(const BinnedSide& a, const BinnedSide& b) {
    return differenceOf(drawnBlocks(a), drawnBlocks(b));
}

} // namespace waitscope
