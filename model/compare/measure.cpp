// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/measure.h"

#include "model/findings/growth.h"
#include "model/waits/collector_cost.h"
#include "model/waits/scheduler_latency.h"
#include "model/waits/wait_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace waitscope {

namespace {

constexpr std::string_view allWaits = "all";

WaitMetrics metricsOf(const WaitRow& row) {
    WaitMetrics metrics;
    metrics.primitive = row.primitive;
    metrics.site = row.site;
    metrics.stack = row.stack;
    metrics.idiom = row.idiom;
    metrics.total = row.total();
    metrics.goroutines = row.goroutines;
    metrics.finished = row.finished;
    metrics.open = row.open;
    metrics.finishedTime = row.finishedTime;
    metrics.openTime = row.openTime;
    metrics.p50 = row.p50;
    metrics.p95 = row.p95;
    metrics.p99 = row.p99;
    metrics.max = row.max;
    metrics.oldestOpen = row.oldestOpen;
    metrics.peakBlocked = row.peakBlocked;
    metrics.blockedAtEnd = row.blockedAtEnd;
    metrics.beforeTrace = row.beforeTrace;
    return metrics;
}

std::optional<double> quotient(double amount, double of) {
    return of > 0 ? std::optional(amount / of) : std::nullopt;
}

double perSecondOf(TimeRange range) {
    return 1e9 / static_cast<double>(std::max<Time>(1, range.length()));
}

/// Numbers by bin of a range, without the first fifth as warm-up.
class Samples {
  public:
    explicit Samples(TimeRange range) : range_(range) {}
    [[nodiscard]] std::size_t binOf(Time t) const {
        const double place =
            static_cast<double>(t - range_.begin) / static_cast<double>(std::max<Time>(1, range_.length()));
        return static_cast<std::size_t>(std::clamp(place, 0.0, 0.999999) * static_cast<double>(growthBins));
    }
    [[nodiscard]] Time endOf(std::size_t bin) const {
        return range_.begin + range_.length() * static_cast<Time>(bin + 1) / static_cast<Time>(growthBins);
    }
    /// By second; of values at the ends of all bins.
    [[nodiscard]] Trend trendOfAll(const std::array<double, growthBins>& values) const {
        Trend trend = trendOf(std::span(values).subspan(warmUpBins));
        trend.slope *= static_cast<double>(growthBins) * perSecondOf(range_);
        return trend;
    }

  private:
    TimeRange range_;
};

/// Goroutines of one kind, alive at the end of each bin.
struct GoroutineKind {
    GoroutineMetrics metrics;
    std::array<double, growthBins> change{};
    double lives = 0; ///< of those that were born in the trace and ended in the range, ns
    std::uint64_t counted = 0;
    double time = 0;
};

} // namespace

void normalise(WaitMetrics& metrics, TimeRange range, Time goroutineTime, std::optional<std::uint64_t> completed) {
    const auto total = static_cast<double>(metrics.total);
    metrics.concurrency = quotient(total, static_cast<double>(range.length()));
    metrics.sharePercent = quotient(100 * total, static_cast<double>(goroutineTime));
    metrics.perRequest = quotient(total, static_cast<double>(completed.value_or(0)));
    metrics.perSecond = quotient(1e9 * static_cast<double>(metrics.waits()), static_cast<double>(range.length()));
}

MeasuredSide measureWaits(const TraceFacts& facts, TimeRange range, std::optional<std::uint64_t> completed) {
    MeasuredSide side;
    side.keys = rowKeysOf(facts);
    side.rows.resize(side.keys.keys.size());
    // Rows of the table: those of the comparison; then the families; then all.
    const auto tableOf = [&](std::span<const std::uint32_t> rowOfClass) {
        return computeWaitTable(facts, {.range = range, .rowOfClass = rowOfClass});
    };
    const auto normalised = [&](WaitMetrics metrics) {
        normalise(metrics, range, side.goroutineTime, completed);
        return metrics;
    };
    const WaitTable table = tableOf(side.keys.rowOfClass);
    side.goroutineTime = table.goroutineTime;
    for (const WaitRow& row : table.rows)
        side.rows[row.key.own] = normalised(metricsOf(row));

    const std::vector<WaitClass>& classes = facts.waits.all();
    std::vector<std::string_view> families;
    std::vector<std::uint32_t> familyOfClass(classes.size());
    for (std::size_t c = 1; c < classes.size(); ++c) {
        const std::string_view family = comparedFamily(classes[c].primitive);
        const auto found = std::ranges::find(families, family);
        familyOfClass[c] = static_cast<std::uint32_t>(found - families.begin());
        if (found == families.end())
            families.push_back(family);
    }
    const auto total = [](const WaitRow& row) {
        WaitMetrics metrics = metricsOf(row);
        metrics.primitive = Primitive::Unknown; // a total has no place
        metrics.site = {};
        metrics.stack = {};
        metrics.idiom = {};
        return metrics;
    };
    for (const WaitRow& row : tableOf(familyOfClass).rows)
        side.totals[families[row.key.own]] = normalised(total(row));
    const std::vector<std::uint32_t> one(classes.size());
    for (const WaitRow& row : tableOf(one).rows)
        side.totals[allWaits] = normalised(total(row));
    return side;
}

