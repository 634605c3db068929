// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/comparison.h"

#include "model/compare/evidence.h"
#include "model/compare/headline.h"
#include "model/compare/judge.h"
#include "model/compare/measure.h"
#include "model/compare/samples.h"
#include "model/waits/each_wait.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace waitscope {

namespace {

Changes changesOf(const WaitMetrics& a, const WaitMetrics& b) {
    return {.concurrency = changeOf(a.concurrency, b.concurrency),
            .sharePercent = changeOf(a.sharePercent, b.sharePercent),
            .perRequest = changeOf(a.perRequest, b.perRequest),
            .total = changeOf(static_cast<double>(a.total), static_cast<double>(b.total))};
}

/// A task or region is a request because the program says so, a function only if it does the same work on both sides.
bool isByRequest(const std::optional<Requests>& requests, const Comparability& comparability) {
    return requests && comparability.perRequest &&
           (!requests->automatic || requests->choice.kind != RequestKind::Function || requests->matched());
}

class Comparing {
  public:
    Comparing(std::shared_ptr<const TraceFacts> a, std::shared_ptr<const TraceFacts> b, const CompareOptions& options,
              const std::stop_token& stop)
        : options_(options), stop_(stop) {
        result_.facts = {std::move(a), std::move(b)};
    }

    Comparison run(const std::function<void(const Comparison&)>& firstNumbers) {
        const Both<const TraceFacts*> facts{result_.facts.a.get(), result_.facts.b.get()};
        result_.ranges = rangesToCompare(facts, options_.range);
        result_.requests = countRequests(facts, result_.ranges.range, options_.requests);
        result_.comparability = comparabilityOf(facts, result_.ranges, result_.requests);
        result_.normalisedBy =
            isByRequest(result_.requests, result_.comparability) ? NormalisedBy::Request : NormalisedBy::Second;
        measured_ = onBothSides([&](Side side) {
            return stop_.stop_requested() ? MeasuredSide{}
                                          : measureWaits(factsOf(side), rangeOf(side), completed(side));
        });
        if (stopped())
            return std::move(result_);
        result_.goroutineTime = {measured_.a.goroutineTime, measured_.b.goroutineTime};
        fillRows();
        fillTotals();
        speak();
        if (firstNumbers)
            firstNumbers(result_);
        if (!stopped())
            fillStatistics();
        return std::move(result_);
    }

  private:
    bool stopped() { return result_.stopped = result_.stopped || stop_.stop_requested(); }
    [[nodiscard]] const TraceFacts& factsOf(Side side) const { return *result_.facts.of(side); }
    [[nodiscard]] TimeRange rangeOf(Side side) const { return result_.ranges.range.of(side); }
    [[nodiscard]] std::optional<std::uint64_t> completed(Side side) const {
        return result_.requests ? std::optional(result_.requests->completed.of(side)) : std::nullopt;
    }
    /// Of a row that a side does not have: 0 of whatever is known.
    [[nodiscard]] WaitMetrics nothing(Side side) const {
        WaitMetrics metrics;
        normalise(metrics, rangeOf(side), measured_.of(side).goroutineTime, completed(side));
        return metrics;
    }

    template <class Row> void sortByChange(std::vector<Row>& rows, const auto& nameOf) const {
        const auto weight = [&](const Row& row) {
            return std::pair(std::abs(judgedChange(result_.normalisedBy, row.changes).absolute.value_or(0)),
                             std::abs(row.changes.sharePercent.absolute.value_or(0)));
        };
        std::ranges::stable_sort(rows, [&](const Row& a, const Row& b) {
            const auto first = weight(a);
            const auto second = weight(b);
            return first != second ? first > second : nameOf(a) < nameOf(b);
        });
    }

