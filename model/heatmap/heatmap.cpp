// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/heatmap.h"

#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"

#include <algorithm>
#include <limits>

namespace waitscope {

std::optional<HeatmapMode> findMode(std::string_view name) {
    const auto* const named = std::ranges::find(namedModes, name, &NamedMode::name);
    return named == namedModes.end() ? std::nullopt
                                     : std::optional(static_cast<HeatmapMode>(named - namedModes.begin()));
}

std::optional<HeatmapMetric> metricFrom(std::string_view name) {
    if (name == "age")
        return HeatmapMetric{.measure = Measure::WaitAge};
    if (name == "residence")
        return HeatmapMetric{.measure = Measure::Residence, .states = aliveStates};
    if (name == "residence-ms")
        return HeatmapMetric{.measure = Measure::ResidenceTime, .states = aliveStates};
    const auto states = statesFrom(name);
    return states ? std::optional(HeatmapMetric{.states = *states}) : std::nullopt;
}

std::string nameOf(const HeatmapMetric& metric) {
    switch (metric.measure) {
    case Measure::WaitAge:
        return "age";
    case Measure::Residence:
        return "residence";
    case Measure::ResidenceTime:
        return "residence-ms";
    case Measure::States:
        break;
    }
    return nameOf(metric.states);
}

std::string metricText(HeatmapMode mode, const HeatmapMetric& metric) {
    switch (metric.measure) {
    case Measure::WaitAge:
        return "age of the current wait";
    case Measure::Residence:
        return "share of the bin spent in a residence";
    case Measure::ResidenceTime:
        return "time of the bin spent in a residence";
    case Measure::States:
        break;
    }
    const std::string states = textOf(metric.states);
    switch (mode) {
    case HeatmapMode::Lifetime:
        return "share of the bin spent " + states;
    case HeatmapMode::Strategy:
        return "share of the residence spent " + states;
    case HeatmapMode::Latency:
        return metric.states == waitingStates ? "waits that end in the bin" : "times that end in the bin, " + states;
    case HeatmapMode::Processor:
        return "processors that are so busy";
    case HeatmapMode::Population:
    case HeatmapMode::Age:
    case HeatmapMode::Site:
        break;
    }
    return "goroutines " + states + " (mean of the bin)";
}

std::string titleOf(const HeatmapOptions& options) {
    std::string title(namedOf(options.mode).title);
    if (options.grouping)
        title += " by " + std::string(namedOf(*options.grouping).text);
    return title + ": " + metricText(options.mode, options.metric);
}

std::string objectionTo(const HeatmapOptions& options) {
    const NamedMode& mode = namedOf(options.mode);
    const std::string name = "Mode " + std::string(mode.name);
    if (options.metric.measure != Measure::States && options.mode != HeatmapMode::Lifetime &&
        options.mode != HeatmapMode::Strategy)
        return name + " counts goroutines: give it states, such as waiting or lock, not " + nameOf(options.metric) +
               ".";
    if (options.mode == HeatmapMode::Processor && options.metric != mode.metric)
        return name + " measures what runs: its metric is " + nameOf(mode.metric) + ".";
    if (options.order != mode.order && (mode.orders & bitOf(options.order)) == 0) {
        std::string known;
        for (std::size_t i = 0; i < namedOrders.size(); ++i)
            if ((mode.orders & bitOf(static_cast<RowOrder>(i))) != 0)
                known += (known.empty() ? "" : ", ") + std::string(namedOrders[i].name);
        return name + (known.empty() ? " has an order of its own and cannot be sorted."
                                     : " can be sorted by " + known + ", not by " +
                                           std::string(namedOf(options.order).name) + ".");
    }
    if (options.grouping && namedOf(*options.grouping).mode != options.mode) {
        std::string known;
        for (const NamedHeatmapGrouping& g : namedHeatmapGroupings)
            if (g.mode == options.mode)
                known += (known.empty() ? "" : ", ") + std::string(g.name);
        return name + (known.empty() ? " has no groups."
                                     : " can be grouped by " + known + ", not by " +
                                           std::string(namedOf(*options.grouping).name) + ".");
    }
    return {};
}

std::optional<HeatmapGrouping> usualGrouping(const TraceFacts& facts, HeatmapMode mode) {
    if (mode == HeatmapMode::Population)
        return HeatmapGrouping::Site;
    if (mode == HeatmapMode::Strategy)
        return static_cast<HeatmapGrouping>(static_cast<int>(HeatmapGrouping::Log) +
                                            static_cast<int>(usualResidences(facts)));
    return {};
}

Grid heatmapGrid(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, const HeatmapOptions& options,
                 const std::stop_token& stop) {
    Grid grid;
    grid.mode = options.mode;
    grid.metric = options.metric;
    grid.bundling = options.bundling;
    grid.range = options.range.clippedTo(facts.trace->wholeRange());
    grid.stuckAge = options.stuckAge > 0 ? options.stuckAge : defaultStuckAge(facts.trace->duration);
    if (goroutines.empty() || grid.range.empty() || options.bins == 0 || options.rows == 0)
        return grid;
    grid.bins = static_cast<std::uint32_t>(std::min<Time>(options.bins, grid.range.length()));
    const GridRequest request{facts, goroutines, options, stop};
    switch (options.mode) {
    case HeatmapMode::Lifetime:
        fillLifetimes(request, grid);
        break;
    case HeatmapMode::Population:
        fillPopulation(request, grid);
        break;
    case HeatmapMode::Age:
        fillAges(request, grid);
        break;
    case HeatmapMode::Latency:
        fillLatencies(request, grid);
        break;
    case HeatmapMode::Site:
        fillSites(request, grid);
        break;
    case HeatmapMode::Strategy:
        fillStrategies(request, grid);
        break;
    case HeatmapMode::Processor:
        fillUtilizations(request, grid);
        break;
    }
    if (stop.stop_requested())
        return {};
    return grid;
}

Occupants occupantsAt(const TraceFacts& facts, const Grid& grid, std::uint32_t row, Time t) {
    const Trace& trace = *facts.trace;
    const Meanings meanings(facts, grid.metric.states);
    Occupants result{.goroutines = grid.rows[row].count};
    bool longestIsInside = false;
    for (const GoroutineIndex g : grid.goroutinesOf(row)) {
        const SpanIndex span = trace.spanAt(g, t);
        if (!span.known())
            continue;
        ++result.alive;
        const bool inside = meanings.contains(span);
        result.inStates += inside;
        const bool longer = !result.span.known() || trace.spans.start(span) < trace.spans.start(result.span);
        if (inside > longestIsInside || (inside == longestIsInside && longer)) {
            result.longest = g;
            result.span = span;
            longestIsInside = inside;
        }
    }
    return result;
}

} // namespace waitscope
