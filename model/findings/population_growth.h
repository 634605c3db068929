// SPDX-License-Identifier: GPL-3.0-or-later
// D10: kinds of goroutines whose number grows; and those whose number is explained by load (Little's law).
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

struct Growing {
    bool grows = false;
    Tier tier = Tier::Info;
    bool opened = false; ///< they belong to connections that the program opened itself and never closed
};
struct Population;

/// Whether a cohort grows as a leak does, and how sure that is; `population` is what was measured.
[[nodiscard]] Growing growthOf(const Evidence& evidence, CohortIndex cohort, const Population& population);

/// The cohort's goroutines that are alive, by birth. O(members).
[[nodiscard]] std::vector<GoroutineIndex> livingOfCohort(const Evidence& evidence, CohortIndex cohort);

void populationGrowth(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
