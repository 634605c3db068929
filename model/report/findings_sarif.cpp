// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/catalogue.h"
#include "model/findings/pattern.h"
#include "model/report/findings_report.h"
#include "model/report/identity_json.h"
#include "model/report/span_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace waitscope {

namespace {

using Json = nlohmann::json;

const char* levelOf(Tier tier) {
    switch (tier) {
    case Tier::High:
        return "error";
    case Tier::Medium:
        return "warning";
    case Tier::Low:
    case Tier::Info:
        break;
    }
    return "note";
}

// What is not allowed in a URI is written as %XX; SARIF wants forward slashes and no drive letters as schemes.
std::string uriOf(std::string_view path) {
    constexpr std::string_view plain = "-._~/!$&'()*+,;=@";
    constexpr const char* digits = "0123456789ABCDEF";
    std::string uri = path.starts_with('/') ? "file://" : path.size() > 1 && path[1] == ':' ? "file:///" : "";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\\') {
            uri += '/';
        } else if (letter || plain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 15U];
        }
    }
    return uri;
}

Json locationOf(const Trace& trace, FrameId frame, std::string_view message = {}) {
    const Frame& f = trace.frame(frame);
    Json physical{{"artifactLocation", {{"uri", uriOf(trace.text(f.file))}}}};
    if (f.line > 0)
        physical["region"] = {{"startLine", f.line}};
    Json location{{"physicalLocation", std::move(physical)},
                  {"logicalLocations", {{{"fullyQualifiedName", trace.text(f.function)}, {"kind", "function"}}}}};
    if (!message.empty())
        location["message"] = {{"text", message}};
    return location;
}

Json resultOf(const Findings& findings, std::size_t i) {
    const Trace& trace = findings.judgement->evidence.trace();
    const Finding& f = findings.all[i];
    const auto detectors = catalogue();
    const Detector* const detector = detectorNamed(f.detector);
    std::string message = f.sentence();
    if (const Pattern pattern = patternOf(f); f.tier >= Tier::Medium && !pattern.advice.empty())
        message += " Advice: " + std::string(pattern.advice);
    Json related = Json::array();
    const auto add = [&](FrameId frame, std::string_view what) {
        if (!frame.known())
            return;
        Json location = locationOf(trace, frame, what);
        location["id"] = related.size() + 1;
        related.push_back(std::move(location));
    };
    add(f.createdAt, "the goroutines are started here");
    add(f.cause, "see this line");
    for (const Finding& below : findings.all)
        if (below.under == i)
            add(below.site, below.claim);
    Json result{
        {"ruleId", f.detector},
        {"level", levelOf(f.tier)},
        {"kind", f.tier >= Tier::Medium ? "fail" : "informational"},
        {"message", {{"text", std::move(message)}}},
        // Lines move and counts differ from run to run: the same leak is the same function and site.
        {"partialFingerprints",
         {{"waitscope/v1", std::string(f.detector) + ":" + std::string(trace.text(f.function)) + ":" +
                               std::string(trace.text(trace.frame(f.site).function))}}},
        {"properties", {{"tier", nameOf(f.tier)}, {"certainty", nameOf(f.certainty)}, {"goroutines", f.goroutines}}}};
    if (result["kind"] != "fail")
        result["level"] = "none"; // SARIF: only failures have a level
    if (detector != nullptr)
        result["ruleIndex"] = detector - detectors.data();
    const FrameId place = f.site.known() ? f.site : f.cause.known() ? f.cause : f.createdAt;
    result["locations"] = place.known() ? Json::array({locationOf(trace, place)}) : Json::array();
    if (!related.empty())
        result["relatedLocations"] = std::move(related);
    if (f.dismissed)
        result["suppressions"] = {{{"kind", "external"}, {"justification", *f.dismissed}}};
    return result;
}

} // namespace

std::string findingsSarif(const Findings& findings) {
    const Trace& trace = findings.judgement->evidence.trace();
    Json rules = Json::array();
    for (const Detector& detector : catalogue())
        rules.push_back({{"id", detector.id},
                         {"name", detector.name},
                         {"shortDescription", {{"text", std::string(detector.name)}}},
                         {"fullDescription", {{"text", std::string(detector.says)}}}});
    Json results = Json::array();
    for (std::size_t i = 0; i < findings.all.size(); ++i)
        if (!findings.all[i].under)
            results.push_back(resultOf(findings, i));
    const Json run{
        {"tool",
         {{"driver", {{"name", "Waitscope"}, {"semanticVersion", WAITSCOPE_VERSION}, {"rules", std::move(rules)}}}}},
        {"results", std::move(results)},
        {"columnKind", "unicodeCodePoints"},
        {"properties", {{"trace", traceIdentityJson(trace)}, {"threshold_ns", findings.threshold()}}}};
    return printed({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json::array({run})}});
}

} // namespace waitscope
