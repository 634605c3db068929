// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/compare_text.h"

#include "model/compare/change_text.h"
#include "model/compare/judge.h"
#include "model/report/findings_report.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

struct Counts {
    std::size_t improved = 0, regressed = 0, disappeared = 0, isNew = 0;
};
Counts countsOf(const Comparison& c) {
    Counts n;
    for (const ComparedRow& row : c.rows) {
        n.improved += row.verdict == RowVerdict::Improved ? 1 : 0;
        n.regressed += row.verdict == RowVerdict::Regressed ? 1 : 0;
        n.disappeared += row.verdict == RowVerdict::Disappeared ? 1 : 0;
        n.isNew += row.verdict == RowVerdict::New ? 1 : 0;
    }
    return n;
}

} // namespace

std::string rowPlaceText(const Comparison& c, const ComparedRow& row) {
    const Side side = row.metrics.a ? Side::A : Side::B;
    const Trace& trace = *c.facts.of(side)->trace;
    std::string text(row.primitive());
    text += " · " + siteText(trace, row.metrics.of(side)->site);
    if (row.match == RowMatch::Moved || row.match == RowMatch::ByHand)
        text +=
            " (" + std::string(nameOf(row.match)) + ", now " + siteText(*c.facts.b->trace, row.metrics.b->site) + ")";
    return text;
}

std::string judgedText(const Comparison& c, const ComparedRow& row) {
    const Change& change = judgedChange(c.normalisedBy, row.changes);
    if (!change.absolute)
        return "unknown";
    std::string text = c.normalisedBy == NormalisedBy::Request ? signedDurationText(*change.absolute)
                                                               : signedMeanText(*change.absolute);
    if (change.percent)
        text += ", " + signedPercentText(*change.percent);
    return text;
}

std::string normalisationText(const Comparison& c) {
    std::string text = c.normalisedBy == NormalisedBy::Request ? "Judged per request" : "Judged per second";
    if (c.requests)
        text += "; a request is " + std::string(nameOf(c.requests->choice.kind)) + " " + c.requests->choice.name +
                (c.requests->automatic ? ", found by itself" : "");
    return text + ".";
}

std::string verdictsText(const Comparison& c) {
    if (!c.comparable())
        return "No row is judged.";
    const Counts n = countsOf(c);
    return "Of " + countText(c.rows.size()) + (c.rows.size() == 1 ? " row " : " rows ") + countText(n.improved) +
           " improved, " + countText(n.disappeared) + " disappeared, " + countText(n.regressed) + " regressed, " +
           countText(n.isNew) + (n.isNew == 1 ? " is new." : " are new.");
}

std::string findingText(const FindingsAcross& across, const FindingPair& pair) {
    const Side side = pair.index.b ? Side::B : Side::A;
    const Findings& findings = *across.findings.of(side);
    return headlineText(findings.judgement->evidence.trace(), findings.all[*pair.index.of(side)]);
}

std::vector<const ComparedRow*> topRows(const Comparison& c, std::size_t most, std::size_t unjudged) {
    std::vector<const ComparedRow*> rows;
    for (const bool judged : {true, false}) {
        std::size_t left = judged ? most : unjudged;
        for (const ComparedRow& row : c.rows)
            if (left > 0 && saysSomething(row.verdict) == judged) {
                rows.push_back(&row);
                --left;
            }
    }
    rows.resize(std::min(rows.size(), most));
    return rows;
}

} // namespace waitscope
