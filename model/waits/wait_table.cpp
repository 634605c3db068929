// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/wait_table.h"

#include "model/build/side_by_side.h"
#include "model/waits/each_wait.h"
#include "model/waits/rank.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace waitscope {

namespace {

/// Sums for pairs of (row, something dense).
struct PairSum {
    std::uint64_t count = 0;
    Time total = 0;
};
class PairSums {
  public:
    void add(std::uint32_t row, std::uint32_t other, Time time) {
        const std::uint64_t key = std::uint64_t{row} << 32U | other;
        // Waits of a goroutine mostly repeat themselves.
        if (key != lastKey_ || last_ == nullptr) {
            lastKey_ = key;
            last_ = &sums_[key];
        }
        ++last_->count;
        last_->total += time;
    }
    /// Calls `visit(row, other, sum)` for each pair, in rising order.
    template <class Visit> void each(const Visit& visit) const {
        std::vector<std::pair<std::uint64_t, PairSum>> sorted(sums_.begin(), sums_.end());
        std::ranges::sort(sorted, {}, [](const auto& entry) { return entry.first; });
        for (const auto& [key, sum] : sorted)
            visit(static_cast<std::uint32_t>(key >> 32U), static_cast<std::uint32_t>(key), sum);
    }

  private:
    std::unordered_map<std::uint64_t, PairSum> sums_; // references stay valid while it grows
    std::uint64_t lastKey_ = 0;
    PairSum* last_ = nullptr;
};

/// A row that is being counted.
struct Tally {
    WaitRow row;
    GoroutineIndex lastGoroutine;
    Time mostTime = -1;
};

/// One wait, for distributions and root causes. There are as many as waits, and fewer rows than 2^31.
struct Stretch {
    std::uint32_t row : 31;
    bool finished : 1;
    SpanIndex wait;
};

class Counting {
  public:
    Counting(const TraceFacts& facts, const WaitTableOptions& options)
        : facts_(facts)
        , trace_(*facts.trace)
        , options_(options)
        , untilTheEnd_(options.range.end == trace_.duration)
        , rows_(facts, options.by, options.rowOfClass) {}

    WaitTable run() {
        if (options_.by == WaitGrouping::Goroutine && options_.rowOfClass.empty() && options_.only.empty())
            tallies_.reserve(trace_.goroutines.size()); // rows are large
        for (const GoroutineIndex g : options_.only)
            countAllOf(g);
        for (std::uint32_t g = 0; options_.only.empty() && g < trace_.goroutines.size(); ++g)
            countAllOf({g});
        fillClasses();
        fillWakers();
        if (options_.distributions || options_.rootCauses) {
            const Runs runs = runsByRow();
            // They fill in different members of the rows.
            sideBySide(2, threadsByDefault(), [&](std::size_t part) {
                if (part == 0 && options_.rootCauses)
                    fillRootCauses(runs);
                if (part == 1 && options_.distributions)
                    fillDistributions(runs);
            });
        }
        WaitTable table{.range = options_.range,
                        .by = options_.by,
                        .goroutineTime = goroutineTime_,
                        .runtimeWaits = runtimeWaits_,
                        .runtimeTime = runtimeTime_,
                        .runtimeGoroutines = options_.runtimeGoroutines};
        for (Tally& tally : tallies_)
            if (tally.row.waits() > 0)
                table.rows.push_back(std::move(tally.row));
        sort(table.rows);
        return table;
    }

  private:
    static std::uint32_t numberOf(const WakerKey& waker) {
        return waker.site.value << 2U | static_cast<std::uint32_t>(waker.how);
    }

    void countAllOf(GoroutineIndex g) {
        const bool runtime = facts_.waits.isRuntime(g);
        if (!runtime)
            goroutineTime_ += trace_.lifetime(g).clippedTo(options_.range).length();
        eachWait(facts_, g, options_.range, [&](SpanIndex s, std::uint32_t c, bool open) {
            if (runtime) {
                ++runtimeWaits_;
                runtimeTime_ += trace_.spans.range(s).clippedTo(options_.range).length();
            }
            if (!runtime || options_.runtimeGoroutines)
                count(g, s, c, open);
        });
    }

