// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/samples.h"

#include "model/compare/statistics/random_draws.h"
#include "model/findings/growth.h"
#include "model/waits/each_wait.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace waitscope {

namespace {

constexpr auto binCount = static_cast<Time>(timeBins);
static_assert(timeBins % growthBins == 0);

/// The bins of a range; the length of one differs from another's by a nanosecond at most.
class Bins {
  public:
    explicit Bins(TimeRange range) : range_(range) {}
    [[nodiscard]] bool any() const { return range_.length() >= binCount; }
    [[nodiscard]] Time begin(std::size_t bin) const {
        return range_.begin + range_.length() * static_cast<Time>(bin) / binCount;
    }
    [[nodiscard]] std::size_t of(Time t) const {
        auto bin = static_cast<std::size_t>(
            std::clamp<Time>((t - range_.begin) * binCount / range_.length(), 0, binCount - 1));
        if (bin + 1 < timeBins && t >= begin(bin + 1)) // rounding
            ++bin;
        return bin;
    }
    /// Where in the range of all.
    [[nodiscard]] TimeRange range() const { return range_; }

  private:
    TimeRange range_;
};

/// Time by bin: a stretch costs O(1), however many bins it covers.
class TimeByBin {
  public:
    void add(const Bins& bins, TimeRange stretch) {
        if (stretch.empty())
            return;
        const std::size_t first = bins.of(stretch.begin);
        const std::size_t last = bins.of(stretch.end - 1);
        if (first == last) {
            part_[first] += static_cast<double>(stretch.length());
            return;
        }
        part_[first] += static_cast<double>(bins.begin(first + 1) - stretch.begin);
        part_[last] += static_cast<double>(stretch.end - bins.begin(last));
        full_[first + 1] += 1;
        full_[last] -= 1;
    }
    [[nodiscard]] std::vector<double> sums(const Bins& bins) const {
        std::vector<double> sums(timeBins);
        std::int64_t full = 0;
        for (std::size_t bin = 0; bin < timeBins; ++bin) {
            full += full_[bin];
            const Time end = bin + 1 < timeBins ? bins.begin(bin + 1) : bins.range().end;
            sums[bin] = part_[bin] + static_cast<double>(full) * static_cast<double>(end - bins.begin(bin));
        }
        return sums;
    }

  private:
    std::array<double, timeBins> part_{};
    std::array<std::int64_t, timeBins> full_{};
};

/// A number that looks random, from the wait's own begin and length.
std::uint64_t numberOf(TimeRange wait, TimeRange range) {
    return RandomDraws::seedWith(
        RandomDraws::seedWith(sampleSeed, static_cast<std::uint64_t>(wait.begin - range.begin)),
        static_cast<std::uint64_t>(wait.length()));
}

struct Gathering {
    TimeByBin blocked;
    std::array<std::uint64_t, timeBins> begun{};
    std::vector<Time> finished;
    std::vector<Time> open;
    std::vector<double> totals;
    GoroutineIndex last;
    std::vector<std::uint32_t> functions; ///< of its goroutines
    std::size_t comeOrGo = 0;             ///< of its goroutines: began or ended inside the range
    std::uint64_t limit = UINT64_MAX;     ///< a wait whose number is not above it is in the sample
    bool sampled = false;
};

} // namespace

