// SPDX-License-Identifier: GPL-3.0-or-later
// What did the processors (Go's P) and threads (Go's M) do?
#pragma once

#include "model/trace/column.h"
#include "model/trace/ids.h"
#include "model/trace/time.h"

#include <cstdint>

namespace waitscope {

enum class ProcState : std::uint8_t { Unknown, Running, Idle };

/// From `start` until the next one of the same processor.
struct ProcSpan {
    Time start = 0;
    ThreadIndex thread; ///< that holds the processor; only while Running, and only if known
    ProcState state = ProcState::Unknown;
    bool beforeTrace = false; ///< first seen in this state
};

struct Processor {
    std::int64_t id = 0;
    GrowingColumn<ProcSpan> spans;
    NarrowColumn<SpanIndex> runs; ///< the Running spans of goroutines on it, in time order
};

struct Thread {
    std::int64_t id = 0; ///< the operating system's; reused after a thread has ended
};

} // namespace waitscope