    void count(GoroutineIndex g, SpanIndex s, std::uint32_t c, bool open) {
        const TimeRange span = trace_.spans.range(s);
        const std::optional<WakerKey> waker = wakerKeyOf(facts_, s, c, open);
        const std::uint32_t r = rows_.rowOf(g, s, c, waker);
        if (r == tallies_.size()) {
            tallies_.emplace_back();
            tallies_.back().row.key = rows_.keys()[r];
        }
        const TimeRange clipped = span.clippedTo(options_.range);
        const Time time = clipped.length();
        const Time length = span.length();
        Tally& tally = tallies_[r];
        WaitRow& row = tally.row;
        if (tally.lastGoroutine != g) {
            tally.lastGoroutine = g;
            ++row.goroutines;
        }
        const bool beforeTrace = trace_.spans.kind(s).origin == SpanOrigin::BeforeTrace;
        row.beforeTrace += beforeTrace ? 1 : 0;
        if (row.waits() == 0 || length > row.longest())
            row.longestBeforeTrace = beforeTrace;
        else if (length == row.longest())
            row.longestBeforeTrace |= beforeTrace;
        if (open) {
            ++row.open;
            row.openTime += time;
            row.oldestOpen = std::max(row.oldestOpen.value_or(0), length);
        } else {
            ++row.finished;
            row.finishedTime += time;
            row.max = std::max(row.max.value_or(0), length);
        }
        row.blockedAtEnd += (open && untilTheEnd_) || span.end > options_.range.end ? 1 : 0;
        classTimes_.add(r, c, time);
        if (waker)
            wakers_.add(r, numberOf(*waker), time);
        if (options_.distributions || options_.rootCauses)
            stretches_.push_back({.row = r, .finished = !open, .wait = s});
    }

    void fillClasses() {
        classTimes_.each([&](std::uint32_t r, std::uint32_t c, const PairSum& sum) {
            Tally& tally = tallies_[r];
            if (sum.total <= tally.mostTime)
                return;
            tally.mostTime = sum.total;
            const WaitClass& wait = facts_.waits.all()[c];
            tally.row.primitive = wait.primitive;
            tally.row.detail = wait.detail;
            tally.row.site = wait.site;
            tally.row.stack = wait.stack;
            if (options_.by == WaitGrouping::Site) // the others mix idle waits with what one looks for
                tally.row.idiom = wait.idiom;
        });
    }

    void fillWakers() {
        wakers_.each([&](std::uint32_t r, std::uint32_t key, const PairSum& sum) {
            tallies_[r].row.wakers.push_back(
                {{static_cast<WokenBy>(key & 3U), FrameId{key >> 2U}}, sum.count, sum.total});
        });
        for (Tally& tally : tallies_)
            std::ranges::stable_sort(tally.row.wakers, [](const RowWaker& a, const RowWaker& b) {
                return std::tie(b.total, b.count) < std::tie(a.total, a.count);
            });
    }

    /// The waits in runs by row, in the order in which they were counted.
    struct Runs {
        std::vector<std::size_t> ends; ///< by row: where its run begins; and one more
        std::vector<std::uint32_t> order;
    };
    [[nodiscard]] Runs runsByRow() const {
        Runs runs{std::vector<std::size_t>(tallies_.size() + 1), std::vector<std::uint32_t>(stretches_.size())};
        for (const Stretch& stretch : stretches_)
            ++runs.ends[stretch.row + 1];
        for (std::size_t r = 1; r < runs.ends.size(); ++r)
            runs.ends[r] += runs.ends[r - 1];
        std::vector<std::size_t> next(runs.ends.begin(), runs.ends.end() - 1);
        for (std::uint32_t i = 0; i < stretches_.size(); ++i)
            runs.order[next[stretches_[i].row]++] = i;
        return runs;
    }

    void fillDistributions(const Runs& runs) {
        std::vector<Time> lengths;
        std::vector<Time> begins;
        std::vector<Time> stops;
        for (std::size_t r = 0; r < tallies_.size(); ++r) {
            lengths.clear();
            begins.clear();
            stops.clear();
            for (std::size_t i = runs.ends[r]; i < runs.ends[r + 1]; ++i) {
                const Stretch& stretch = stretches_[runs.order[i]];
                const TimeRange whole = trace_.spans.range(stretch.wait);
                if (stretch.finished)
                    lengths.push_back(whole.length());
                const TimeRange clipped = whole.clippedTo(options_.range);
                if (clipped.empty())
                    continue;
                begins.push_back(clipped.begin);
                stops.push_back(clipped.end);
            }
            WaitRow& row = tallies_[r].row;
            row.p50 = rankOf(lengths, 50);
            row.p95 = rankOf(lengths, 95);
            row.p99 = rankOf(lengths, 99);
            row.peakBlocked = std::max(peak(begins, stops), row.blockedAtEnd);
        }
    }

