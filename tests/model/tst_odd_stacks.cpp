// SPDX-License-Identifier: GPL-3.0-or-later
// Stacks as nobody wishes for them: without names, 128 deep, recursive, of generic functions and closures, or none at
// all; and a trace without a single wait. Nothing of them is lost, whatever is made of the waits.
#include "model/inspect/flame.h"
#include "model/report/chrome_trace.h"
#include "model/report/holdups.h"
#include "model/report/wait_profile.h"
#include "model/report/waits_report.h"
#include "model/report/why_text.h"
#include "model/waits/waiting_goroutines.h"
#include "model/waits/why.h"
#include "tests/support/story.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

constexpr const char* lock = "sync.(*Mutex).Lock";

StackText deep(std::size_t frames, bool recursive) {
    StackText stack{lock};
    while (stack.size() < frames)
        stack.push_back(recursive ? "main.walk" : "main.level" + std::to_string(stack.size()));
    return stack;
}

/// One finished wait there of 4 ms, and one that stays open for 16 ms.
std::shared_ptr<const TraceFacts> waitsAt(const StackText& stack) {
    Story story;
    story.g(1).existed().runs(1_ms).waitsOn("sync", stack, 4_ms).wokenBy(3, stack).runs(1_ms).ends();
    story.g(2).existed().runs(4_ms).waitsOn("sync", stack, 1_ms);
    story.g(3).existed().runs(20_ms);
    return computeFacts(story.told(20_ms));
}

} // namespace

class OddStacksTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nothingIsLostWhateverTheStack_data() {
        QTest::addColumn<StackText>("stack");
        QTest::addColumn<QString>("site");
        QTest::newRow("ordinary") << StackText{lock, "main.get"} << "main.get";
        QTest::newRow("none at all") << StackText{} << "";
        QTest::newRow("without names") << StackText{"", "", ""} << "";
        QTest::newRow("one without a name") << StackText{lock, "", "main.get"} << "";
        QTest::newRow("128 deep") << deep(128, false) << "main.level1";
        QTest::newRow("recursive") << deep(128, true) << "main.walk";
        QTest::newRow("generic") << StackText{lock, "main.Map[go.shape.int,go.shape.string]", "main.main"}
                                 << "main.Map[go.shape.int,go.shape.string]";
        QTest::newRow("closure") << StackText{lock, "main.serve.func1.2", "main.serve.gowrap1"} << "main.serve.func1.2";
        QTest::newRow("generic method in a module")
            << StackText{lock, "example.com/a/b.(*Cache[example.com/c/d.Key]).Get"}
            << "example.com/a/b.(*Cache[example.com/c/d.Key]).Get";
        QTest::newRow("only the library") << StackText{lock, "net/http.(*Server).Serve"} << "net/http.(*Server).Serve";
        QTest::newRow("characters that formats mean something by")
            << StackText{lock, "main.\"a;b,c\"\n\t<d>\xff"} << QString();
    }
    void nothingIsLostWhateverTheStack() {
        QFETCH(StackText, stack);
        QFETCH(QString, site);
        const auto facts = waitsAt(stack);
        const Trace& trace = *facts->trace;
        const TimeRange whole = trace.wholeRange();
        const WaitTable table = computeWaitTable(*facts, {.range = whole, .rootCauses = true});
        QCOMPARE(table.rows.size(), 1U);
        const WaitRow& row = table.rows.front();
        QCOMPARE(row.finishedTime, 4_ms);
        QCOMPARE(row.openTime, 16_ms);
        QVERIFY(row.site.known() == !stack.empty());
        if (!site.isEmpty())
            QCOMPARE(QString::fromStdString(std::string(trace.text(trace.frame(row.site).function))), site);

        const Why why = whyOf(*facts, row.key, whole);
        QCOMPARE(why.flame.total(), 4_ms);
        QVERIFY(!whyText(*facts, why).sentence.empty());
        const std::vector<GoroutineIndex> everyone = goroutinesOf(trace, facts->waits, false);
        QCOMPARE(flameOf(*facts, everyone, {.range = whole}).total(), 20_ms);
        QCOMPARE(goroutinesOf(*facts, row.key, whole).size(), 2U);
        QCOMPARE(wakerGraph(*facts, whole).total, 4_ms);

        const nlohmann::json json = nlohmann::json::parse(waitsJson(*facts, {.range = whole, .rootCauses = true}));
        QCOMPARE(json["rows"][0]["total_ns"].get<Time>(), 20_ms);
        QCOMPARE(json["rows"][0]["stack"].size(), stack.size());
        const std::string csv = waitsCsv(*facts, table);
        QVERIFY(csv.find("20000000") != std::string::npos);
        const WaitProfile profile = computeWaitProfile(*facts, ProfileKind::Sync, whole);
        Time time = 0;
        for (const ProfileRecord& record : profile.records)
            time += record.time;
        QCOMPARE(time, 20_ms);
        const std::string folded = foldedStacksOf(*facts, profile);
        QCOMPARE(std::ranges::count(folded, '\n'), 2); // finished and open
        QVERIFY(folded.find(" 4000000\n") != std::string::npos && folded.find(" 16000000\n") != std::string::npos);
        QVERIFY(pprofOf(*facts, profile).starts_with("\x1f\x8b"));
        QVERIFY(nlohmann::json::accept(chromeTraceOf(*facts, whole)));
    }

    void aTraceWithoutASingleWaitSaysSo() {
        Story story;
        story.g(1).existed().runs(20_ms);
        const auto facts = computeFacts(story.told(20_ms));
        const TimeRange whole = facts->trace->wholeRange();
        const WaitTable table = computeWaitTable(*facts, {.range = whole, .rootCauses = true});
        QVERIFY(table.rows.empty());
        QCOMPARE(table.goroutineTime, 20_ms);
        const nlohmann::json json = nlohmann::json::parse(waitsJson(*facts, {.range = whole, .rootCauses = true}));
        QVERIFY(json["rows"].empty() && json["waker_graph"]["edges"].empty() && json["waker_graph"]["knots"].empty());
        const std::string csv = waitsCsv(*facts, table);
        QCOMPARE(std::ranges::count(csv, '\n'), 1); // the names of the columns
        const WaitProfile profile = computeWaitProfile(*facts, ProfileKind::Sync, whole);
        QVERIFY(profile.records.empty());
        QVERIFY(foldedStacksOf(*facts, profile).empty());
        QVERIFY(pprofOf(*facts, profile).starts_with("\x1f\x8b"));
        QVERIFY(wakerGraph(*facts, whole).knots.empty());
        QVERIFY(taskTimes(*facts, whole).empty() && regionTimes(*facts, whole).empty());
        QVERIFY(readyPlaces(*facts, whole).empty());
    }
};

QTEST_APPLESS_MAIN(OddStacksTest)
#include "tst_odd_stacks.moc"