SideSamples samplesOf(const TraceFacts& facts, TimeRange range, const RowKeys& keys,
                      const std::vector<std::optional<WaitMetrics>>& rows) {
    const Trace& trace = *facts.trace;
    const Bins bins(range);
    SideSamples side{.range = range};
    side.rows.resize(rows.size());
    std::vector<Gathering> gathering(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r)
        if (rows[r] && rows[r]->waits() > sampledWaits) {
            gathering[r].sampled = true;
            gathering[r].limit = static_cast<std::uint64_t>(
                static_cast<double>(sampledWaits) / static_cast<double>(rows[r]->waits()) * 18446744073709549568.0);
        }
    std::unordered_map<std::string, std::uint32_t> numberOfFunction;
    std::unordered_map<std::uint32_t, std::uint32_t> functionOfEntry;
    std::vector<std::uint64_t> population; // by number of function: those that came or went inside the range
    const auto functionOf = [&](GoroutineIndex g) {
        const auto [entry, isNew] = functionOfEntry.try_emplace(trace.goroutines.entry(g).value, 0);
        if (isNew)
            entry->second = numberOfFunction
                                .try_emplace(comparedFunction(trace.function(g)),
                                             static_cast<std::uint32_t>(numberOfFunction.size()))
                                .first->second;
        population.resize(std::max<std::size_t>(population.size(), entry->second + 1));
        return entry->second;
    };
    TimeByBin lives;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const TimeRange life = trace.lifetime({g});
        if (facts.waits.isRuntime({g}) || life.end < range.begin || life.begin > range.end)
            continue;
        const std::uint32_t function = functionOf({g});
        // One that was there all the time and never waited has other work to do; whether one that came or went waits
        // may be chance.
        const bool comesOrGoes = life.begin > range.begin || life.end < range.end;
        population[function] += comesOrGoes ? 1 : 0;
        ++side.goroutines;
        if (bins.any())
            lives.add(bins, life.clippedTo(range));
        eachWait(facts, {g}, range, [&](SpanIndex s, std::uint32_t c, bool open) {
            ++side.work;
            Gathering& row = gathering[keys.rowOfClass[c]];
            const TimeRange whole = trace.spans.range(s);
            const TimeRange clipped = whole.clippedTo(range);
            if (row.last != GoroutineIndex{g}) {
                row.last = {g};
                row.totals.push_back(0);
                row.comeOrGo += comesOrGoes ? 1 : 0;
                if (std::ranges::find(row.functions, function) == row.functions.end())
                    row.functions.push_back(function);
            }
            row.totals.back() += static_cast<double>(clipped.length());
            if (bins.any()) {
                row.blocked.add(bins, clipped);
                if (whole.begin >= range.begin && whole.begin < range.end)
                    ++row.begun[bins.of(whole.begin)];
            }
            if (row.sampled && numberOf(whole, range) > row.limit)
                return;
            (open ? row.open : row.finished).push_back(whole.length());
        });
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        Gathering& from = gathering[r];
        RowSamples& row = side.rows[r];
        if (from.totals.empty())
            continue;
        row.sampled = from.sampled ? from.finished.size() + from.open.size() : 0;
        row.lengths = {SortedDurations(std::move(from.finished)), SortedDurations(std::move(from.open))};
        if (bins.any()) {
            row.blocked = from.blocked.sums(bins);
            row.begun.assign(from.begun.begin(), from.begun.end());
        }
        std::uint64_t all = 0;
        for (const std::uint32_t function : from.functions)
            all += population[function];
        row.others = static_cast<std::size_t>(all) - from.comeOrGo;
        row.goroutineTotal = std::move(from.totals);
    }
    if (bins.any())
        side.goroutineTime = lives.sums(bins);
    return side;
}

void fillGrowth(WaitMetrics& metrics, const RowSamples& samples, TimeRange range) {
    if (samples.blocked.empty())
        return;
    const double bin = static_cast<double>(range.length()) / static_cast<double>(timeBins);
    const auto middle = samples.blocked.begin() + static_cast<std::ptrdiff_t>(timeBins / 2);
    const double half = bin * static_cast<double>(timeBins) / 2;
    metrics.halvesDiffer = std::accumulate(middle, samples.blocked.end(), 0.0) / half -
                           std::accumulate(samples.blocked.begin(), middle, 0.0) / half;
    if (metrics.peakBlocked < fewestToGrow)
        return;
    constexpr std::size_t together = timeBins / growthBins;
    std::array<double, growthBins> means{};
    for (std::size_t i = 0; i < timeBins; ++i)
        means[i / together] += samples.blocked[i] / (bin * static_cast<double>(together));
    const Trend trend = trendOf(std::span(means).subspan(warmUpBins));
    metrics.growthPerSecond = trend.slope * static_cast<double>(growthBins) * 1e9 / static_cast<double>(range.length());
    metrics.growthScore = trend.z;
}

} // namespace waitscope
