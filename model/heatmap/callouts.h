// SPDX-License-Identifier: GPL-3.0-or-later
// What does a picture point at? Places A, B, C … with a sentence each: of findings where there are some, else of the
// waits that nobody ended.
#pragma once

#include "model/facts.h"

#include <string>
#include <vector>

namespace waitscope {

struct Callout {
    Time time = 0;            ///< where it begins: a line through the picture
    TimeRange range;          ///< for how long, if it is known; may be empty
    GoroutineIndex goroutine; ///< whose row it is about, if it is about one
    std::string text;         ///< one sentence: how many, waiting for what, at which line, since when
};

/// The places where most goroutines are stuck when the trace ends, at most `most`: goroutines of the program whose open
/// wait is at least `stuckAge` old and for a lock, a channel or another goroutine, at a place where they were never
/// woken before. A worker that has been served at a place is idle there, a place whose waits ordinarily take as long
/// has no stuck goroutines, and where the wait is not for a lock there must be many of them, or some spread over the
/// trace. Most goroutine time first. O(spans).
[[nodiscard]] std::vector<Callout> stuckCallouts(const TraceFacts& facts, Time stuckAge, std::size_t most = 3);

} // namespace waitscope
