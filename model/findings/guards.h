// SPDX-License-Identifier: GPL-3.0-or-later
// What tells a goroutine that was left behind from one that waits for work? The questions of analysis.md section 3a.
#pragma once

#include "model/findings/evidence.h"

#include <array>
#include <cstdint>
#include <span>

namespace waitscope {

/// Its creator has returned from the call that created it: it ended, or waited since then at a stack without the
/// creating function. False if that is not known.
[[nodiscard]] bool creatorLeft(const Evidence& evidence, GoroutineIndex g);

/// What was judged of the trace is shorter than `begin` (ns), they are less than a hundred, and the calls that started
/// them all still run: a program that starts what it keeps, one by one, looks the same. (Of the very shortest traces
/// less is said anyway.) O(members).
[[nodiscard]] bool mayBeStartUp(const Evidence& evidence, std::span<const GoroutineIndex> members, Time begin);

/// It is older than the threshold and than one and a half of the lives that its ended siblings had.
[[nodiscard]] bool outlives(const Evidence& evidence, GoroutineIndex g);

/// It was active within the threshold, or waits for the network, a time or a system call: it is not held up itself.
[[nodiscard]] bool isAbout(const Evidence& evidence, GoroutineIndex g);

/// A peer answers it again and again, so that it is neither idle nor awake for nothing. O(1).
[[nodiscard]] bool talks(const Living& l);

/// At least eight of ten can be paired with a living goroutine that waits for the network or reads a stream of a shared
/// connection: the creator whose creating call still runs or who reads such a stream, a child, or a sibling born within
/// 10 ms, or are at the network themselves; one goroutine serves three at most. Or they handle such streams and as many
/// clients of the same process read some. Such goroutines wait as long as a peer stays. O(members), and O(living) for
/// handlers of streams.
[[nodiscard]] bool haveLiveConnections(const Evidence& evidence, std::span<const GoroutineIndex> members);

/// At least eight of ten belong to a living goroutine of their own that still is in the call which started them: each
/// is as healthy as that one, of which is said what there is to say. One alone is no case of it. O(members · log).
[[nodiscard]] bool areHelpers(const Evidence& evidence, std::span<const GoroutineIndex> members);

/// They end processes with their contexts, and for at least eight of ten somebody waits for a process. O(living) for
/// such goroutines, O(1) for others.
[[nodiscard]] bool watchProcesses(const Evidence& evidence, std::span<const GoroutineIndex> members);

/// Most of them were created by a living goroutine that waits for the network itself, a listener or whoever serves a
/// connection, or by a call that still runs in a goroutine which such a one created: a proxy. So peers decide how many
/// there are. O(members).
[[nodiscard]] bool areOpenedByPeers(const Evidence& evidence, std::span<const GoroutineIndex> members);

/// Most of those that have lived for two thresholds were woken by a goroutine in the second half of their lives: they
/// are handed work as those are that serve somebody, while one that was left behind is not. O(members · log living).
[[nodiscard]] bool areInUse(const Evidence& evidence, std::span<const GoroutineIndex> members);

/// Counts the tenths of the trace that times lie in.
class Spread {
  public:
    explicit Spread(Time duration) : duration_(duration) {}
    void tell(Time t);
    [[nodiscard]] std::uint32_t tenths() const { return count_; }

  private:
    Time duration_;
    std::array<bool, 10> seen_{};
    std::uint32_t count_ = 0;
};

} // namespace waitscope
