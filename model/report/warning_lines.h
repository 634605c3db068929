// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a trace, for tables that have no other place for it: lines in front of the table. A table of a
// whole trace has none; a program that reads a damaged one's without knowing them fails, instead of taking half for
// all.
#pragma once

#include "model/trace/trace.h"

#include <string>

namespace waitscope {

/// A line "# warning: …" for each warning.
[[nodiscard]] inline std::string warningLines(const Trace& trace) {
    std::string lines;
    for (const LoadWarning& warning : trace.report.warnings)
        lines += "# warning: " + warning.text + "\n";
    return lines;
}

} // namespace waitscope
