// SPDX-License-Identifier: GPL-3.0-or-later
// From which age on does an open wait count as stuck?
#pragma once

#include "model/trace/time.h"

#include <algorithm>

namespace waitscope {

/// θ of analysis.md: 5 % of the trace, at least 100 ms, at most 10 s.
constexpr Time defaultThreshold(Time duration) {
    using namespace literals;
    return std::min(std::max(100_ms, duration / 20), 10_s);
}

/// The age from which on a wait is long beyond doubt about the threshold itself.
constexpr Time longWait(Time threshold, Time duration) {
    using namespace literals;
    return std::max(2 * threshold, std::min(1_s, duration / 2));
}

/// A trace shorter than this supports each claim one tier less.
constexpr Time shortTrace = 500'000'000;

} // namespace waitscope
