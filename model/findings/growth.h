// SPDX-License-Identifier: GPL-3.0-or-later
// Does a number of goroutines grow? Robust against bursts and noise: the slope is the median of the slopes of all pairs
// of samples (Theil and Sen), the test counts pairs that rise (Mann and Kendall).
#pragma once

#include "model/findings/evidence.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace waitscope {

/// Samples of a trace: its length in 60 bins, of which the first fifth is left out as warm-up.
constexpr std::size_t growthBins = 60;
constexpr std::size_t warmUpBins = 12;
constexpr std::size_t growthSamples = growthBins - warmUpBins;
constexpr std::size_t lateSamples = growthSamples / 3;

struct Trend {
    double slope = 0;               ///< per sample
    double lowest = 0, highest = 0; ///< 95 % interval of the slope
    double z = 0;                   ///< standard scores above "no trend"
};
/// O(n²) of a fixed, small n.
[[nodiscard]] Trend trendOf(std::span<const double> samples);

/// A cohort's number of living goroutines over the trace.
struct Population {
    std::array<double, growthSamples> live{}; ///< at the end of each bin
    Trend trend;
    double mean = 0;
    double first = 0, last = 0;                    ///< of the samples
    double perSecond = 0, lowest = 0, highest = 0; ///< the slope and its interval, goroutines a second
    double births = 0, ends = 0;                   ///< in the window behind the warm-up
    double birthRate = 0;                          ///< a second, in the window
    double meanLife = 0;                           ///< of those that ended, ns; 0 if none did
    Time medianLife = 0;                           ///< the same
    /// In the last third of the samples (`lateSamples`) the number rose by at least a quarter of what the slope says.
    bool goesOn = false;
    bool goesOnAsBefore = false; ///< it rose by at least three quarters of that
    double lateBirths = 0;       ///< in that third
    bool plateau = false;        ///< births × life explain the number (Little's law): steady load
};
/// The populations that can grow or be steady by the 20 goroutines that a finding needs, each measured once. The test
/// is O(1) but not cheap, so smaller cohorts are left out: there cannot be more than one to each 20 goroutines.
class Populations {
  public:
    explicit Populations(const Evidence& evidence);
    /// Null for a cohort that is too small to tell.
    [[nodiscard]] const Population* of(CohortIndex cohort) const {
        return place_[cohort] == 0 ? nullptr : &all_[place_[cohort] - 1];
    }

  private:
    std::vector<Population> all_;
    std::vector<std::uint32_t> place_; ///< by cohort, from 1; 0: none
};

} // namespace waitscope
