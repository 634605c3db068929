// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/wait_group_never_done.h"

#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

StringId creatingFunction(const Trace& trace, GoroutineIndex g) {
    const auto frames = trace.stacks[trace.creationStack(g)];
    return frames.empty() ? StringId{} : trace.frame(frames.front()).function;
}

/// A child that was there when the wait began, or one that the same call of the creator started beside the waiter.
bool someoneCouldFinish(const Evidence& evidence, GoroutineIndex waiter) {
    const Trace& trace = evidence.trace();
    const Time begin = trace.spans.start(trace.lastSpan(waiter));
    const auto children = evidence.livingChildren(waiter);
    if (!children.empty() && trace.lifetime(children.front()).begin <= begin)
        return true;
    const Waker creator = trace.creator(waiter);
    if (!creator.isGoroutine())
        return false;
    const StringId from = creatingFunction(trace, waiter);
    const StringId own = trace.frame(trace.goroutines.entry(waiter)).function;
    // Siblings of waiters that are all alike would be looked at again for each of them; so few are enough to tell.
    constexpr std::size_t enough = 256;
    const auto siblings = evidence.livingChildren(creator.goroutine());
    return std::ranges::any_of(siblings.first(std::min(siblings.size(), enough)), [&](GoroutineIndex sibling) {
        return trace.frame(trace.goroutines.entry(sibling)).function != own && creatingFunction(trace, sibling) == from;
    });
}

} // namespace

void waitGroupNeverDone(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const BlockedGroup& group : scene.groups.all()) {
        if (group.primitive != Primitive::WaitGroup)
            continue;
        std::vector<GoroutineIndex> alone;
        for (const GoroutineIndex g : group.members)
            if (!trace.preExisting(g) && !someoneCouldFinish(evidence, g))
                alone.push_back(g);
        if (alone.empty())
            continue;
        Finding f = findingAbout(evidence, group);
        f.members = alone;
        f.goroutines = alone.size();
        f.cost = static_cast<double>(alone.size());
        f.tier = forLength(evidence, alone.size() >= 5 ? Tier::High : alone.size() >= 2 ? Tier::Medium : Tier::Low);
        f.certainty = Certainty::Strong;
        f.claim = counted(f.goroutines, "WaitGroup wait", "WaitGroup waits") + " at " + placeOf(evidence, f.site) +
                  (alone.size() == 1 ? " is" : " are") + " still open after up to " + durationText(group.oldest) +
                  "; no child is left that could call Done, so Add and Done do not match.";
        f.doubt = "A goroutine that was started elsewhere may hold the WaitGroup too.";
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
