// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/compare_report.h"

#include "model/compare/change_text.h"
#include "model/report/compare_text.h"
#include "model/report/frame_json.h"
#include "model/report/identity_json.h"
#include "model/report/text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace waitscope {

namespace {

using Json = nlohmann::json;

template <class T> Json jsonOf(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json jsonOf(const std::optional<ChangeInterval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json();
}

/// Of something that both sides have.
template <class T, class Make> Json bothJson(const Both<T>& both, const Make& make) {
    return {{"a", make(both.a)}, {"b", make(both.b)}};
}

Json causesJson(const Trace& trace, const std::vector<CauseShare>& causes) {
    Json list = Json::array();
    for (const CauseShare& cause : causes)
        list.push_back(
            {{"state", nameOf(cause.state)}, {"site", frameJson(trace, cause.site)}, {"percent", cause.percent}});
    return list;
}

Json metricsJson(const Trace& trace, const WaitMetrics& m) {
    return {{"total_ns", m.total},
            {"concurrency", jsonOf(m.concurrency)},
            {"share_percent", jsonOf(m.sharePercent)},
            {"per_request_ns", jsonOf(m.perRequest)},
            {"waits_per_second", jsonOf(m.perSecond)},
            {"finished", m.finished},
            {"finished_ns", m.finishedTime},
            {"open", m.open},
            {"open_ns", m.openTime},
            {"p50_ns", jsonOf(m.p50)},
            {"p95_ns", jsonOf(m.p95)},
            {"p99_ns", jsonOf(m.p99)},
            {"max_ns", jsonOf(m.max)},
            {"oldest_open_ns", jsonOf(m.oldestOpen)},
            {"peak_blocked", m.peakBlocked},
            {"blocked_at_end", m.blockedAtEnd},
            {"before_trace", m.beforeTrace},
            {"goroutines", m.goroutines},
            {"growth_per_second", jsonOf(m.growthPerSecond)},
            {"growth_score", m.growthScore},
            {"halves_differ", jsonOf(m.halvesDiffer)},
            {"root_causes", causesJson(trace, m.rootCauses)}};
}

Json rowMetricsJson(const TraceFacts& facts, const std::optional<WaitMetrics>& m) {
    if (!m)
        return nullptr;
    const Trace& trace = *facts.trace;
    Json json = metricsJson(trace, *m);
    json["primitive"] = nameOf(m->primitive);
    json["site"] = frameJson(trace, m->site);
    json["stack"] = stackJson(trace, m->stack);
    json["idle"] = m->idiom.empty() ? Json() : Json(m->idiom);
    return json;
}

Json changePercentJson(const Changes& changes) {
    return {{"concurrency", jsonOf(changes.concurrency.percent)},
            {"share", jsonOf(changes.sharePercent.percent)},
            {"per_request", jsonOf(changes.perRequest.percent)},
            {"total", jsonOf(changes.total.percent)}};
}

Json changeJson(const Changes& changes) {
    return {{"concurrency", jsonOf(changes.concurrency.absolute)},
            {"share_points", jsonOf(changes.sharePercent.absolute)},
            {"per_request_ns", jsonOf(changes.perRequest.absolute)},
            {"total_ns", jsonOf(changes.total.absolute)}};
}

Json rowJson(const Comparison& c, const ComparedRow& row) {
    const RowEvidence& e = row.evidence;
    const Side stands = row.metrics.a ? Side::A : Side::B;
    return {{"primitive", row.primitive()},
            {"site", frameJson(*c.facts.of(stands)->trace, row.metrics.of(stands)->site)},
            {"key", row.key.of(stands).text()},
            {"key_b", row.metrics.b ? Json(row.key.b.text()) : Json()},
            {"match", nameOf(row.match)},
            {"a", rowMetricsJson(*c.facts.a, row.metrics.a)},
            {"b", rowMetricsJson(*c.facts.b, row.metrics.b)},
            {"change_percent", changePercentJson(row.changes)},
            {"change", changeJson(row.changes)},
            {"p_value", jsonOf(e.p)},
            {"q_value", jsonOf(e.q)},
            {"cliffs_delta", jsonOf(e.cliffsDelta)},
            {"interval", jsonOf(e.concurrency)},
            {"interval_share_points", jsonOf(e.sharePercent)},
            {"interval_per_request_ns", jsonOf(e.perRequest)},
            {"interval_by_goroutine", jsonOf(e.byGoroutine)},
            {"interval_missing", e.noInterval.empty() ? Json() : Json(e.noInterval)},
            {"block_ns", bothJson(e.block, [](const auto& block) { return jsonOf(block); })},
            {"shift_ns", jsonOf(e.shift)},
            {"p_lengths", jsonOf(e.pDurations)},
            {"lengths_test", e.logRank ? "log-rank" : "Mann-Whitney"},
            {"p_rate", jsonOf(e.pRate)},
            {"rate_ratio", jsonOf(e.rateRatio)},
            {"runs", row.runs.a.empty() ? Json() : bothJson(row.runs, [](const auto& values) { return Json(values); })},
            {"sampled", bothJson(e.sampled, [](std::uint64_t n) { return n == 0 ? Json() : Json(n); })},
            {"verdict", nameOf(row.verdict)},
            {"why", row.why}};
}

Json programJson(const ProgramMetrics& p) {
    return {{"scheduler_p50_ns", jsonOf(p.schedulerP50)},
            {"scheduler_p99_ns", jsonOf(p.schedulerP99)},
            {"runnable_share_percent", jsonOf(p.runnableSharePercent)},
            {"assist_share_percent", jsonOf(p.assistSharePercent)},
            {"collections_per_second", jsonOf(p.collectionsPerSecond)},
            {"heap_bytes_per_second", jsonOf(p.heapSlope)},
            {"goroutines", jsonOf(p.meanLive)},
            {"running", jsonOf(p.runningMean)},
            {"births_per_second", jsonOf(p.birthsPerSecond)}};
}

Json goroutineJson(const std::optional<GoroutineMetrics>& m) {
    if (!m)
        return nullptr;
    return {{"births", m->births},
            {"ends", m->ends},
            {"births_per_second", jsonOf(m->birthsPerSecond)},
            {"mean_life_ns", jsonOf(m->meanLife)},
            {"mean_live", jsonOf(m->meanLive)},
            {"live_at_end", m->liveAtEnd},
            {"growth_per_second", jsonOf(m->growthPerSecond)},
            {"growth_score", m->growthScore}};
}

Json cardJson(const Comparability& comparability) {
    Json card = Json::array();
    for (const CardLine& line : comparability.card)
        card.push_back({{"topic", line.topic},
                        {"a", line.value.a},
                        {"b", line.value.b},
                        {"weight", nameOf(line.weight)},
                        {"consequence", line.consequence.empty() ? Json() : Json(line.consequence)},
                        {"instead", line.instead.empty() ? Json() : Json(line.instead)}});
    return card;
}

Json findingsJsonOf(const FindingsAcross& across) {
    Json list = Json::array();
    for (const FindingPair& pair : across.pairs) {
        const auto side = [&](Side s) -> Json {
            if (!pair.index.of(s))
                return nullptr;
            const Findings& findings = *across.findings.of(s);
            const Finding& f = findings.all[*pair.index.of(s)];
            const Trace& trace = findings.judgement->evidence.trace();
            return {
                {"detector", f.detector},           {"name", f.name},
                {"tier", nameOf(f.tier)},           {"primitive", f.primitive ? Json(nameOf(*f.primitive)) : Json()},
                {"site", frameJson(trace, f.site)}, {"created_at", frameJson(trace, f.createdAt)},
                {"goroutines", f.goroutines},       {"oldest_ns", f.oldest},
                {"sentence", f.sentence()}};
        };
        list.push_back({{"fate", nameOf(pair.fate)},
                        {"tier", nameOf(pair.tier)},
                        {"sentence", pair.sentence},
                        {"a", side(Side::A)},
                        {"b", side(Side::B)}});
    }
    return list;
}

std::string cell(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, 1, '\\');
    return text;
}

std::string meanOr(const std::optional<WaitMetrics>& m, const char* none) {
    return m && m->concurrency ? meanText(*m->concurrency) : none;
}

std::string shareOr(const std::optional<WaitMetrics>& m, const char* none) {
    return m && m->sharePercent ? percentText(*m->sharePercent) : none;
}

std::string perRequestOr(const std::optional<WaitMetrics>& m, const char* none) {
    return m && m->perRequest ? durationText(static_cast<Time>(*m->perRequest)) : none;
}

std::string durationOr(const std::optional<WaitMetrics>& m, std::optional<Time> WaitMetrics::*which, const char* none) {
    return m && (*m).*which ? durationText(*((*m).*which)) : none;
}

constexpr std::size_t rowsInMarkdown = 20;
constexpr std::size_t rowsInText = 15;
/// Of these, without a verdict.
constexpr std::size_t unjudgedInText = 5;

} // namespace

