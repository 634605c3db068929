// SPDX-License-Identifier: GPL-3.0-or-later
// The merged flame graph of waits: the stacks of those that wait below, what was going on meanwhile above, merged from
// the outermost frame of the waiter to the innermost of the blocker.
#pragma once

#include "model/waits/blocker_walk.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace waitscope {

struct BlockerFlameNode {
    enum class Kind : std::uint8_t { All, Waiter, State, Blocker };
    Kind kind = Kind::All;
    BlockerState state = BlockerState::Unknown; ///< of kinds State and Blocker
    FrameId frame;                              ///< of kinds Waiter and Blocker: one of its function
    Time time = 0;
    Time begin = 0; ///< the times of its elder siblings and of those of all it stands on: its left edge
    std::uint32_t depth = 0;
    std::uint32_t parent = 0;
};

struct BlockerFlame {
    std::vector<BlockerFlameNode>
        nodes;               ///< the first stands for all; a parent comes before its children, larger ones first
    std::uint32_t depth = 0; ///< of the deepest node
};

/// `waits`: where the time of waits at one stack went, for each such stack. O(frames · log).
[[nodiscard]] BlockerFlame blockerFlameOf(const Trace& trace,
                                          const std::vector<std::pair<StackId, BlockerTimes>>& waits);

} // namespace waitscope
