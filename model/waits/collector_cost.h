// SPDX-License-Identifier: GPL-3.0-or-later
// What did the garbage collector cost, and what did it find? (analysis.md, section 2, fact 11)
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace waitscope {

/// Stops of the world of one kind.
struct WorldStops {
    std::string_view kind; ///< "GC mark termination"
    std::uint64_t count = 0;
    Time total = 0;
    Time longest = 0;
};

struct CollectorCycle {
    TimeRange mark;
    std::uint64_t blocked = 0;             ///< goroutines of the program that waited at its begin: stacks that it scans
    bool forced = false;                   ///< by a call of runtime.GC
    Time stopped = 0;                      ///< the world, before, in and after it
    Time assisting = 0;                    ///< of goroutines that had to help it, summed
    std::optional<std::uint64_t> heapLive; ///< bytes, the last sample before its begin
    std::optional<std::uint64_t> heapGoal;
};

struct CollectorCost {
    std::vector<CollectorCycle> cycles; ///< that touch the range, by begin
    Time marking = 0;                   ///< inside the range
    Time assisting = 0;                 ///< of goroutines that had to help, summed; waits for work among it
    Time assistingOnProcessor = 0;      ///< the part of it in which they ran
    Time sweeping = 0;
    Time running = 0;               ///< of the program's goroutines, summed: what assists are a share of
    std::vector<WorldStops> stops;  ///< most time first
    std::uint64_t blockedAtEnd = 0; ///< goroutines of the program that wait at the end of the range

    /// An estimate: 2,048 bytes of stack, 448 of descriptor and 96 of wait record for each blocked goroutine; at most
    /// 16 KiB of stack. Stacks that have grown are not recorded.
    static constexpr std::uint64_t leastPerBlocked = 2'048 + 448 + 96;
    static constexpr std::uint64_t mostPerBlocked = 16'384 + 448 + 96;
    [[nodiscard]] std::uint64_t leastBlockedBytes() const { return blockedAtEnd * leastPerBlocked; }
    [[nodiscard]] std::uint64_t mostBlockedBytes() const { return blockedAtEnd * mostPerBlocked; }
};

/// The cycle that cost the program most: stops of the world and assists together. Null if none cost anything.
[[nodiscard]] const CollectorCycle* costliestCycle(const CollectorCost& cost);

/// O(spans · log cycles + ranges).
[[nodiscard]] CollectorCost collectorCost(const TraceFacts& facts, TimeRange range);

} // namespace waitscope