std::string compareJson(const Comparison& c, const FindingsAcross* findings) {
    const Both<const Trace*> traces{c.facts.a->trace.get(), c.facts.b->trace.get()};
    Json out{{"waitscope", WAITSCOPE_VERSION}};
    out["a"] = traceIdentityJson(*traces.a);
    out["b"] = traceIdentityJson(*traces.b);
    out["further_runs"] = bothJson(c.furtherRuns, [](const auto& runs) {
        Json list = Json::array();
        for (const auto& facts : runs)
            list.push_back(traceIdentityJson(*facts->trace));
        return list;
    });
    out["range_ns"] = bothJson(c.ranges.range, [](TimeRange range) { return Json{range.begin, range.end}; });
    out["trimmed"] = c.ranges.trimmed;
    out["goroutine_time_ns"] = bothJson(c.goroutineTime, [](Time time) { return Json(time); });
    out["comparable"] = c.comparable();
    out["card"] = cardJson(c.comparability);
    out["warnings"] = c.warnings;
    out["normalised_by"] = nameOf(c.normalisedBy);
    out["requests"] = nullptr;
    if (c.requests)
        out["requests"] = {{"a", c.requests->completed.a},
                           {"b", c.requests->completed.b},
                           {"begun", bothJson(c.requests->begun, [](std::uint64_t n) { return Json(n); })},
                           {"kind", nameOf(c.requests->choice.kind)},
                           {"name", c.requests->choice.name},
                           {"automatic", c.requests->automatic}};
    Json totals = Json::object();
    for (const FamilyTotal& total : c.totals)
        totals[std::string(total.family)] = {{"a", metricsJson(*traces.a, total.metrics.a)},
                                             {"b", metricsJson(*traces.b, total.metrics.b)},
                                             {"change_percent", changePercentJson(total.changes)},
                                             {"change", changeJson(total.changes)}};
    out["totals"] = std::move(totals);
    Json rows = Json::array();
    for (const ComparedRow& row : c.rows)
        rows.push_back(rowJson(c, row));
    out["rows"] = std::move(rows);
    Json goroutines = Json::array();
    for (const GoroutineRow& row : c.goroutines)
        goroutines.push_back({{"function", row.function},
                              {"created_by", row.createdBy.empty() ? Json() : Json(row.createdBy)},
                              {"a", goroutineJson(row.metrics.a)},
                              {"b", goroutineJson(row.metrics.b)}});
    out["goroutines"] = std::move(goroutines);
    out["program"] = bothJson(c.program, programJson);
    out["findings"] = findings != nullptr ? findingsJsonOf(*findings) : Json();
    out["headline"] = c.headline;
    return printed(out);
}

