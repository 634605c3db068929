// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/rates.h"

#include "model/compare/statistics/distributions.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

struct Side {
    double events = 0;
    double time = 0;
    double scatter = 0; ///< Pearson's: sum of (count - mean)² / mean
};

Side sideOf(const BinnedCounts& bins) {
    Side side;
    for (const std::uint64_t count : bins.counts)
        side.events += static_cast<double>(count);
    side.time = static_cast<double>(bins.counts.size()) * static_cast<double>(bins.binLength);
    const double mean = side.events / static_cast<double>(bins.counts.size());
    if (mean > 0)
        for (const std::uint64_t count : bins.counts)
            side.scatter += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean) / mean;
    return side;
}

} // namespace

double RateRatio::ratio() const {
    return std::exp(logRatio);
}
double RateRatio::lowest() const {
    return std::exp(logLowest);
}
double RateRatio::highest() const {
    return std::exp(logHighest);
}

std::optional<RateRatio> rateRatio(const BinnedCounts& a, const BinnedCounts& b) {
    if (a.counts.empty() || b.counts.empty() || a.counts.size() + b.counts.size() < 3 || a.binLength <= 0 ||
        b.binLength <= 0)
        return {};
    Side first = sideOf(a), second = sideOf(b);
    const auto degrees = static_cast<double>(a.counts.size() + b.counts.size() - 2);
    RateRatio result;
    result.dispersion = std::max(1.0, (first.scatter + second.scatter) / degrees);
    if (first.events == 0 || second.events == 0) {
        first.events += 0.5;
        second.events += 0.5;
    }
    result.logRatio = std::log(second.events / second.time) - std::log(first.events / first.time);
    const double error = std::sqrt(result.dispersion * (1 / first.events + 1 / second.events));
    const double half = studentQuantile(0.05, degrees) * error;
    result.logLowest = result.logRatio - half;
    result.logHighest = result.logRatio + half;
    result.p = studentTwoSided(result.logRatio / error, degrees);
    return result;
}

} // namespace waitscope
