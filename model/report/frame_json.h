// SPDX-License-Identifier: GPL-3.0-or-later
// A line of code in JSON, as json.md defines a frame: {"function", "file", "line"}.
#pragma once

#include "model/trace/trace.h"

#include <nlohmann/json_fwd.hpp>

namespace waitscope {

/// null for a frame that was not recorded.
[[nodiscard]] nlohmann::json frameJson(const Trace& trace, FrameId frame);
/// Innermost first; empty if not recorded.
[[nodiscard]] nlohmann::json stackJson(const Trace& trace, StackId stack);

} // namespace waitscope
