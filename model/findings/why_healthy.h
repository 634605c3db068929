// SPDX-License-Identifier: GPL-3.0-or-later
// "Why not?": which rule decided that a goroutine is no finding, or which finding it is part of.
#pragma once

#include "model/findings/findings.h"

#include <string>

namespace waitscope {

/// One or two sentences. O(findings × log members).
[[nodiscard]] std::string whyText(const Findings& findings, GoroutineIndex g);

} // namespace waitscope
