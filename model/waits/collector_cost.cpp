// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/collector_cost.h"

#include <algorithm>
#include <map>

namespace waitscope {

namespace {

std::optional<std::uint64_t> lastBefore(const Trace& trace, std::string_view metric, Time t) {
    for (const Metric& m : trace.metrics) {
        if (trace.text(m.name) != metric)
            continue;
        const auto after = std::upper_bound(m.samples.begin(), m.samples.end(), t,
                                            [](Time at, const MetricSample& sample) { return at < sample.time; });
        if (after != m.samples.begin())
            return (after - 1)->value;
    }
    return {};
}

bool callsCollector(const Trace& trace, StackId stack) {
    return std::ranges::any_of(trace.stacks[stack],
                               [&](FrameId f) { return trace.text(trace.frame(f).function) == "runtime.GC"; });
}

// The cycle that a moment belongs to: the one that marks then, else the nearest one.
CollectorCycle* cycleAt(std::vector<CollectorCycle>& cycles, Time t) {
    if (cycles.empty())
        return nullptr;
    const auto after =
        std::ranges::upper_bound(cycles, t, {}, [](const CollectorCycle& cycle) { return cycle.mark.begin; });
    if (after == cycles.begin())
        return &*after;
    const auto before = std::prev(after);
    return &(after != cycles.end() && after->mark.begin - t < t - before->mark.end ? *after : *before);
}

} // namespace

const CollectorCycle* costliestCycle(const CollectorCost& cost) {
    const auto costOf = [](const CollectorCycle& cycle) { return cycle.stopped + cycle.assisting; };
    const auto worst = std::ranges::max_element(cost.cycles, {}, costOf);
    return worst != cost.cycles.end() && costOf(*worst) > 0 ? &*worst : nullptr;
}

CollectorCost collectorCost(const TraceFacts& facts, TimeRange range) {
    const Trace& trace = *facts.trace;
    CollectorCost cost;
    std::map<std::string_view, WorldStops> stops;
    for (const RuntimeRange& r : trace.ranges) {
        const TimeRange part = r.range.clippedTo(range);
        if (part.empty())
            continue;
        constexpr std::string_view stopped = "stop-the-world (";
        const std::string_view name = trace.text(r.name);
        if (name == "GC concurrent mark phase") {
            cost.marking += part.length();
            cost.cycles.push_back({.mark = r.range,
                                   .forced = callsCollector(trace, r.stack),
                                   .heapLive = lastBefore(trace, "/memory/classes/heap/objects:bytes", r.range.begin),
                                   .heapGoal = lastBefore(trace, "/gc/heap/goal:bytes", r.range.begin)});
        } else if (name == "GC mark assist") {
            cost.assisting += part.length();
            cost.assistingOnProcessor +=
                r.goroutine.known() ? trace.timeIn(GoroutineState::Running, r.goroutine, part) : 0;
        } else if (name == "GC incremental sweep") {
            cost.sweeping += part.length();
        } else if (name.starts_with(stopped)) {
            const std::string_view kind = name.substr(stopped.size(), name.size() - stopped.size() - 1);
            WorldStops& sum = stops.try_emplace(kind, WorldStops{kind}).first->second;
            ++sum.count;
            sum.total += part.length();
            sum.longest = std::max(sum.longest, r.range.length());
        }
    }
    // A stop may stand before the cycle that it is for.
    for (const RuntimeRange& r : trace.ranges) {
        const std::string_view name = trace.text(r.name);
        const bool assists = name == "GC mark assist";
        if (!assists && !name.starts_with("stop-the-world (GC "))
            continue;
        if (CollectorCycle* const cycle =
                r.range.clippedTo(range).empty() ? nullptr : cycleAt(cost.cycles, r.range.begin))
            (assists ? cycle->assisting : cycle->stopped) += r.range.length();
    }
    for (const auto& [kind, sum] : stops)
        cost.stops.push_back(sum);
    std::ranges::stable_sort(cost.stops, std::ranges::greater{}, &WorldStops::total);

    // Blocked at the begin of each cycle, and at the end of the range: +1 and -1 where a wait comes and goes.
    std::vector<Time> moments;
    for (const CollectorCycle& cycle : cost.cycles)
        moments.push_back(cycle.mark.begin);
    moments.push_back(range.end);
    std::vector<std::int64_t> changes(moments.size() + 1);
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (facts.waits.isRuntime({g}))
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const GoroutineState state = trace.spans.state({s});
            if (state == GoroutineState::Running)
                cost.running += trace.spans.range({s}).clippedTo(range).length();
            if (state != GoroutineState::Waiting)
                continue;
            const TimeRange wait = trace.spans.range({s});
            const auto from = std::ranges::lower_bound(moments, wait.begin) - moments.begin();
            const auto to = trace.isOpen({g}, {s}) ? static_cast<std::ptrdiff_t>(moments.size())
                                                   : std::ranges::lower_bound(moments, wait.end) - moments.begin();
            ++changes[static_cast<std::size_t>(from)];
            --changes[static_cast<std::size_t>(to)];
        }
    }
    std::int64_t blocked = 0;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        blocked += changes[i];
        (i < cost.cycles.size() ? cost.cycles[i].blocked : cost.blockedAtEnd) = static_cast<std::uint64_t>(blocked);
    }
    return cost;
}

} // namespace waitscope
