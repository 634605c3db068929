// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a window.
#pragma once

#include "app/commands/commands.h"

namespace waitscope {

/// Opens the window and runs until it is closed. Without a display a sentence on standard error, and Usage.
[[nodiscard]] int runWindow(int argc, char** argv, const WindowCommand& command);

} // namespace waitscope
