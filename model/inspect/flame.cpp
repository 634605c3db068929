// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/flame.h"

#include "model/waits/each_wait.h"

#include <algorithm>
#include <map>
#include <utility>

namespace waitscope {

namespace {

using ValueOfStack = std::vector<std::int64_t>; ///< by StackId

ValueOfStack waitTimes(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                       const FlameQuestion& question, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    ValueOfStack values(trace.stacks.size());
    for (const GoroutineIndex g : goroutines) {
        if (stop.stop_requested())
            break;
        eachWait(facts, g, question.range, [&](SpanIndex s, std::uint32_t c, bool) {
            const WaitClass& wait = facts.waits.all()[c];
            if ((question.primitive && wait.primitive != *question.primitive) ||
                (question.site.known() && wait.site != question.site))
                return;
            values[trace.spans.stack(s).value] += trace.spans.range(s).clippedTo(question.range).length();
        });
    }
    return values;
}

ValueOfStack sampleCounts(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                          const FlameQuestion& question) {
    const Trace& trace = *facts.trace;
    ValueOfStack values(trace.stacks.size());
    for (const GoroutineIndex g : goroutines)
        for (const std::uint32_t place : facts.notes.samples(g))
            if (const CpuSample& sample = trace.cpuSamples[place]; question.range.contains(sample.time))
                ++values[sample.stack.value];
    return values;
}

// The functions of a stack in the order of the tree; empty if the question wants none of it.
std::vector<StringId> pathOf(const Trace& trace, StackId stack, const FlameQuestion& question) {
    std::vector<StringId> path; // innermost first
    for (const FrameId frame : trace.stacks[stack])
        path.push_back(trace.frame(frame).function);
    if (!question.around.empty()) {
        const auto is = [&](StringId function) { return trace.text(function) == question.around; };
        // Of a recursive function the outermost call: it holds all the others.
        const auto last = std::find_if(path.rbegin(), path.rend(), is);
        if (last == path.rend())
            return {};
        if (question.fromLeaf)
            path.erase(path.begin(), last.base() - 1);
        else
            path.erase(last.base(), path.end());
    }
    if (!question.fromLeaf)
        std::ranges::reverse(path);
    return path;
}

struct Grown {
    StringId function;
    std::map<std::uint32_t, std::uint32_t> children; ///< by function
    std::int64_t value = 0;
    std::int64_t self = 0;
};

// The same tree with the children of every node side by side, most first.
std::vector<FlameNode> inOrder(const Trace& trace, const std::vector<Grown>& grown) {
    std::vector<FlameNode> nodes{{.function = grown[0].function, .value = grown[0].value, .self = grown[0].self}};
    std::vector<std::uint32_t> source{0};
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        std::vector<std::uint32_t> children;
        for (const auto& [function, child] : grown[source[i]].children)
            children.push_back(child);
        std::ranges::sort(children, [&](std::uint32_t a, std::uint32_t b) {
            return grown[a].value != grown[b].value ? grown[a].value > grown[b].value
                                                    : trace.text(grown[a].function) < trace.text(grown[b].function);
        });
        nodes[i].firstChild = static_cast<std::uint32_t>(nodes.size());
        nodes[i].childCount = static_cast<std::uint32_t>(children.size());
        for (const std::uint32_t child : children) {
            nodes.push_back({.function = grown[child].function,
                             .parent = i,
                             .depth = static_cast<std::uint16_t>(nodes[i].depth + 1),
                             .value = grown[child].value,
                             .self = grown[child].self});
            source.push_back(child);
        }
    }
    return nodes;
}

} // namespace

FlameTree flameOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, const FlameQuestion& question,
                  const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    const ValueOfStack values = question.of == FlameOf::Waits ? waitTimes(facts, goroutines, question, stop)
                                                              : sampleCounts(facts, goroutines, question);
    std::vector<Grown> grown(1);
    FlameTree tree{.of = question.of, .nodes = {}};
    if (question.around.empty() && !values.empty()) {
        tree.notRecorded = values[0];
        grown[0].value = grown[0].self = values[0];
    }
    for (std::uint32_t stack = 1; stack < values.size() && !stop.stop_requested(); ++stack) {
        if (values[stack] == 0)
            continue;
        const std::vector<StringId> path = pathOf(trace, {stack}, question);
        if (path.empty())
            continue;
        std::uint32_t at = 0;
        grown[0].value += values[stack];
        for (const StringId function : path) {
            const auto [child, isNew] =
                grown[at].children.try_emplace(function.value, static_cast<std::uint32_t>(grown.size()));
            at = child->second;
            if (isNew)
                grown.push_back({.function = function, .children = {}});
            grown[at].value += values[stack];
        }
        grown[at].self += values[stack];
    }
    tree.nodes = inOrder(trace, grown);
    return tree;
}

} // namespace waitscope
