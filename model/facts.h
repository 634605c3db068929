// SPDX-License-Identifier: GPL-3.0-or-later
// A trace together with what is computed from it once and needed by every view. Immutable and shared like the trace.
#pragma once

#include "model/lod/collector.h"
#include "model/lod/goroutine_notes.h"
#include "model/lod/groups.h"
#include "model/lod/heap_series.h"
#include "model/lod/strip.h"
#include "model/trace/trace.h"
#include "model/waits/wait_classes.h"

#include <memory>

namespace waitscope {

struct TraceFacts {
    std::shared_ptr<const Trace> trace;
    WaitClasses waits;
    Pyramids pyramids;
    GoroutineGroups groups;
    CollectorRanges collector;
    GoroutineNotes notes;
    HeapSeries heap;
};

/// Will their rows be drawn? If not, they have no pyramids: a row would look the same, but each look at it would cost
/// as much as there are spans in sight.
enum class Rows { Drawn, NotDrawn };

/// O(spans). Safe to call from any thread.
[[nodiscard]] std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace,
                                                             Rows rows = Rows::Drawn);

} // namespace waitscope
