// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/incident_page.h"

#include "model/compare/change_text.h"
#include "model/report/compare_text.h"
#include "model/report/html_text.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <cmath>

namespace waitscope {

namespace {

constexpr std::size_t mostRows = 20;
constexpr std::size_t mostUnjudged = 5;
constexpr std::size_t mostFrames = 16;

// Blue and orange, told apart by most eyes and on grey paper; every colour has a word beside it.
constexpr std::string_view style = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1a1a1a; --faint: #5a5a5a; --line: #d0d0d0; --panel: #f5f5f5;
  --better: #005a8f; --worse: #a84300; --amber: #fff3d6; --amber-line: #c98a00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e8e8e8; --faint: #a8a8a8; --line: #3a3f47; --panel: #1f2228;
    --better: #6cb8ec; --worse: #ff9a57; --amber: #3a2f14; --amber-line: #d9a02b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 82rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; }
.faint, small, figcaption { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td small { line-height: 1.3; }
td.site { min-width: 14rem; overflow-wrap: anywhere; }
code, pre { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: var(--panel); padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; }
.amber { background: var(--amber); border-left: 4px solid var(--amber-line); padding: .5rem .8rem; margin: .5rem 0; }
tr.amber td:first-child { border-left: 4px solid var(--amber-line); }
.better { color: var(--better); font-weight: 600; }
.worse { color: var(--worse); font-weight: 600; }
.verdict { white-space: nowrap; }
ul { margin: .3rem 0; padding-left: 1.3rem; }
figure { margin: 1rem 0; }
figure img { display: block; width: 100%; height: auto; background: #ffffff; border: 1px solid var(--line); }
summary { cursor: pointer; color: var(--faint); }
footer { margin-top: 2rem; padding-top: .6rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .9rem; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --faint: #404040; --line: #b0b0b0; --panel: #f5f5f5;
    --better: #004a78; --worse: #8a3700; --amber: #ffffff; --amber-line: #808080; }
  @page { margin: 12mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding: .15rem .35rem; }
  tr, figure, .amber { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  details { display: none; }
}
)";

struct VerdictLook {
    std::string_view sign;
    std::string_view style;
};
constexpr VerdictLook lookOf(RowVerdict verdict) {
    switch (verdict) {
    case RowVerdict::Improved:
        return {"▼", "better"};
    case RowVerdict::Regressed:
        return {"▲", "worse"};
    case RowVerdict::Disappeared:
        return {"○", "better"};
    case RowVerdict::New:
        return {"●", "worse"};
    case RowVerdict::NoEvidence:
        return {"≈", "faint"};
    case RowVerdict::NotComparable:
        return {"?", "faint"};
    }
    return {};
}

const std::string unknown = "–";

std::string nanoseconds(double value) {
    return durationText(static_cast<Time>(std::llround(value)));
}

const Trace& traceOf(const Comparison& comparison, Side side) {
    return *comparison.facts.of(side)->trace;
}

using Metrics = Both<std::optional<WaitMetrics>>;

// "983 → 1.1". A side that does not have the row waited there for nothing; what is not known is "–".
template <class T, class Text>
std::string beforeAndAfter(const Metrics& metrics, std::optional<T> WaitMetrics::*which, const Text& text,
                           const std::string& absent) {
    const auto one = [&](const std::optional<WaitMetrics>& m) {
        return !m ? absent : (*m).*which ? text(*((*m).*which)) : unknown;
    };
    return one(metrics.a) + " → " + one(metrics.b);
}
std::string beforeAndAfter(const Metrics& metrics, std::uint64_t WaitMetrics::*which) {
    const auto one = [&](const std::optional<WaitMetrics>& m) { return countText(m ? (*m).*which : 0); };
    return one(metrics.a) + " → " + one(metrics.b);
}
std::string changeOr(const std::optional<double>& change, std::string (*text)(double)) {
    return change ? text(*change) : std::string();
}

std::string element(std::string_view name, std::string_view attributes, std::string_view inside) {
    std::string html = "<" + std::string(name);
    if (!attributes.empty())
        html.append(" ").append(attributes);
    return html.append(">").append(inside).append("</").append(name).append(">");
}
std::string number(const std::string& value, const std::vector<std::string>& below = {}) {
    std::string html = htmlText(value);
    for (const std::string& text : below)
        if (!text.empty())
            html += "<br/>" + element("small", {}, htmlText(text));
    return element("td", "class=\"number\"", html);
}
std::string list(const std::vector<std::string>& sentences) {
    std::string html = "<ul>\n";
    for (const std::string& sentence : sentences)
        html += element("li", {}, htmlText(sentence)) + "\n";
    return html + "</ul>\n";
}

// Which file that is, in one line.
std::string identity(const Comparison& comparison, Side side) {
    const Trace& trace = traceOf(comparison, side);
    const TimeRange range = comparison.ranges.range.of(side);
    std::string html =
        element("b", {}, side == Side::A ? "A, before: " : "B, after: ") + htmlName(trace.identity.fileName);
    html += htmlText(" · " + trace.identity.format + " · " + durationText(trace.duration) + ", " +
                     countText(trace.report.events) + " events");
    if (range != trace.wholeRange())
        html += htmlText(" · compared: " + durationText(range.begin) + " … " + durationText(range.end));
    if (const std::size_t further = comparison.furtherRuns.of(side).size(); further > 0)
        html += htmlText(" · the first of " + countText(further + 1) + " runs");
    html += trace.wallClock ? htmlText(" · started " + rfc3339(trace.wallClock->unixNanosecondsAtStart))
                            : std::string(" · start time not recorded");
    return element("p", {}, html + " · SHA-256 " + element("code", {}, htmlText(trace.identity.sha256.substr(0, 12))));
}

std::string cardTable(const Comparability& comparability) {
    std::string html = "<div class=\"scroll\"><table>\n<thead><tr><th></th><th>A, before</th><th>B, after</th>"
                       "<th>What a difference does</th></tr></thead>\n<tbody>\n";
    for (const CardLine& line : comparability.card) {
        const bool differs = line.weight != CardWeight::Same;
        std::string what = htmlText(line.consequence);
        if (line.weight == CardWeight::Refuses)
            what.insert(0, element("b", {}, "Not comparable. "));
        if (!line.instead.empty())
            what += " " + element("span", "class=\"faint\"", htmlText(line.instead));
        html += element("tr", differs ? "class=\"amber\"" : "",
                        element("th", "scope=\"row\"", htmlText(line.topic)) +
                            element("td", {}, htmlText(line.value.a)) + element("td", {}, htmlText(line.value.b)) +
                            element("td", {}, what.empty() ? htmlText(nameOf(line.weight)) : what)) +
                "\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string siteOf(const Comparison& comparison, const ComparedRow& row, Side side) {
    const Trace& trace = traceOf(comparison, side);
    const FrameId site = row.metrics.of(side)->site;
    if (!site.known())
        return "<span class=\"faint\">stack not recorded</span>";
    return htmlName(functionText(trace, site)) + " " + element("small", {}, htmlName(placeText(trace, site)));
}

std::string stackOf(const Comparison& comparison, const ComparedRow& row, Side side) {
    const Trace& trace = traceOf(comparison, side);
    const StackId stack = row.metrics.of(side)->stack;
    std::string html;
    std::size_t count = 0;
    if (stack.known())
        for (const FrameId frame : trace.stacks[stack]) {
            if (++count > mostFrames) {
                html += "…\n";
                break;
            }
            html += htmlName(functionText(trace, frame)) + "  " + htmlName(placeText(trace, frame)) + "\n";
        }
    return html.empty() ? "stack not recorded\n" : html;
}

std::string whatCell(const Comparison& comparison, const ComparedRow& row) {
    const Side shown = row.metrics.b ? Side::B : Side::A;
    std::string html = element("b", {}, htmlText(row.primitive())) + " " + siteOf(comparison, row, shown);
    if (row.metrics.a && row.metrics.b && row.key.a != row.key.b)
        html +=
            "<br/><small>" + htmlText(nameOf(row.match)) + "; before: " + siteOf(comparison, row, Side::A) + "</small>";
    if (row.metrics.a && row.metrics.b && row.metrics.a->primitive != row.metrics.b->primitive)
        html += "<br/>" + element("small", {},
                                  htmlText(std::string(nameOf(row.metrics.a->primitive)) + " became " +
                                           std::string(nameOf(row.metrics.b->primitive))));
    if (!row.why.empty())
        html += "<br/>" + element("small", {}, htmlText(row.why));
    html += "<details><summary>stack</summary><pre>";
    for (const Side side : {Side::A, Side::B})
        if (row.metrics.of(side))
            html +=
                element("b", {}, side == Side::A ? "A, before" : "B, after") + "\n" + stackOf(comparison, row, side);
    return element("td", "class=\"site\"", html + "</pre></details>");
}

std::string intervalText(const std::optional<ChangeInterval>& interval) {
    return interval ? "95 %: " + signedMeanText(interval->low) + " … " + signedMeanText(interval->high) : std::string();
}
// What the row changes by without anybody having changed anything, to be seen beside what it changed by.
std::string noiseText(const Metrics& metrics) {
    const auto one = [&](const std::optional<WaitMetrics>& m) {
        return m && m->halvesDiffer ? signedMeanText(*m->halvesDiffer) : unknown;
    };
    return "halves of A: " + one(metrics.a) + ", of B: " + one(metrics.b);
}

// What rows and totals have in common: normalised in every way, with the change below.
std::string normalisedHeads(const Comparison& comparison) {
    std::string html = "<th class=\"number\">blocked on average</th><th class=\"number\">share of time</th>";
    return comparison.requests ? html + "<th class=\"number\">per request</th>" : html;
}
std::string normalisedCells(const Comparison& comparison, const Metrics& m, const Changes& changes,
                            const std::vector<std::string>& evidence = {}) {
    std::vector<std::string> below{changeOr(changes.concurrency.absolute, signedMeanText) +
                                   (changes.concurrency.percent ? ", " : "") +
                                   changeOr(changes.concurrency.percent, signedPercentText)};
    below.insert(below.end(), evidence.begin(), evidence.end());
    std::string html = number(beforeAndAfter(m, &WaitMetrics::concurrency, meanText, "0"), below);
    html += number(beforeAndAfter(m, &WaitMetrics::sharePercent, percentText, "0 %"),
                   {changeOr(changes.sharePercent.absolute, signedPointsText)});
    if (comparison.requests)
        html += number(beforeAndAfter(m, &WaitMetrics::perRequest, nanoseconds, "0"),
                       {changeOr(changes.perRequest.percent, signedPercentText)});
    return html;
}

std::string rowLine(const Comparison& comparison, const ComparedRow& row) {
    const VerdictLook look = lookOf(row.verdict);
    const Metrics& m = row.metrics;
    std::string cells = element("td", "class=\"verdict\"",
                                element("span", "class=\"" + std::string(look.style) + "\"",
                                        std::string(look.sign) + " " + htmlText(nameOf(row.verdict))));
    cells += whatCell(comparison, row);
    cells += normalisedCells(comparison, m, row.changes, {intervalText(row.evidence.concurrency), noiseText(m)});
    cells += number(beforeAndAfter(m, &WaitMetrics::finished),
                    {beforeAndAfter(m, &WaitMetrics::open) + " open",
                     "at once at most " + beforeAndAfter(m, &WaitMetrics::peakBlocked)});
    cells += number(beforeAndAfter(m, &WaitMetrics::p50, durationText, unknown),
                    {"p99 " + beforeAndAfter(m, &WaitMetrics::p99, durationText, unknown)});
    return element("tr", {}, cells) + "\n";
}

std::string rowsTable(const Comparison& comparison) {
    const std::vector<const ComparedRow*> rows = topRows(comparison, mostRows, mostUnjudged);
    if (rows.empty())
        return "<p>Neither trace has a wait of the program.</p>\n";
    std::string html = "<div class=\"scroll\"><table>\n<thead><tr><th>verdict</th><th>what was waited for, where</th>" +
                       normalisedHeads(comparison) +
                       "<th class=\"number\">finished waits</th><th class=\"number\">p50</th></tr></thead>\n<tbody>\n";
    for (const ComparedRow* row : rows)
        html += rowLine(comparison, *row);
    html += "</tbody></table></div>\n";
    const std::size_t left = comparison.rows.size() - rows.size();
    if (left > 0)
        html += element("p", "class=\"faint\"",
                        htmlText(countText(left) + (left == 1 ? " more row" : " more rows") +
                                 " without a verdict or with a smaller change; the command with -o x.json has all.")) +
                "\n";
    return html;
}

std::string totalsTable(const Comparison& comparison) {
    if (comparison.totals.empty())
        return {};
    std::string html = "<h2>All waits by kind</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>kind</th>" +
                       normalisedHeads(comparison) +
                       "<th class=\"number\">finished waits</th><th class=\"number\">blocked at the end</th>"
                       "</tr></thead>\n<tbody>\n";
    for (const FamilyTotal& total : comparison.totals) {
        const Metrics m{total.metrics.a, total.metrics.b};
        html += element("tr", {},
                        element("th", "scope=\"row\"", htmlText(total.family)) +
                            normalisedCells(comparison, m, total.changes) +
                            number(beforeAndAfter(m, &WaitMetrics::finished),
                                   {beforeAndAfter(m, &WaitMetrics::open) + " open"}) +
                            number(beforeAndAfter(m, &WaitMetrics::blockedAtEnd))) +
                "\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string loadWarnings(const Comparison& comparison) {
    std::vector<std::string> sentences;
    for (const Side side : {Side::A, Side::B})
        for (const LoadWarning& warning : traceOf(comparison, side).report.warnings)
            sentences.push_back(std::string(side == Side::A ? "A: " : "B: ") + warning.text);
    if (sentences.empty())
        return {};
    return "<h2>What is missing in the files</h2>\n<div class=\"amber\">" + list(sentences) + "</div>\n";
}

std::string pictures(const std::vector<PagePicture>& all) {
    if (all.empty())
        return {};
    std::string html = "<h2>Heatmaps, one colour scale</h2>\n";
    for (const PagePicture& picture : all)
        html += "<figure><img alt=\"" + htmlText(picture.caption) + "\" src=\"" +
                dataUrl(picture.mediaType, picture.bytes) + "\"/>" +
                element("figcaption", {}, htmlText(picture.caption)) + "</figure>\n";
    return html;
}

std::string findingsPart(const FindingsAcross* findings) {
    if (findings == nullptr)
        return {};
    std::string html;
    for (const FindingPair& pair : findings->pairs) {
        if (pair.tier < Tier::Medium)
            continue;
        const std::string look = pair.fate == FindingFate::Gone ? "better" : "worse";
        html += element("li", {},
                        element("span", "class=\"" + look + "\"", htmlText(nameOf(pair.fate))) +
                            htmlText(" · " + std::string(nameOf(pair.tier)) + " · " + findingText(*findings, pair)) +
                            "<br/>" + element("small", {}, htmlText(pair.sentence))) +
                "\n";
    }
    return html.empty() ? html : "<h2>Findings</h2>\n<ul>\n" + html + "</ul>\n";
}

} // namespace

std::string incidentPage(const Comparison& comparison, const IncidentParts& parts) {
    const std::string nameA = traceOf(comparison, Side::A).identity.fileName;
    const std::string nameB = traceOf(comparison, Side::B).identity.fileName;
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta "
                       "charset=\"utf-8\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                       "<meta name=\"generator\" content=\"Waitscope " WAITSCOPE_VERSION "\"/>\n";
    html += element("title", {},
                    htmlText(shortenedInTheMiddle(nameA, 80) + " against " + shortenedInTheMiddle(nameB, 80) +
                             " – Waitscope")) +
            "\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n<main>\n";
    html += element("h1", {}, htmlText(comparison.headline)) + "\n";
    if (!comparison.warnings.empty())
        html += "<div class=\"amber\">" + list(comparison.warnings) + "</div>\n";
    html += identity(comparison, Side::A) + "\n" + identity(comparison, Side::B) + "\n";
    html += element("p", {}, htmlText(verdictsText(comparison) + " " + normalisationText(comparison))) + "\n";

    html += "<h2>What changed</h2>\n" + rowsTable(comparison);
    html += pictures(parts.pictures);
    html += totalsTable(comparison);
    html += findingsPart(parts.findings);
    html += "<h2>May they be compared?</h2>\n" + cardTable(comparison.comparability);
    html += loadWarnings(comparison);
    html += "<h2>How to make this page again</h2>\n" + element("pre", {}, htmlText(parts.command)) + "\n</main>\n";
    html +=
        "<footer><p>Two traces are two runs: a verdict says that these recordings differ, not that every run of the "
        "two builds will. Intervals are of 95 %; q is the share of false alarms among the rows that are at least as "
        "sure (Benjamini and Hochberg). Open waits are counted to the end of the trace. Blocked on average: the mean "
        "number of goroutines that wait there at one time; halves: what its second half has more than its first one, "
        "in the "
        "same trace. Share of time: of the lifetimes of all goroutines of the "
        "program.</p>\n<p>Waitscope " WAITSCOPE_VERSION "</p></footer>\n</body>\n</html>\n";
    return html;
}

} // namespace waitscope
