// SPDX-License-Identifier: GPL-3.0-or-later
// The answer in one sentence: what changed most, by how much of what; and what else may explain it.
#pragma once

#include "model/compare/comparison.h"

#include <string>
#include <vector>

namespace waitscope {

/// "lock-blocked time −99.9 % (983 → 1.1 goroutines on average), share of goroutine time −94.6 % relative (−93.6
/// points); requests 2,300 both sides". Of the family with the largest change; those that are idle by nature (network,
/// sleep, system calls, the collector) only where no other changed by more than the floors.
[[nodiscard]] std::string headlineOf(const Comparison& comparison);

/// A process that stands still, less load, a shorter trace, or waiting that has moved elsewhere explains a drop just as
/// well: a sentence for each that is so.
[[nodiscard]] std::vector<std::string> otherExplanations(const Comparison& comparison);

} // namespace waitscope
