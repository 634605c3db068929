// SPDX-License-Identifier: GPL-3.0-or-later
// The findings for scripts, builds and people, as `waitscope findings` prints them.
#pragma once

#include "model/findings/findings.h"

#include <string>

namespace waitscope {

/// The document of json.md, with sorted keys and a final newline.
[[nodiscard]] std::string findingsJson(const Findings& findings);
/// SARIF 2.1.0, for code scanning. Explained findings are related locations of what explains them; dismissed ones are
/// suppressed.
[[nodiscard]] std::string findingsSarif(const Findings& findings);
/// For a comment on a change or an incident page.
[[nodiscard]] std::string findingsMarkdown(const Findings& findings);
/// For a terminal.
[[nodiscard]] std::string findingsText(const Findings& findings);

/// "1,000 goroutines never woken · chan receive · main.neverServed sandbox.go:88 · since 0.11 s · oldest 4.89 s".
[[nodiscard]] std::string headlineText(const Trace& trace, const Finding& finding);
/// "Nothing found in 30 s of trace", and how much was dismissed; or what is only low because the end of the file is
/// missing.
[[nodiscard]] std::string nothingFoundIn(const Findings& findings);
/// The same as a sentence, and what that cannot see.
[[nodiscard]] std::string nothingFoundText(const Findings& findings);

} // namespace waitscope
