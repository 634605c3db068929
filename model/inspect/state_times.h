// SPDX-License-Identifier: GPL-3.0-or-later
// Where did the time of some goroutines go, and how did they get from state to state? By state and, for waits, by what
// was waited for; the longest waits; the transition matrix (analysis.md section 2). Only what lies in the range counts:
// times add up to the lifetimes inside it, to the nanosecond.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

/// Running, runnable, system call, a state that is not recorded, or a wait on one primitive.
struct Activeness {
    GoroutineState state = GoroutineState::Unknown; ///< Ended stands for the goroutine's end
    Primitive primitive = Primitive::Unknown;       ///< of Waiting only
    friend auto operator<=>(const Activeness&, const Activeness&) = default;
};
/// "running", "waiting on mutex", "ended".
[[nodiscard]] std::string textOf(const Activeness& what);
[[nodiscard]] Activeness activenessOf(const TraceFacts& facts, SpanIndex s);

struct StateTime {
    Activeness what;
    Time total = 0;          ///< inside the range
    std::uint64_t count = 0; ///< spans that touch the range
    std::uint64_t open = 0;  ///< of these: not over when the trace ends
    Time longest = 0;        ///< the whole length of one that touches the range
    Time median = 0;         ///< of these lengths; of an even number the lower one
    Time shortest = 0;

    /// Of a span, inside the range.
    [[nodiscard]] Time average() const { return count > 0 ? total / static_cast<Time>(count) : 0; }
};

struct Transition {
    Activeness from;
    Activeness to;
    std::uint64_t count = 0; ///< that happened inside the range
    Time total = 0;          ///< time in `from` before each, whole spans
    Time median = 0;         ///< of these; of an even number the lower one
};

struct LongWait {
    GoroutineIndex goroutine;
    SpanIndex span;
    Time length = 0; ///< whole
};

/// How many waits were how long: bins of equal width on a logarithmic axis.
struct LengthHistogram {
    static constexpr int binsPerDecade = 12;
    static constexpr int binCount = 19 * binsPerDecade; ///< the last one ends above the longest Time
    std::vector<std::uint64_t> counts;                  ///< by bin; empty if there is no wait

    void add(Time length);
    [[nodiscard]] static int binOf(Time length);
    [[nodiscard]] static Time beginOf(int bin); ///< the shortest length that is in it
};

struct StateTimes {
    TimeRange range;
    std::size_t goroutines = 0;          ///< that live in the range
    std::size_t created = 0;             ///< in the range
    std::size_t ended = 0;               ///< in the range
    Time lifetime = 0;                   ///< of all, inside the range
    std::vector<StateTime> states;       ///< most time first
    std::vector<Transition> transitions; ///< most frequent first
    std::vector<LongWait> longest;       ///< waits and system calls that touch the range, longest first
    LengthHistogram lengths;             ///< of all of these, whatever lengths are listed
};

/// The waits on one primitive at one line.
struct WaitsAt {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
};
/// Which waits are counted by length and listed.
struct WaitList {
    std::size_t most = 50;
    TimeRange lengths{0, INT64_MAX}; ///< only waits of these lengths are listed
    std::optional<WaitsAt> at;       ///< only waits there; none: all
};

/// Of `goroutines` in `range`. O(spans inside the range · log). Incomplete if stopped.
[[nodiscard]] StateTimes stateTimesOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                                      TimeRange range, const WaitList& list = {}, const std::stop_token& stop = {});

} // namespace waitscope
