// SPDX-License-Identifier: GPL-3.0-or-later
// What does a picture point at? Places A, B, C … with a sentence each: what was found.
#pragma once

#include "model/findings/findings.h"

#include <string>
#include <vector>

namespace waitscope {

struct Callout {
    Time time = 0;            ///< where it begins: a line through the picture
    TimeRange range;          ///< for how long, if it is known; may be empty
    GoroutineIndex goroutine; ///< whose row it is about, if it is about one
    std::string text;         ///< one sentence: how sure, how many, waiting for what, at which line, since when
    std::string brief;        ///< the same where there is little room; empty: there is nothing shorter
};

struct Callouts {
    std::vector<Callout> all;
    std::string nothing; ///< what is said where there are none
};

/// The most important findings, at most `most`: those that nothing explains, that are not dismissed, and that are at
/// least of the tier medium. Where there is none of these, goroutines that keep waking up for nothing; an idle worker,
/// which looks the same as one that is forgotten, is no callout.
[[nodiscard]] Callouts calloutsOf(const Findings& findings, std::size_t most = 3);

/// The one of its goroutines whose wait at its place is open for the longest time; none if there is none.
[[nodiscard]] GoroutineIndex oldestWaiting(const TraceFacts& facts, const Finding& finding);

} // namespace waitscope
