// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/judge.h"

#include "model/compare/change_text.h"
#include "model/compare/statistics/multiple_tests.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace waitscope {

namespace {

std::uint64_t waitsOf(const std::optional<WaitMetrics>& metrics) {
    return metrics ? metrics->waits() : 0;
}

std::uint64_t mostWaits(const ComparedRow& row) {
    return std::max(waitsOf(row.metrics.a), waitsOf(row.metrics.b));
}

/// One of the quantities changed by enough, in the direction in which the judged one did.
bool isWorthAVerdict(const Comparison& c, const ComparedRow& row) {
    const double judged = judgedChange(c.normalisedBy, row.changes).absolute.value_or(0);
    const auto passes = [&](const Change& change, double floor) {
        const double by = change.absolute.value_or(0);
        return std::abs(by) >= floor && std::signbit(by) == std::signbit(judged);
    };
    return judged != 0 && ((c.comparability.perSecond && passes(row.changes.concurrency, floors::concurrency)) ||
                           (c.comparability.perRequest && passes(row.changes.perRequest, floors::perRequest)) ||
                           passes(row.changes.sharePercent, floors::sharePercent));
}

bool excludesZero(const std::optional<ChangeInterval>& interval) {
    return !interval || interval->low > 0 || interval->high < 0;
}

/// Per request it changed, per second not, or the other way round; and one side had more requests a second. Then nobody
/// can tell slower requests from workers that wait for fewer of them.
bool loadExplains(const Comparison& c, const ComparedRow& row) {
    if (c.normalisedBy != NormalisedBy::Request || !c.comparability.perSecond || c.requests->matched())
        return false;
    constexpr double notable = 1.1;
    const auto rate = [&](Side side) {
        return static_cast<double>(c.requests->completed.of(side)) /
               static_cast<double>(std::max<Time>(1, c.ranges.range.of(side).length()));
    };
    if (std::max(rate(Side::A), rate(Side::B)) <= notable * std::min(rate(Side::A), rate(Side::B)))
        return false;
    const double perSecond = row.changes.concurrency.absolute.value_or(0);
    const double perRequest = row.changes.perRequest.absolute.value_or(0);
    return perSecond * perRequest <= 0 || !excludesZero(row.evidence.concurrency);
}

std::string intervalText(const Comparison& c, const ComparedRow& row) {
    const bool byRequest = c.normalisedBy == NormalisedBy::Request;
    const auto& interval = byRequest ? row.evidence.perRequest : row.evidence.concurrency;
    const auto& shown = interval ? interval : row.evidence.byGoroutine;
    if (!shown)
        return {};
    const auto text = [&](double value) { return byRequest ? signedDurationText(value) : signedMeanText(value); };
    return " (95 %: " + text(shown->low) + " … " + text(shown->high) + ")";
}

std::string changeText(const Comparison& c, const ComparedRow& row) {
    const Change& change = judgedChange(c.normalisedBy, row.changes);
    if (!change.absolute)
        return {};
    return (c.normalisedBy == NormalisedBy::Request ? signedDurationText(*change.absolute) + " per request"
                                                    : signedMeanText(*change.absolute) + " goroutines on average") +
           intervalText(c, row);
}

std::string_view idleOnBoth(const ComparedRow& row) {
    if (!row.metrics.a || !row.metrics.b || row.metrics.a->idiom.empty() || row.metrics.b->idiom.empty())
        return {};
    return row.metrics.a->idiom;
}

std::string countsText(const ComparedRow& row) {
    return countText(waitsOf(row.metrics.a)) + " and " + countText(waitsOf(row.metrics.b)) + " waits";
}

void judge(const Comparison& c, ComparedRow& row) {
    const auto says = [&](RowVerdict verdict, std::string why) {
        row.verdict = verdict;
        row.why = std::move(why);
    };
    if (!c.comparable())
        return says(RowVerdict::NotComparable, "The traces do not allow a verdict; the card says why.");
    if (!bothRecord(c.comparability, row))
        return says(RowVerdict::NotComparable, "Only one of the two formats records these waits.");
    // A row on one side only is a fact; more of what is idle by nature is no fault, and less of it no merit.
    if (const std::string_view idle = idleOnBoth(row); !idle.empty())
        return says(RowVerdict::NoEvidence,
                    "Idle by nature (" + std::string(idle) + "): more or less of it is neither better nor worse.");
    const RowEvidence& evidence = row.evidence;
    const Change& change = judgedChange(c.normalisedBy, row.changes);
    if (change.absolute == 0.0)
        return says(RowVerdict::NoEvidence, "Nothing changed.");
    if (mostWaits(row) < floors::waits)
        return says(RowVerdict::NoEvidence,
                    countsText(row) + ": fewer than " + std::to_string(floors::waits) + " are too few to tell.");
    if (!isWorthAVerdict(c, row))
        return says(RowVerdict::NoEvidence, changeText(c, row) +
                                                ": too small for a verdict (it takes 0.1 goroutines, 1 ms per request "
                                                "or 1 point of share).");
    if (!evidence.q)
        return says(RowVerdict::NoEvidence,
                    changeText(c, row) + ": not enough time and fewer than 8 goroutines, or one of too many rows.");
    const auto& overTime = c.normalisedBy == NormalisedBy::Request ? evidence.perRequest : evidence.concurrency;
    const bool onOneSide = !row.metrics.a || !row.metrics.b;
    // Whether a collection falls into a short trace is chance, however many goroutines it stops.
    const bool isCollection = row.primitive() == nameOf(Primitive::GC);
    const bool isSure = *evidence.q <= floors::qValue && excludesZero(evidence.byGoroutine) &&
                        ((onOneSide && evidence.byGoroutine && !isCollection) || excludesZero(overTime));
    if (loadExplains(c, row))
        return says(RowVerdict::NoEvidence,
                    changeText(c, row) + ", but " + signedMeanText(row.changes.concurrency.absolute.value_or(0)) +
                        " goroutines on average: the load differs, and workers that have less to do look like this. "
                        "Record both under the same load.");
    const std::string figures = changeText(c, row) + ", " + countsText(row) + ", q " + probabilityText(*evidence.q);
    if (!isSure)
        return says(RowVerdict::NoEvidence, figures + ": it may be chance.");
    if (onOneSide) {
        return says(row.metrics.a ? RowVerdict::Disappeared : RowVerdict::New,
                    figures + (excludesZero(overTime) ? "." : ". It was one event: another recording may show it."));
    }
    says(*change.absolute < 0 ? RowVerdict::Improved : RowVerdict::Regressed, figures + ".");
}

} // namespace

