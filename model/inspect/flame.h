// SPDX-License-Identifier: GPL-3.0-or-later
// Under which calls was the time waited, or the processor used? Stacks merged into a tree of functions: from the root
// (who calls whom), from the leaf (who is called by whom), or around one function, callers above and callees below.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class FlameOf : std::uint8_t {
    Waits,      ///< ns in waits and system calls inside the range, open ones included
    CpuSamples, ///< samples of the CPU profiler
};

/// One function in its place in the tree. Children are adjacent, most first.
struct FlameNode {
    StringId function;
    std::uint32_t parent = 0;
    std::uint32_t firstChild = 0;
    std::uint32_t childCount = 0;
    std::uint16_t depth = 0;
    std::int64_t value = 0; ///< with what it calls
    std::int64_t self = 0;  ///< without
};

struct FlameTree {
    FlameOf of = FlameOf::Waits;
    std::vector<FlameNode> nodes; ///< the first one stands for everything; parents come before their children
    std::int64_t notRecorded = 0; ///< without a stack; in the first node's own value
    [[nodiscard]] std::int64_t total() const { return nodes.empty() ? 0 : nodes.front().value; }
};

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
