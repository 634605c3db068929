// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Processor: how busy were the processors? A service short of CPU is a band at the top, an idle one a band at the
// bottom; bursts and collections stand out as columns. Busy is who runs a goroutine; the scheduler's own work is not.
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/time_sums.h"
#include "model/inspect/processor_times.h"

#include <algorithm>
#include <string>

namespace waitscope {

void fillUtilizations(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    grid.unit = Unit::Count;
    constexpr std::uint32_t steps = 10;
    for (std::uint32_t i = 0; i < steps; ++i)
        grid.rows.push_back(
            {.label = std::to_string(100 * i / steps) + " to " + std::to_string(100 * (i + 1) / steps) + " % busy",
             .low = 100.0 * i / steps,
             .high = 100.0 * (i + 1) / steps});
    grid.values.resize(grid.rows.size() * grid.bins);
    const double perNanosecond = grid.binsPerNanosecond();
    const auto place = [&](Time t) { return static_cast<double>(t - grid.range.begin) * perNanosecond; };
    TimeSums busy(grid.bins);
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p) {
        if (request.stop.stop_requested())
            return;
        busy.clear();
        const auto& runs = trace.processors[p].runs;
        for (std::size_t i = firstRunBehind(trace, {p}, grid.range.begin);
             i < runs.size() && trace.spans.start(runs[i]) < grid.range.end; ++i) {
            ++grid.spansRead;
            if (const TimeRange run = trace.spans.range(runs[i]).clippedTo(grid.range); !run.empty())
                busy.add(place(run.begin), place(run.end));
        }
        busy.each([&](std::uint32_t b, double sum) {
            const auto row = static_cast<std::uint32_t>(std::clamp(sum * steps, 0.0, steps - 1.0));
            ++grid.values[grid.cell(row, b)];
        });
    }
    grid.placeRows(0, 1);
}

} // namespace waitscope