std::string compareMarkdown(const Comparison& c, const FindingsAcross* findings, const std::string& command) {
    const Both<const Trace*> traces{c.facts.a->trace.get(), c.facts.b->trace.get()};
    std::string text =
        "# Before and after\n\n**" + c.headline + "**\n\n" + verdictsText(c) + " " + normalisationText(c) + "\n";
    for (const std::string& warning : c.warnings)
        text += "\n> " + warning + "\n";
    text += "\n## What is compared\n\n| | before (A) | after (B) | |\n|---|---|---|---|\n";
    for (const CardLine& line : c.comparability.card)
        text += "| " + std::string(line.topic) + " | " + cell(line.value.a) + " | " + cell(line.value.b) + " | " +
                (line.weight == CardWeight::Same      ? ""
                 : line.weight == CardWeight::Differs ? "⚠ "
                                                      : "✖ ") +
                cell(line.consequence) + " |\n";
    text += "\n## Waits\n\n| verdict | what waits where | goroutines blocked A → B | share A → B | per request A → B | "
            "p99 A → B | change | q |\n|---|---|--:|--:|--:|--:|--:|--:|\n";
    const auto arrow = [](const std::string& a, const std::string& b) { return a + " → " + b; };
    const auto rows = topRows(c, rowsInMarkdown, rowsInMarkdown);
    for (const ComparedRow* const row : rows) {
        const auto& a = row->metrics.a;
        const auto& b = row->metrics.b;
        text += "| " + std::string(nameOf(row->verdict)) + " | " + cell(rowPlaceText(c, *row)) + " | " +
                arrow(meanOr(a, "0"), meanOr(b, "0")) + " | " + arrow(shareOr(a, "0 %"), shareOr(b, "0 %")) + " | " +
                (c.requests ? arrow(perRequestOr(a, "0"), perRequestOr(b, "0")) : "") + " | " +
                arrow(durationOr(a, &WaitMetrics::p99, "–"), durationOr(b, &WaitMetrics::p99, "–")) + " | " +
                judgedText(c, *row) + " | " + (row->evidence.q ? probabilityText(*row->evidence.q) : "") + " |\n";
    }
    if (rows.size() < c.rows.size())
        text +=
            "\n" + countText(c.rows.size() - rows.size()) + " more rows without a verdict or with a smaller change.\n";
    if (findings != nullptr && !findings->pairs.empty()) {
        text += "\n## Findings\n\n| | tier | finding | |\n|---|---|---|---|\n";
        for (const FindingPair& pair : findings->pairs)
            if (pair.tier >= Tier::Medium)
                text += "| " + std::string(nameOf(pair.fate)) + " | " + std::string(nameOf(pair.tier)) + " | " +
                        cell(findingText(*findings, pair)) + " | " + cell(pair.sentence) + " |\n";
    }
    const auto identity = [](const Trace& trace) {
        return trace.identity.fileName + ", SHA-256 `" + trace.identity.sha256.substr(0, 12) + "`";
    };
    text += "\nA: " + identity(*traces.a) + ". B: " + identity(*traces.b) +
            ". Two traces are two runs: a verdict says that these recordings differ.\n";
    if (!command.empty())
        text += "\n```\n" + command + "\n```\n";
    return text;
}

