// SPDX-License-Identifier: GPL-3.0-or-later
// The source that a trace speaks of, if it is on this machine where it was on the one that built the program.
#pragma once

#include <optional>
#include <string>

namespace waitscope {

/// Nothing if the path is not absolute, is no plain file, or is too large to be source.
[[nodiscard]] std::optional<std::string> sourceFile(const std::string& path);

} // namespace waitscope
