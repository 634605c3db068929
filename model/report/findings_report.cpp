// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/findings_report.h"

#include "model/findings/pattern.h"
#include "model/report/frame_json.h"
#include "model/report/identity_json.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace waitscope {

namespace {

using Json = nlohmann::json;

// A script that needs more asks `waits --by goroutine`.
constexpr std::size_t idsPrinted = 100;

Json textOrNull(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}

Json findingJson(const Trace& trace, const Finding& f) {
    Json ids = Json::array();
    for (std::size_t i = 0; i < std::min(f.members.size(), idsPrinted); ++i)
        ids.push_back(trace.goroutines.id(f.members[i]));
    Json numbers = Json::object();
    for (const auto& [name, value] : f.numbers)
        std::visit([&, key = std::string(name)](auto number) { numbers[key] = number; }, value);
    const Pattern pattern = patternOf(f);
    return {{"detector", f.detector},
            {"name", f.name},
            {"tier", nameOf(f.tier)},
            {"certainty", nameOf(f.certainty)},
            {"primitive", f.primitive ? Json(nameOf(*f.primitive)) : Json()},
            {"site", frameJson(trace, f.site)},
            {"stack", stackJson(trace, f.stack)},
            {"cause", frameJson(trace, f.cause)},
            {"created_at", frameJson(trace, f.createdAt)},
            {"function", textOrNull(trace.text(f.function))},
            {"goroutines", f.goroutines},
            {"goroutine_ids", std::move(ids)},
            {"oldest_ns", f.oldest},
            {"since_ns", f.since},
            {"before_trace", f.beforeTrace},
            {"sentence", f.sentence()},
            {"doubt", f.doubt},
            {"numbers", std::move(numbers)},
            {"pattern",
             {{"class", pattern.kind},
              {"pattern", textOrNull(pattern.pattern)},
              {"confirm", textOrNull(pattern.confirm)},
              {"advice", textOrNull(pattern.advice)}}},
            {"under", f.under ? Json(*f.under) : Json()},
            {"dismissed", f.dismissed ? Json(*f.dismissed) : Json()}};
}

std::string shortPlace(const Trace& trace, FrameId frame) {
    return functionText(trace, frame) + " " + placeText(trace, frame);
}

std::string cell(std::string text) {
    // A bar would end a cell of the table.
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, 1, '\\');
    return text;
}

} // namespace

std::string findingsJson(const Findings& findings) {
    const Trace& trace = findings.judgement->evidence.trace();
    Json out = documentJson(trace);
    Json list = Json::array();
    for (const Finding& f : findings.all)
        list.push_back(findingJson(trace, f));
    out["findings"] = std::move(list);
    out["left_out"] = findings.leftOut;
    out["threshold_ns"] = findings.threshold();
    out["cannot_see"] = blindSpotText(trace, findings.threshold());
    return printed(out);
}

std::string headlineText(const Trace& trace, const Finding& f) {
    std::string text;
    if (f.goroutines > 0)
        text = countText(f.goroutines) + (f.goroutines == 1 ? " goroutine · " : " goroutines · ");
    text += std::string(f.name);
    if (f.primitive)
        text += " · " + std::string(nameOf(*f.primitive));
    if (const FrameId place = f.site.known() ? f.site : f.createdAt; place.known())
        text += " · " + shortPlace(trace, place);
    if (f.cause.known() && f.cause != f.site)
        text += " · see " + shortPlace(trace, f.cause);
    text +=
        f.beforeTrace && f.since == 0 ? std::string(" · since before the trace") : " · since " + durationText(f.since);
    if (f.oldest > 0)
        text += " · oldest " + std::string(f.beforeTrace ? "at least " : "") + durationText(f.oldest);
    return text;
}

std::string nothingFoundIn(const Findings& findings) {
    if (const Finding* const unsure = findings.unsure())
        return "Not sure without the end of the file: " + headlineText(findings.judgement->evidence.trace(), *unsure);
    const auto dismissed = std::ranges::count_if(findings.all, [](const Finding& f) {
        return !f.under && f.dismissed && (f.tier >= Tier::Medium || f.withoutEnd);
    });
    return "Nothing found in " + durationText(findings.judgement->evidence.trace().duration) + " of trace" +
           (dismissed == 0 ? std::string()
            : dismissed == 1
                ? ", beside one finding that was dismissed"
                : ", beside " + countText(static_cast<std::uint64_t>(dismissed)) + " findings that were dismissed");
}

