// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/holdups.h"

#include "model/report/frame_json.h"
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
                          {"stopped_ns", cycle.stopped},
                          {"assist_ns", cycle.assisting},
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
    Json points = Json::array();
    for (const UtilizationPoint& point : utilizationCurve(mutatorUtilization(facts), facts.trace->duration))
        points.push_back({{"window_ns", point.window}, {"percent", point.percent}});
    return points;
}

namespace {

Json statesJson(const std::array<Time, stateFamilyCount>& times) {
    Json states = Json::object();
    for (std::size_t f = 0; f < stateFamilyCount; ++f)
        if (times[f] > 0)
            states[std::string(nameOf(static_cast<StateFamily>(f)))] = times[f];
    return states;
}

Json nameJson(const Trace& trace, StringId name) {
    return name.known() ? Json(trace.text(name)) : Json();
}

} // namespace

Json functionTimesJson(const Trace& trace, const std::vector<FunctionTimes>& functions) {
    Json rows = Json::array();
    for (const FunctionTimes& function : functions)
        rows.push_back({{"function", nameJson(trace, function.function)},
                        {"goroutines", function.goroutines},
                        {"lifetime_ns", function.lifetime},
                        {"states_ns", statesJson(function.states)},
                        {"gc_assist_ns", function.assisting}});
    return rows;
}

Json workTimesJson(const Trace& trace, const std::vector<WorkTimes>& rows) {
    Json list = Json::array();
    for (const WorkTimes& row : rows)
        list.push_back({{"type", trace.text(row.type)},
                        {"site", frameJson(trace, row.site)},
                        {"count", row.count},
                        {"open", row.open},
                        {"before_trace", row.beforeTrace},
                        {"total_ns", row.total},
                        {"p50_ns", jsonOf(row.p50)},
                        {"p95_ns", jsonOf(row.p95)},
                        {"max_ns", jsonOf(row.max)},
                        {"suspended_ns", row.suspended()},
                        {"elsewhere_ns", row.elsewhere},
                        {"states_ns", statesJson(row.states)}});
    return list;
}

Json wakerGraphJson(const Trace& trace, const WakerGraph& graph) {
    const auto function = [&](std::uint32_t node) { return nameJson(trace, graph.nodes[node].function); };
    Json edges = Json::array();
    for (const WakerEdge& edge : graph.edges)
        edges.push_back({{"waiter", function(edge.waiter)},
                         {"waker", function(edge.waker)},
                         {"primitive", nameOf(edge.primitive)},
                         {"wait_site", frameJson(trace, edge.waitSite)},
                         {"wake_site", frameJson(trace, edge.wakeSite)},
                         {"count", edge.count},
                         {"total_ns", edge.total}});
    Json knots = Json::array();
    for (const WakerKnot& knot : graph.knots) {
        Json functions = Json::array();
        for (const std::uint32_t node : knot.nodes)
            functions.push_back(function(node));
        knots.push_back({{"functions", std::move(functions)},
                         {"inside_ns", knot.inside},
                         {"outside_ns", knot.outside},
                         {"others_ns", knot.others},
                         {"holds_up_others", knot.holdsUpOthers()}});
    }
    return {{"edges", std::move(edges)},
            {"knots", std::move(knots)},
            {"total_ns", graph.total},
            {"open", graph.open},
            {"open_ns", graph.openTime}};
}

std::string knotText(const Trace& trace, const WakerGraph& graph, const WakerKnot& knot) {
    constexpr std::size_t mostNames = 4;
    const std::size_t named = knot.nodes.size() <= mostNames ? knot.nodes.size() : mostNames - 1;
    std::string text;
    for (std::size_t i = 0; i < named; ++i) {
        const StringId function = graph.nodes[knot.nodes[i]].function;
        if (i > 0)
            text += i + 1 == knot.nodes.size() ? " and " : ", ";
        text += function.known() ? shortFunction(trace.text(function)) : "functions that were not recorded";
    }
    if (named < knot.nodes.size())
        text += " and " + countText(knot.nodes.size() - named) + " more";
    text += knot.nodes.size() == 1 ? ": its goroutines wait for one another, "
                                   : " wait for one another, in a ring or directly, ";
    text += durationText(knot.inside) + ", " + percentText(percentOf(knot.inside, graph.total)) +
            " of what goroutines wait for goroutines";
    if (knot.others > 0)
        text += "; others wait " + durationText(knot.others) + " for " + (knot.nodes.size() == 1 ? "it" : "them");
    if (knot.holdsUpOthers())
        text += std::string(", and ") + (knot.nodes.size() == 1 ? "it waits" : "they wait") +
                " for next to nobody else: look here first";
    else if (knot.outside > 0)
        text += std::string("; ") + (knot.nodes.size() == 1 ? "it waits " : "they wait ") + durationText(knot.outside) +
                " for others";
    return text + ".";
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
    if (latency.duringCollection > 0)
        text += "; " + percentText(percentOf(latency.duringCollection, latency.total)) +
                " of it while the collector marked";
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
    if (const CollectorCycle* const worst = costliestCycle(cost))
        text += ". It hurt most in the cycle at " + durationText(worst->mark.begin) + ": world stopped for " +
                durationText(worst->stopped) + ", assists of " + durationText(worst->assisting) + " together";
    if (cost.blockedAtEnd > 0)
        text += ". Estimated memory of the " + countText(cost.blockedAtEnd) +
                (cost.blockedAtEnd == 1 ? " goroutine" : " goroutines") +
                " blocked at the end: " + bytesText(cost.leastBlockedBytes()) + " to " +
                bytesText(cost.mostBlockedBytes());
    return text + ".";
}

} // namespace waitscope
