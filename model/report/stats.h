// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers every reader of a trace must agree on, as `waitscope stats --json` prints them.
#pragma once

#include "model/trace/trace.h"

#include <string>

namespace waitscope {

/// One JSON object with sorted keys and a final newline. O(spans).
[[nodiscard]] std::string statsJson(const Trace& trace);

/// A few lines for a person: what the trace is and how many goroutines wait at its end. O(goroutines).
[[nodiscard]] std::string statsText(const Trace& trace);

} // namespace waitscope
