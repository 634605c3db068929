// SPDX-License-Identifier: GPL-3.0-or-later
// What was asked for on the command line, and who does it?
#pragma once

namespace waitscope {

/// Runs what the arguments ask for; the exit code.
[[nodiscard]] int runCommandLine(int argc, char** argv);

} // namespace waitscope
