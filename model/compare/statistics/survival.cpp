// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/survival.h"

#include "model/compare/statistics/distributions.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

// Walks along the ages at which waits end.
class AtRisk {
  public:
    explicit AtRisk(const CensoredDurations& waits) : finished_(waits.finished.values()), open_(waits.open.values()) {}

    [[nodiscard]] bool anyLeft() const { return ended_ < finished_.size(); }
    [[nodiscard]] Time nextEnd() const { return finished_[ended_]; }
    // How many lasted at least to this age; ages must rise from call to call.
    [[nodiscard]] double at(Time age) {
        while (lost_ < open_.size() && open_[lost_] < age)
            ++lost_;
        return static_cast<double>(finished_.size() - ended_ + open_.size() - lost_);
    }
    // How many end at this age, which are not at risk beyond it.
    double end(Time age) {
        const std::size_t before = ended_;
        while (ended_ < finished_.size() && finished_[ended_] == age)
            ++ended_;
        return static_cast<double>(ended_ - before);
    }

  private:
    std::span<const Time> finished_, open_;
    std::size_t ended_ = 0, lost_ = 0;
};

bool none(const CensoredDurations& waits) {
    return waits.finished.empty() && waits.open.empty();
}

} // namespace

std::optional<LogRankTest> logRank(const CensoredDurations& a, const CensoredDurations& b) {
    if (none(a) || none(b) || (a.finished.empty() && b.finished.empty()))
        return {};
    AtRisk sideA(a), sideB(b);
    LogRankTest test;
    double variance = 0;
    while (sideA.anyLeft() || sideB.anyLeft()) {
        const Time age = !sideB.anyLeft()   ? sideA.nextEnd()
                         : !sideA.anyLeft() ? sideB.nextEnd()
                                            : std::min(sideA.nextEnd(), sideB.nextEnd());
        const double riskA = sideA.at(age), riskB = sideB.at(age);
        const double endsA = sideA.end(age), endsB = sideB.end(age);
        const double risk = riskA + riskB, ends = endsA + endsB;
        // endsB - ends · riskB / risk, written so that swapping the sides negates it to the bit.
        test.excess += (endsB * riskA - endsA * riskB) / risk;
        if (risk > 1)
            variance += (riskA * riskB) * ends * (risk - ends) / (risk * risk * (risk - 1));
    }
    if (variance > 0) {
        test.z = -test.excess / std::sqrt(variance);
        test.p = normalTwoSided(test.z);
    }
    return test;
}

} // namespace waitscope
