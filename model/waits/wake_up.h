// SPDX-License-Identifier: GPL-3.0-or-later
// Who or what ended a wait?
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <string_view>

namespace waitscope {

enum class WokenBy : std::uint8_t {
    Goroutine,
    Timer,   ///< no goroutine, and the wait was for a time or for a channel, as a timer's is
    Network, ///< no goroutine, and the wait was for the network
    Unknown,
};

constexpr std::string_view nameOf(WokenBy how) {
    constexpr std::string_view names[]{"goroutine", "timer", "network", "unknown"};
    return names[static_cast<std::size_t>(how)];
}

struct WakeUp {
    WokenBy how = WokenBy::Unknown;
    GoroutineIndex goroutine; ///< only if `how` is Goroutine
    StackId stack;            ///< of that goroutine when it did so; a timer and the network have none
};

/// What ended a finished wait. Go records only that no goroutine did it; that it was a timer or the network then
/// follows from what was waited for (analysis.md, fact 5). O(1).
[[nodiscard]] WakeUp wakeUpAfter(const TraceFacts& facts, SpanIndex wait);

} // namespace waitscope
