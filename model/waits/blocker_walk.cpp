// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/blocker_walk.h"

#include "model/waits/wake_up.h"

#include <algorithm>
#include <random>
#include <tuple>

namespace waitscope {

namespace {

/// `count` of `from`, in their order, chosen by the fixed seed: the same ones on every system.
std::vector<SpanIndex> sampleOf(std::span<const SpanIndex> from, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<SpanIndex> chosen;
    chosen.reserve(count);
    for (std::size_t i = 0; i < from.size() && chosen.size() < count; ++i)
        if (random() % (from.size() - i) < count - chosen.size())
            chosen.push_back(from[i]);
    return chosen;
}

} // namespace

BlockerWalk::BlockerWalk(const TraceFacts& facts)
    : facts_(facts), trace_(*facts.trace), pages_(trace_.spans.size() / pageSize + 1) {}

std::uint32_t& BlockerWalk::nodeIdOf(SpanIndex s) {
    auto& page = pages_[s.value / pageSize];
    if (!page) {
        page = std::make_unique<std::array<std::uint32_t, pageSize>>();
        page->fill(none);
    }
    return (*page)[s.value % pageSize];
}

Time BlockerWalk::start(std::uint32_t node) const {
    return trace_.spans.start(nodes_[node].span);
}

bool BlockerWalk::endedByGoroutine(SpanIndex wait) const {
    return trace_.spans.state(wait) == GoroutineState::Waiting && wakeUpAfter(facts_, wait).how == WokenBy::Goroutine;
}

// The span that holds the moment before `at` begins: the one before it, or, where a wait was ended there, what the
// goroutine that ended it did. It begins before `at` does, or it is an earlier span of the same goroutine.
std::optional<BlockerWalk::Visit> BlockerWalk::before(Visit at) const {
    if (at.span == trace_.firstSpan(at.goroutine))
        return {};
    const SpanIndex previous{at.span.value - 1};
    if (!endedByGoroutine(previous))
        return Visit{at.goroutine, previous};
    const GoroutineIndex waker = trace_.spans.waker(at.span).goroutine();
    const SpanRange own = trace_.goroutines.spans(waker);
    const auto after =
        static_cast<std::uint32_t>(trace_.spans.starts.firstAbove(own.begin, own.end, trace_.spans.start(at.span) - 1));
    if (after == own.begin)
        return {};
    return Visit{waker, {after - 1}};
}

BlockerWalk::Place BlockerWalk::placeOfWait(SpanIndex wait) const {
    const WaitClass& what = facts_.waits.of(trace_, wait);
    BlockerState state = BlockerState::Waiting;
    if (what.primitive == Primitive::Syscall) {
        state = BlockerState::Syscall;
    } else if (what.primitive == Primitive::Sleep) {
        state = BlockerState::Sleep;
    } else {
        const WokenBy how = wakeUpAfter(facts_, wait).how;
        if (how == WokenBy::Timer)
            state = BlockerState::Timer;
        else if (how == WokenBy::Network)
            state = BlockerState::Network;
    }
    return {state, what.stack, what.site};
}

// What happens from the begin of `before` to that of `at`, and where: a running span has no stack of its own, but its
// goroutine's next stop has, or the wake-up that brought the walk here.
BlockerWalk::Place BlockerWalk::placeBetween(Visit before, Visit at) const {
    const Spans& spans = trace_.spans;
    const auto placed = [&](BlockerState state, StackId stack) {
        const FrameId site = facts_.waits.siteOf(stack);
        return Place{state, stack, site.known() ? site : trace_.goroutines.entry(before.goroutine)};
    };
    switch (spans.state(before.span)) {
    case GoroutineState::Running:
        return placed(BlockerState::Running, spans.stack(at.span));
    case GoroutineState::Runnable: {
        if (before.span == trace_.firstSpan(before.goroutine))
            return placed(BlockerState::Runnable, {});
        // It goes on where it was.
        const SpanIndex previous{before.span.value - 1};
        const bool stopped =
            spans.state(previous) == GoroutineState::Waiting || spans.state(previous) == GoroutineState::Syscall;
        return placed(BlockerState::Runnable, spans.stack(stopped ? previous : before.span));
    }
    case GoroutineState::Waiting:
    case GoroutineState::Syscall: {
        Place place = placeOfWait(before.span);
        if (!place.site.known())
            place.site = trace_.goroutines.entry(before.goroutine);
        return place;
    }
    case GoroutineState::Unknown:
    case GoroutineState::Ended:
    case GoroutineState::StillAlive:
        break;
    }
    return placed(BlockerState::Unknown, {});
}

BlockerWalk::Place BlockerWalk::beforeBirth(GoroutineIndex g) const {
    const StackId stack = trace_.creationStack(g);
    const FrameId site = facts_.waits.siteOf(stack);
    return {BlockerState::NotBorn, stack, site.known() ? site : trace_.goroutines.entry(g)};
}

std::uint32_t BlockerWalk::placeId(const Place& place) {
    // The site follows from the stack; without one it is told apart by the frame.
    const std::uint64_t key = std::uint64_t{place.stack.known() ? place.stack.value : place.site.value} << 8U |
                              (place.stack.known() ? 0x80U : 0U) | static_cast<std::uint64_t>(place.state);
    const auto [found, isNew] = placeIds_.try_emplace(key, static_cast<std::uint32_t>(places_.size()));
    if (isNew)
        places_.push_back(place);
    return found->second;
}

std::uint32_t BlockerWalk::nodeOf(Visit at) {
    pending_.clear();
    std::uint32_t parent = none;
    for (;;) {
        if (const std::uint32_t known = nodeIdOf(at.span); known != none) {
            parent = known;
            break;
        }
        pending_.push_back(at);
        const std::optional<Visit> next = before(at);
        if (!next)
            break;
        at = *next;
    }
    while (!pending_.empty()) {
        const Visit child = pending_.back();
        pending_.pop_back();
        Node node{.span = child.span, .parent = parent};
        if (parent == none) {
            const SpanIndex previous{child.span.value - 1};
            const bool woken = child.span != trace_.firstSpan(child.goroutine) && endedByGoroutine(previous);
            node.place = placeId(beforeBirth(woken ? trace_.spans.waker(child.span).goroutine() : child.goroutine));
        } else {
            // Jumps as in a skew-binary number: two equal jumps above become one of twice their length.
            const Node& above = nodes_[parent];
            node.depth = above.depth + 1;
            node.jump = parent;
            if (above.jump != none) {
                const Node& further = nodes_[above.jump];
                if (further.jump != none && above.depth - further.depth == further.depth - nodes_[further.jump].depth)
                    node.jump = further.jump;
            }
            node.place = placeId(placeBetween(at, child));
        }
        parent = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back(node);
        nodeIdOf(child.span) = parent;
        at = child;
    }
    return parent;
}

// The last node on the way from `node` to its root that begins after `t`; `node` itself must.
std::uint32_t BlockerWalk::lastAfter(std::uint32_t node, Time t) const {
    for (;;) {
        const Node& here = nodes_[node];
        if (here.parent == none)
            return node;
        if (start(here.jump) > t)
            node = here.jump;
        else if (start(here.parent) > t)
            node = here.parent;
        else
            return node;
    }
}

BlockerWalk::Way BlockerWalk::wayFrom(std::uint32_t node, TimeRange window) const {
    const std::uint32_t top = start(node) > window.end ? lastAfter(node, window.end - 1) : node;
    return {top, lastAfter(top, window.begin), window};
}

void BlockerWalk::walk(const Way& way) {
    Time end = way.window.end;
    for (std::uint32_t n = way.top;;) {
        const Node& node = nodes_[n];
        const Time begin = n == way.bottom ? way.window.begin : start(node.parent);
        sums_[node.place] += std::min(end, start(n)) - begin;
        if (n == way.bottom)
            return;
        end = begin;
        n = node.parent;
    }
}

void BlockerWalk::addWeightsOf(const Way& way) {
    const auto& [top, bottom, window] = way;
    if (nodes_[bottom].parent == none) // the time before the root is no node's piece
        sums_[nodes_[bottom].place] += std::min(start(bottom), window.end) - window.begin;
    if (nodes_[top].parent == none)
        return;
    ++weights_[top];
    highestWeight_ = std::max(highestWeight_, top);
    lowestWeight_ = std::min(lowestWeight_, bottom);
    if (start(top) > window.end)
        sums_[nodes_[top].place] -= start(top) - window.end;
    if (const std::uint32_t beyond = nodes_[bottom].parent; beyond != none) {
        --weights_[beyond];
        lowestWeight_ = std::min(lowestWeight_, beyond);
        sums_[nodes_[bottom].place] -= window.begin - start(beyond);
    }
}

void BlockerWalk::addWeights() {
    if (lowestWeight_ == none)
        return;
    for (std::uint32_t n = highestWeight_ + 1; n-- > lowestWeight_;) {
        const std::int64_t weight = weights_[n];
        if (weight == 0)
            continue;
        weights_[n] = 0;
        const Node& node = nodes_[n];
        if (node.parent == none)
            continue;
        sums_[node.place] += weight * (start(n) - start(node.parent));
        weights_[node.parent] += weight;
        // Where a root is passed, everything below it has been counted.
        lowestWeight_ = std::min(lowestWeight_, node.parent);
    }
    lowestWeight_ = none;
    highestWeight_ = 0;
}

BlockerTimes BlockerWalk::timesOf(std::span<const SpanIndex> waits, TimeRange within) {
    BlockerTimes times{.waits = waits.size()};
    std::vector<SpanIndex> sample;
    if (waits.size() > largestExact) {
        sample = sampleOf(waits, sampleSize, sampleSeed);
        waits = sample;
    }
    times.sampled = waits.size();

    std::vector<Way> ways;
    std::vector<std::pair<std::uint32_t, Time>> alone;
    std::uint64_t steps = 0;
    GoroutineIndex owner;
    for (const SpanIndex wait : waits) {
        const TimeRange window = trace_.spans.range(wait).clippedTo(within);
        times.time += window.length();
        if (window.empty())
            continue;
        if (!endedByGoroutine(wait)) {
            alone.emplace_back(placeId(placeOfWait(wait)), window.length());
            continue;
        }
        // Waits mostly come goroutine by goroutine.
        if (!owner.known() || wait < trace_.firstSpan(owner) || trace_.lastSpan(owner) < wait)
            owner = trace_.ownerOf(wait);
        const Way way = wayFrom(nodeOf({owner, {wait.value + 1}}), window);
        steps += nodes_[way.top].depth - nodes_[way.bottom].depth + 1;
        ways.push_back(way);
    }
    sums_.assign(places_.size(), 0);
    for (const auto& [place, time] : alone)
        sums_[place] += time;
    if (steps <= 2 * nodes_.size()) { // no more work than adding up weights
        for (const Way& way : ways)
            walk(way);
    } else {
        weights_.resize(nodes_.size());
        for (const Way& way : ways)
            addWeightsOf(way);
        addWeights();
    }

    for (std::size_t p = 0; p < places_.size(); ++p)
        if (sums_[p] != 0)
            times.parts.push_back({places_[p].state, places_[p].stack, places_[p].site, sums_[p]});
    std::ranges::sort(times.parts, [](const BlockerTime& a, const BlockerTime& b) {
        return std::tuple(b.time, a.stack, a.site, a.state) < std::tuple(a.time, b.stack, b.site, b.state);
    });
    return times;
}

std::vector<BlockerStep> BlockerWalk::stepsOf(SpanIndex wait, std::size_t limit) {
    std::vector<BlockerStep> steps;
    const Time begin = trace_.spans.start(wait);
    const GoroutineIndex owner = trace_.ownerOf(wait);
    if (!endedByGoroutine(wait)) {
        const Place place = placeOfWait(wait);
        steps.push_back({owner, wait, trace_.spans.range(wait), place.state, place.stack, place.site, {}});
        return steps;
    }
    Visit at{owner, {wait.value + 1}};
    while (trace_.spans.start(at.span) > begin && steps.size() < limit) {
        const Time end = trace_.spans.start(at.span);
        const SpanIndex previous{at.span.value - 1};
        const bool woken = at.span != trace_.firstSpan(at.goroutine) && endedByGoroutine(previous);
        const std::optional<Visit> next = before(at);
        if (!next) {
            const GoroutineIndex unborn = woken ? trace_.spans.waker(at.span).goroutine() : at.goroutine;
            const Place place = beforeBirth(unborn);
            steps.push_back({unborn,
                             {},
                             {begin, end},
                             place.state,
                             place.stack,
                             place.site,
                             woken ? at.goroutine : GoroutineIndex{}});
            break;
        }
        const TimeRange part{std::max(begin, trace_.spans.start(next->span)), end};
        if (!part.empty()) {
            const Place place = placeBetween(*next, at);
            steps.push_back({next->goroutine, next->span, part, place.state, place.stack, place.site,
                             woken ? at.goroutine : GoroutineIndex{}});
        }
        at = *next;
    }
    return steps;
}

} // namespace waitscope
