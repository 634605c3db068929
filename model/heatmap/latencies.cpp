// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Latency: how long do waits take that end at a time? A column counts the waits that end in its bin, by duration.
// Waits that are open when the trace ends have no duration yet: the strip on top shows how many of them are going on.
#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/time_sums.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

void fillLatencies(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    grid.unit = Unit::Count;
    constexpr double low = 1000; // ns; shorter waits are one row
    constexpr std::uint32_t finest = 12;
    const auto whole = std::max(low, static_cast<double>(trace.duration));
    const double decades = std::max(1.0, std::log10(whole / low));
    const auto perDecade =
        static_cast<std::uint32_t>(std::clamp((request.options.rows - 3) / decades, 1.0, double(finest)));
    const std::vector<double> bounds = logIntervals(low, whole, perDecade);
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i)
        grid.rows.push_back(
            {.label = durationText(std::llround(bounds[i])) + " to " + durationText(std::llround(bounds[i + 1])),
             .low = bounds[i],
             .high = bounds[i + 1]});
    const auto open = static_cast<std::uint32_t>(grid.rows.size());
    grid.rows.push_back({.label = "open at the trace's end"});
    grid.values.assign(grid.rows.size() * grid.bins, 0);
    TimeSums goingOn(grid.bins);
    const double perNanosecond = grid.binsPerNanosecond();
    const Meanings meanings(request.facts, grid.metric.states);
    const bool untilTheEnd = grid.range.end == trace.duration;
    std::uint64_t beforeTrace = 0;
    std::uint64_t openCount = 0;
    for (std::size_t i = 0; i < request.goroutines.size(); ++i) {
        if (i % 1024 == 0 && request.stop.stop_requested())
            return;
        const GoroutineIndex g = request.goroutines[i];
        if (trace.lifetime(g).begin >= grid.range.end || trace.lifetime(g).end < grid.range.begin)
            continue;
        const SpanRange own = trace.goroutines.spans(g);
        const SpanIndex at = trace.spanAt(g, std::max(trace.lifetime(g).begin, grid.range.begin));
        bool any = false;
        for (std::uint32_t s = at.known() ? at.value : own.begin; s < own.end; ++s) {
            if (trace.spans.start({s}) >= grid.range.end)
                break;
            ++grid.spansRead;
            if (!meanings.contains({s}))
                continue;
            const TimeRange wait = trace.spans.range({s});
            if (trace.isOpen(g, {s})) {
                const TimeRange shown = wait.clippedTo(grid.range);
                if (!shown.empty())
                    goingOn.add(static_cast<double>(shown.begin - grid.range.begin) * perNanosecond,
                                static_cast<double>(shown.end - grid.range.begin) * perNanosecond);
                ++openCount;
                any = true;
                continue;
            }
            if (wait.end < grid.range.begin || (wait.end >= grid.range.end && !untilTheEnd))
                continue;
            const auto length = static_cast<double>(wait.length());
            auto row = static_cast<std::uint32_t>(std::ranges::upper_bound(bounds, length) - bounds.begin()) - 1;
            row = std::min(row, open - 1);
            ++grid.values[grid.cell(row, grid.binAt(wait.end))];
            beforeTrace += trace.spans.kind({s}).origin == SpanOrigin::BeforeTrace;
            any = true;
        }
        if (any)
            grid.goroutines.push_back(g);
    }
    goingOn.each([&](std::uint32_t b, double sum) { grid.values[grid.cell(open, b)] = static_cast<float>(sum); });
    grid.rows[open].openAtEnd = static_cast<std::uint32_t>(openCount);
    grid.notes.push_back(countText(openCount) + (openCount == 1 ? " open wait" : " open waits") +
                         " in the strip on top: how many are going on");
    if (beforeTrace > 0)
        grid.notes.push_back(countText(beforeTrace) + " waits from before the trace: at least that long");
    // The strip stands a little apart.
    const double gap = open * 0.03;
    const double strip = std::max(1.0, open * 0.05);
    grid.bands = {{.firstRow = 0, .rows = open, .top = 0, .bottom = static_cast<double>(open)},
                  {.firstRow = open, .rows = 1, .top = open + gap, .bottom = open + gap + strip}};
}

} // namespace waitscope
