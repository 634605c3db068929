// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/delta_columns.h"

#include "model/compare/change_text.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <cmath>

namespace waitscope {
namespace {

struct Words {
    std::string_view title, meaning;
};

const Words& wordsOf(DeltaColumn column) {
    static constexpr std::array<Words, deltaColumns.size()> words{{
        {"Verdict", "Whether B is better or worse, as far as there is evidence; the tooltip of a cell says why"},
        {"Primitive", "What is waited for; mutex and rwmutex are one: lock"},
        {"Site", "The first line outside Go's standard library; of a row that has moved, in A"},
        {"Match", "How the rows of A and B were found to be the same"},
        {"A", ""},
        {"B", ""},
        {"Change", "B minus A"},
        {"Relative", "The change in percent of A"},
        {"p50 A", "Half of the finished waits of A were not longer than this"},
        {"p50 B", "Half of the finished waits of B were not longer than this"},
        {"p99 A", "99 of 100 finished waits of A were not longer than this"},
        {"p99 B", "99 of 100 finished waits of B were not longer than this"},
        {"At end A", "Goroutines blocked here at the end of the compared range of A"},
        {"At end B", "Goroutines blocked here at the end of the compared range of B"},
        {"q", "How likely such a difference is without a change, corrected for the number of rows "
              "(Benjamini and Hochberg); at most 0.05 is evidence"},
    }};
    return words[static_cast<std::size_t>(column)];
}

std::optional<double> valueOf(const WaitMetrics& metrics, DeltaMeasure measure) {
    switch (measure) {
    case DeltaMeasure::Concurrency:
        return metrics.concurrency;
    case DeltaMeasure::Share:
        return metrics.sharePercent;
    case DeltaMeasure::PerRequest:
        return metrics.perRequest;
    }
    return {};
}

const Change& changeOf(const ComparedRow& row, DeltaMeasure measure) {
    switch (measure) {
    case DeltaMeasure::Share:
        return row.changes.sharePercent;
    case DeltaMeasure::PerRequest:
        return row.changes.perRequest;
    case DeltaMeasure::Concurrency:
        break;
    }
    return row.changes.concurrency;
}

std::string valueText(double value, DeltaMeasure measure) {
    switch (measure) {
    case DeltaMeasure::Share:
        return percentText(value);
    case DeltaMeasure::PerRequest:
        return durationText(std::llround(value));
    case DeltaMeasure::Concurrency:
        break;
    }
    return meanText(value);
}

std::string changeText(double change, DeltaMeasure measure) {
    switch (measure) {
    case DeltaMeasure::Share:
        return signedPointsText(change);
    case DeltaMeasure::PerRequest:
        return signedDurationText(change);
    case DeltaMeasure::Concurrency:
        break;
    }
    return signedMeanText(change);
}

constexpr std::string_view notThere = "–";

Side sideOf(DeltaColumn column) {
    return column == DeltaColumn::B || column == DeltaColumn::P50B || column == DeltaColumn::P99B ||
                   column == DeltaColumn::AtEndB
               ? Side::B
               : Side::A;
}

std::string textOf(const std::optional<Time>& time) {
    return time ? durationText(*time) : std::string();
}

std::string siteOf(const Comparison& comparison, const ComparedRow& row, Side side) {
    return siteText(*comparison.facts.of(side)->trace, row.metrics.of(side)->site);
}

std::string exactSide(const Comparison& comparison, const ComparedRow& row, Side side) {
    const auto& metrics = row.metrics.of(side);
    if (!metrics)
        return std::string("Nobody waits for this in ") + (side == Side::A ? "A." : "B.");
    std::string text = fullPlaceText(*comparison.facts.of(side)->trace, metrics->site);
    const auto line = [&](const std::string& what) { text += "\n" + what; };
    line(countText(metrics->finished) + " finished waits, " + exactDurationText(metrics->finishedTime));
    line(countText(metrics->open) + " open waits, " + exactDurationText(metrics->openTime));
    if (metrics->concurrency)
        line(std::to_string(*metrics->concurrency) + " goroutines blocked on average, most at one time " +
             countText(metrics->peakBlocked));
    if (metrics->sharePercent)
        line(std::to_string(*metrics->sharePercent) + " % of the goroutines' time");
    if (metrics->perRequest)
        line(exactDurationText(std::llround(*metrics->perRequest)) + " a request");
    if (metrics->max)
        line("longest finished wait " + exactDurationText(*metrics->max));
    return text;
}

std::string exactChange(const ComparedRow& row, DeltaMeasure measure) {
    const Change& change = changeOf(row, measure);
    if (!change.absolute)
        return "Not known.";
    std::string text = changeText(*change.absolute, measure);
    if (change.percent)
        text += ", " + signedPercentText(*change.percent) + " of A";
    const auto& interval = measure == DeltaMeasure::Share        ? row.evidence.sharePercent
                           : measure == DeltaMeasure::PerRequest ? row.evidence.perRequest
                                                                 : row.evidence.concurrency;
    if (interval)
        text += "\n95 % interval: " + changeText(interval->low, measure) + " … " + changeText(interval->high, measure);
    else if (!row.evidence.noInterval.empty())
        text += "\nno interval: " + row.evidence.noInterval;
    return text;
}

} // namespace

std::string_view textOf(DeltaMeasure measure) {
    constexpr std::array<std::string_view, deltaMeasures.size()> texts{
        "goroutines blocked on average", "share of the goroutines' time", "time waited a request"};
    return texts[static_cast<std::size_t>(measure)];
}

DeltaMeasure judgedMeasure(const Comparison& comparison) {
    return comparison.normalisedBy == NormalisedBy::Request ? DeltaMeasure::PerRequest : DeltaMeasure::Concurrency;
}

std::string_view titleOf(DeltaColumn column) {
    return wordsOf(column).title;
}

std::string meaningOf(DeltaColumn column, DeltaMeasure measure) {
    if (column == DeltaColumn::A || column == DeltaColumn::B)
        return std::string(titleOf(column)) + ": " + std::string(textOf(measure));
    return std::string(wordsOf(column).meaning);
}

bool isFigure(DeltaColumn column) {
    return column > DeltaColumn::Match;
}

std::string cellText(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure, DeltaColumn column) {
    const auto& metrics = row.metrics.of(sideOf(column));
    switch (column) {
    case DeltaColumn::Verdict:
        return comparison.judged || !comparison.comparable() ? std::string(nameOf(row.verdict)) : "…";
    case DeltaColumn::Primitive:
        return std::string(row.primitive());
    case DeltaColumn::Site:
        return siteOf(comparison, row, row.metrics.a ? Side::A : Side::B);
    case DeltaColumn::Match:
        return std::string(nameOf(row.match));
    case DeltaColumn::Change: {
        const Change& change = changeOf(row, measure);
        return change.absolute ? changeText(*change.absolute, measure) : std::string();
    }
    case DeltaColumn::Percent: {
        const Change& change = changeOf(row, measure);
        return change.percent ? signedPercentText(*change.percent) : std::string();
    }
    case DeltaColumn::QValue:
        return row.evidence.q ? probabilityText(*row.evidence.q) : std::string();
    default:
        break;
    }
    if (!metrics)
        return std::string(notThere);
    switch (column) {
    case DeltaColumn::A:
    case DeltaColumn::B: {
        const auto value = valueOf(*metrics, measure);
        return value ? valueText(*value, measure) : std::string();
    }
    case DeltaColumn::P50A:
    case DeltaColumn::P50B:
        return textOf(metrics->p50);
    case DeltaColumn::P99A:
    case DeltaColumn::P99B:
        return textOf(metrics->p99);
    default:
        return countText(metrics->blockedAtEnd);
    }
}

std::string exactText(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure, DeltaColumn column) {
    switch (column) {
    case DeltaColumn::Verdict:
        return row.why.empty() ? cellText(comparison, row, measure, column) : row.why;
    case DeltaColumn::Primitive:
        return row.metrics.a && row.metrics.b && row.metrics.a->primitive != row.metrics.b->primitive
                   ? std::string(nameOf(row.metrics.a->primitive)) + " in A, " +
                         std::string(nameOf(row.metrics.b->primitive)) + " in B"
                   : std::string(nameOf((row.metrics.a ? row.metrics.a : row.metrics.b)->primitive));
    case DeltaColumn::Site:
    case DeltaColumn::Match: {
        std::string text;
        for (const Side side : {Side::A, Side::B})
            if (row.metrics.of(side))
                text += std::string(text.empty() ? "" : "\n") + (side == Side::A ? "A: " : "B: ") +
                        fullPlaceText(*comparison.facts.of(side)->trace, row.metrics.of(side)->site) + "\n   " +
                        row.key.of(side).text();
        return text;
    }
    case DeltaColumn::Change:
    case DeltaColumn::Percent:
        return exactChange(row, measure);
    case DeltaColumn::QValue: {
        std::string text = row.evidence.q ? "q = " + probabilityText(*row.evidence.q) : "No test was made.";
        if (row.evidence.cliffsDelta)
            text += "\nCliff's δ = " + signedMeanText(*row.evidence.cliffsDelta) + " (above 0: waits of B are longer)";
        if (row.evidence.shift)
            text += "\nwaits of B are longer by " + signedDurationText(*row.evidence.shift) + " (Hodges and Lehmann)";
        return text;
    }
    default:
        return exactSide(comparison, row, sideOf(column));
    }
}

std::optional<double> cellFigure(const ComparedRow& row, DeltaMeasure measure, DeltaColumn column) {
    const auto& metrics = row.metrics.of(sideOf(column));
    const auto number = [](const std::optional<Time>& time) {
        return time ? std::optional(static_cast<double>(*time)) : std::nullopt;
    };
    switch (column) {
    case DeltaColumn::A:
    case DeltaColumn::B:
        return metrics ? valueOf(*metrics, measure) : std::nullopt;
    case DeltaColumn::Change:
        return changeOf(row, measure).absolute;
    case DeltaColumn::Percent:
        return changeOf(row, measure).percent;
    case DeltaColumn::P50A:
    case DeltaColumn::P50B:
        return metrics ? number(metrics->p50) : std::nullopt;
    case DeltaColumn::P99A:
    case DeltaColumn::P99B:
        return metrics ? number(metrics->p99) : std::nullopt;
    case DeltaColumn::AtEndA:
    case DeltaColumn::AtEndB:
        return metrics ? std::optional(static_cast<double>(metrics->blockedAtEnd)) : std::nullopt;
    case DeltaColumn::QValue:
        return row.evidence.q;
    default:
        return {};
    }
}

} // namespace waitscope
