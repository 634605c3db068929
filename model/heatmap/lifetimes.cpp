// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Lifetime: how much of each bin did each goroutine spend in the states?
#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/row_cells.h"
#include "model/report/text.h"

#include <limits>

namespace waitscope {

namespace {

// Where goroutines of one creation line lie beside each other: the line and how many.
std::vector<GridSection> creationSites(const GridRequest& request) {
    const Trace& trace = *request.facts.trace;
    std::vector<GridSection> sections;
    for (std::size_t i = 0; i < request.goroutines.size();) {
        const CodeLine line = creationLine(trace, request.goroutines[i]);
        std::size_t end = i + 1;
        while (end < request.goroutines.size() && creationLine(trace, request.goroutines[end]) == line)
            ++end;
        const double first = request.options.firstPlace;
        sections.push_back({.top = first + static_cast<double>(i),
                            .bottom = first + static_cast<double>(end),
                            .title = line.function.empty() ? "creation not recorded"
                                                           : "from " + std::string(shortFile(line.file)) + ":" +
                                                                 std::to_string(line.line),
                            .notes = {countText(end - i) + (end - i == 1 ? " goroutine" : " goroutines")}});
        i = end;
    }
    return sections;
}

} // namespace

void fillLifetimes(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    const auto count = static_cast<std::uint32_t>(request.goroutines.size());
    const Measure measure = grid.metric.measure;
    grid.unit = measure == Measure::States || measure == Measure::Residence ? Unit::Share : Unit::Duration;
    grid.perRow = (count + request.options.rows - 1) / request.options.rows;
    grid.goroutines.assign(request.goroutines.begin(), request.goroutines.end());
    const Meanings meanings(request.facts, grid.metric.states);
    for (std::uint32_t first = 0; first < count; first += grid.perRow) {
        GridRow row{.first = first, .count = std::min(grid.perRow, count - first)};
        for (const GoroutineIndex g : request.goroutines.subspan(row.first, row.count)) {
            row.preExisting += trace.preExisting(g);
            row.openAtEnd += trace.aliveAtEnd(g) && meanings.contains(trace.lastSpan(g));
        }
        grid.rows.push_back(std::move(row));
    }
    grid.placeRows(request.options.firstPlace, grid.perRow);
    if (request.options.order == RowOrder::CreationSite)
        grid.sections = creationSites(request);
    const std::size_t cells = grid.rows.size() * grid.bins;
    grid.values.assign(cells, std::numeric_limits<float>::quiet_NaN());
    grid.alive.assign(cells, 0);
    grid.marks.assign(cells, 0);
    ResidencesOfGoroutines residences;
    if (measure == Measure::Residence || measure == Measure::ResidenceTime)
        residences = residencesByGoroutine(request.facts, residenceArms(request.facts, usualResidences(request.facts)));
    const RowItems items = [&](std::uint32_t place) {
        const GoroutineIndex g = request.goroutines[place];
        return RowItem{g, trace.lifetime(g)};
    };
    grid.spansRead = fillRows(request.facts, items, &residences, grid, request.stop);
}

} // namespace waitscope
