// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/grid.h"

#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace waitscope {

TimeRange Grid::binRange(std::uint32_t bin) const {
    // Rounded up: the first nanosecond that lies in the bin. Exact for all traces shorter than a month.
    const auto edge = [&](std::uint64_t i) {
        const auto whole = static_cast<std::uint64_t>(range.length());
        return range.begin + static_cast<Time>(whole / bins * i + (whole % bins * i + bins - 1) / bins);
    };
    return {edge(bin), edge(bin + std::uint64_t{1})};
}

std::uint32_t Grid::binAt(Time t) const {
    const Time inside = std::clamp<Time>(t - range.begin, 0, range.length() - 1);
    auto bin = static_cast<std::uint32_t>(static_cast<double>(inside) * bins / static_cast<double>(range.length()));
    bin = std::min(bin, bins - 1);
    while (bin > 0 && binRange(bin).begin > range.begin + inside)
        --bin;
    while (bin + 1 < bins && binRange(bin).end <= range.begin + inside)
        ++bin;
    return bin;
}

GridBand Grid::placeOf(std::uint32_t row) const {
    const auto band =
        std::ranges::find_if(bands, [&](const GridBand& b) { return row >= b.firstRow && row - b.firstRow < b.rows; });
    if (band == bands.end())
        return {};
    const double height = (band->bottom - band->top) / band->rows;
    const double top = band->top + (row - band->firstRow) * height;
    return {.firstRow = row, .rows = 1, .top = top, .bottom = top + height};
}

std::uint32_t Grid::rowAt(double place) const {
    for (const GridBand& b : bands)
        if (place >= b.top && place < b.bottom)
            return b.firstRow +
                   std::min(static_cast<std::uint32_t>((place - b.top) / (b.bottom - b.top) * b.rows), b.rows - 1);
    return static_cast<std::uint32_t>(rows.size());
}

void Grid::placeRows(double top, double perRowHeight) {
    const auto count = static_cast<std::uint32_t>(rows.size());
    bands = {{.firstRow = 0, .rows = count, .top = top, .bottom = top + count * perRowHeight}};
}

Time defaultStuckAge(Time duration) {
    constexpr Time least = 100'000'000;
    constexpr Time most = 10'000'000'000;
    return std::min(std::max(least, duration / 20), most);
}

std::string bundleText(const Grid& grid) {
    const auto counted = [&](const char* one, const char* many) {
        return "1 row = " + countText(grid.perRow) + " " + (grid.perRow == 1 ? one : many);
    };
    switch (grid.mode) {
    case HeatmapMode::Lifetime:
        return counted("goroutine", "goroutines");
    case HeatmapMode::Strategy:
        return counted("residence", "residences at most");
    case HeatmapMode::Population:
        return "1 band = 1 group of goroutines";
    case HeatmapMode::Age:
        return "1 row = 1 interval of ages";
    case HeatmapMode::Latency:
        return "1 row = 1 interval of durations";
    case HeatmapMode::Processor:
        return "1 row = 1 tenth of being busy";
    case HeatmapMode::Site:
        return "1 row = 1 place where goroutines wait";
    }
    return {};
}

std::string rowLabel(const Trace& trace, const Grid& grid, std::uint32_t row) {
    if (!grid.rows[row].label.empty() || grid.rows[row].count == 0)
        return grid.rows[row].label;
    const auto goroutines = grid.goroutinesOf(row);
    const std::string_view function = trace.function(goroutines.front());
    const std::string name(shortFunction(function));
    if (goroutines.size() == 1)
        return std::to_string(trace.goroutines.id(goroutines.front())) + " " + name;
    const bool same = std::ranges::all_of(goroutines, [&](GoroutineIndex g) { return trace.function(g) == function; });
    return countText(goroutines.size()) + " × " + name + (same ? "" : " and others");
}

std::string stretchLabel(const Trace& trace, std::span<const GoroutineIndex> goroutines) {
    // An axis asks for its labels whenever it is painted: of many goroutines every so many-th is looked at.
    constexpr std::size_t mostLookedAt = 512;
    const std::size_t step = (goroutines.size() + mostLookedAt - 1) / mostLookedAt;
    std::map<std::string_view, std::size_t> counts;
    for (std::size_t i = 0; i < goroutines.size(); i += step)
        // Those that live for no time at all are not seen.
        counts[trace.function(goroutines[i])] += static_cast<std::size_t>(trace.lifetime(goroutines[i]).length());
    const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
    return std::to_string(trace.goroutines.id(goroutines.front())) + (goroutines.size() > 1 ? " … " : " ") +
           std::string(shortFunction(most->first));
}

std::string valueText(const Grid& grid, double value) {
    if (std::isnan(value))
        return "none";
    switch (grid.unit) {
    case Unit::Share:
        return percentText(value * 100);
    case Unit::Duration:
        return durationText(std::llround(value));
    case Unit::Count:
        return meanText(value);
    }
    return {};
}

} // namespace waitscope
