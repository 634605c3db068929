// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/state_times.h"

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

StateTimes stateTimesOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, TimeRange range,
                        const WaitList& list, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    StateTimes result{.range = range};
    std::map<Activeness, StateTime> states;
    std::map<Activeness, std::vector<Time>> lengths;
    std::map<std::pair<Activeness, Activeness>, std::vector<Time>> steps;
    const auto isLonger = [](const LongWait& a, const LongWait& b) {
        return std::tie(b.length, a.span.value) < std::tie(a.length, b.span.value);
    };
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : goroutines) {
        if (++sinceCheck % 256 == 0 && stop.stop_requested())
            break;
        const TimeRange life = trace.lifetime(g);
        if (life.begin >= range.end || life.end < range.begin)
            continue;
        ++result.goroutines;
        result.lifetime += life.clippedTo(range).length();
        result.created += !trace.preExisting(g) && range.contains(life.begin) ? 1 : 0;
        const bool ends =
            !trace.aliveAtEnd(g) && life.end >= range.begin && (life.end < range.end || range.end == trace.duration);
        result.ended += ends ? 1 : 0;
        const SpanRange own = trace.goroutines.spans(g);
        const SpanIndex first = life.contains(range.begin) ? trace.spanAt(g, range.begin) : SpanIndex{own.begin};
        for (std::uint32_t s = first.value; s < own.end; ++s) {
            const TimeRange span = trace.spans.range({s});
            if (span.begin >= range.end)
                break;
            if (span.end < range.begin)
                continue;
            const Activeness what = activenessOf(facts, {s});
            const Time inside = span.clippedTo(range).length();
            const bool open = trace.isOpen(g, {s});
            if (inside > 0 || span.empty()) {
                StateTime& sum = states[what];
                sum.what = what;
                sum.total += inside;
                ++sum.count;
                sum.open += open ? 1 : 0;
                sum.longest = std::max(sum.longest, span.length());
                lengths[what].push_back(span.length());
            }
            if (!open && span.end >= range.begin && (span.end < range.end || range.end == trace.duration))
                steps[{what, activenessOf(facts, {s + 1})}].push_back(span.length());
            const bool waits = what.state == GoroutineState::Waiting || what.state == GoroutineState::Syscall;
            if (!waits || inside == 0 || (list.at && !isAt(facts.waits.of(trace, {s}), *list.at)))
                continue;
            result.lengths.add(span.length());
            if (list.most == 0 || !list.lengths.contains(span.length()))
                continue;
            const LongWait wait{g, {s}, span.length()};
            // A heap whose top is the shortest of the longest.
            if (result.longest.size() < list.most) {
                result.longest.push_back(wait);
                std::ranges::push_heap(result.longest, isLonger);
            } else if (isLonger(wait, result.longest.front())) {
                std::ranges::pop_heap(result.longest, isLonger);
                result.longest.back() = wait;
                std::ranges::push_heap(result.longest, isLonger);
            }
        }
    }
    std::ranges::sort(result.longest, isLonger);
    const auto medianOf = [](std::vector<Time>& times) {
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) / 2);
        std::ranges::nth_element(times, middle);
        return *middle;
    };
    for (auto& [what, sum] : states) {
        sum.shortest = std::ranges::min(lengths[what]);
        sum.median = medianOf(lengths[what]);
        result.states.push_back(sum);
    }
    std::ranges::stable_sort(result.states, std::ranges::greater{}, &StateTime::total);
    for (auto& [step, times] : steps) {
        Transition transition{.from = step.first, .to = step.second, .count = times.size(), .median = medianOf(times)};
        for (const Time time : times)
            transition.total += time;
        result.transitions.push_back(transition);
    }
    std::ranges::stable_sort(result.transitions, std::ranges::greater{}, &Transition::count);
    return result;
}

} // namespace waitscope