    void fillRows() {
        // Rows without a wait in the range are not there; places_ leads from the others to their place among all.
        const auto keysOf = [&](Side side) {
            const MeasuredSide& measured = measured_.of(side);
            std::vector<RowKey> keys;
            for (std::uint32_t r = 0; r < measured.rows.size(); ++r)
                if (measured.rows[r]) {
                    keys.push_back(measured.keys.keys[r]);
                    places_.of(side).push_back(r);
                }
            return keys;
        };
        const Both<std::vector<RowKey>> keys{keysOf(Side::A), keysOf(Side::B)};
        for (const RowPair& pair : pairsOf(keys.a, keys.b, options_.byHand)) {
            ComparedRow row;
            row.match = pair.match;
            if (pair.a) {
                row.key.a = keys.a[*pair.a];
                row.metrics.a = measured_.a.rows[places_.a[*pair.a]];
            }
            if (pair.b) {
                row.key.b = keys.b[*pair.b];
                row.metrics.b = measured_.b.rows[places_.b[*pair.b]];
            }
            row.changes = changesOf(row.metrics.a.value_or(nothing(Side::A)), row.metrics.b.value_or(nothing(Side::B)));
            result_.rows.push_back(std::move(row));
        }
        // The same order whichever side is called A.
        sortByChange(result_.rows, [](const ComparedRow& row) {
            std::pair names(row.key.a.text(), row.key.b.text());
            if (names.second < names.first)
                names.first.swap(names.second);
            return names;
        });
    }

    void fillTotals() {
        std::set<std::string_view> families;
        for (const Side side : {Side::A, Side::B})
            for (const auto& [family, metrics] : measured_.of(side).totals)
                families.insert(family);
        const auto of = [&](Side side, std::string_view family) {
            const auto found = measured_.of(side).totals.find(family);
            return found == measured_.of(side).totals.end() ? nothing(side) : found->second;
        };
        for (const std::string_view family : families) {
            FamilyTotal total{.family = family, .metrics = {of(Side::A, family), of(Side::B, family)}};
            total.changes = changesOf(total.metrics.a, total.metrics.b);
            result_.totals.push_back(std::move(total));
        }
        sortByChange(result_.totals, [](const FamilyTotal& total) { return total.family; });
        const auto all = std::ranges::find(result_.totals, "all", &FamilyTotal::family);
        if (all != result_.totals.end())
            std::rotate(all, all + 1, result_.totals.end());
    }

    void speak() {
        result_.headline = headlineOf(result_);
        result_.warnings = otherExplanations(result_);
        for (std::string& warning : result_.comparability.warnings())
            result_.warnings.push_back(std::move(warning));
    }

    void fillStatistics() {
        struct SideStatistics {
            SideSamples samples;
            std::map<std::pair<std::string, std::string>, GoroutineMetrics> goroutines;
            ProgramMetrics program;
        };
        const auto found = onBothSides([&](Side side) {
            const TraceFacts& facts = factsOf(side);
            const TimeRange range = rangeOf(side);
            SideStatistics statistics;
            statistics.samples = samplesOf(facts, range, measured_.of(side).keys, measured_.of(side).rows);
            if (stop_.stop_requested())
                return statistics;
            statistics.goroutines = measureGoroutines(facts, range);
            statistics.program = measureProgram(facts, range, measured_.of(side).goroutineTime);
            return statistics;
        });
        if (stopped())
            return;
        result_.program = {found.a.program, found.b.program};
        fillGoroutines({&found.a.goroutines, &found.b.goroutines});
        const EvidenceBase base{.by = result_.normalisedBy,
                                .samples = {&found.a.samples, &found.b.samples},
                                .completed = {completed(Side::A).value_or(0), completed(Side::B).value_or(0)}};
        fillEvidence(base);
        if (stopped())
            return;
        judgeRows(result_);
        if (options_.rootCauses)
            fillRootCauses();
        result_.judged = !stopped();
    }

