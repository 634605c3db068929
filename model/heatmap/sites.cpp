// SPDX-License-Identifier: GPL-3.0-or-later
// Mode Site: where do goroutines wait, and how many at a time? The rows of the table of waits by site, over time: the
// sum over a row's bins times the length of a bin is that row's total.
#include "model/heatmap/meanings.h"
#include "model/heatmap/mode_grids.h"
#include "model/heatmap/time_sums.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/each_wait.h"

#include <limits>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

struct SiteTotals {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    Time total = 0;
    Time oldestOpen = 0;
    Time first = std::numeric_limits<Time>::max();
    std::string name;
};

} // namespace

void fillSites(const GridRequest& request, Grid& grid) {
    const Trace& trace = *request.facts.trace;
    grid.unit = Unit::Count;
    const auto& classes = request.facts.waits.all();
    // Sites by class of waits; `nowhere` for classes that the metric leaves out.
    std::vector<std::uint32_t> siteOf(classes.size(), nowhere);
    std::vector<SiteTotals> sites;
    std::map<std::pair<Primitive, std::uint32_t>, std::uint32_t> known;
    for (std::size_t c = 1; c < classes.size(); ++c) {
        if (!grid.metric.states.contains(classes[c].primitive))
            continue;
        const auto [entry, isNew] =
            known.try_emplace({classes[c].primitive, classes[c].site.value}, static_cast<std::uint32_t>(sites.size()));
        if (isNew)
            sites.push_back({.primitive = classes[c].primitive, .site = classes[c].site});
        siteOf[c] = entry->second;
    }
    const auto each = [&](const auto& visit) {
        for (std::size_t i = 0; i < request.goroutines.size(); ++i) {
            if (i % 1024 == 0 && request.stop.stop_requested())
                return;
            const GoroutineIndex g = request.goroutines[i];
            eachWait(request.facts, g, grid.range, [&](SpanIndex s, std::uint32_t c, bool open) {
                ++grid.spansRead;
                if (siteOf[c] != nowhere)
                    visit(g, siteOf[c], trace.spans.range(s), open);
            });
        }
    };
    each([&](GoroutineIndex, std::uint32_t site, TimeRange wait, bool open) {
        SiteTotals& t = sites[site];
        t.total += wait.clippedTo(grid.range).length();
        t.first = std::min(t.first, wait.begin);
        if (open)
            t.oldestOpen = std::max(t.oldestOpen, wait.length());
    });
    std::erase_if(sites, [](const SiteTotals& s) { return s.total == 0; });
    for (SiteTotals& s : sites)
        s.name = std::string(nameOf(s.primitive)) + "  " + siteText(trace, s.site);
    const RowOrder order = request.options.order;
    std::ranges::sort(sites, [&](const SiteTotals& a, const SiteTotals& b) {
        const auto key = [&](const SiteTotals& s) {
            const Time first = order == RowOrder::FirstBlock ? s.first
                               : order == RowOrder::AgeAtEnd ? -s.oldestOpen
                                                             : 0;
            const Time second = order == RowOrder::CreationSite ? 0 : -s.total;
            return std::tuple(first, second, std::string_view(s.name), s.site.value);
        };
        return key(a) < key(b);
    });
    const std::size_t kept = sites.size() > request.options.rows ? request.options.rows - 1 : sites.size();
    std::map<std::pair<Primitive, std::uint32_t>, std::uint32_t> rowOfSite;
    for (std::size_t i = 0; i < sites.size(); ++i)
        rowOfSite[{sites[i].primitive, sites[i].site.value}] = static_cast<std::uint32_t>(std::min(i, kept));
    for (std::size_t c = 1; c < classes.size(); ++c)
        if (siteOf[c] != nowhere) {
            const auto row = rowOfSite.find({classes[c].primitive, classes[c].site.value});
            siteOf[c] = row == rowOfSite.end() ? nowhere : row->second;
        }
    for (std::size_t i = 0; i < kept; ++i)
        grid.rows.push_back({.label = sites[i].name, .primitive = sites[i].primitive, .site = sites[i].site});
    if (kept < sites.size())
        grid.rows.push_back({.label = countText(sites.size() - kept) + " other places"});

    std::vector<TimeSums> sums(grid.rows.size(), TimeSums(grid.bins));
    std::vector<std::vector<GoroutineIndex>> members(grid.rows.size());
    const double perNanosecond = grid.binsPerNanosecond();
    each([&](GoroutineIndex g, std::uint32_t row, TimeRange wait, bool open) {
        const TimeRange shown = wait.clippedTo(grid.range);
        if (!shown.empty())
            sums[row].add(static_cast<double>(shown.begin - grid.range.begin) * perNanosecond,
                          static_cast<double>(shown.end - grid.range.begin) * perNanosecond);
        if (members[row].empty() || members[row].back() != g) {
            members[row].push_back(g);
            grid.rows[row].preExisting += trace.preExisting(g);
        }
        grid.rows[row].openAtEnd += open;
    });
    fillRows(grid, sums, members);
}

} // namespace waitscope
