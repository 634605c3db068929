// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Age: how many goroutines are how old? A leak is a ray that rises, a plateau a band with a sharp upper edge, a
// burst one line. Goroutines from before the trace are at least as old as the trace: they count from its start.
#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/time_sums.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

void fillAges(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    grid.unit = Unit::Count;
    const auto whole = static_cast<double>(trace.duration);
    // A power of ten: then the decades, which the axis names, are edges of rows.
    const double low = std::pow(10.0, std::floor(std::log10(std::clamp(whole / 1000, 1.0, 1e6))));
    // Ages are read off a scale of rows: as many as there is room for, up to what the eye can tell apart.
    const double decades = std::max(1.0, std::log10(whole / low));
    const auto perDecade = static_cast<std::uint32_t>(std::clamp((request.options.rows - 1) / decades, 1.0, 24.0));
    const std::vector<double> bounds = logIntervals(low, std::max(whole, low), perDecade);
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i)
        grid.rows.push_back(
            {.label = durationText(std::llround(bounds[i])) + " to " + durationText(std::llround(bounds[i + 1])),
             .low = bounds[i],
             .high = bounds[i + 1]});
    std::vector<TimeSums> sums(grid.rows.size(), TimeSums(grid.bins));
    const double perNanosecond = grid.binsPerNanosecond();
    const auto begin = static_cast<double>(grid.range.begin);
    // A stretch of a life that began at `born`, cut by age.
    const auto add = [&](Time born, TimeRange r) {
        const auto from = static_cast<double>(r.begin - born);
        const auto to = static_cast<double>(r.end - born);
        auto row = static_cast<std::size_t>(std::ranges::upper_bound(bounds, from) - bounds.begin()) - 1;
        for (; row < grid.rows.size() && bounds[row] < to; ++row) {
            const double youngest = std::max(from, bounds[row]) + static_cast<double>(born) - begin;
            const double oldest = std::min(to, bounds[row + 1]) + static_cast<double>(born) - begin;
            if (oldest > youngest)
                sums[row].add(std::max(0.0, youngest * perNanosecond), oldest * perNanosecond);
        }
    };
    const Meanings meanings(request.facts, grid.metric.states);
    std::size_t preExisting = 0;
    for (std::size_t i = 0; i < request.goroutines.size(); ++i) {
        if (i % 1024 == 0 && request.stop.stop_requested())
            return;
        const GoroutineIndex g = request.goroutines[i];
        const TimeRange life = trace.lifetime(g);
        const TimeRange lives = life.clippedTo(grid.range);
        if (lives.empty())
            continue;
        preExisting += trace.preExisting(g);
        grid.goroutines.push_back(g);
        if (grid.metric.states == aliveStates) {
            ++grid.spansRead;
            add(life.begin, lives);
            continue;
        }
        const std::uint32_t end = trace.goroutines.spans(g).end;
        for (std::uint32_t s = trace.spanAt(g, lives.begin).value; s < end; ++s) {
            if (trace.spans.start({s}) >= grid.range.end)
                break;
            ++grid.spansRead;
            if (const TimeRange span = trace.spans.range({s}).clippedTo(grid.range);
                !span.empty() && meanings.contains({s}))
                add(life.begin, span);
        }
    }
    if (preExisting > 0)
        grid.notes.push_back(countText(preExisting) + " from before the trace: at least that old");
    grid.values.resize(grid.rows.size() * grid.bins);
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
        sums[r].each([&](std::uint32_t b, double sum) { grid.values[grid.cell(r, b)] = static_cast<float>(sum); });
    grid.placeRows(0, 1);
}

} // namespace waitscope