std::string nothingFoundText(const Findings& findings) {
    const Trace& trace = findings.judgement->evidence.trace();
    return nothingFoundIn(findings) + ". " + blindSpotText(trace, findings.threshold());
}

std::string findingsText(const Findings& findings) {
    const Trace& trace = findings.judgement->evidence.trace();
    std::string text;
    const auto worst = findings.worst();
    if (!worst || *worst < Tier::Medium)
        text += nothingFoundText(findings) + "\n";
    for (const Finding& f : findings.all) {
        std::string tier(nameOf(f.tier));
        std::ranges::transform(tier, tier.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        const std::string indent = f.under ? "    " : "";
        text.append("\n").append(indent).append(tier).append("  ").append(f.detector).append("  ");
        text.append(headlineText(trace, f)).append("\n").append(indent).append(f.sentence()).append("\n");
        if (f.dismissed)
            text += indent + "Dismissed: " + *f.dismissed + "\n";
        else if (const Pattern pattern = patternOf(f); f.tier >= Tier::Medium && !pattern.advice.empty() && !f.under)
            text += indent + "Pattern: " + std::string(pattern.pattern) + " (" + std::string(pattern.kind) +
                    "). Advice: " + std::string(pattern.advice) + " To confirm: " + std::string(pattern.confirm) +
                    ".\n";
    }
    if (findings.leftOut > 0)
        text += "\n" + countText(findings.leftOut) + " more of less weight are not shown.\n";
    text += "\nAn open wait counts from " + durationText(findings.threshold()) + " on (--threshold).\n";
    return text;
}

std::string findingsMarkdown(const Findings& findings) {
    const Trace& trace = findings.judgement->evidence.trace();
    std::string text = "## Findings in " + trace.identity.fileName + "\n\n";
    const auto worst = findings.worst();
    if (!worst || *worst < Tier::Medium)
        text += nothingFoundText(findings) + "\n\n";
    if (!findings.all.empty()) {
        text += "| tier | finding | goroutines | where | since | oldest |\n|---|---|---:|---|---:|---:|\n";
        for (const Finding& f : findings.all) {
            if (f.under || f.dismissed)
                continue;
            const FrameId place = f.site.known() ? f.site : f.createdAt;
            text += "| " + std::string(nameOf(f.tier)) + " | " + std::string(f.detector) + " " + std::string(f.name) +
                    (f.primitive ? ", " + std::string(nameOf(*f.primitive)) : std::string()) + " | " +
                    countText(f.goroutines) + " | " +
                    (place.known() ? "`" + cell(shortPlace(trace, place)) + "`" : std::string("not recorded")) + " | " +
                    (f.beforeTrace && f.since == 0 ? std::string("before the trace") : durationText(f.since)) + " | " +
                    (f.oldest > 0 ? (f.beforeTrace ? "≥ " : "") + durationText(f.oldest) : std::string()) + " |\n";
        }
        for (std::size_t i = 0; i < findings.all.size(); ++i) {
            const Finding& f = findings.all[i];
            if (f.tier < Tier::Medium || f.under || f.dismissed)
                continue;
            const Pattern pattern = patternOf(f);
            text += "\n**" + std::string(f.detector) + " " + std::string(f.name) + "** (" +
                    std::string(nameOf(f.certainty)) + "). " + f.claim + " *" + f.doubt + "*\n";
            for (const Finding& below : findings.all)
                if (below.under == i)
                    text += "- " + std::string(below.detector) + " " + std::string(below.name) + ": " + below.claim +
                            " *" + below.doubt + "*\n";
            if (!pattern.advice.empty())
                text += "- Pattern: " + std::string(pattern.pattern) + " (" + std::string(pattern.kind) +
                        "). Advice: " + std::string(pattern.advice) + " To confirm: " + std::string(pattern.confirm) +
                        ".\n";
        }
    }
    std::size_t dismissed = 0;
    for (const Finding& f : findings.all)
        dismissed += f.dismissed && !f.under ? 1 : 0;
    if (dismissed > 0)
        text += "\n" + countText(dismissed) + " dismissed by rules.\n";
    text += "\nTrace: " + durationText(trace.duration) + ", " + countText(trace.report.events) + " events, " +
            trace.identity.format + ", SHA-256 `" + trace.identity.sha256.substr(0, 12) + "`" +
            (trace.report.complete ? "" : ", incomplete") + ". An open wait counts from " +
            durationText(findings.threshold()) + " on. " + blindSpotText(trace, findings.threshold()) + "\n";
    return text;
}

} // namespace waitscope
