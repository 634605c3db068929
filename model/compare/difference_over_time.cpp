// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/difference_over_time.h"

#include "model/heatmap/heatmap.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace waitscope {

namespace {

// The sum of a population's bands: whoever is in the states.
std::vector<double> inStates(const TraceFacts& facts, TimeRange range, StateSet states, std::uint32_t bins,
                             const std::stop_token& stop) {
    const Grid grid = heatmapGrid(facts, orderedGoroutines(facts, {}),
                                  {.mode = HeatmapMode::Population,
                                   .metric = {.states = states},
                                   .range = range,
                                   .bins = bins,
                                   .rows = 1,
                                   .grouping = HeatmapGrouping::Function},
                                  stop);
    std::vector<double> sums(bins);
    for (std::uint32_t row = 0; row < grid.rows.size() && grid.bins == bins; ++row)
        for (std::uint32_t bin = 0; bin < bins; ++bin)
            if (const float value = grid.values[grid.cell(row, bin)]; !std::isnan(value))
                sums[bin] += value;
    return sums;
}

} // namespace

StateSet statesOfLargestChange(const Comparison& comparison) {
    const auto& rows = comparison.rows;
    auto row = std::ranges::find_if(rows, [](const ComparedRow& r) { return saysSomething(r.verdict); });
    if (row == rows.end())
        row = rows.begin();
    if (row == rows.end())
        return waitingStates;
    const RowKey& key = row->metrics.a ? row->key.a : row->key.b;
    return statesFrom(key.family).value_or(waitingStates);
}

DifferenceOverTime differenceOverTime(const Both<const TraceFacts*>& facts, const Both<TimeRange>& ranges,
                                      StateSet states, std::uint32_t bins, const std::stop_token& stop) {
    DifferenceOverTime result;
    result.length = std::max(ranges.a.length(), ranges.b.length());
    bins = static_cast<std::uint32_t>(std::min<Time>(bins, result.length));
    if (bins == 0 || ranges.a.empty() || ranges.b.empty())
        return {};
    for (const Side side : {Side::A, Side::B}) {
        const TimeRange own = ranges.of(side);
        result.goroutines.of(side) =
            inStates(*facts.of(side), {own.begin, own.begin + result.length}, states, bins, stop);
    }
    if (stop.stop_requested())
        return {};
    const double shorter =
        static_cast<double>(std::min(ranges.a.length(), ranges.b.length())) / static_cast<double>(result.length) * bins;
    for (std::uint32_t bin = 0; bin < bins; ++bin) {
        const double difference = result.goroutines.b[bin] - result.goroutines.a[bin];
        const bool both = bin + 1 <= shorter * (1 + 1e-12);
        result.difference.push_back(both ? difference : std::numeric_limits<double>::quiet_NaN());
        if (both)
            result.largest = std::max(result.largest, std::abs(difference));
    }
    return result;
}

} // namespace waitscope
