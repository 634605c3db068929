// SPDX-License-Identifier: GPL-3.0-or-later
// Where was time spent in waits, in system calls or in the queue for a processor, stack by stack? The four profiles of
// `go tool trace`, with what they leave out: waits that do not end before the trace does, and those from before it.
#pragma once

#include "model/waits/row_of_wait.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class ProfileKind : std::uint8_t {
    Sync, ///< channels, selects, locks and the rest of package sync
    Network,
    Syscall,
    Scheduler, ///< ready, without a processor; at the stack of whoever made the goroutine ready
};
inline constexpr std::array profileKinds{ProfileKind::Sync, ProfileKind::Network, ProfileKind::Syscall,
                                         ProfileKind::Scheduler};
/// As `go tool trace -pprof` calls them.
constexpr std::string_view nameOf(ProfileKind kind) {
    constexpr std::array<std::string_view, profileKinds.size()> names{"sync", "net", "syscall", "sched"};
    return names[static_cast<std::size_t>(kind)];
}

/// How much of a stretch the trace saw. Only Whole ones are in the profiles of `go tool trace`.
enum class Seen : std::uint8_t { Whole, SinceBeforeTrace, Open };
constexpr std::string_view nameOf(Seen seen) {
    constexpr std::array<std::string_view, 3> names{"finished", "since before the trace", "open"};
    return names[static_cast<std::size_t>(seen)];
}

struct ProfileRecord {
    StackId stack; ///< none: not recorded
    Seen seen = Seen::Whole;
    Primitive primitive = Primitive::Unknown; ///< Unknown for the scheduler's
    std::optional<WakerKey> waker;            ///< of finished waits
    std::uint64_t count = 0;
    Time time = 0; ///< inside the range
};

struct WaitProfile {
    ProfileKind kind = ProfileKind::Sync;
    TimeRange range;
    std::vector<ProfileRecord> records; ///< most time first, then in the order of stacks
};

/// O(spans inside the range). The runtime's own goroutines are counted only if asked for; `go tool trace` counts them.
[[nodiscard]] WaitProfile computeWaitProfile(const TraceFacts& facts, ProfileKind kind, TimeRange range,
                                             bool runtimeGoroutines = false);

/// gzip-compressed protobuf for `go tool pprof`: sample types contentions/count and delay/nanoseconds, labels `state`,
/// `primitive` and `waker`. The same profile gives the same bytes.
[[nodiscard]] std::string pprofOf(const TraceFacts& facts, const WaitProfile& profile);

/// A line a stack, outermost frame first, then its nanoseconds: for flamegraph.pl, speedscope and inferno.
[[nodiscard]] std::string foldedStacksOf(const TraceFacts& facts, const WaitProfile& profile);

} // namespace waitscope
