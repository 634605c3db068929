// SPDX-License-Identifier: GPL-3.0-or-later
// Are these goroutines and those started together, again and again? Then they have one cause: the request, connection
// or subscriber that starts one of each.
#pragma once

#include "model/findings/finding.h"
#include "model/trace/trace.h"

#include <vector>

namespace waitscope {

/// When those members of a finding were started that were not there before the trace.
struct Births {
    std::vector<Time> times; ///< ascending
    Time usualGap = 0;       ///< the median time between one and the next
};
/// O(members · log).
[[nodiscard]] Births birthsOf(const Trace& trace, const Finding& finding);

/// Of both, nine of ten were born within a twentieth of the usual time between two births (and 5 ms) of one of the
/// other. Fewer than eight are too few to say so, and of many some are looked at. O(log births).
[[nodiscard]] bool areBornTogether(const Births& a, const Births& b);

} // namespace waitscope
