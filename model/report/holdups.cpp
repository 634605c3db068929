// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/holdups.h"

#include "model/report/text.h"
#include "model/waits/mutator_utilization.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace waitscope {

namespace {

using Json = nlohmann::json;

double percentOf(Time part, Time whole) {
    return whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

template <class T> Json jsonOf(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

} // namespace

Json schedulerJson(const SchedulerLatency& latency) {
    return {{"count", latency.count},
            {"total_ns", latency.total},
            {"saturated_ns", latency.saturated},
            {"late_wake_up_ns", latency.late},
            {"stopped_world_ns", latency.stopped},
            {"unknown_ns", latency.unknown},
            {"during_collection_ns", latency.duringCollection},
            {"p50_ns", jsonOf(latency.p50)},
            {"p95_ns", jsonOf(latency.p95)},
            {"p99_ns", jsonOf(latency.p99)},
            {"max_ns", jsonOf(latency.max)}};
}

Json collectorJson(const CollectorCost& cost, TimeRange range) {
    Json cycles = Json::array();
    for (const CollectorCycle& cycle : cost.cycles)
        cycles.push_back({{"begin_ns", cycle.mark.begin},
                          {"end_ns", cycle.mark.end},
                          {"blocked_goroutines", cycle.blocked},
                          {"forced", cycle.forced},
                          {"heap_live_bytes", jsonOf(cycle.heapLive)},
                          {"heap_goal_bytes", jsonOf(cycle.heapGoal)}});
    Json stops = Json::array();
    for (const WorldStops& stop : cost.stops)
        stops.push_back(
            {{"kind", stop.kind}, {"count", stop.count}, {"total_ns", stop.total}, {"max_ns", stop.longest}});
    return {{"cycles", std::move(cycles)},
            {"mark_ns", cost.marking},
            {"mark_percent", percentOf(cost.marking, range.length())},
            {"assist_ns", cost.assisting},
            {"assist_percent_of_running", percentOf(cost.assistingOnProcessor, cost.running)},
            {"sweep_ns", cost.sweeping},
            {"stop_the_world", std::move(stops)},
            {"blocked_goroutines_memory_estimate",
             {{"goroutines", cost.blockedAtEnd},
              {"least_bytes", cost.leastBlockedBytes()},
              {"most_bytes", cost.mostBlockedBytes()}}}};
}

Json utilizationJson(const TraceFacts& facts) {
    const std::vector<UtilizationStep> steps = mutatorUtilization(facts);
    Json points = Json::array();
    if (steps.empty())
        return points;
    const Time duration = facts.trace->duration;
    for (Time decade = 10'000; decade < duration; decade *= 10)
        for (const Time window : {decade, 2 * decade, 5 * decade})
            if (window < duration)
                points.push_back(
                    {{"window_ns", window}, {"percent", 100 * minimumUtilization(steps, duration, window)}});
    points.push_back({{"window_ns", duration}, {"percent", 100 * minimumUtilization(steps, duration, duration)}});
    return points;
}

Json functionTimesJson(const Trace& trace, const std::vector<FunctionTimes>& functions) {
    Json rows = Json::array();
    for (const FunctionTimes& function : functions) {
        Json states;
        for (std::size_t f = 0; f < stateFamilyCount; ++f)
            if (function.states[f] > 0)
                states[std::string(nameOf(static_cast<StateFamily>(f)))] = function.states[f];
        rows.push_back({{"function", function.function.known() ? Json(trace.text(function.function)) : Json()},
                        {"goroutines", function.goroutines},
                        {"lifetime_ns", function.lifetime},
                        {"states_ns", std::move(states)},
                        {"gc_assist_ns", function.assisting}});
    }
    return rows;
}

std::string schedulerText(const SchedulerLatency& latency) {
    if (latency.total == 0)
        return {};
    std::string text = "Ready without a processor: " + durationText(latency.total) + " in " + countText(latency.count) +
                       " times, p99 " + durationText(latency.p99.value_or(0)) + ", longest " +
                       durationText(latency.max.value_or(0)) + "; " +
                       percentText(percentOf(latency.saturated, latency.total)) + " while every processor was busy, " +
                       percentText(percentOf(latency.late, latency.total)) + " while one was idle";
    if (latency.stopped > 0)
        text += ", " + percentText(percentOf(latency.stopped, latency.total)) + " while the world was stopped";
    if (latency.unknown > 0)
        text += ", " + percentText(percentOf(latency.unknown, latency.total)) + " not known";
    return text + ".";
}

std::string collectorText(const CollectorCost& cost, TimeRange range) {
    std::string text =
        "Garbage collector: " + countText(cost.cycles.size()) + (cost.cycles.size() == 1 ? " cycle" : " cycles");
    if (!cost.cycles.empty()) {
        std::uint64_t most = 0;
        for (const CollectorCycle& cycle : cost.cycles)
            most = std::max(most, cycle.blocked);
        text += " marked for " + percentText(percentOf(cost.marking, range.length())) +
                " of the time and scanned up to " + countText(most) + " blocked goroutines; assists took " +
                percentText(percentOf(cost.assistingOnProcessor, cost.running)) + " of running time";
    }
    Time stopped = 0;
    Time longest = 0;
    for (const WorldStops& stop : cost.stops) {
        stopped += stop.total;
        longest = std::max(longest, stop.longest);
    }
    if (stopped > 0)
        text += "; the world stood still for " + durationText(stopped) + ", at most " + durationText(longest) +
                " at a time";
    if (cost.blockedAtEnd > 0)
        text += ". Estimated memory of the " + countText(cost.blockedAtEnd) +
                " goroutines blocked at the end: " + bytesText(cost.leastBlockedBytes()) + " to " +
                bytesText(cost.mostBlockedBytes());
    return text + ".";
}

} // namespace waitscope
