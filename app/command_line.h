// SPDX-License-Identifier: GPL-3.0-or-later
// What was asked for on the command line?
#pragma once

#include "app/commands/commands.h"

#include <optional>

namespace waitscope {

struct Asked {
    std::optional<Subcommand> command; ///< none: help was printed, or what is wrong was said
    int exitCode = 0;                  ///< if there is no command
};

[[nodiscard]] Asked readCommandLine(int argc, char** argv);

} // namespace waitscope