    void fillGoroutines(const Both<const std::map<std::pair<std::string, std::string>, GoroutineMetrics>*>& measured) {
        std::map<std::pair<std::string, std::string>, GoroutineRow> rows;
        for (const Side side : {Side::A, Side::B})
            for (const auto& [key, metrics] : *measured.of(side)) {
                GoroutineRow& row = rows[key];
                row.function = key.first;
                row.createdBy = key.second;
                row.metrics.of(side) = metrics;
            }
        for (auto& [key, row] : rows)
            result_.goroutines.push_back(std::move(row));
        const auto change = [](const GoroutineRow& row) {
            const auto live = [](const std::optional<GoroutineMetrics>& side) {
                return side ? side->meanLive.value_or(0) : 0;
            };
            return std::abs(live(row.metrics.b) - live(row.metrics.a));
        };
        std::ranges::stable_sort(result_.goroutines, [&](const GoroutineRow& a, const GoroutineRow& b) {
            return change(a) > change(b); // equals stay in the order of their names
        });
    }

    static std::uint64_t waitsOf(const ComparedRow& row, Side side) {
        return row.metrics.of(side) ? row.metrics.of(side)->waits() : 0;
    }
    /// By row.
    [[nodiscard]] std::vector<std::uint8_t> rowsToTest() const {
        std::vector<std::pair<Time, std::size_t>> byTime;
        for (std::size_t r = 0; r < result_.rows.size(); ++r) {
            const ComparedRow& row = result_.rows[r];
            const auto total = [&](Side side) { return row.metrics.of(side) ? row.metrics.of(side)->total : 0; };
            if (std::max(waitsOf(row, Side::A), waitsOf(row, Side::B)) >= floors::waits)
                byTime.emplace_back(-(total(Side::A) + total(Side::B)), r);
        }
        std::ranges::sort(byTime);
        byTime.resize(std::min(byTime.size(), testedRows));
        std::vector<std::uint8_t> tested(result_.rows.size());
        for (const auto& [time, r] : byTime)
            tested[r] = 1;
        return tested;
    }

    void fillEvidence(const EvidenceBase& base) {
        for (const Side side : {Side::A, Side::B})
            for (const std::uint32_t place : places_.of(side))
                placeOf_.of(side).emplace(measured_.of(side).keys.keys[place].text(), place);
        const auto samplesOf = [&](const ComparedRow& row, Side side) -> const RowSamples* {
            if (!row.metrics.of(side))
                return nullptr;
            return &base.samples.of(side)->rows[placeOf_.of(side).at(row.key.of(side).text())];
        };
        result_.work += base.samples.a->work + base.samples.b->work;
        const std::vector<std::uint8_t> tested = rowsToTest();
        // Rows are independent: two threads take the next one each.
        std::atomic<std::size_t> next = 0;
        const auto work = [&](Side) {
            for (std::size_t r = next++; r < result_.rows.size() && !stop_.stop_requested(); r = next++) {
                ComparedRow& row = result_.rows[r];
                const Both<const RowSamples*> samples{samplesOf(row, Side::A), samplesOf(row, Side::B)};
                for (const Side side : {Side::A, Side::B})
                    if (row.metrics.of(side))
                        fillGrowth(*row.metrics.of(side), *samples.of(side), rangeOf(side));
                if (tested[r] != 0)
                    row.evidence = evidenceOf(base, samples, {waitsOf(row, Side::A), waitsOf(row, Side::B)});
            }
            return true;
        };
        onBothSides(work);
    }

    void fillRootCauses() {
        constexpr std::size_t rows = 10;
        constexpr std::size_t causes = 5;
        onBothSides([&](Side side) {
            const TraceFacts& facts = factsOf(side);
            const std::size_t count = std::min(rows, result_.rows.size());
            std::vector<std::vector<SpanIndex>> waits(count);
            std::vector<std::uint32_t> rowOf(measured_.of(side).rows.size(), nowhere);
            for (std::uint32_t r = 0; r < count; ++r)
                if (result_.rows[r].metrics.of(side))
                    rowOf[placeOf_.of(side).at(result_.rows[r].key.of(side).text())] = r;
            for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
                if (!facts.waits.isRuntime({g}))
                    eachWait(facts, {g}, rangeOf(side), [&](SpanIndex s, std::uint32_t c, bool open) {
                        const std::uint32_t r = rowOf[measured_.of(side).keys.rowOfClass[c]];
                        if (r != nowhere && !open)
                            waits[r].push_back(s);
                    });
            BlockerWalk walk(facts);
            for (std::size_t r = 0; r < count && !stop_.stop_requested(); ++r) {
                if (waits[r].empty())
                    continue;
                const RootCauses found = rootCausesOf(*facts.trace, walk.timesOf(waits[r], rangeOf(side)));
                for (std::size_t i = 0; i < std::min(causes, found.causes.size()); ++i)
                    result_.rows[r].metrics.of(side)->rootCauses.push_back(
                        {found.causes[i].state, found.causes[i].site, found.percent(found.causes[i]).value_or(0)});
            }
            return true;
        });
    }

