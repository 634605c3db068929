// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/runs.h"

#include "model/compare/headline.h"
#include "model/compare/judge.h"
#include "model/compare/measure.h"
#include "model/compare/statistics/bootstrap.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>

namespace waitscope {

namespace {

using Metrics = std::map<std::string, WaitMetrics, std::less<>>;

/// One run: its rows and families by name.
struct Run {
    Metrics rows;
    Metrics totals;
    WaitMetrics nothing; ///< of a row that it does not have
};

Run measured(const TraceFacts& facts, TimeRange range, const std::optional<Requests>& requests) {
    std::optional<std::uint64_t> completed;
    if (requests)
        if (const auto own = countRequests({&facts, &facts}, {range, range}, requests->choice))
            completed = own->completed.a;
    const MeasuredSide side = measureWaits(facts, range, completed);
    Run run;
    for (std::size_t r = 0; r < side.rows.size(); ++r)
        if (side.rows[r])
            run.rows.emplace(side.keys.keys[r].text(), *side.rows[r]);
    for (const auto& [family, metrics] : side.totals)
        run.totals.emplace(std::string(family), metrics);
    normalise(run.nothing, range, side.goroutineTime, completed);
    return run;
}

using Figure = std::optional<double> WaitMetrics::*;
constexpr Figure figures[]{&WaitMetrics::concurrency, &WaitMetrics::sharePercent, &WaitMetrics::perRequest};

/// Of each run; none if one does not know it.
std::optional<std::vector<double>> valuesOf(const std::vector<Run>& runs, Metrics Run::*where, const std::string& name,
                                            Figure figure) {
    std::vector<double> values;
    for (const Run& run : runs) {
        const auto found = (run.*where).find(name);
        const std::optional<double> value = (found == (run.*where).end() ? run.nothing : found->second).*figure;
        if (!value)
            return {};
        values.push_back(*value);
    }
    return values;
}

std::optional<double> meanOf(const std::optional<std::vector<double>>& values) {
    if (!values || values->empty())
        return {};
    // In rising order, so that the order of the runs does not matter.
    std::vector<double> sorted = *values;
    std::ranges::sort(sorted);
    return std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
}

Change& changeIn(Changes& changes, Figure figure) {
    return figure == &WaitMetrics::concurrency    ? changes.concurrency
           : figure == &WaitMetrics::sharePercent ? changes.sharePercent
                                                  : changes.perRequest;
}

class ComparingRuns {
  public:
    ComparingRuns(const Both<std::vector<std::shared_ptr<const TraceFacts>>>& runs, const CompareOptions& options)
        : given_(runs), options_(options) {}

    Comparison run(const std::stop_token& stop) {
        Comparison c = compareTraces(given_.a.front(), given_.b.front(), options_, stop);
        if (!c.judged || (given_.a.size() == 1 && given_.b.size() == 1))
            return c;
        for (const Side side : {Side::A, Side::B})
            measureSide(c, side);
        for (ComparedRow& row : c.rows)
            fillRow(c, row);
        for (FamilyTotal& total : c.totals)
            fillMeans(total.metrics.a, total.metrics.b, total.changes, &Run::totals,
                      {std::string(total.family), std::string(total.family)});
        judgeRows(c);
        c.headline =
            headlineOf(c) + "; means of " + countText(runs_.a.size()) + " and " + countText(runs_.b.size()) + " runs";
        c.warnings = std::move(warnings_);
        for (const std::vector<std::string>& more : {otherExplanations(c), c.comparability.warnings()})
            c.warnings.insert(c.warnings.end(), more.begin(), more.end());
        return c;
    }

