// SPDX-License-Identifier: GPL-3.0-or-later
// Faults that are mended between two recordings are seen, in the right direction, by every version of Go that has both.
#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "tests/support/recordings.h"

#include <QTest>

#include <map>

using namespace waitscope;
using namespace waitscope::test;

namespace {

std::shared_ptr<const TraceFacts> factsOf(const std::string& file) {
    static std::map<std::string, std::shared_ptr<const TraceFacts>> known;
    auto& facts = known[file];
    if (!facts)
        facts = computeFacts(loadTrace(file).trace);
    return facts;
}

std::string sample(const char* name) {
    return std::string(WAITSCOPE_SOURCE) + "/resources/" + name + ".trace.zst";
}

/// What is the matter with the fault, and where it must be better.
struct Mended {
    const char* fault;
    const char* fixed;
    const char* function; ///< part of the row's key
    bool leak;            ///< a finding of the fault must be gone
};
constexpr Mended mended[]{
    {"lru-burst-mutex", "lru-burst-rwmutex", "lock main.(*lruCache).Get", false},
    {"lru-burst-mutex", "lru-burst-rw-put", "lock main.(*lruCache).Get", false},
    {"lru-mutex", "lru-rwmutex", "lock main.lru", false},
    {"sandbox-leak", "sandbox-plateau", "main.neverServed", true},
    {"sandbox-leak", "sandbox-normal", "main.neverServed", true},
    {"sandbox-plateau", "sandbox-normal", "main.slowAnswer", false},
    {"feature-unclosed", "feature-closed", "net/http.(*persistConn).readLoop", true},
    {"feature-unclosed", "feature-drained", "net/http.(*persistConn).readLoop", true},
    {"feature-hang", "feature-closed", "net/http.(*persistConn).readLoop", false},
    {"feature-hang", "feature-drained", "net/http.(*persistConn).readLoop", false},
    {"burst", "burst-ok", "main.burst", false},
};

std::string described(const Comparison& c) {
    std::string text = c.headline;
    for (const std::string& warning : c.warnings)
        text += "\n  ! " + warning;
    for (const ComparedRow& row : c.rows)
        text += "\n  " + std::string(nameOf(row.verdict)) + " " + (row.metrics.a ? row.key.a : row.key.b).text() +
                ": " + row.why;
    return text;
}

} // namespace

class CompareRecordingsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theSamplesExperimentIsReproduced() {
        const Comparison c = compareTraces(factsOf(sample("lru-burst-mutex")), factsOf(sample("lru-burst-rwmutex")));
        QVERIFY(c.comparable());
        QCOMPARE(c.requests->completed.a, 2300U);
        QCOMPARE(c.requests->completed.b, 2300U);
        const ComparedRow& row = c.rows.front();
        QCOMPARE(row.key.a.text(), std::string("lock main.(*FeatureCache).Get<main.handleRecommendation"));
        QCOMPARE(row.verdict, RowVerdict::Disappeared);
        QCOMPARE(row.changes.perRequest.percent, std::optional(-100.0));
        QVERIFY(*row.changes.sharePercent.absolute < -90);
        QVERIFY2(c.headline.find("requests 2,300 both sides") != std::string::npos, c.headline.c_str());
        QVERIFY2(c.headline.starts_with("lock-blocked time"), c.headline.c_str());
        // A collection falls into the second one only: that is chance.
        for (const ComparedRow& other : c.rows)
            QVERIFY2(&other == &row || other.verdict == RowVerdict::NoEvidence, other.why.c_str());
    }

    void aMendedFaultIsSeen_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("fixed");
        QTest::addColumn<QString>("function");
        QTest::addColumn<bool>("leak");
        bool any = false;
        for (const char* version : {"go1.19", "go1.21", "go1.22", "go1.23", "go1.25", "go1.26", "go1.27"}) {
            const std::filesystem::path folder = std::filesystem::path(WAITSCOPE_SHARED) / "traces" / version;
            const auto file = [&](const char* name) { return (folder / (std::string(name) + ".trace.zst")).string(); };
            for (const Mended& pair : mended)
                if (std::filesystem::exists(file(pair.fault)) && std::filesystem::exists(file(pair.fixed))) {
                    QTest::newRow((std::string(version) + " " + pair.fault + " " + pair.fixed).c_str())
                        << QString::fromStdString(file(pair.fault)) << QString::fromStdString(file(pair.fixed))
                        << QString(pair.function) << pair.leak;
                    any = true;
                }
        }
        if (!any)
            QTest::newRow("none") << QString() << QString() << QString() << false;
    }
    void aMendedFaultIsSeen() {
        QFETCH(const QString, fault);
        QFETCH(const QString, fixed);
        QFETCH(const QString, function);
        QFETCH(const bool, leak);
        if (fault.isEmpty())
            QSKIP("there are no recorded traces beside the checkout");
        const auto a = factsOf(fault.toStdString());
        const auto b = factsOf(fixed.toStdString());
        const auto rowOf = [&](const Comparison& c) -> const ComparedRow* {
            for (const ComparedRow& row : c.rows) {
                const bool isBetter = row.verdict == RowVerdict::Improved || row.verdict == RowVerdict::Disappeared;
                const bool isWorse = row.verdict == RowVerdict::Regressed || row.verdict == RowVerdict::New;
                const std::string key = (row.metrics.a ? row.key.a : row.key.b).text();
                if ((isBetter || isWorse) && key.find(function.toStdString()) != std::string::npos)
                    return &row;
            }
            return nullptr;
        };
        const Comparison there = compareTraces(a, b);
        const ComparedRow* const better = rowOf(there);
        QVERIFY2(better != nullptr, described(there).c_str());
        QVERIFY2(better->verdict == RowVerdict::Improved || better->verdict == RowVerdict::Disappeared,
                 described(there).c_str());
        const Comparison back = compareTraces(b, a);
        const ComparedRow* const worse = rowOf(back);
        QVERIFY2(worse != nullptr, described(back).c_str());
        QCOMPARE(worse->verdict, mirrored(better->verdict));
        if (!leak)
            return;
        const auto findings = Both{computeFindings(a, {}), computeFindings(b, {})};
        const FindingsAcross across = findingsAcross(findings.a, findings.b);
        QVERIFY(std::ranges::any_of(across.pairs, [](const FindingPair& pair) {
            return pair.fate == FindingFate::Gone && pair.tier == Tier::High;
        }));
        QVERIFY(std::ranges::none_of(across.pairs, [](const FindingPair& pair) {
            return pair.fate == FindingFate::StillThere && pair.tier == Tier::High;
        }));
    }

    void aRecordingBesideItselfHasNoVerdict_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("the sample") << QString::fromStdString(sample("lru-burst-mutex"));
        for (const char* name : {"sandbox-plateau", "clean-server", "convoy", "clean-http", "empty", "gc-heavy"}) {
            const auto file =
                std::filesystem::path(WAITSCOPE_SHARED) / "traces" / "go1.26" / (std::string(name) + ".trace.zst");
            if (std::filesystem::exists(file))
                QTest::newRow(name) << QString::fromStdString(file.string());
        }
    }
    void aRecordingBesideItselfHasNoVerdict() {
        QFETCH(const QString, file);
        const auto facts = factsOf(file.toStdString());
        const Comparison c = compareTraces(facts, facts);
        QVERIFY(c.comparability.sameFile);
        for (const ComparedRow& row : c.rows) {
            QCOMPARE(row.changes.total.absolute, std::optional(0.0));
            QCOMPARE(row.changes.concurrency.absolute.value_or(0), 0.0);
            QVERIFY(row.verdict == RowVerdict::NoEvidence || !c.comparable());
        }
    }
};

QTEST_APPLESS_MAIN(CompareRecordingsTest)
#include "tst_compare_recordings.moc"
