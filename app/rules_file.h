// SPDX-License-Identifier: GPL-3.0-or-later
// Where a team's rules are kept: a file that a command is given, and the one beside the traces that the window uses.
#pragma once

#include "model/findings/rules.h"

#include <QString>

#include <optional>
#include <string>

namespace waitscope {

/// Nothing if it cannot be read or is no rules file, with a sentence in `problem`.
[[nodiscard]] std::optional<Rules> readRules(const std::string& path, std::string& problem);

/// "waitscope-rules.json" in the folder of a trace.
[[nodiscard]] QString rulesFileBeside(const QString& tracePath);

} // namespace waitscope
