// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/state_times.h"

#include "model/inspect/median.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace waitscope {

std::string textOf(const Activeness& what) {
    switch (what.state) {
    case GoroutineState::Running:
        return "running";
    case GoroutineState::Runnable:
        return "runnable";
    case GoroutineState::Waiting:
        return "waiting on " +
               std::string(what.primitive == Primitive::Unknown ? "what is not recorded" : nameOf(what.primitive));
    case GoroutineState::Syscall:
        return "system call";
    case GoroutineState::Ended:
        return "ended";
    case GoroutineState::StillAlive:
        return "alive at the end";
    case GoroutineState::Unknown:
        break;
    }
    return "not recorded";
}

void LengthHistogram::add(Time length) {
    if (counts.empty())
        counts.resize(binCount);
    ++counts[static_cast<std::size_t>(binOf(length))];
}

int LengthHistogram::binOf(Time length) {
    const double decades = std::log10(static_cast<double>(std::max<Time>(length, 1)));
    int bin = std::clamp(static_cast<int>(decades * binsPerDecade), 0, binCount - 1);
    // Rounding must not put a length into a bin that it is not in.
    while (bin > 0 && length < beginOf(bin))
        --bin;
    while (bin + 1 < binCount && length >= beginOf(bin + 1))
        ++bin;
    return bin;
}

Time LengthHistogram::beginOf(int bin) {
    const double begin = std::pow(10.0, static_cast<double>(bin) / binsPerDecade);
    return begin >= 9.2e18 ? INT64_MAX : static_cast<Time>(std::ceil(begin - 1e-6));
}

namespace {

bool isAt(const WaitClass& wait, const WaitsAt& place) {
    return wait.primitive == place.primitive && wait.site == place.site;
}

} // namespace

Activeness activenessOf(const TraceFacts& facts, SpanIndex s) {
    const GoroutineState state = facts.trace->spans.state(s);
    return {state, state == GoroutineState::Waiting ? facts.waits.of(*facts.trace, s).primitive : Primitive::Unknown};
}

namespace {

/// A span that touches the range.
struct SpanInside {
    GoroutineIndex goroutine;
    SpanIndex span;
    TimeRange whole;
    Time inside = 0; ///< of it
    Activeness what;
    bool open = false;
    bool isStep = false; ///< it ends in the range, and another follows

    /// Its time is time of the range, or it has none.
    [[nodiscard]] bool counts() const { return inside > 0 || whole.empty(); }
};

struct StateSum {
    StateTime state;
    Median median;

    void add(const SpanInside& one) {
        const Time length = one.whole.length();
        state.shortest = state.count == 0 ? length : std::min(state.shortest, length);
        state.what = one.what;
        state.total += one.inside;
        ++state.count;
        state.open += one.open ? 1 : 0;
        state.longest = std::max(state.longest, length);
        median.add(length);
    }
};

struct StepSum {
    Time total = 0;
    Median median;

    void add(Time length) {
        total += length;
        median.add(length);
    }
};

void countLife(const Trace& trace, GoroutineIndex g, TimeRange range, StateTimes& result) {
    const TimeRange life = trace.lifetime(g);
    if (life.begin >= range.end || life.end < range.begin)
        return;
    ++result.goroutines;
    result.lifetime += life.clippedTo(range).length();
    result.created += !trace.preExisting(g) && range.contains(life.begin) ? 1 : 0;
    const bool ends =
        !trace.aliveAtEnd(g) && life.end >= range.begin && (life.end < range.end || range.end == trace.duration);
    result.ended += ends ? 1 : 0;
}

template <class Use>
void eachSpan(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
              const std::stop_token& stop, const Use& use) {
    const Trace& trace = *facts.trace;
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : goroutines) {
        if (++sinceCheck % 256 == 0 && stop.stop_requested())
            return;
        const TimeRange life = trace.lifetime(g);
        if (life.begin >= range.end || life.end < range.begin)
            continue;
        const SpanRange own = trace.goroutines.spans(g);
        const SpanIndex first = life.contains(range.begin) ? trace.spanAt(g, range.begin) : SpanIndex{own.begin};
        for (std::uint32_t s = first.value; s < own.end; ++s) {
            const TimeRange whole = trace.spans.range({s});
            if (whole.begin >= range.end)
                break;
            if (whole.end < range.begin)
                continue;
            const bool open = trace.isOpen(g, {s});
            use(SpanInside{.goroutine = g,
                           .span = {s},
                           .whole = whole,
                           .inside = whole.clippedTo(range).length(),
                           .what = activenessOf(facts, {s}),
                           .open = open,
                           .isStep = !open && (whole.end < range.end || range.end == trace.duration)});
        }
    }
}

} // namespace

StateTimes stateTimesOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
                        const WaitList& list, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    StateTimes result{.range = range};
    std::map<Activeness, StateSum> states;
    std::map<std::pair<Activeness, Activeness>, StepSum> steps;
    const auto isLonger = [](const LongWait& a, const LongWait& b) {
        return std::tie(b.length, a.span.value) < std::tie(a.length, b.span.value);
    };
    for (const GoroutineIndex g : goroutines)
        countLife(trace, g, range, result);
    eachSpan(facts, goroutines, range, stop, [&](const SpanInside& one) {
        if (one.counts()) {
            StateSum& sum = states[one.what];
            sum.add(one);
        }
        if (one.isStep)
            steps[{one.what, activenessOf(facts, {one.span.value + 1})}].add(one.whole.length());
        const bool waits = one.what.state == GoroutineState::Waiting || one.what.state == GoroutineState::Syscall;
        if (!waits || one.inside == 0 || (list.at && !isAt(facts.waits.of(trace, one.span), *list.at)))
            return;
        result.lengths.add(one.whole.length());
        if (list.most == 0 || !list.lengths.contains(one.whole.length()))
            return;
        const LongWait wait{one.goroutine, one.span, one.whole.length()};
        // A heap whose top is the shortest of the longest.
        if (result.longest.size() < list.most) {
            result.longest.push_back(wait);
            std::ranges::push_heap(result.longest, isLonger);
        } else if (isLonger(wait, result.longest.front())) {
            std::ranges::pop_heap(result.longest, isLonger);
            result.longest.back() = wait;
            std::ranges::push_heap(result.longest, isLonger);
        }
    });
    std::ranges::sort(result.longest, isLonger);
    const auto isSettled = [&] {
        bool settled = true;
        const auto look = [&](auto& sums) {
            for (auto& [key, sum] : sums)
                settled &= !sum.median.needsAnotherPass();
        };
        look(states);
        look(steps);
        return settled;
    };
    while (!isSettled() && !stop.stop_requested())
        eachSpan(facts, goroutines, range, stop, [&](const SpanInside& one) {
            if (one.counts())
                states[one.what].median.add(one.whole.length());
            if (one.isStep)
                steps[{one.what, activenessOf(facts, {one.span.value + 1})}].median.add(one.whole.length());
        });
    for (auto& [what, sum] : states) {
        sum.state.median = sum.median.value();
        result.states.push_back(sum.state);
    }
    std::ranges::stable_sort(result.states, std::ranges::greater{}, &StateTime::total);
    for (const auto& [step, sum] : steps)
        result.transitions.push_back({.from = step.first,
                                      .to = step.second,
                                      .count = sum.median.count(),
                                      .total = sum.total,
                                      .median = sum.median.value()});
    std::ranges::stable_sort(result.transitions, std::ranges::greater{}, &Transition::count);
    return result;
}

} // namespace waitscope