std::map<std::pair<std::string, std::string>, GoroutineMetrics> measureGoroutines(const TraceFacts& facts,
                                                                                  TimeRange range) {
    const Trace& trace = *facts.trace;
    const Samples samples(range);
    std::unordered_map<std::uint64_t, GoroutineKind> kinds; // by frames of entry and creation
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const TimeRange life = trace.lifetime({g});
        if (facts.waits.isRuntime({g}) || life.begin > range.end || life.end < range.begin)
            continue;
        const bool old = trace.preExisting({g});
        const FrameId entry = trace.goroutines.entry({g});
        const FrameId createdAt = old ? FrameId{} : facts.waits.siteOf(trace.creationStack({g}));
        GoroutineKind& kind = kinds[std::uint64_t{entry.value} << 32U | createdAt.value];
        kind.metrics.entry = entry;
        kind.metrics.createdAt = createdAt;
        const bool bornInside = !old && range.contains(life.begin);
        const bool ended = !trace.aliveAtEnd({g}) && life.end <= range.end;
        kind.metrics.births += bornInside ? 1 : 0;
        kind.metrics.ends += ended ? 1 : 0;
        kind.metrics.liveAtEnd += ended ? 0 : 1;
        kind.time += static_cast<double>(life.clippedTo(range).length());
        kind.change[life.begin <= range.begin ? 0 : samples.binOf(life.begin)] += 1;
        if (ended) {
            kind.change[samples.binOf(life.end)] -= 1;
            if (!old) {
                kind.lives += static_cast<double>(life.length());
                ++kind.counted;
            }
        }
    }
    // Kinds that differ only in what differs from build to build are one.
    std::map<std::pair<std::string, std::string>, GoroutineKind> merged;
    const auto name = [&](FrameId frame) {
        return frame.known() ? comparedFunction(trace.text(trace.frame(frame).function)) : std::string();
    };
    std::vector<const GoroutineKind*> inOrder;
    inOrder.reserve(kinds.size());
    for (const auto& [key, kind] : kinds)
        inOrder.push_back(&kind);
    std::ranges::sort(
        inOrder, {}, [](const GoroutineKind* kind) { return std::pair(kind->metrics.entry, kind->metrics.createdAt); });
    for (const GoroutineKind* const kind : inOrder) {
        GoroutineKind& sum = merged[{name(kind->metrics.entry), name(kind->metrics.createdAt)}];
        if (!sum.metrics.entry.known())
            sum.metrics.entry = kind->metrics.entry;
        if (!sum.metrics.createdAt.known())
            sum.metrics.createdAt = kind->metrics.createdAt;
        sum.metrics.births += kind->metrics.births;
        sum.metrics.ends += kind->metrics.ends;
        sum.metrics.liveAtEnd += kind->metrics.liveAtEnd;
        sum.time += kind->time;
        sum.lives += kind->lives;
        sum.counted += kind->counted;
        for (std::size_t bin = 0; bin < growthBins; ++bin)
            sum.change[bin] += kind->change[bin];
    }
    std::map<std::pair<std::string, std::string>, GoroutineMetrics> all;
    for (auto& [key, kind] : merged) {
        GoroutineMetrics& metrics = kind.metrics;
        const auto length = static_cast<double>(range.length());
        metrics.meanLive = quotient(kind.time, length);
        metrics.birthsPerSecond = quotient(1e9 * static_cast<double>(metrics.births), length);
        if (kind.counted > 0)
            metrics.meanLife = static_cast<Time>(kind.lives / static_cast<double>(kind.counted));
        if (!range.empty()) {
            for (std::size_t bin = 1; bin < growthBins; ++bin)
                kind.change[bin] += kind.change[bin - 1];
            const Trend trend = samples.trendOfAll(kind.change);
            metrics.growthPerSecond = trend.slope;
            metrics.growthScore = trend.z;
        }
        all.emplace(key, metrics);
    }
    return all;
}

ProgramMetrics measureProgram(const TraceFacts& facts, TimeRange range, Time goroutineTime) {
    const Trace& trace = *facts.trace;
    ProgramMetrics program;
    const auto length = static_cast<double>(range.length());
    const SchedulerLatency latency = schedulerLatency(facts, range);
    program.schedulerP50 = latency.p50;
    program.schedulerP99 = latency.p99;
    program.runnableSharePercent =
        quotient(100 * static_cast<double>(latency.total), static_cast<double>(goroutineTime));
    const CollectorCost collector = collectorCost(facts, range);
    program.assistSharePercent =
        quotient(100 * static_cast<double>(collector.assistingOnProcessor), static_cast<double>(collector.running));
    program.collectionsPerSecond = quotient(1e9 * static_cast<double>(collector.cycles.size()), length);
    program.meanLive = quotient(static_cast<double>(goroutineTime), length);
    program.runningMean = quotient(static_cast<double>(collector.running), length);
    std::uint64_t births = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        births +=
            !facts.waits.isRuntime({g}) && !trace.preExisting({g}) && range.contains(trace.lifetime({g}).begin) ? 1 : 0;
    program.birthsPerSecond = quotient(1e9 * static_cast<double>(births), length);
    const Samples samples(range);
    std::array<double, growthBins> heap{};
    bool known = !range.empty();
    for (std::size_t bin = 0; bin < growthBins && known; ++bin) {
        const auto live = facts.heap.before(samples.endOf(bin)).live;
        known = live.has_value() || bin < warmUpBins;
        heap[bin] = static_cast<double>(live.value_or(0));
    }
    if (known)
        program.heapSlope = samples.trendOfAll(heap).slope;
    return program;
}

} // namespace waitscope
