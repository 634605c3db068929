// SPDX-License-Identifier: GPL-3.0-or-later
// Waits of which some are still open when the trace ends. Their length is only known to be at least what was seen
// (right-censored), so they may neither be left out nor counted as finished (analysis.md section 4: from 1 % open on).
#pragma once

#include "model/compare/statistics/rank_tests.h"

namespace waitscope {

/// The waits of one side.
struct CensoredDurations {
    SortedDurations finished;
    SortedDurations open; ///< how long they have lasted so far
};

struct LogRankTest {
    double excess = 0; ///< waits of B that ended beyond what A's pace lets expect; < 0: B's last longer
    double z = 0;      ///< standard scores, > 0: B's waits last longer
    double p = 1;      ///< two-sided (z² is χ² of one degree of freedom)
};
/// The log-rank test of Mantel and Cox. A wait that is as old as another's end is still at risk at that moment. None if
/// a side has no waits at all, or none of either side ended. O(n + m).
[[nodiscard]] std::optional<LogRankTest> logRank(const CensoredDurations& a, const CensoredDurations& b);

} // namespace waitscope
