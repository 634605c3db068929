// SPDX-License-Identifier: GPL-3.0-or-later
// What the exit status of the program means.
#pragma once

namespace waitscope {

enum ExitCode : int {
    Fine = 0,
    FindingsReported = 1, ///< at or above --fail-on
    Usage = 2,
    NothingReadable = 3,
    NotWritten = 4,
};

} // namespace waitscope
