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

/// The wait that a span belongs to, if it ended: the span itself, or the one before a span that is ready because of a
/// wake-up; none for others. O(1).
[[nodiscard]] SpanIndex endedWaitOf(const Trace& trace, GoroutineIndex g, SpanIndex span);

/// The last wait of a goroutine that ended before its span `span` ended: where to go on when one follows back why it
/// came so late. None if there is none. O(spans between).
[[nodiscard]] SpanIndex lastEndedWait(const Trace& trace, GoroutineIndex g, SpanIndex span);

} // namespace waitscope
