// SPDX-License-Identifier: GPL-3.0-or-later
// A search finds whatever has a text in a trace.
#include "model/reader/load.h"
#include "model/search/search.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestSearch : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aSearchFindsEveryKindOfText_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("count");
        QTest::newRow("function") << "HANDLEREQUEST" << int(HitKind::Goroutine) << 2;
        QTest::newRow("task") << "request" << int(HitKind::Task) << 2;
        QTest::newRow("region") << "lookup" << int(HitKind::Region) << 2;
        QTest::newRow("log") << "cache" << int(HitKind::Log) << 2;
        QTest::newRow("stack") << "Cond).Wait" << int(HitKind::Stack) << 1;
    }
    void aSearchFindsEveryKindOfText() {
        QFETCH(QString, text);
        QFETCH(int, kind);
        QFETCH(int, count);
        const auto facts = computeFacts(loadTrace(bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), "small").trace);
        const SearchResult result = search(*facts, text.toStdString());
        QCOMPARE(std::ranges::count(result.hits, static_cast<HitKind>(kind), &SearchHit::kind), count);
        for (const SearchHit& hit : result.hits)
            QVERIFY(!hitText(*facts, hit).empty());
    }

    void aFunctionThatOnlyTheProfilerSawIsFound() {
        for (const std::string& file : recordings()) {
            if (!file.ends_with("go1.26/cpu-samples.trace.zst"))
                continue;
            const auto facts = computeFacts(loadTrace(file).trace);
            const Trace& trace = *facts->trace;
            std::size_t seen = 0;
            for (const CpuSample& sample : trace.cpuSamples) {
                if (!sample.goroutine.known() || trace.stacks[sample.stack].size() < 2)
                    continue;
                const auto hits = search(*facts, trace.text(trace.frame(trace.stacks[sample.stack][0]).function)).hits;
                const auto hit = std::ranges::find_if(hits, [&](const SearchHit& one) {
                    return one.kind == HitKind::Sample && one.goroutine == sample.goroutine;
                });
                QVERIFY(hit != hits.end());
                QVERIFY(hit->time <= sample.time && hit->count > 0);
                QVERIFY(QString::fromStdString(hitText(*facts, *hit)).contains("profiler"));
                if (++seen == 20)
                    break;
            }
            QCOMPARE(seen, std::size_t{20});
            return;
        }
        QSKIP("The recorded traces are not there.");
    }

    void anIdComesFirstAndNothingHasNoHits() {
        Story story;
        story.g(1).existed().runs(100_ms);
        for (const int id : {5, 6})
            story.g(id).entry("main.handler").bornAt(10_ms).createdBy(1).runs(10_ms);
        const auto facts = computeFacts(story.told(100_ms));
        QCOMPARE(search(*facts, "g5").hits.front().goroutine.value, facts->trace->findGoroutine(5).value);
        QCOMPARE(search(*facts, "5").hits.front().goroutine.value, facts->trace->findGoroutine(5).value);
        QVERIFY(search(*facts, "").hits.empty());
        QVERIFY(search(*facts, "no such thing").hits.empty());
        const SearchResult cut = search(*facts, "main", 1);
        QCOMPARE(cut.hits.size(), std::size_t{1});
        QVERIFY(cut.cut);
    }
};

QTEST_GUILESS_MAIN(TestSearch)
#include "tst_search.moc"
