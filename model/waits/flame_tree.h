// SPDX-License-Identifier: GPL-3.0-or-later
// Stacks merged into a tree of bars, for flame graphs of every kind: of waits, of CPU samples, of what went on while
// goroutines waited.
#pragma once

#include "model/waits/blocker_walk.h"

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

namespace waitscope {

enum class FlameOf : std::uint8_t {
    Waits,      ///< ns in waits and system calls inside the range, open ones included
    CpuSamples, ///< samples of the CPU profiler
};

/// What a bar stands for.
struct FlameStep {
    enum class Kind : std::uint8_t {
        Function, ///< of the stack that waits, or was sampled
        State,    ///< of somebody else, meanwhile
        Blocker,  ///< a function of that somebody
    };
    Kind kind = Kind::Function;
    BlockerState state = BlockerState::Unknown; ///< of kinds State and Blocker
    FrameId frame;                              ///< of kinds Function and Blocker: one of that function
};

/// One step in its place in the tree. Children are adjacent, most first.
struct FlameNode {
    FlameStep step;
    StringId function; ///< of the step's frame
    std::uint32_t parent = 0;
    std::uint32_t firstChild = 0;
    std::uint32_t childCount = 0;
    std::uint16_t depth = 0;
    std::int64_t value = 0; ///< with what is above it
    std::int64_t self = 0;  ///< without
};

struct FlameTree {
    FlameOf of = FlameOf::Waits;
    std::vector<FlameNode> nodes; ///< the first one stands for everything; parents come before their children
    std::int64_t notRecorded = 0; ///< without a stack; in the first node's own value
    [[nodiscard]] std::int64_t total() const { return nodes.empty() ? 0 : nodes.front().value; }
};

/// A tree that grows path by path.
class GrowingFlame {
  public:
    /// `trace` must outlive it.
    explicit GrowingFlame(const Trace& trace) : trace_(trace), nodes_(1) {}

    /// From the root on; an empty path is part of everything and nothing else. Steps of one kind, state and function
    /// are one. O(path · log nodes).
    void add(std::span<const FlameStep> path, std::int64_t value);
    /// The same tree with the children of every node side by side, most first, then by name. O(nodes · log).
    [[nodiscard]] std::vector<FlameNode> inOrder() const;

  private:
    const Trace& trace_;
    std::vector<FlameNode> nodes_;
    std::map<std::tuple<std::uint32_t, FlameStep::Kind, BlockerState, StringId>, std::uint32_t> children_;
};

/// The merged flame graph of waits: the stacks of those that wait, then what was going on meanwhile, from the outermost
/// frame of the waiter to the innermost of the blocker. `waits`: where the time of waits at one stack went, for each
/// such stack. O(frames · log).
[[nodiscard]] FlameTree blockerFlameOf(const Trace& trace, const std::vector<std::pair<StackId, BlockerTimes>>& waits);

} // namespace waitscope