  private:
    void measureSide(Comparison& c, Side side) {
        const TraceFacts& first = *given_.of(side).front();
        std::set<std::string> known;
        for (const ComparedRow& row : c.rows)
            if (row.metrics.of(side))
                known.insert(row.key.of(side).text());
        std::set<std::string> unknown;
        for (const auto& facts : given_.of(side)) {
            const bool isFirst = facts.get() == &first;
            const Both<const TraceFacts*> both{&first, facts.get()};
            ComparedRanges ranges;
            ranges.range = {c.ranges.range.of(side), rangeOf(c, side, *facts)};
            const auto requests = c.requests ? countRequests(both, ranges.range, c.requests->choice) : std::nullopt;
            const Comparability comparability = comparabilityOf(both, ranges, requests);
            if (!isFirst && !comparability.comparable) {
                warnings_.push_back(std::string(side == Side::A ? "A" : "B") + ": " + facts->trace->identity.fileName +
                                    " cannot be compared with the first run and is left out. " +
                                    comparability.warnings().front());
                continue;
            }
            runs_.of(side).push_back(measured(*facts, ranges.range.b, c.requests));
            if (isFirst)
                continue;
            c.furtherRuns.of(side).push_back(facts);
            for (const auto& [name, metrics] : runs_.of(side).back().rows)
                if (!known.contains(name))
                    unknown.insert(name);
        }
        if (!unknown.empty())
            warnings_.push_back(std::string(side == Side::A ? "A" : "B") + ": " + countText(unknown.size()) +
                                (unknown.size() == 1 ? " row is" : " rows are") +
                                " only in further runs and not shown.");
        if (runs_.of(side).size() < 2)
            warnings_.push_back(std::string(side == Side::A ? "A" : "B") +
                                " has one run: verdicts rest on what varies within a run.");
    }

    [[nodiscard]] TimeRange rangeOf(const Comparison& c, Side side, const TraceFacts& facts) const {
        const TimeRange whole = facts.trace->wholeRange();
        if (options_.range.of(side))
            return options_.range.of(side)->clippedTo(whole);
        return c.ranges.trimmed ? TimeRange{whole.length() / 10, whole.length() - whole.length() / 10} : whole;
    }

    void fillMeans(WaitMetrics& a, WaitMetrics& b, Changes& changes, Metrics Run::*where,
                   const Both<std::string>& name) {
        for (const Figure figure : figures) {
            a.*figure = meanOf(valuesOf(runs_.a, where, name.a, figure));
            b.*figure = meanOf(valuesOf(runs_.b, where, name.b, figure));
            changeIn(changes, figure) = changeOf(a.*figure, b.*figure);
        }
    }

    void fillRow(const Comparison& c, ComparedRow& row) {
        Both<WaitMetrics> means{row.metrics.a.value_or(WaitMetrics{}), row.metrics.b.value_or(WaitMetrics{})};
        // A side whose first run does not have the row may have it in another one, under the key of the other side.
        const Both<std::string> names{(row.metrics.a ? row.key.a : row.key.b).text(),
                                      (row.metrics.b ? row.key.b : row.key.a).text()};
        fillMeans(means.a, means.b, row.changes, &Run::rows, names);
        for (const Side side : {Side::A, Side::B})
            if (row.metrics.of(side))
                row.metrics.of(side) = means.of(side);
        const Figure judged =
            c.normalisedBy == NormalisedBy::Request ? &WaitMetrics::perRequest : &WaitMetrics::concurrency;
        row.runs = {valuesOf(runs_.a, &Run::rows, names.a, judged).value_or(std::vector<double>()),
                    valuesOf(runs_.b, &Run::rows, names.b, judged).value_or(std::vector<double>())};
        if (row.runs.a.size() < 2 || row.runs.b.size() < 2)
            return;
        RowEvidence& evidence = row.evidence;
        evidence.concurrency = evidence.sharePercent = evidence.perRequest = evidence.byGoroutine = std::nullopt;
        evidence.p = std::nullopt;
        evidence.noInterval.clear();
        evidence.block = {};
        const auto found = clusterBootstrap({row.runs.a, 0, static_cast<double>(row.runs.a.size())},
                                            {row.runs.b, 0, static_cast<double>(row.runs.b.size())});
        if (!found)
            return;
        evidence.p = found->p;
        (c.normalisedBy == NormalisedBy::Request ? evidence.perRequest : evidence.concurrency) =
            ChangeInterval{found->lowest, found->highest};
    }

    const Both<std::vector<std::shared_ptr<const TraceFacts>>>& given_;
    const CompareOptions& options_;
    Both<std::vector<Run>> runs_;
    std::vector<std::string> warnings_;
};

} // namespace

Comparison compareRuns(const Both<std::vector<std::shared_ptr<const TraceFacts>>>& runs, const CompareOptions& options,
                       const std::stop_token& stop) {
    return ComparingRuns(runs, options).run(stop);
}

} // namespace waitscope
