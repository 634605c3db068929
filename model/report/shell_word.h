// SPDX-License-Identifier: GPL-3.0-or-later
// Commands that a user can paste.
#pragma once

#include <string>
#include <string_view>

namespace waitscope {

/// A word as a POSIX shell reads it back: in quotes if it is empty or holds anything that the shell may not take as it
/// is.
[[nodiscard]] std::string shellWord(std::string_view word);

} // namespace waitscope
