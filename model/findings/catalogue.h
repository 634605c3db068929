// SPDX-License-Identifier: GPL-3.0-or-later
// Which detectors are there? Adding one is its file, a line here and a test.
#pragma once

#include "model/findings/detector.h"

#include <span>
#include <string_view>

namespace waitscope {

struct Detector {
    std::string_view id;   ///< as in json.md and SARIF
    std::string_view name; ///< of what it finds, in few words
    std::string_view says; ///< what it looks for, in a sentence
    Detect detect;
    int rank; ///< of findings about the same goroutines with equal tiers, the one with the least explains the others
};

/// All of them, by id.
[[nodiscard]] std::span<const Detector> catalogue();
/// Null if there is none with this id.
[[nodiscard]] const Detector* detectorNamed(std::string_view id);

} // namespace waitscope
