// SPDX-License-Identifier: GPL-3.0-or-later
// Because of whom did goroutines wait? For finished waits the blocker walk says what was going on meanwhile, and at
// which line. An open lock wait has no end to walk back from; who may hold the lock is inferred from where goroutines
// are when the trace ends.
#pragma once

#include "model/waits/blocker_walk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waitscope {

/// A line of the program, in one state, while others waited.
struct RootCause {
    BlockerState state = BlockerState::Unknown;
    FrameId site;  ///< none: not recorded
    StackId stack; ///< the one with the most time; may be none
    Time time = 0; ///< of the waits that were looked at
};

struct RootCauses {
    std::vector<RootCause> causes; ///< most time first; their times add up to `time`
    Time time = 0;                 ///< of the waits that were looked at, inside the range
    std::uint64_t waits = 0;       ///< finished ones
    std::uint64_t sampled = 0;     ///< that were looked at

    /// Of the time that was looked at; none if there is none.
    [[nodiscard]] std::optional<double> percent(const RootCause& cause) const;
};

/// The parts added up by line and state.
[[nodiscard]] RootCauses rootCausesOf(const Trace& trace, const BlockerTimes& times);

/// Goroutines that are, when the trace ends, inside the function that the waiters call Lock in, behind that call.
struct CandidateHolder {
    FrameId frame;       ///< the later line of that function
    Primitive primitive; ///< what they wait for themselves; Unknown if they wait for nothing
    StackId stack;       ///< where they are
    std::uint64_t goroutines = 0;
    GoroutineIndex one; ///< one of them
};

/// Who may hold the lock that goroutines wait for at `site`; an inference (analysis.md, D4: a trace does not record
/// holders). Most goroutines first. None: the holder has ended, or holds the lock in another function: look for a Lock
/// without Unlock. O(goroutines + stacks).
[[nodiscard]] std::vector<CandidateHolder> candidateHolders(const TraceFacts& facts, Primitive primitive, FrameId site);

/// A mutex or a RWMutex, of which somebody is the holder.
[[nodiscard]] constexpr bool isLock(Primitive p) {
    return p == Primitive::Mutex || p == Primitive::RWMutexRead || p == Primitive::RWMutexWrite;
}

} // namespace waitscope
