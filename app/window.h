// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a window.
#pragma once

#include "app/view_link.h"

#include <string>
#include <vector>

namespace waitscope {

/// Opens the window and runs until it is closed. `traces` are paths (at most two, or "A=…" and "B=…" for several runs a
/// side), or the name of a sample ("mutex", "rwmutex", or "compare" for both). `view` is what the trace is opened at.
/// Without a display a sentence on standard error, and Usage.
[[nodiscard]] int runWindow(int argc, char** argv, const std::vector<std::string>& traces, bool samples,
                            const ViewOptions& view = {});

} // namespace waitscope
