// SPDX-License-Identifier: GPL-3.0-or-later
// What does the timeline say about the thing under the mouse?
#pragma once

#include "model/facts.h"
#include "model/waits/wake_up.h"
#include "widgets/timeline/timeline_rows.h"

#include <QString>

namespace waitscope {

/// "goroutine 2001", "timer", "network" or "not recorded".
[[nodiscard]] QString wokenByText(const TraceFacts& facts, const WakeUp& wake);

/// One line, for the accessible description: goroutine, function, state, length.
[[nodiscard]] QString spanSummary(const TraceFacts& facts, GoroutineIndex g, SpanIndex span);

/// Several lines: what, where, since when, how long, and who ended it. `cell` is the time under the mouse, which may
/// hold more spans than this one.
[[nodiscard]] QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell);

/// Of a group, a goroutine or a processor; empty for no row.
[[nodiscard]] QString rowTooltip(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row);

} // namespace waitscope
