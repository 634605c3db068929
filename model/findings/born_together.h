// SPDX-License-Identifier: GPL-3.0-or-later
// Are these goroutines and those started together, again and again? Then they have one cause: the request, connection
// or subscriber that starts one of each.
#pragma once

#include "model/findings/finding.h"
#include "model/trace/trace.h"

#include <span>
#include <vector>

namespace waitscope {

/// When those members of a finding were started that were not there before the trace, in ascending order.
/// O(members · log).
[[nodiscard]] std::vector<Time> birthsOf(const Trace& trace, const Finding& finding);

/// Of both, in ascending order, nine of ten were born within a twentieth of the usual time between two births (and 5
/// ms) of one of the other. Fewer than eight are too few to say so. O(n · log).
[[nodiscard]] bool areBornTogether(std::span<const Time> a, std::span<const Time> b);

} // namespace waitscope
