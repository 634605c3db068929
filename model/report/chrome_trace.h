// SPDX-License-Identifier: GPL-3.0-or-later
// The trace in Chrome's trace-event format, for Perfetto and chrome://tracing.
#pragma once

#include "model/facts.h"

#include <string>

namespace waitscope {

/// Three processes: "Processors" (what ran where), "Goroutines" (a row each, a slice a state, waits with primitive and
/// site, arrows from wakers), "Process" (heap, collector, stop-the-world). About 150 bytes a span. The runtime's own
/// goroutines have rows only if asked for. Times are microseconds from the start of the trace.
[[nodiscard]] std::string chromeTraceOf(const TraceFacts& facts, TimeRange range, bool runtimeGoroutines = false);

} // namespace waitscope
