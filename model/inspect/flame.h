// SPDX-License-Identifier: GPL-3.0-or-later
// Under which calls was the time waited, or the processor used? Stacks merged into a tree of functions: from the root
// (who calls whom), from the leaf (who is called by whom), or around one function, callers above and callees below.
#pragma once

#include "model/facts.h"
#include "model/waits/flame_tree.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace waitscope {

struct FlameQuestion {
    FlameOf of = FlameOf::Waits;
    TimeRange range;
    std::optional<Primitive> primitive; ///< only waits on it
    FrameId site;                       ///< only waits there; none: everywhere
    bool fromLeaf = false;
    /// Only stacks with this function, cut above it: what it calls; with `fromLeaf` who calls it. Empty: whole stacks.
    std::string around;
};

/// Of `goroutines`. O(spans or samples in the range + frames of distinct stacks · log). Incomplete if stopped.
[[nodiscard]] FlameTree flameOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                                const FlameQuestion& question, const std::stop_token& stop = {});

} // namespace waitscope
