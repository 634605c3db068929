// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Strategy: a facet a category of logs, regions or tasks (`cf/recall` beside `dl/recall`), all on one colour scale
// and one axis; below the name of each how many residences it has and how long they took.
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/row_cells.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <tuple>

namespace waitscope {

namespace {

// "running 12.0 %, runnable 0.5 %", "blocked 87.5 %": two lines, as long as there is room for beside a facet.
std::array<std::string, 2> splitTexts(const ResidenceSplit& split) {
    const auto share = [&](const char* name, Time time) {
        return std::string(name) + " " +
               percentText(100.0 * static_cast<double>(time) / static_cast<double>(split.total()));
    };
    return {share("running", split.running) + ", " + share("runnable", split.runnable),
            share("blocked", split.blocked) + (split.unknown > 0 ? ", " + share("unknown", split.unknown) : "")};
}

std::vector<std::string> notesOf(const Trace& trace, const ResidenceArm& arm) {
    const std::string unpaired = countText(arm.unpaired) + (arm.unpaired == 1 ? " unpaired mark" : " unpaired marks");
    if (arm.residences.empty())
        return {"no residence", unpaired};
    std::string mean = "mean " + durationText(std::llround(*arm.mean));
    if (arm.halfWidth)
        mean += " ± " + durationText(std::llround(*arm.halfWidth)) + " (95 %)";
    std::vector<std::string> notes{"n " + countText(arm.residences.size()), "p50 " + durationText(*arm.p50),
                                   "p95 " + durationText(*arm.p95), mean};
    if (const ResidenceSplit split = splitOf(trace, arm); split.total() > 0)
        for (const std::string& line : splitTexts(split))
            notes.push_back(line);
    notes.push_back(unpaired);
    return notes;
}

std::string hundredths(double value) {
    const auto scaled = std::llround(std::abs(value) * 100);
    return (value < 0 ? "-" : "") + std::to_string(scaled / 100) + "." + (scaled % 100 < 10 ? "0" : "") +
           std::to_string(scaled % 100);
}

} // namespace

void fillStrategies(const GridRequest& request, Grid& grid) {
    grid.unit = grid.metric.measure == Measure::WaitAge || grid.metric.measure == Measure::ResidenceTime
                    ? Unit::Duration
                    : Unit::Share;
    const HeatmapGrouping grouping =
        request.options.grouping.value_or(*usualGrouping(request.facts, HeatmapMode::Strategy));
    const auto kind = static_cast<ResidenceKind>(static_cast<int>(grouping) - static_cast<int>(HeatmapGrouping::Log));
    std::vector<bool> wanted(request.facts.trace->goroutines.size());
    for (const GoroutineIndex g : request.goroutines)
        wanted[g.value] = true;
    std::vector<ResidenceArm> arms = residenceArms(request.facts, kind, wanted);
    std::erase_if(arms, [](const ResidenceArm& a) { return a.residences.empty() && a.unpaired == 0; });
    // The busiest arms, if there are more than can be shown; in order of their names.
    constexpr std::size_t mostArms = 12;
    const std::size_t most = std::min<std::size_t>(mostArms, request.options.rows);
    if (arms.size() > most) {
        grid.notes.push_back(countText(arms.size() - most) + " smaller categories are not shown");
        std::ranges::sort(arms, [](const ResidenceArm& a, const ResidenceArm& b) {
            return std::tuple(b.residences.size(), std::string_view(a.name)) <
                   std::tuple(a.residences.size(), std::string_view(b.name));
        });
        arms.resize(most);
        std::ranges::sort(arms, {}, &ResidenceArm::name);
    }
    if (arms.size() == 2)
        if (const auto delta = cliffsDelta(lengthsOf(arms[1]), lengthsOf(arms[0])))
            grid.notes.push_back("Cliff's delta " + hundredths(*delta) + " (" + arms[0].name + " against " +
                                 arms[1].name + ")");
    const auto rowsOfArm = static_cast<std::uint32_t>(request.options.rows / std::max<std::size_t>(1, arms.size()));
    const SortedDurations reference = lengthsOf(arms.empty() ? ResidenceArm() : arms.front());
    std::vector<RowItem> items;
    grid.perRow = 1;
    double top = 0;
    for (ResidenceArm& arm : arms) {
        if (request.options.order != RowOrder::Creation) {
            const bool byEnd = request.options.order == RowOrder::End;
            std::ranges::stable_sort(arm.residences, {},
                                     [&](const Residence& r) { return byEnd ? r.range.end : -r.range.length(); });
        }
        const auto n = static_cast<std::uint32_t>(arm.residences.size());
        const std::uint32_t perRow = std::max(1U, (n + rowsOfArm - 1) / std::max(1U, rowsOfArm));
        grid.perRow = std::max(grid.perRow, perRow);
        GridBand band{.firstRow = static_cast<std::uint32_t>(grid.rows.size()), .top = top, .bottom = top + 1};
        for (std::uint32_t first = 0; first < n; first += perRow) {
            GridRow row{.first = static_cast<std::uint32_t>(items.size()), .count = std::min(perRow, n - first)};
            row.label = arm.name;
            for (std::uint32_t i = first; i < first + row.count; ++i) {
                items.push_back({arm.residences[i].goroutine, arm.residences[i].range});
                grid.goroutines.push_back(arm.residences[i].goroutine);
            }
            grid.rows.push_back(std::move(row));
        }
        band.rows = static_cast<std::uint32_t>(grid.rows.size()) - band.firstRow;
        if (band.rows > 0)
            grid.bands.push_back(band);
        std::vector<std::string> notes = notesOf(*request.facts.trace, arm);
        // Of more than two each is held against the first; between two it is said once, of both.
        if (arms.size() > 2 && &arm != &arms.front())
            if (const auto delta = cliffsDelta(reference, lengthsOf(arm)))
                notes.push_back("Cliff's delta " + hundredths(*delta) + " against " + arms.front().name);
        grid.sections.push_back({.top = band.top, .bottom = band.bottom, .title = arm.name, .notes = std::move(notes)});
        constexpr double gap = 0.06;
        top += 1 + gap;
    }
    const std::size_t cells = grid.rows.size() * grid.bins;
    grid.values.assign(cells, std::numeric_limits<float>::quiet_NaN());
    grid.alive.assign(cells, 0);
    grid.marks.assign(cells, 0);
    grid.spansRead = fillRows(
        request.facts, [&](std::uint32_t place) { return items[place]; }, nullptr, grid, request.stop);
}

} // namespace waitscope
