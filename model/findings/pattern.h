// SPDX-License-Identifier: GPL-3.0-or-later
// Which of the well-known mistakes does a group of blocked goroutines look like, what would confirm it, and what
// usually helps? Three classes (channel, lock, timer) and three patterns (unbuffered channel, WaitGroup, context), as
// engineers sort them in a field report. The last column is advice, not evidence.
#pragma once

#include "model/findings/finding.h"

#include <string_view>

namespace waitscope {

struct Pattern {
    std::string_view kind;    ///< "channel", "lock", "timer" or "other"
    std::string_view pattern; ///< "unbuffered channel", "WaitGroup", "context", or what else is the usual name
    std::string_view confirm; ///< what would confirm it
    std::string_view advice;  ///< what usually helps, in general terms
};

/// For a finding about blocked goroutines; of others the fields are "other" or empty.
[[nodiscard]] Pattern patternOf(const Finding& finding);

} // namespace waitscope
