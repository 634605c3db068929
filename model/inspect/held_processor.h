// SPDX-License-Identifier: GPL-3.0-or-later
// Did a system call keep others from running? For a while Go leaves the processor to the thread that is in the call;
// then it takes it away, if there is other work.
#pragma once

#include "model/trace/trace.h"

#include <optional>

namespace waitscope {

struct HeldProcessor {
    ProcIndex processor;
    TimeRange held; ///< from the call's begin until the processor was taken, gone, or running another; or to its end
};

/// Of a Syscall span; nothing if it is none, if the trace does not say on which processor it began, or if the processor
/// was gone at once. O(log processor spans + log runs).
[[nodiscard]] std::optional<HeldProcessor> processorHeldBy(const Trace& trace, SpanIndex syscall);

} // namespace waitscope
