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

/// O(spans). Safe to call from any thread.
[[nodiscard]] std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace);

} // namespace waitscope
