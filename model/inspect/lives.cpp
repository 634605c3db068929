// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/lives.h"

namespace waitscope {

Lives livesOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range, TimeRange lengths,
              const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    Lives result{.range = range, .lives = {}, .lengths = {}};
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : goroutines) {
        if (++sinceCheck % 256 == 0 && stop.stop_requested())
            break;
        const TimeRange whole = trace.lifetime(g);
        if (whole.begin >= range.end || whole.end < range.begin)
            continue;
        result.lengths.add(whole.length());
        if (!lengths.contains(whole.length()))
            continue;
        result.lives.push_back({.goroutine = g, .length = whole.length(), .spent = trace.timesIn(g, range)});
    }
    return result;
}

} // namespace waitscope
