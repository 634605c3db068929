// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/blocker_flame.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

using Kind = BlockerFlameNode::Kind;

class Growing {
  public:
    explicit Growing(const Trace& trace) : trace_(trace) { nodes_.emplace_back(); }

    void add(StackId waiter, const BlockerTime& part) {
        std::uint32_t at = 0;
        nodes_[0].time += part.time;
        const auto climb = [&](Kind kind, BlockerState state, FrameId frame) {
            const StringId function = trace_.frame(frame).function;
            const auto [found, isNew] =
                children_.try_emplace({at, kind, state, function}, static_cast<std::uint32_t>(nodes_.size()));
            if (isNew)
                nodes_.push_back(
                    {.kind = kind, .state = state, .frame = frame, .depth = nodes_[at].depth + 1, .parent = at});
            at = found->second;
            nodes_[at].time += part.time;
        };
        const auto climbStack = [&](Kind kind, BlockerState state, StackId stack) {
            const auto frames = trace_.stacks[stack];
            for (std::size_t i = frames.size(); i-- > 0;)
                climb(kind, state, frames[i]);
        };
        climbStack(Kind::Waiter, BlockerState::Unknown, waiter);
        climb(Kind::State, part.state, {});
        if (!trace_.stacks[part.stack].empty())
            climbStack(Kind::Blocker, part.state, part.stack);
        else if (part.site.known())
            climb(Kind::Blocker, part.state, part.site);
    }

    // Laid out: children by time, each right of the one before it.
    BlockerFlame take() {
        std::vector<std::vector<std::uint32_t>> children(nodes_.size());
        for (std::uint32_t n = 1; n < nodes_.size(); ++n)
            children[nodes_[n].parent].push_back(n);
        BlockerFlame tree;
        const auto place = [&](const auto& self, std::uint32_t old, std::uint32_t parent, Time begin) -> void {
            const auto at = static_cast<std::uint32_t>(tree.nodes.size());
            tree.nodes.push_back(nodes_[old]);
            tree.nodes.back().parent = parent;
            tree.nodes.back().begin = begin;
            tree.depth = std::max(tree.depth, nodes_[old].depth);
            auto& own = children[old];
            std::ranges::sort(own, [&](std::uint32_t a, std::uint32_t b) {
                const auto key = [&](std::uint32_t n) {
                    const BlockerFlameNode& node = nodes_[n];
                    return std::tuple(-node.time, trace_.text(trace_.frame(node.frame).function), node.kind,
                                      node.state);
                };
                return key(a) < key(b);
            });
            for (const std::uint32_t child : own) {
                self(self, child, at, begin);
                begin += nodes_[child].time;
            }
        };
        place(place, 0, 0, 0); // as deep as two stacks: at most 258
        return tree;
    }

  private:
    const Trace& trace_;
    std::vector<BlockerFlameNode> nodes_;
    std::map<std::tuple<std::uint32_t, Kind, BlockerState, StringId>, std::uint32_t> children_;
};

} // namespace

BlockerFlame blockerFlameOf(const Trace& trace, const std::vector<std::pair<StackId, BlockerTimes>>& waits) {
    Growing growing(trace);
    for (const auto& [stack, times] : waits)
        for (const BlockerTime& part : times.parts)
            growing.add(stack, part);
    return growing.take();
}

} // namespace waitscope
