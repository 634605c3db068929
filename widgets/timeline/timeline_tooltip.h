// SPDX-License-Identifier: GPL-3.0-or-later
// What does the timeline say about the thing under the mouse?
#pragma once

#include "model/facts.h"
#include "widgets/common/time_text.h"
#include "widgets/timeline/timeline_rows.h"

#include <QString>

namespace waitscope {

// `times`: how instants are written.

/// Several lines: what, where, since when, how long, and who ended it. `cell` is the time under the mouse, which may
/// hold more spans than this one.
[[nodiscard]] QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell,
                                  const TimeText& times = {});

/// Of a group, a goroutine or a processor; empty for no row.
[[nodiscard]] QString rowTooltip(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row,
                                 const TimeText& times = {});

/// What the collector did, or why the world was stopped, in a cell of its row; empty if nothing.
[[nodiscard]] QString collectorTooltip(const TraceFacts& facts, TimeRange cell, const TimeText& times = {});

/// Of what many goroutines did at an instant: how many of them were in each state, on average in the bin that holds it.
/// Empty if the instant is in none.
[[nodiscard]] QString activityTooltip(const Activity& activity, Time at, const TimeText& times = {});

/// How large the live heap and the collector's goal were at an instant; empty if the trace says nothing of it.
[[nodiscard]] QString heapTooltip(const HeapSeries& heap, Time at, const TimeText& times = {});

/// Of a thread: which processor it held under the mouse, the longest if there were several, or none.
[[nodiscard]] QString threadTooltip(const TraceFacts& facts, ThreadIndex thread, TimeRange cell,
                                    const TimeText& times = {});

/// Of a processor at an instant under the mouse: what ran on it, or that nothing did.
[[nodiscard]] QString processorTooltip(const TraceFacts& facts, ProcIndex processor, TimeRange cell,
                                       const TimeText& times = {});

} // namespace waitscope