    void fillRootCauses(const Runs& runs) {
        BlockerWalk walk(facts_);
        std::vector<SpanIndex> finished;
        for (std::size_t r = 0; r < tallies_.size(); ++r) {
            finished.clear();
            for (std::size_t i = runs.ends[r]; i < runs.ends[r + 1]; ++i)
                if (const Stretch& stretch = stretches_[runs.order[i]]; stretch.finished)
                    finished.push_back(stretch.wait);
            tallies_[r].row.rootCauses = rootCausesOf(trace_, walk.timesOf(finished, options_.range));
        }
    }

    /// Sorts times that are not negative, digit by digit where that is faster. O(n · digits).
    static void sortTimes(std::vector<Time>& times) {
        constexpr std::size_t fewTimes = 4096;
        constexpr unsigned digitBits = 11;
        constexpr std::uint64_t digitMask = (1U << digitBits) - 1;
        if (times.size() < fewTimes) {
            std::ranges::sort(times);
            return;
        }
        const auto largest = static_cast<std::uint64_t>(*std::ranges::max_element(times));
        std::vector<Time> sorted(times.size());
        for (unsigned shift = 0; shift < 64 && largest >> shift != 0; shift += digitBits) {
            const auto digitOf = [&](Time time) { return (static_cast<std::uint64_t>(time) >> shift) & digitMask; };
            std::array<std::uint32_t, digitMask + 2> places{};
            for (const Time time : times)
                ++places[digitOf(time) + 1];
            for (std::size_t digit = 1; digit < places.size(); ++digit)
                places[digit] += places[digit - 1];
            for (const Time time : times)
                sorted[places[digitOf(time)]++] = time;
            times.swap(sorted);
        }
    }

    /// The most stretches at one time; one that begins where another ends does not meet it. Sorts.
    static std::uint64_t peak(std::vector<Time>& begins, std::vector<Time>& stops) {
        sortTimes(begins);
        sortTimes(stops);
        std::size_t stopped = 0;
        std::size_t most = 0;
        for (std::size_t begun = 0; begun < begins.size(); ++begun) {
            while (stops[stopped] <= begins[begun])
                ++stopped;
            most = std::max(most, begun + 1 - stopped);
        }
        return most;
    }

    void sort(std::vector<WaitRow>& rows) const {
        const auto siteKey = [&](FrameId site) {
            const Frame& frame = trace_.frame(site);
            return std::tuple(trace_.text(frame.function), trace_.text(frame.file), frame.line);
        };
        std::vector<std::uint32_t> order(rows.size()); // rows are large: each is moved once
        std::iota(order.begin(), order.end(), 0);
        std::ranges::stable_sort(order, [&](std::uint32_t i, std::uint32_t j) {
            const WaitRow& a = rows[i];
            const WaitRow& b = rows[j];
            if (a.total() != b.total())
                return a.total() > b.total();
            if (a.primitive != b.primitive)
                return a.primitive < b.primitive;
            if (a.site != b.site)
                return siteKey(a.site) < siteKey(b.site);
            const auto keyText = [&](const WaitRow& row) {
                const WaitRowKey& key = row.key;
                return std::tuple(key.own, key.goroutine, trace_.text(key.function), key.annotation.has_value(),
                                  trace_.text(key.annotation.value_or(StringId{})),
                                  key.waker ? static_cast<int>(key.waker->how) : -1,
                                  siteKey(key.waker ? key.waker->site : FrameId{}));
            };
            return keyText(a) < keyText(b);
        });
        std::vector<WaitRow> sorted;
        sorted.reserve(rows.size());
        for (const std::uint32_t i : order)
            sorted.push_back(std::move(rows[i]));
        rows = std::move(sorted);
    }

    const TraceFacts& facts_;
    const Trace& trace_;
    const WaitTableOptions& options_;
    bool untilTheEnd_;
    RowOfWait rows_;
    Time goroutineTime_ = 0;
    std::uint64_t runtimeWaits_ = 0;
    Time runtimeTime_ = 0;
    std::vector<Tally> tallies_;
    PairSums classTimes_;
    PairSums wakers_;
    GrowingColumn<Stretch> stretches_;
};

} // namespace

std::uint64_t WaitTable::waits() const {
    std::uint64_t sum = 0;
    for (const WaitRow& row : rows)
        sum += row.waits();
    return sum;
}

std::optional<double> WaitTable::sharePercent(const WaitRow& row) const {
    if (goroutineTime <= 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(row.total()) / static_cast<double>(goroutineTime);
}

std::optional<double> WaitTable::concurrency(const WaitRow& row) const {
    if (range.empty())
        return std::nullopt;
    return static_cast<double>(row.total()) / static_cast<double>(range.length());
}

WaitTable computeWaitTable(const TraceFacts& facts, const WaitTableOptions& options) {
    return Counting(facts, options).run();
}

} // namespace waitscope
