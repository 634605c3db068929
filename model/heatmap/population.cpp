// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Population: how many goroutines of each group live (or are in the chosen states) at a time?
#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/time_sums.h"
#include "model/report/text.h"

#include <map>
#include <numeric>

namespace waitscope {

namespace {

// More bands than these nobody can tell apart; the rest is one band.
constexpr std::uint32_t mostGroups = 8;

// The group of a goroutine; by state that of each of its spans.
struct Groups {
    std::vector<std::uint32_t> ofGoroutine; ///< by place in the request; empty by state
    std::vector<std::string> names;
};

Groups groupsOf(const GridRequest& request, HeatmapGrouping grouping) {
    const Trace& trace = *request.facts.trace;
    Groups groups;
    if (grouping == HeatmapGrouping::State) {
        for (std::size_t f = 0; f < stateFamilyCount; ++f)
            groups.names.emplace_back(nameOf(static_cast<StateFamily>(f)));
        return groups;
    }
    std::map<CodeLine, std::uint32_t> known;
    for (const GoroutineIndex g : request.goroutines) {
        const bool bySite = grouping == HeatmapGrouping::Site;
        const CodeLine line = bySite ? creationLine(trace, g) : CodeLine{.function = trace.function(g)};
        const auto [entry, isNew] = known.try_emplace(line, static_cast<std::uint32_t>(known.size()));
        if (isNew) {
            std::string name(shortFunction(line.function));
            if (bySite)
                name = name.empty() ? "creation not recorded"
                                    : std::string(shortFile(line.file))
                                          .append(":")
                                          .append(std::to_string(line.line))
                                          .append("  ")
                                          .append(name);
            groups.names.push_back(std::move(name));
        }
        groups.ofGoroutine.push_back(entry->second);
    }
    return groups;
}

} // namespace

void fillPopulation(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    grid.unit = Unit::Count;
    const HeatmapGrouping grouping = request.options.grouping.value_or(HeatmapGrouping::Site);
    const Groups groups = groupsOf(request, grouping);
    const Meanings meanings(request.facts, grid.metric.states);
    const bool wholeLives = grouping != HeatmapGrouping::State && grid.metric.states == aliveStates;

    // Calls visit(group, range) for each stretch that counts.
    const auto eachStretch = [&](const auto& visit) {
        for (std::size_t i = 0; i < request.goroutines.size(); ++i) {
            if (i % 1024 == 0 && request.stop.stop_requested())
                return;
            const GoroutineIndex g = request.goroutines[i];
            const TimeRange lives = trace.lifetime(g).clippedTo(grid.range);
            if (lives.empty())
                continue;
            if (wholeLives) {
                ++grid.spansRead;
                visit(groups.ofGoroutine[i], i, lives);
                continue;
            }
            const std::uint32_t end = trace.goroutines.spans(g).end;
            for (std::uint32_t s = trace.spanAt(g, lives.begin).value; s < end; ++s) {
                if (trace.spans.start({s}) >= grid.range.end)
                    break;
                ++grid.spansRead;
                const TimeRange span = trace.spans.range({s}).clippedTo(grid.range);
                if (span.empty() || !meanings.contains({s}))
                    continue;
                const auto family = static_cast<std::uint32_t>(request.facts.waits.familyOf(trace, {s}));
                visit(grouping == HeatmapGrouping::State ? family : groups.ofGoroutine[i], i, span);
            }
        }
    };
    std::vector<double> totals(groups.names.size());
    eachStretch(
        [&](std::uint32_t group, std::size_t, TimeRange r) { totals[group] += static_cast<double>(r.length()); });

    // The largest first; equals by name.
    std::vector<std::uint32_t> order(groups.names.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return totals[a] != totals[b] ? totals[a] > totals[b] : groups.names[a] < groups.names[b];
    });
    std::erase_if(order, [&](std::uint32_t g) { return totals[g] <= 0; });
    std::vector<std::uint32_t> rowOf(groups.names.size(), 0);
    const std::size_t kept = order.size() > mostGroups ? mostGroups - 1 : order.size();
    for (std::size_t i = 0; i < order.size(); ++i)
        rowOf[order[i]] = static_cast<std::uint32_t>(std::min(i, kept));
    for (std::size_t i = 0; i < kept; ++i)
        grid.rows.push_back({.label = groups.names[order[i]]});
    if (kept < order.size())
        grid.rows.push_back({.label = countText(order.size() - kept) + " other groups"});

    std::vector<TimeSums> sums(grid.rows.size(), TimeSums(grid.bins));
    std::vector<std::vector<GoroutineIndex>> members(grid.rows.size());
    const double perNanosecond = grid.binsPerNanosecond();
    eachStretch([&](std::uint32_t group, std::size_t i, TimeRange r) {
        const std::uint32_t row = rowOf[group];
        sums[row].add(static_cast<double>(r.begin - grid.range.begin) * perNanosecond,
                      static_cast<double>(r.end - grid.range.begin) * perNanosecond);
        const GoroutineIndex g = request.goroutines[i];
        if (members[row].empty() || members[row].back() != g)
            members[row].push_back(g);
        grid.rows[row].atBegin += r.begin == grid.range.begin;
        grid.rows[row].atEnd += r.end == grid.range.end && (r.end < trace.duration || trace.aliveAtEnd(g));
    });
    fillRows(grid, sums, members);
}

} // namespace waitscope