std::string compareText(const Comparison& c, const FindingsAcross* findings) {
    std::string text = c.headline + "\n" + verdictsText(c) + " " + normalisationText(c) + "\n";
    for (const std::string& warning : c.warnings)
        text += "! " + warning + "\n";
    if (!c.rows.empty())
        text += "\n";
    const auto rows = topRows(c, rowsInText, unjudgedInText);
    for (const ComparedRow* const row : rows) {
        text += std::string(nameOf(row->verdict)) + "  " + rowPlaceText(c, *row) + "\n    " +
                meanOr(row->metrics.a, "0") + " → " + meanOr(row->metrics.b, "0") + " goroutines on average, share " +
                shareOr(row->metrics.a, "0 %") + " → " + shareOr(row->metrics.b, "0 %");
        if (c.requests)
            text +=
                ", " + perRequestOr(row->metrics.a, "0") + " → " + perRequestOr(row->metrics.b, "0") + " per request";
        text += "\n    " + row->why + "\n";
    }
    if (rows.size() < c.rows.size())
        text += countText(c.rows.size() - rows.size()) + " more rows (--json).\n";
    if (findings != nullptr) {
        bool first = true;
        for (const FindingPair& pair : findings->pairs)
            if (pair.tier >= Tier::Medium) {
                text += std::string(first ? "\nFindings:\n" : "") + std::string(nameOf(pair.fate)) + "  " +
                        findingText(*findings, pair) + "\n" +
                        (pair.fate == FindingFate::StillThere ? "    " + pair.sentence + "\n" : "");
                first = false;
            }
    }
    return text;
}

} // namespace waitscope
