// SPDX-License-Identifier: GPL-3.0-or-later
// What does the timeline say about the thing under the mouse?
#pragma once

#include "model/facts.h"
#include "widgets/timeline/timeline_rows.h"

#include <QString>

namespace waitscope {

/// Several lines: what, where, since when, how long, and who ended it. `cell` is the time under the mouse, which may
/// hold more spans than this one.
[[nodiscard]] QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell);

/// Of a group, a goroutine or a processor; empty for no row.
[[nodiscard]] QString rowTooltip(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row);

/// What the collector did, or why the world was stopped, in a cell of its row; empty if nothing.
[[nodiscard]] QString collectorTooltip(const TraceFacts& facts, TimeRange cell);

} // namespace waitscope
