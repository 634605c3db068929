// SPDX-License-Identifier: GPL-3.0-or-later
// Because of whom did these goroutines wait, in words?
#pragma once

#include "model/waits/why.h"

#include <string>
#include <string_view>

namespace waitscope {

/// "97.6 % of this waiting happened while cache.go:106 main.(*cache).Get was asleep", and what to doubt of it; for open
/// waits who may hold the lock, as an inference. Empty if the trace says nothing.
struct WhyText {
    std::string sentence;
    std::string doubt;
};
[[nodiscard]] WhyText whyText(const TraceFacts& facts, const Why& why);

/// "asleep at", "running towards": what a goroutine was doing, before the line.
[[nodiscard]] std::string_view doingText(BlockerState state);
/// Why the walk came to a step, and what the trace records of it.
[[nodiscard]] std::string evidenceText(const TraceFacts& facts, const BlockerStep& step);

} // namespace waitscope
