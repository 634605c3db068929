// SPDX-License-Identifier: GPL-3.0-or-later
// What is found in recorded traces is what their programs did: every expectation of the truth files is met, nothing
// that they forbid is said, and the findings of a trace do not depend on names, on being asked twice, or on where it
// ends.
#include "model/findings/findings.h"
#include "model/report/findings_report.h"
#include "tests/support/recordings.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;
using Json = nlohmann::json;

namespace {

Tier tierNamed(const std::string& name) {
    for (const Tier tier : {Tier::Low, Tier::Medium, Tier::High})
        if (nameOf(tier) == name)
            return tier;
    return Tier::Info;
}

bool isOneOf(std::string_view detector, const std::string& choices) {
    return choices == "*" || ("|" + choices + "|").find("|" + std::string(detector) + "|") != std::string::npos;
}

/// Go 1.22 and older record neither stack nor reason of a wait from before the trace.
bool recordsOldWaits(const Trace& trace) {
    return trace.formatVersion >= 23;
}

bool meets(const Trace& trace, const Finding& f, const Json& expectation) {
    const auto text = [&](const char* key) { return expectation.value(key, std::string()); };
    const bool unexplained = !recordsOldWaits(trace) && f.beforeTrace;
    if (!isOneOf(f.detector, text("detector")))
        return false;
    const Tier wanted = tierNamed(text("min_tier"));
    if (f.tier < (unexplained ? oneLower(wanted) : wanted))
        return false;
    const bool functionDiffers = !text("function").empty() && trace.text(f.function) != text("function");
    const bool primitiveDiffers =
        !text("primitive").empty() && (!f.primitive || nameOf(*f.primitive) != text("primitive"));
    if (!unexplained && (functionDiffers || primitiveDiffers))
        return false;
    const auto count = expectation.value("count", std::uint64_t{0});
    const auto within = expectation.value("within", std::uint64_t{0});
    if (count != 0 && (f.goroutines + within < count || f.goroutines > count + within))
        return false;
    const auto names = [&](FrameId frame) { return trace.text(trace.frame(frame).function) == text("line"); };
    return text("line").empty() || names(f.site) || names(f.cause) || names(f.createdAt);
}

std::string listed(const Trace& trace, const Findings& findings) {
    std::string text;
    for (const Finding& f : findings.all)
        text += "\n  " + std::string(f.detector) + " " + std::string(nameOf(f.tier)) + " " + headlineText(trace, f);
    return text;
}

std::shared_ptr<const TraceFacts> factsOf(const std::string& file) {
    return computeFacts(loadTrace(file).trace);
}

/// The leaks whose programs were recorded by the newest Go that has all scenarios.
std::vector<std::string> someRecordings() {
    const std::filesystem::path folder = std::filesystem::path(WAITSCOPE_SHARED) / "traces" / "go1.26";
    std::vector<std::string> files;
    for (const char* name : {"sandbox-leak", "chan-send-leak", "mutex-never-unlocked", "clean-http", "growth",
                             "feature-unclosed", "waitgroup-never-done", "busy-ghost"})
        if (std::filesystem::exists(folder / (std::string(name) + ".trace.zst")))
            files.push_back((folder / (std::string(name) + ".trace.zst")).string());
    return files;
}

} // namespace

class FindingsTruthTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyExpectationIsMetAndNothingForbiddenIsSaid_data() {
        QTest::addColumn<QString>("trace");
        for (const std::string& file : recordings())
            if (file.ends_with(".trace.zst") && file.find("/traces/") != std::string::npos)
                QTest::newRow(file.substr(file.rfind("go1")).c_str()) << QString::fromStdString(file);
        if (!std::filesystem::exists(std::filesystem::path(WAITSCOPE_SHARED) / "traces"))
            QTest::newRow("none are there") << QString();
    }
    void everyExpectationIsMetAndNothingForbiddenIsSaid() {
        QFETCH(const QString, trace);
        if (trace.isEmpty())
            QSKIP("the recorded traces are not beside this checkout");
        std::ifstream in(QString(trace).replace(".trace.zst", ".truth.json").toStdString());
        const Json truth = Json::parse(in);
        const auto facts = factsOf(trace.toStdString());
        const Findings findings = computeFindings(facts, {});
        for (const Json& expectation : truth.value("expect", Json::array()))
            QVERIFY2(std::ranges::any_of(findings.all,
                                         [&](const Finding& f) { return meets(*facts->trace, f, expectation); }),
                     (expectation.dump() + listed(*facts->trace, findings)).c_str());
        Json forbidden = truth.value("forbid", Json::array());
        if (truth.value("healthy", false))
            forbidden.push_back({{"detector", "*"}, {"min_tier", "medium"}});
        for (const Json& forbid : forbidden)
            for (const Finding& f : findings.all)
                QVERIFY2(!isOneOf(f.detector, forbid["detector"].get<std::string>()) ||
                             f.tier < tierNamed(forbid["min_tier"].get<std::string>()),
                         (forbid.dump() + listed(*facts->trace, findings)).c_str());
    }

    void theSameTraceTwiceIsTheSameText() {
        for (const std::string& file : someRecordings())
            QVERIFY(findingsJson(computeFindings(factsOf(file), {})) ==
                    findingsJson(computeFindings(factsOf(file), {})));
    }

    void sentencesEndWithTheirDoubtAndCountsAreThoseOfMembers() {
        for (const std::string& file : someRecordings()) {
            const Findings findings = computeFindings(factsOf(file), {});
            for (const Finding& f : findings.all) {
                QVERIFY(!f.doubt.empty());
                QVERIFY(f.sentence().ends_with(f.doubt));
                QVERIFY(!f.under || !findings.all[*f.under].under);
                QVERIFY(!f.under || findings.all[*f.under].tier >= f.tier);
                QVERIFY(std::ranges::is_sorted(f.members));
                if (f.detector == "D1")
                    QCOMPARE(f.goroutines, f.members.size());
            }
        }
    }

    // A higher threshold asks for older waits: what is said can only become less.
    void aHigherThresholdFindsNoMoreThatWasNeverWoken() {
        for (const std::string& file : someRecordings()) {
            const auto facts = factsOf(file);
            std::uint64_t last = UINT64_MAX;
            for (const Time threshold : {100_ms, 400_ms, 1600_ms, 6400_ms}) {
                std::uint64_t high = 0;
                for (const Finding& f : computeFindings(facts, {.threshold = threshold}).all)
                    if (f.detector == "D1" && f.tier == Tier::High)
                        high += f.goroutines;
                QVERIFY(high <= last);
                last = high;
            }
        }
    }

    void theWorkIsThatOfTheSpans() {
        for (const std::string& file : someRecordings()) {
            const auto facts = factsOf(file);
            QVERIFY(computeFindings(facts, {}).work <= 2 * facts->trace->spans.size());
        }
    }
};

QTEST_APPLESS_MAIN(FindingsTruthTest)
#include "tst_findings_truth.moc"
