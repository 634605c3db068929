// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/flame.h"

#include "model/waits/each_wait.h"

#include <algorithm>

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
std::vector<FlameStep> pathOf(const Trace& trace, StackId stack, const FlameQuestion& question) {
    std::vector<FlameStep> path; // innermost first
    for (const FrameId frame : trace.stacks[stack])
        path.push_back({.frame = frame});
    if (!question.around.empty()) {
        const auto is = [&](const FlameStep& step) {
            return trace.text(trace.frame(step.frame).function) == question.around;
        };
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

} // namespace

FlameTree flameOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, const FlameQuestion& question,
                  const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    const ValueOfStack values = question.of == FlameOf::Waits ? waitTimes(facts, goroutines, question, stop)
                                                              : sampleCounts(facts, goroutines, question);
    GrowingFlame growing(trace);
    FlameTree tree{.of = question.of, .nodes = {}};
    if (question.around.empty() && !values.empty()) {
        tree.notRecorded = values[0];
        growing.add({}, values[0]);
    }
    for (std::uint32_t stack = 1; stack < values.size() && !stop.stop_requested(); ++stack) {
        if (values[stack] == 0)
            continue;
        if (const std::vector<FlameStep> path = pathOf(trace, {stack}, question); !path.empty())
            growing.add(path, values[stack]);
    }
    tree.nodes = growing.inOrder();
    return tree;
}

} // namespace waitscope
