// SPDX-License-Identifier: GPL-3.0-or-later
// Goroutines that a timer wakes again and again and that do nothing else.
#pragma once

#include "model/findings/evidence.h"

namespace waitscope {

/// It is woken by timers at even intervals (at least 5, variation below 10 %) and runs less than 1 % of its life.
[[nodiscard]] bool isPeriodic(const Evidence& evidence, const Living& l);

/// It runs at most `percent` of its life.
[[nodiscard]] bool hardlyRuns(const Evidence& evidence, const Living& l, int percent);

} // namespace waitscope
