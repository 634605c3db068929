// SPDX-License-Identifier: GPL-3.0-or-later
// All detectors together: what explains what, how many are shown, what the user dismisses, why a goroutine is
// healthy, and the documents that builds read.
#include "model/findings/catalogue.h"
#include "model/findings/pattern.h"
#include "model/findings/rules.h"
#include "model/findings/why_healthy.h"
#include "model/report/findings_report.h"
#include "tests/support/findings_story.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;
using Json = nlohmann::json;

namespace {

using Types = std::map<std::string, Json::value_t>;

/// It is an object that has what is required and nothing that is not known, each of its type.
bool keeps(const Json& value, const Types& required, const Types& allowed) {
    if (!value.is_object())
        return false;
    for (const auto& [key, type] : required)
        if (!value.contains(key) || value[key].type() != type)
            return false;
    return std::ranges::all_of(value.items(), [&](const auto& member) {
        const auto known = allowed.find(member.key());
        return required.contains(member.key()) || (known != allowed.end() && member.value().type() == known->second);
    });
}

/// A location: where in which file, and in which function. Lines count from 1.
bool keepsAsPlace(const Json& place) {
    if (!keeps(place, {},
               {{"id", Json::value_t::number_unsigned},
                {"physicalLocation", Json::value_t::object},
                {"logicalLocations", Json::value_t::array},
                {"message", Json::value_t::object}}))
        return false;
    const Json& physical = place["physicalLocation"];
    const std::string uri = physical["artifactLocation"]["uri"];
    return keeps(physical, {{"artifactLocation", Json::value_t::object}}, {{"region", Json::value_t::object}}) &&
           keeps(physical["artifactLocation"], {{"uri", Json::value_t::string}}, {}) &&
           uri.find_first_of(" \\\"<>^`{|}") == std::string::npos &&
           (!physical.contains("region") ||
            (keeps(physical["region"], {{"startLine", Json::value_t::number_unsigned}}, {}) &&
             physical["region"]["startLine"].get<std::uint64_t>() >= 1)) &&
           std::ranges::all_of(place["logicalLocations"], [](const Json& function) {
               return keeps(function, {{"fullyQualifiedName", Json::value_t::string}},
                            {{"kind", Json::value_t::string}});
           });
}

} // namespace

class TogetherTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void noMoreThanTenStandAtTheTop() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int kind = 0; kind < 14; ++kind)
            for (int i = 0; i < 3; ++i)
                story.g(100 + 10 * kind + i)
                    .entry("main.kind" + std::to_string(kind))
                    .bornAt(i * 2_s)
                    .createdBy(1, {"main.start" + std::to_string(kind)})
                    .waitsOn("forever", {"runtime.block", "main.kind" + std::to_string(kind)}, 0);
        const Findings findings = findingsOf(story, 10_s);
        QCOMPARE(std::ranges::count_if(findings.all, [](const Finding& f) { return !f.under; }), 10);
        QCOMPARE(findings.leftOut, 4U);
    }
    // A request that leaves goroutines of its own and of a library behind leaves about as many of each.
    void ofWhatCostsAboutTheSameTheProgramsOwnLinesGoFirst() {
        const auto first = [](int more) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int i = 0; i < 90 + more; ++i)
                story.g(100 + i)
                    .entry("module.example/lib.loop")
                    .bornAt(i * 100_ms)
                    .createdBy(1, {"module.example/lib.New"})
                    .waitsOn("select", {"runtime.selectgo", "module.example/lib.loop"}, 0);
            for (int i = 0; i < 90; ++i)
                story.g(400 + i)
                    .entry("main.hear")
                    .bornAt(i * 100_ms + 50_ms)
                    .createdBy(1, {"main.ask"})
                    .waitsOn("select", {"runtime.selectgo", "main.hear"}, 0);
            const Findings findings = findingsOf(story, 10_s);
            return std::string(findings.judgement->evidence.trace().text(findings.all.front().function));
        };
        QCOMPARE(first(2), std::string("main.hear"));
        QCOMPARE(first(0), std::string("main.hear"));
    }
    void whatIsStartedTogetherAgainAndAgainIsOneFinding() {
        // A subscriber of a library has two goroutines; the server beside it one, whose place is late in half of the
        // cases, or which has nothing to do with it.
        const auto tops = [](auto&& peerBornAt) {
            Story story;
            story.g(1).existed().runs(10_s);
            const auto stuck = [&](int id, std::int64_t born, const std::string& function) {
                story.g(id)
                    .entry(function)
                    .bornAt(born)
                    .createdBy(1, {function + "Starts"})
                    .waitsOn("chan receive", {"runtime.chanrecv1", function}, 0);
            };
            for (int i = 0; i < 40; ++i) {
                const std::int64_t born = 100_ms + i * 200_ms + i % 3 * 10_ms;
                stuck(100 + i, born, "module.example/lib.health");
                stuck(200 + i, born + 1_ms, "main.subscribe");
                stuck(300 + i, peerBornAt(born, i), "module.example/server.push");
            }
            const Findings findings = findingsOf(story, 10_s);
            const Trace& trace = findings.judgement->evidence.trace();
            std::vector<std::string> names;
            for (const Finding& f : findings.all)
                if (!f.under)
                    names.emplace_back(trace.text(f.function));
                else if (f.claim.ends_with("Each was started together with one of those above."))
                    names.push_back("with it " + std::string(trace.text(f.function)));
            return names;
        };
        const std::vector<std::string> one{"main.subscribe", "with it module.example/lib.health",
                                           "with it module.example/server.push"};
        const std::vector<std::string> two{"main.subscribe", "with it module.example/lib.health",
                                           "module.example/server.push"};
        QCOMPARE(tops([](std::int64_t born, int) { return born + 3_ms; }), one);
        QCOMPARE(tops([](std::int64_t born, int i) { return born + (i % 2 == 0 ? 3_ms : 90_ms); }), two);
        QCOMPARE(tops([](std::int64_t, int i) { return 150_ms + i * 203_ms; }), two);
    }
    void everyDetectorHasItsOwnIdAndASentence() {
        QCOMPARE(catalogue().size(), 17U);
        for (int i = 1; i <= 16; ++i) {
            const Detector* const detector = detectorNamed("D" + std::to_string(i));
            QVERIFY(detector != nullptr);
            QVERIFY(detector->says.ends_with('.'));
        }
        QVERIFY(detectorNamed("D18") == nullptr);
    }
    void nothingInATraceOfNothing() {
        Story story;
        story.g(1).existed().runs(1_ms);
        const Findings findings = findingsOf(story, 1_ms);
        QVERIFY(findings.all.empty());
        QVERIFY(nothingFoundText(findings).find("too short") != std::string::npos);
    }
    // One answer for each goroutine, whatever the rules for its own wait would say.
    void whoIsPartOfAFindingIsNotCalledHealthy() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 5; ++i) {
            story.g(100 + i)
                .entry("net/http.(*persistConn).readLoop")
                .bornAt(1_s + i * 5_ms)
                .createdBy(1, {"net/http.(*Transport).dialConn"})
                .waitsOn("select", {"runtime.selectgo", "net/http.(*persistConn).readLoop"}, 0);
            story.g(200 + i)
                .entry("net/http.(*persistConn).writeLoop")
                .bornAt(i < 4 ? 1_s + i * 5_ms + 100_us : 5_s)
                .createdBy(1, {"net/http.(*Transport).dialConn"})
                .waitsOn("select", {"runtime.selectgo", "net/http.(*persistConn).writeLoop"}, 0);
        }
        story.g(300)
            .entry("main.open")
            .bornAt(1_s)
            .createdBy(1)
            .runs(1_ms)
            .inSyscall({"syscall.Syscall6", "os.OpenFile", "main.open"}, 0);
        story.g(400).bornAt(1_s).createdBy(1).runs(1_ms).ends();
        const Findings findings = findingsOf(story, 10_s);
        const auto why = [&](std::int64_t id) {
            return whyText(findings, findings.judgement->evidence.trace().findGoroutine(id));
        };
        QVERIFY(why(100).starts_with("Part of a finding: unclosed HTTP body (high). 5 HTTP responses"));
        QVERIFY(why(100).find("Healthy") == std::string::npos);
        QVERIFY(why(300).starts_with("Listed, but no alarm: stuck system call (low). "));
        QVERIFY(why(300).find("Healthy") == std::string::npos);
        QVERIFY(why(200).starts_with("Part of a finding: unclosed HTTP body")); // the writer of such a connection
        QVERIFY(why(204).starts_with("Healthy: "));                             // and that of another one
        QVERIFY(why(400).starts_with("Healthy: it ended"));
        QVERIFY(why(1).starts_with("Not judged"));
    }
    void rulesReadBackWhatTheyWrote() {
        const Rules rules{{{"^a\\.b$", "why"}}, {{"D3", "main.f", "main.g", "ticket “12”"}}};
        std::string problem;
        QVERIFY(rulesFrom(textOf(rules), problem) == rules);
        for (const char* wrong : {"", "{}", "[]", "{\"waitscope_rules\": 2}",
                                  "{\"waitscope_rules\": 1, \"idle_functions\": [{\"function\": \"\"}]}",
                                  "{\"waitscope_rules\": 1, \"idle_functions\": [{\"function\": \"(\"}]}",
                                  "{\"waitscope_rules\": 1, \"dismissed\": [{\"detector\": \"D99\"}]}",
                                  "{\"waitscope_rules\": 1, \"dismissed\": 5}"}) {
            problem.clear();
            QVERIFY2(!rulesFrom(wrong, problem), wrong);
            QVERIFY2(!problem.empty(), wrong);
        }
    }
    void aDismissedFindingComesLastAndCountsNoMore() {
        Story story;
        leak(story, 10_s, 500_ms, "chan receive", receive);
        const auto facts = computeFacts(story.told(10_s));
        const Findings before = computeFindings(facts, {});
        QVERIFY(before.worst() == Tier::High);
        Rules rules;
        for (const Finding& f : before.all)
            rules.dismissed.push_back(dismissalOf(*facts->trace, f, "known"));
        const Findings after = computeFindings(facts, {}, dismissOf(rules));
        QVERIFY(after.worst() == std::nullopt);
        QCOMPARE(after.all.size(), before.all.size());
        QVERIFY(after.all.front().dismissed == "known");
        QVERIFY(nothingFoundText(after).starts_with(
            "Nothing found in 10 s of trace, beside one finding that was dismissed."));
    }
    void theDocumentHoldsWhatScriptsRead() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        const Findings findings = findingsOf(story, 10_s);
        const Json document = Json::parse(findingsJson(findings));
        const Json& first = document["findings"][0];
        for (const char* key :
             {"detector", "name", "tier", "certainty", "primitive", "site", "created_at", "function", "goroutines",
              "goroutine_ids", "oldest_ns", "before_trace", "sentence", "doubt", "numbers", "under", "pattern"})
            QVERIFY2(first.contains(key), key);
        QVERIFY(first["detector"] == Json("D1"));
        QVERIFY(first["site"]["function"] == Json("main.send"));
        QVERIFY(first["created_at"]["function"] == Json("main.handle"));
        QVERIFY(first["under"] == Json());
        QVERIFY(first["pattern"]["class"] == Json("channel"));
        QVERIFY(first["pattern"]["pattern"] == Json("unbuffered channel"));
        QCOMPARE(first["goroutine_ids"].size(), 19U);
        QVERIFY(document["threshold_ns"] == Json(500_ms));
        QVERIFY(findingsMarkdown(findings).find("| high | D1 never woken, chan send | 19 |") != std::string::npos);
        QVERIFY(findingsText(findings).find("HIGH  D1  19 goroutines") != std::string::npos);
    }
    void sarifHasALevelARuleAndALineForEachResult() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        const Json sarif = Json::parse(findingsSarif(findingsOf(story, 10_s)));
        QVERIFY(sarif["version"] == Json("2.1.0"));
        const Json& run = sarif["runs"][0];
        QCOMPARE(run["tool"]["driver"]["rules"].size(), 17U);
        QVERIFY(!run["results"].empty());
        for (const Json& result : run["results"]) {
            QVERIFY(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
            QVERIFY(!result["message"]["text"].get<std::string>().empty());
            QVERIFY((result["kind"] == Json("fail")) == (result["level"] != Json("none")));
        }
        const Json& place = run["results"][0]["locations"][0]["physicalLocation"];
        QVERIFY(place["artifactLocation"]["uri"] == Json("file:///src/main.go"));
        QVERIFY(place["region"]["startLine"] == Json(11));
        QVERIFY(run["results"][0]["level"] == Json("error"));
    }
    // What SARIF 2.1.0 asks of each part that is written, in words of our own: what must be there, of which type, out
    // of which values, and that nothing is there that the standard does not know.
    void sarifKeepsTheRulesOfItsStandard() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        story.g(2).bornAt(1_s).createdBy(1).runs(1_ms).inSyscall({"syscall.Syscall6", "main.open"}, 0);
        story.g(3).bornAt(1_s).createdBy(1).runs(1_ms).waitsOn("chan receive", receive, 0);
        const auto facts = computeFacts(story.told(10_s));
        Rules rules;
        rules.dismissed.push_back({"D12", "", "", "it waits for a tape"});
        const Json log = Json::parse(findingsSarif(computeFindings(facts, {}, dismissOf(rules))));
        QVERIFY(keeps(log, {{"version", Json::value_t::string}, {"runs", Json::value_t::array}},
                      {{"$schema", Json::value_t::string}}));
        QVERIFY(log["$schema"].get<std::string>().starts_with("https://"));
        QCOMPARE(log["runs"].size(), 1U);
        const Json& run = log["runs"][0];
        QVERIFY(keeps(run, {{"tool", Json::value_t::object}},
                      {{"results", Json::value_t::array},
                       {"columnKind", Json::value_t::string},
                       {"properties", Json::value_t::object}}));
        QVERIFY(run["columnKind"] == Json("unicodeCodePoints") || run["columnKind"] == Json("utf16CodeUnits"));
        const Json& driver = run["tool"]["driver"];
        QVERIFY(keeps(run["tool"], {{"driver", Json::value_t::object}}, {}));
        QVERIFY(keeps(driver, {{"name", Json::value_t::string}},
                      {{"semanticVersion", Json::value_t::string}, {"rules", Json::value_t::array}}));
        std::set<std::string> ids;
        for (const Json& rule : driver["rules"]) {
            QVERIFY(keeps(rule, {{"id", Json::value_t::string}},
                          {{"name", Json::value_t::string},
                           {"shortDescription", Json::value_t::object},
                           {"fullDescription", Json::value_t::object}}));
            QVERIFY(keeps(rule["shortDescription"], {{"text", Json::value_t::string}}, {}));
            QVERIFY(ids.insert(rule["id"]).second);
        }
        bool dismissed = false;
        bool informational = false;
        for (const Json& result : run["results"]) {
            QVERIFY(keeps(result, {{"message", Json::value_t::object}},
                          {{"ruleId", Json::value_t::string},
                           {"ruleIndex", Json::value_t::number_unsigned},
                           {"level", Json::value_t::string},
                           {"kind", Json::value_t::string},
                           {"locations", Json::value_t::array},
                           {"relatedLocations", Json::value_t::array},
                           {"partialFingerprints", Json::value_t::object},
                           {"suppressions", Json::value_t::array},
                           {"properties", Json::value_t::object}}));
            QVERIFY(keeps(result["message"], {{"text", Json::value_t::string}}, {}));
            QVERIFY(ids.contains(result["ruleId"]));
            QVERIFY(std::set<std::string>({"none", "note", "warning", "error"}).contains(result["level"]));
            QVERIFY(std::set<std::string>({"fail", "informational"}).contains(result["kind"]));
            informational = informational || result["kind"] == Json("informational");
            for (const Json& print : result["partialFingerprints"])
                QVERIFY(print.is_string());
            std::set<std::uint64_t> places;
            for (const char* list : {"locations", "relatedLocations"})
                for (const Json& place : result.value(list, Json::array())) {
                    QVERIFY(keepsAsPlace(place));
                    QVERIFY(!place.contains("id") || places.insert(place["id"].get<std::uint64_t>()).second);
                }
            for (const Json& suppression : result.value("suppressions", Json::array())) {
                dismissed = true;
                QVERIFY(
                    keeps(suppression, {{"kind", Json::value_t::string}}, {{"justification", Json::value_t::string}}));
                QVERIFY(suppression["kind"] == Json("external") || suppression["kind"] == Json("inSource"));
            }
        }
        QVERIFY(dismissed && informational); // the story holds one of each
    }
};

QTEST_APPLESS_MAIN(TogetherTest)
#include "tst_findings_together.moc"
