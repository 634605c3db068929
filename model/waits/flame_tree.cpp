// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/flame_tree.h"

#include <algorithm>

namespace waitscope {

void GrowingFlame::add(std::span<const FlameStep> path, std::int64_t value) {
    std::uint32_t at = 0;
    nodes_[0].value += value;
    for (const FlameStep& step : path) {
        const StringId function = trace_.frame(step.frame).function;
        const auto [child, isNew] =
            children_.try_emplace({at, step.kind, step.state, function}, static_cast<std::uint32_t>(nodes_.size()));
        if (isNew)
            nodes_.push_back({.step = step,
                              .function = function,
                              .parent = at,
                              .depth = static_cast<std::uint16_t>(nodes_[at].depth + 1)});
        at = child->second;
        nodes_[at].value += value;
    }
    nodes_[at].self += value;
}

std::vector<FlameNode> GrowingFlame::inOrder() const {
    std::vector<std::vector<std::uint32_t>> children(nodes_.size());
    for (std::uint32_t n = 1; n < nodes_.size(); ++n)
        children[nodes_[n].parent].push_back(n);
    std::vector<FlameNode> ordered{nodes_[0]};
    std::vector<std::uint32_t> source{0};
    for (std::uint32_t i = 0; i < ordered.size(); ++i) {
        std::vector<std::uint32_t>& own = children[source[i]];
        std::ranges::sort(own, [&](std::uint32_t a, std::uint32_t b) {
            const auto key = [&](const FlameNode& node) {
                return std::tuple(-node.value, trace_.text(node.function), node.step.kind, node.step.state);
            };
            return key(nodes_[a]) < key(nodes_[b]);
        });
        ordered[i].firstChild = static_cast<std::uint32_t>(ordered.size());
        ordered[i].childCount = static_cast<std::uint32_t>(own.size());
        for (const std::uint32_t child : own) {
            ordered.push_back(nodes_[child]);
            ordered.back().parent = i;
            source.push_back(child);
        }
    }
    return ordered;
}

FlameTree blockerFlameOf(const Trace& trace, const std::vector<std::pair<StackId, BlockerTimes>>& waits) {
    using Kind = FlameStep::Kind;
    GrowingFlame growing(trace);
    std::vector<FlameStep> path;
    const auto climb = [&](Kind kind, BlockerState state, StackId stack) {
        const auto frames = trace.stacks[stack];
        for (std::size_t i = frames.size(); i-- > 0;)
            path.push_back({kind, state, frames[i]});
    };
    for (const auto& [waiter, times] : waits)
        for (const BlockerTime& part : times.parts) {
            path.clear();
            climb(Kind::Function, BlockerState::Unknown, waiter);
            path.push_back({Kind::State, part.state, {}});
            if (!trace.stacks[part.stack].empty())
                climb(Kind::Blocker, part.state, part.stack);
            else if (part.site.known())
                path.push_back({Kind::Blocker, part.state, part.site});
            growing.add(path, part.time);
        }
    return {.of = FlameOf::Waits, .nodes = growing.inOrder()};
}

} // namespace waitscope