    const CompareOptions& options_;
    const std::stop_token& stop_;
    Comparison result_;
    Both<MeasuredSide> measured_;
    Both<std::vector<std::uint32_t>> places_;
    Both<std::map<std::string, std::uint32_t>> placeOf_; ///< of a key's text among all rows of its side
};

/// Calls `visit(GoroutineIndex, SpanIndex, open)` for each wait of the row.
template <class Visit>
void eachWaitOf(const Comparison& comparison, const ComparedRow& row, Side side, const Visit& visit) {
    if (!row.metrics.of(side))
        return;
    const TraceFacts& facts = *comparison.facts.of(side);
    const RowKeys keys = rowKeysOf(facts);
    const auto place = static_cast<std::uint32_t>(std::ranges::find(keys.keys, row.key.of(side)) - keys.keys.begin());
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
        if (!facts.waits.isRuntime({g}))
            eachWait(facts, {g}, comparison.ranges.range.of(side), [&](SpanIndex s, std::uint32_t c, bool open) {
                if (keys.rowOfClass[c] == place)
                    visit(GoroutineIndex{g}, s, open);
            });
}

} // namespace

Change changeOf(std::optional<double> a, std::optional<double> b) {
    if (!a || !b)
        return {};
    return {*b - *a, *a != 0 ? std::optional(100 * (*b - *a) / *a) : std::nullopt};
}

CompareOptions CompareOptions::swapped() const {
    CompareOptions other = *this;
    std::swap(other.range.a, other.range.b);
    other.byHand = byHand.swapped();
    return other;
}

bool Comparison::regressed() const {
    return std::ranges::any_of(rows, [](const ComparedRow& row) {
        const bool isIdle = row.metrics.b && !row.metrics.b->idiom.empty();
        const bool isNew = row.verdict == RowVerdict::New && row.primitive() != nameOf(Primitive::GC);
        return !isIdle && (row.verdict == RowVerdict::Regressed || isNew);
    });
}

Comparison compareTraces(std::shared_ptr<const TraceFacts> a, std::shared_ptr<const TraceFacts> b,
                         const CompareOptions& options, const std::stop_token& stop,
                         const std::function<void(const Comparison&)>& firstNumbers) {
    return Comparing(std::move(a), std::move(b), options, stop).run(firstNumbers);
}

Both<LengthHistogram> lengthsOf(const Comparison& comparison, const ComparedRow& row) {
    return onBothSides([&](Side side) {
        LengthHistogram lengths;
        eachWaitOf(comparison, row, side, [&](GoroutineIndex, SpanIndex s, bool open) {
            if (open)
                return;
            lengths.add(comparison.facts.of(side)->trace->spans.range(s).length());
        });
        return lengths;
    });
}

std::optional<StandingWait> longestOf(const Comparison& comparison, const ComparedRow& row, Side side) {
    std::optional<StandingWait> found;
    std::tuple<bool, Time> best;
    const Trace& trace = *comparison.facts.of(side)->trace;
    eachWaitOf(comparison, row, side, [&](GoroutineIndex g, SpanIndex s, bool open) {
        const std::tuple weight(open, trace.spans.range(s).length());
        if (found && weight <= best)
            return;
        best = weight;
        found = {g, s};
    });
    return found;
}

} // namespace waitscope
