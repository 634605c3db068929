// SPDX-License-Identifier: GPL-3.0-or-later
// A trace for a command: loaded, with what is wrong with it said on standard error.
#pragma once

#include "model/facts.h"

#include <memory>
#include <string>
#include <string_view>

namespace waitscope {

/// The trace, or null after a sentence on standard error; the exit code is then NothingReadable. Of one that does not
/// fit into memory only what `range` (the text of --range) touches.
[[nodiscard]] std::shared_ptr<const Trace> loadForCommand(const std::string& path, std::string_view range = {});

/// One message on standard error, with the program's name in front.
void say(std::string_view message);

} // namespace waitscope
