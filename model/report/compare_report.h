// SPDX-License-Identifier: GPL-3.0-or-later
// A comparison for scripts and people, as `waitscope compare` prints it.
#pragma once

#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"

#include <string>

namespace waitscope {

/// The document of json.md, with sorted keys and a final newline. `findings` may be null.
[[nodiscard]] std::string compareJson(const Comparison& comparison, const FindingsAcross* findings = nullptr);
/// For an incident page or a comment on a change; `command` is what makes it again.
[[nodiscard]] std::string compareMarkdown(const Comparison& comparison, const FindingsAcross* findings,
                                          const std::string& command);
/// For a terminal.
[[nodiscard]] std::string compareText(const Comparison& comparison, const FindingsAcross* findings = nullptr);

} // namespace waitscope
