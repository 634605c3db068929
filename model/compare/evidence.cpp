// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/evidence.h"

#include "model/compare/statistics/bootstrap.h"
#include "model/compare/statistics/rates.h"
#include "model/findings/growth.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace waitscope {

namespace {

constexpr double openShareForLogRank = 0.01;
constexpr double fewestBlocks = 10;
constexpr double shortestBlock = 1e9; ///< ns, where ten of them fit
constexpr double holdsInBlock = 10;
/// In so many bins events are counted for the test of their rate.
constexpr std::size_t rateBins = growthBins;

double lengthOfBin(const SideSamples& side) {
    return static_cast<double>(side.range.length()) / static_cast<double>(timeBins);
}

ChangeInterval intervalOf(const BootstrapDifference& found) {
    return {found.lowest, found.highest};
}

void fillLengths(const Both<const RowSamples*>& rows, RowEvidence& evidence) {
    evidence.sampled = each(rows, [](const RowSamples* row) { return row == nullptr ? 0 : row->sampled; });
    if (rows.a == nullptr || rows.b == nullptr)
        return;
    const CensoredDurations& a = rows.a->lengths;
    const CensoredDurations& b = rows.b->lengths;
    evidence.cliffsDelta = cliffsDelta(a.finished, b.finished);
    evidence.shift = hodgesLehmann(a.finished, b.finished);
    const auto openShare = [](const CensoredDurations& lengths) {
        const std::size_t all = lengths.finished.size() + lengths.open.size();
        return all == 0 ? 0 : static_cast<double>(lengths.open.size()) / static_cast<double>(all);
    };
    evidence.logRank = std::max(openShare(a), openShare(b)) > openShareForLogRank;
    if (evidence.logRank) {
        if (const auto test = logRank(a, b))
            evidence.pDurations = test->p;
    } else if (const auto test = mannWhitney(a.finished, b.finished)) {
        evidence.pDurations = test->p;
    }
}

/// The number of waits a second or, as if that many requests were that much time, a request.
void fillRate(const EvidenceBase& base, const Both<const RowSamples*>& rows, RowEvidence& evidence) {
    const auto countsOf = [&](const RowSamples* row) {
        std::vector<std::uint64_t> counts(rateBins);
        if (row != nullptr)
            for (std::size_t bin = 0; bin < row->begun.size(); ++bin)
                counts[bin / (timeBins / rateBins)] += row->begun[bin];
        return counts;
    };
    const auto lengthOf = [&](Side side) {
        const double all = base.by == NormalisedBy::Request
                               ? 1e6 * static_cast<double>(base.completed.of(side))
                               : static_cast<double>(base.samples.of(side)->range.length());
        return static_cast<Time>(all / static_cast<double>(rateBins));
    };
    const Both<std::vector<std::uint64_t>> counts = each(rows, countsOf);
    const Both<Time> lengths{lengthOf(Side::A), lengthOf(Side::B)};
    if (lengths.a <= 0 || lengths.b <= 0)
        return;
    if (const auto test = rateRatio({counts.a, lengths.a}, {counts.b, lengths.b})) {
        evidence.pRate = test->p;
        evidence.rateRatio = test->ratio();
    }
}

/// The length of a block in bins; none if ten of the length that is needed do not fit.
std::optional<std::size_t> blockBinsOf(const RowSamples* row, std::uint64_t waits, double lengthOfBin) {
    const double bins = static_cast<double>(timeBins);
    double block = std::min(shortestBlock / lengthOfBin, bins / fewestBlocks);
    if (row != nullptr && waits > 0) {
        // How long the thing that is waited for is held: the time between two wake-ups while somebody waits.
        const auto occupied = static_cast<double>(std::ranges::count_if(row->blocked, [](double t) { return t > 0; }));
        const double hold = occupied / static_cast<double>(waits);
        if (hold > bins / fewestBlocks)
            return {};
        block = std::min(std::max(block, holdsInBlock * hold), bins / fewestBlocks);
    }
    return static_cast<std::size_t>(std::ceil(block));
}

/// Over time. The p of the normalised quantity, if there is one.
std::optional<double> fillOverTime(const EvidenceBase& base, const Both<const RowSamples*>& rows,
                                   const Both<std::uint64_t>& waits, RowEvidence& evidence) {
    const Both<double> bin = each(base.samples, [](const SideSamples* side) { return lengthOfBin(*side); });
    const Both<std::optional<std::size_t>> blocks{blockBinsOf(rows.a, waits.a, bin.a),
                                                  blockBinsOf(rows.b, waits.b, bin.b)};
    if (base.samples.a->goroutineTime.empty() || base.samples.b->goroutineTime.empty() || !blocks.a || !blocks.b) {
        evidence.noInterval = "not enough time";
        return {};
    }
    const std::vector<double> none(timeBins);
    const auto blocked = [&](const RowSamples* row) { return std::span(row == nullptr ? none : row->blocked); };
    const auto blockLength = [&](Side side) {
        return rows.of(side) == nullptr
                   ? std::nullopt
                   : std::optional(static_cast<Time>(static_cast<double>(*blocks.of(side)) * bin.of(side)));
    };
    evidence.block = {blockLength(Side::A), blockLength(Side::B)};
    const auto side = [&](Side s, std::span<const double> of) {
        return BinnedSide{blocked(rows.of(s)), of, *blocks.of(s)};
    };
    std::optional<double> p;
    const auto mean = [&](Side s) {
        std::vector<double> amounts(blocked(rows.of(s)).begin(), blocked(rows.of(s)).end());
        for (double& amount : amounts)
            amount /= bin.of(s);
        return amounts;
    };
    const Both<std::vector<double>> means{mean(Side::A), mean(Side::B)};
    if (const auto found = movingBlocks({means.a, {}, *blocks.a}, {means.b, {}, *blocks.b})) {
        evidence.concurrency = intervalOf(*found);
        if (base.by == NormalisedBy::Second)
            p = found->p;
    }
    if (const auto found =
            movingBlocks(side(Side::A, base.samples.a->goroutineTime), side(Side::B, base.samples.b->goroutineTime)))
        evidence.sharePercent = ChangeInterval{100 * found->lowest, 100 * found->highest};
    // The number of requests is taken as given: where they are completed in one go at the end, most draws of stretches
    // of time would hold none of them.
    if (base.completed.a > 0 && base.completed.b > 0) {
        const auto perRequest = [&](Side s) {
            std::vector<double> amounts(blocked(rows.of(s)).begin(), blocked(rows.of(s)).end());
            for (double& amount : amounts)
                amount *= static_cast<double>(timeBins) / static_cast<double>(base.completed.of(s));
            return amounts;
        };
        const Both<std::vector<double>> parts{perRequest(Side::A), perRequest(Side::B)};
        if (const auto found = movingBlocks({parts.a, {}, *blocks.a}, {parts.b, {}, *blocks.b})) {
            evidence.perRequest = intervalOf(*found);
            if (base.by == NormalisedBy::Request)
                p = found->p;
        }
    }
    return p;
}

std::optional<double> fillByGoroutine(const EvidenceBase& base, const Both<const RowSamples*>& rows,
                                      RowEvidence& evidence) {
    const auto waited = [](const RowSamples* row) { return row == nullptr ? 0 : row->goroutineTotal.size(); };
    if (std::max(waited(rows.a), waited(rows.b)) < fewestClusters)
        return {};
    const auto clusters = [&](Side side) {
        const RowSamples* const row = rows.of(side);
        Clusters found;
        if (row != nullptr)
            found = {row->goroutineTotal, row->others};
        else // nobody waited there; two are as many as any number of zeros
            found.zeros = std::max<std::uint64_t>(2, base.samples.of(side)->goroutines);
        found.divisor = base.by == NormalisedBy::Request ? static_cast<double>(base.completed.of(side))
                                                         : static_cast<double>(base.samples.of(side)->range.length());
        return found;
    };
    const Clusters a = clusters(Side::A);
    const Clusters b = clusters(Side::B);
    if (a.divisor <= 0 || b.divisor <= 0)
        return {};
    const auto found = clusterBootstrap(a, b);
    if (!found)
        return {};
    evidence.byGoroutine = intervalOf(*found);
    return found->p;
}

} // namespace

RowEvidence evidenceOf(const EvidenceBase& base, const Both<const RowSamples*>& rows,
                       const Both<std::uint64_t>& waits) {
    RowEvidence evidence;
    fillLengths(rows, evidence);
    fillRate(base, rows, evidence);
    const std::optional<double> overTime = fillOverTime(base, rows, waits, evidence);
    const std::optional<double> byGoroutine = fillByGoroutine(base, rows, evidence);
    if (!overTime && !byGoroutine)
        return evidence;
    // See evidence.h: one event is one stretch of time.
    const bool onOneSide = rows.a == nullptr || rows.b == nullptr;
    double p = onOneSide && byGoroutine ? *byGoroutine : std::max(overTime.value_or(0), byGoroutine.value_or(0));
    if (std::min(waits.a, waits.b) >= floors::waits)
        p = std::max(p, std::min(1.0, 2 * std::min(evidence.pDurations.value_or(1), evidence.pRate.value_or(1))));
    evidence.p = p;
    return evidence;
}

} // namespace waitscope
