// SPDX-License-Identifier: GPL-3.0-or-later
// What did a goroutine spend a stretch of time on?
#pragma once

#include "model/trace/trace.h"

namespace waitscope {

struct Spent {
    Time running = 0;
    Time ready = 0;
    Time waiting = 0;
    Time inSyscall = 0;
};

/// Inside the range; nothing of an unknown goroutine. O(log spans of g + those in the range).
[[nodiscard]] Spent spentBy(const Trace& trace, GoroutineIndex g, TimeRange range);

} // namespace waitscope
