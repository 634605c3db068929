// SPDX-License-Identifier: GPL-3.0-or-later
// How much of a range was a goroutine in one state?
#pragma once

#include "model/trace/trace.h"

namespace waitscope {

/// O(log of its spans + those in the range).
[[nodiscard]] Time timeInState(const Trace& trace, GoroutineIndex g, TimeRange range, GoroutineState state);

} // namespace waitscope
