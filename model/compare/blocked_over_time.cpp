// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/blocked_over_time.h"

#include "model/heatmap/time_sums.h"
#include "model/waits/each_wait.h"

#include <algorithm>
#include <cmath>

namespace waitscope {
namespace {

std::vector<std::optional<double>> blockedOf(const TraceFacts& facts, const std::vector<std::uint8_t>& classes,
                                             TimeRange range, std::uint32_t bins, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    const double perBin = static_cast<double>(range.length()) / bins;
    const auto binOf = [&](Time t) { return static_cast<double>(t - range.begin) / perBin; };
    const TimeRange inside = range.clippedTo(trace.wholeRange());
    TimeSums sums(bins);
    if (!inside.empty() && std::ranges::find(classes, 1) != classes.end())
        for (std::uint32_t g = 0; g < trace.goroutines.size() && !stop.stop_requested(); ++g)
            if (!facts.waits.isRuntime({g}))
                eachWait(facts, {g}, inside, [&](SpanIndex s, std::uint32_t c, bool) {
                    const TimeRange part = trace.spans.range(s).clippedTo(inside);
                    if (classes[c] != 0 && !part.empty())
                        sums.add(binOf(part.begin), binOf(part.end));
                });
    std::vector<std::optional<double>> blocked(bins);
    sums.each([&](std::uint32_t bin, double sum) {
        // Of a bin that the trace covers in part, what it covers counts.
        const double begin = std::max<double>(bin, binOf(inside.begin));
        const double end = std::min<double>(bin + 1, binOf(inside.end));
        if (end > begin)
            blocked[bin] = sum / (end - begin);
    });
    return blocked;
}

} // namespace

std::vector<std::uint8_t> classesOfRow(const TraceFacts& facts, const RowKey& key) {
    const RowKeys rows = rowKeysOf(facts);
    const auto found = std::ranges::find(rows.keys, key);
    const auto place = static_cast<std::uint32_t>(found - rows.keys.begin());
    std::vector<std::uint8_t> classes(facts.waits.all().size());
    for (std::size_t c = 1; c < classes.size(); ++c) // 0 is no wait
        classes[c] = found != rows.keys.end() && rows.rowOfClass[c] == place ? 1 : 0;
    return classes;
}

std::vector<std::uint8_t> classesOfFamily(const TraceFacts& facts, std::string_view family) {
    std::vector<std::uint8_t> classes(facts.waits.all().size());
    for (std::size_t c = 1; c < classes.size(); ++c)
        classes[c] = family == "all" || comparedFamily(facts.waits.all()[c].primitive) == family ? 1 : 0;
    return classes;
}

BlockedOverTime blockedOverTime(const Both<const TraceFacts*>& facts, const Both<std::vector<std::uint8_t>>& classes,
                                const Both<TimeRange>& ranges, std::uint32_t bins, const std::stop_token& stop) {
    BlockedOverTime result;
    if (bins == 0 || ranges.a.empty() || ranges.b.empty())
        return result;
    for (const Side side : {Side::A, Side::B})
        result.blocked.of(side) = blockedOf(*facts.of(side), classes.of(side), ranges.of(side), bins, stop);
    if (stop.stop_requested())
        return {};
    for (std::uint32_t bin = 0; bin < bins; ++bin) {
        const auto& a = result.blocked.a[bin];
        const auto& b = result.blocked.b[bin];
        result.difference.push_back(a && b ? std::optional(*b - *a) : std::nullopt);
        if (a && b)
            result.largest = std::max(result.largest, std::abs(*b - *a));
    }
    return result;
}

} // namespace waitscope
