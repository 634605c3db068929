// SPDX-License-Identifier: GPL-3.0-or-later
// Which waits are idle by nature, whatever their length? A server that waits for a connection is well.
#pragma once

#include "model/waits/primitive.h"

#include <span>
#include <string_view>

namespace waitscope {

/// What a goroutine does that waits on `primitive` in these functions, if that is an idle habit of Go's library or of a
/// module that everybody uses (analysis.md section 3): "accepts connections", "idle connection", "sleep" and so on.
/// Empty otherwise. `functions` are those from the innermost frame to the first one of the program.
[[nodiscard]] std::string_view idleIdiomOf(Primitive primitive, std::span<const std::string_view> functions);

} // namespace waitscope