const Change& judgedChange(NormalisedBy by, const Changes& changes) {
    return by == NormalisedBy::Request ? changes.perRequest : changes.concurrency;
}

bool bothRecord(const Comparability& comparability, const ComparedRow& row) {
    const std::string_view primitive = row.primitive();
    if (comparability.syscallsDiffer && primitive == nameOf(Primitive::Syscall))
        return false;
    if (!comparability.oldWaitsDiffer)
        return true;
    // Where one side says what old waits were for, they are in rows that the other side has them not in.
    constexpr std::uint64_t few = 10; // of a hundred
    const auto mostlyOld = [](const std::optional<WaitMetrics>& metrics) {
        return metrics && metrics->beforeTrace * 100 > metrics->waits() * few;
    };
    return primitive != nameOf(Primitive::Unknown) && !mostlyOld(row.metrics.a) && !mostlyOld(row.metrics.b);
}

void judgeRows(Comparison& comparison) {
    std::vector<std::optional<double>> p;
    p.reserve(comparison.rows.size());
    // A row that could get no verdict whatever its p does not count as one that was tried.
    for (const ComparedRow& row : comparison.rows)
        p.push_back(mostWaits(row) >= floors::waits && bothRecord(comparison.comparability, row) ? row.evidence.p
                                                                                                 : std::nullopt);
    const std::vector<std::optional<double>> q = falseDiscoveryRates(p);
    for (std::size_t r = 0; r < comparison.rows.size(); ++r) {
        comparison.rows[r].evidence.q = q[r];
        judge(comparison, comparison.rows[r]);
    }
}

} // namespace waitscope
