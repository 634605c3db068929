// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/why.h"

#include "model/waits/waiting_goroutines.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

Why whyOfWaits(const TraceFacts& facts, BlockerWalk& walk, const std::vector<SpanIndex>& finished, TimeRange range) {
    const Trace& trace = *facts.trace;
    Why why;
    std::map<StackId, std::vector<SpanIndex>> byStack;
    std::map<std::tuple<WokenBy, FrameId>, RowWaker> wakers;
    for (const SpanIndex wait : finished) {
        byStack[trace.spans.stack(wait)].push_back(wait);
        if (const auto key = wakerKeyOf(facts, wait, facts.waits.indexOf(trace, wait), false)) {
            RowWaker& waker = wakers.try_emplace({key->how, key->site}, RowWaker{*key, 0, 0}).first->second;
            ++waker.count;
            waker.total += trace.spans.range(wait).clippedTo(range).length();
        }
    }
    std::vector<std::pair<StackId, BlockerTimes>> flames;
    flames.reserve(byStack.size());
    for (const auto& [stack, waits] : byStack)
        flames.emplace_back(stack, walk.timesOf(waits, range));
    why.flame = blockerFlameOf(trace, flames);
    why.causes = rootCausesOf(trace, walk.timesOf(finished, range));
    for (const auto& [key, waker] : wakers)
        why.wakers.push_back(waker);
    std::ranges::stable_sort(why.wakers, std::ranges::greater{}, &RowWaker::total);
    return why;
}

} // namespace

Why whyOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range) {
    BlockerWalk walk(facts);
    const RowWaits waits = waitsOf(facts, row, range);
    Why why = whyOfWaits(facts, walk, waits.finished, range);
    why.open = waits.open.size();
    why.lock = row.by == WaitGrouping::Site && isLock(row.primitive);
    if (why.lock && why.open > 0)
        why.holders = candidateHolders(facts, row.primitive, row.site);
    return why;
}

Why whyOf(const TraceFacts& facts, SpanIndex wait) {
    constexpr std::size_t mostSteps = 1000;
    const Trace& trace = *facts.trace;
    const WaitClass& what = facts.waits.of(trace, wait);
    if (trace.isOpen(trace.ownerOf(wait), wait)) {
        Why why{.open = 1, .lock = isLock(what.primitive)};
        if (why.lock)
            why.holders = candidateHolders(facts, what.primitive, what.site);
        return why;
    }
    BlockerWalk walk(facts);
    Why why = whyOfWaits(facts, walk, {wait}, trace.wholeRange());
    why.lock = isLock(what.primitive);
    why.steps = walk.stepsOf(wait, mostSteps);
    why.cut = why.steps.size() == mostSteps && why.steps.back().part.begin > trace.spans.start(wait);
    return why;
}

} // namespace waitscope
