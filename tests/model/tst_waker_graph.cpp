// SPDX-License-Identifier: GPL-3.0-or-later
// Who waits for whom, and which functions are knotted? And what tasks and regions took.
#include "model/report/holdups.h"
#include "model/waits/wait_table.h"
#include "model/waits/waker_graph.h"
#include "model/waits/work_times.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

/// Waits of goroutines that run `waiter` for one that runs `waker`, with ids of their own.
class Waits {
  public:
    Waits& of(const std::string& waiter, const std::string& waker, Time howLong) {
        const std::int64_t woken = next_++;
        const std::int64_t other = next_++;
        story_.g(other).entry(waker).runs(60_ms).ends();
        story_.g(woken)
            .entry(waiter)
            .runs(1_us)
            .waitsOn("chan receive", {"runtime.chanrecv1", waiter}, howLong)
            .wokenBy(other, {"runtime.chansend1", waker})
            .runs(1_ms)
            .ends();
        return *this;
    }
    std::shared_ptr<const TraceFacts> facts() { return computeFacts(story_.told(100_ms)); }

  private:
    Story story_;
    std::int64_t next_ = 1;
};

QStringList functionsOf(const TraceFacts& facts, const WakerGraph& graph, const WakerKnot& knot) {
    QStringList names;
    for (const std::uint32_t node : knot.nodes)
        names << QString::fromStdString(std::string(facts.trace->text(graph.nodes[node].function)));
    names.sort();
    return names;
}

WakerGraph graphOf(const TraceFacts& facts) {
    return wakerGraph(facts, facts.trace->wholeRange());
}

void eachRecording() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

} // namespace

class WakerGraphTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void functionsThatWaitForOneAnotherInARingAreAKnot() {
        const auto facts = Waits()
                               .of("main.a", "main.b", 10_ms)
                               .of("main.b", "main.c", 8_ms)
                               .of("main.c", "main.a", 6_ms)
                               .of("main.page", "main.a", 4_ms)
                               .facts();
        const WakerGraph graph = graphOf(*facts);
        QCOMPARE(graph.edges.size(), 4U);
        QCOMPARE(graph.edges.front().total, 10_ms);
        QCOMPARE(graph.total, 28_ms);
        QCOMPARE(graph.knots.size(), 1U);
        const WakerKnot& knot = graph.knots.front();
        QCOMPARE(functionsOf(*facts, graph, knot), (QStringList{"main.a", "main.b", "main.c"}));
        QCOMPARE(knot.inside, 24_ms);
        QCOMPARE(knot.outside, 0);
        QCOMPARE(knot.others, 4_ms);
        QVERIFY(knot.holdsUpOthers());
        const std::string text = knotText(*facts->trace, graph, knot);
        QVERIFY2(text.find("wait for one another") != std::string::npos && text.ends_with("look here first."),
                 text.c_str());
        for (const WakerNode& node : graph.nodes)
            QCOMPARE(node.knot == nowhere, facts->trace->text(node.function) == "main.page");
    }

    void goroutinesOfOneFunctionCanBeAKnotAlone() {
        const auto facts = Waits().of("main.get", "main.get", 5_ms).of("main.get", "main.get", 3_ms).facts();
        const WakerGraph graph = graphOf(*facts);
        QCOMPARE(graph.knots.size(), 1U);
        QCOMPARE(graph.knots.front().inside, 8_ms);
        QVERIFY(!graph.knots.front().holdsUpOthers());
    }

    void aChainIsNoKnot() {
        const auto facts = Waits().of("main.a", "main.b", 10_ms).of("main.b", "main.c", 8_ms).facts();
        QVERIFY(graphOf(*facts).knots.empty());
    }

    void whatWaitsForNothingElseComesBeforeWhatIsWaitedForLonger() {
        const auto facts = Waits()
                               .of("main.a", "main.b", 10_ms)
                               .of("main.b", "main.a", 10_ms)
                               .of("main.x", "main.a", 20_ms)
                               .of("main.a", "main.c", 5_ms)
                               .of("main.c", "main.d", 10_ms)
                               .of("main.d", "main.c", 10_ms)
                               .facts();
        const WakerGraph graph = graphOf(*facts);
        QCOMPARE(graph.knots.size(), 2U);
        QCOMPARE(functionsOf(*facts, graph, graph.knots.front()), (QStringList{"main.c", "main.d"}));
        QVERIFY(graph.knots[0].holdsUpOthers() && !graph.knots[1].holdsUpOthers());
        QCOMPARE(graph.knots[1].outside, 5_ms);
        QVERIFY(graph.knots[1].others > graph.knots[0].others);
    }

    void whatHardlyEverHappensTiesNoKnot() {
        const auto facts = Waits().of("main.a", "main.b", 50_ms).of("main.b", "main.a", 100_us).facts();
        const WakerGraph graph = graphOf(*facts);
        QCOMPARE(graph.edges.size(), 2U);
        QVERIFY(graph.knots.empty());
    }

    void aRangeCountsOnlyWhatLiesInIt() {
        const auto facts = Waits().of("main.a", "main.b", 10_ms).facts();
        QCOMPARE(wakerGraph(*facts, {4_ms, 7_ms}).total, 3_ms); // of a wait from 1 us on
        QVERIFY(wakerGraph(*facts, {20_ms, 30_ms}).edges.empty());
    }

    void edgesHoldEveryWaitThatAGoroutineEnded_data() { eachRecording(); }
    void edgesHoldEveryWaitThatAGoroutineEnded() {
        QFETCH(QString, path);
        const LoadResult loaded = loadTrace(path.toStdString());
        if (!loaded.trace)
            QSKIP("Nothing readable in it.");
        const auto facts = computeFacts(loaded.trace);
        const Time third = facts->trace->duration / 3;
        for (const TimeRange range : {facts->trace->wholeRange(), TimeRange{third, 2 * third}}) {
            const WakerGraph graph = wakerGraph(*facts, range);
            std::uint64_t count = 0;
            Time total = 0;
            Time inKnots = 0;
            for (const WakerEdge& edge : graph.edges) {
                count += edge.count;
                total += edge.total;
                const std::uint32_t knot = graph.nodes[edge.waiter].knot;
                inKnots += knot != nowhere && knot == graph.nodes[edge.waker].knot ? edge.total : 0;
            }
            QCOMPARE(total, graph.total);
            Time inside = 0;
            for (const WakerKnot& knot : graph.knots)
                inside += knot.inside;
            QCOMPARE(inside, inKnots);
            const WaitTable table =
                computeWaitTable(*facts, {.range = range, .by = WaitGrouping::Waker, .distributions = false});
            for (const WaitRow& row : table.rows)
                if (row.key.waker && row.key.waker->how == WokenBy::Goroutine) {
                    count -= row.finished;
                    total -= row.finishedTime;
                }
            QCOMPARE(count, 0U);
            QCOMPARE(total, 0);
        }
    }

    void regionsInsideRegionsHaveTheirOwnTime() {
        Story story;
        story.g(1)
            .runs(1_ms)
            .beginsTask(7, "request")
            .beginsRegion("outer")
            .runs(2_ms)
            .beginsRegion("inner")
            .runs(1_ms)
            .waitsOn("chan receive", {"runtime.chanrecv1", "main.get"}, 4_ms)
            .runs(1_ms)
            .endsRegion("inner")
            .runs(1_ms)
            .endsRegion("outer")
            .endsTask(7)
            .runs(1_ms)
            .beginsRegion("outer")
            .runs(1_ms);
        const auto facts = computeFacts(story.told(20_ms));
        const auto rows = regionTimes(*facts, facts->trace->wholeRange());
        QCOMPARE(rows.size(), 2U);
        const WorkTimes& outer = facts->trace->text(rows[0].type) == "outer" ? rows[0] : rows[1];
        const WorkTimes& inner = &outer == rows.data() ? rows[1] : rows[0];
        QCOMPARE(inner.count, 1U);
        QCOMPARE(inner.max.value_or(0), inner.total);
        QCOMPARE(inner.in(StateFamily::Channel), 4_ms);
        QCOMPARE(inner.suspended(), inner.total - inner.in(StateFamily::Running));
        QCOMPARE(outer.count, 2U);
        QCOMPARE(outer.open, 1U);
        QVERIFY(outer.max.value_or(0) < outer.total); // the open one is in the total only
        QCOMPARE(outer.in(StateFamily::Channel), 4_ms);
        const auto tasks = taskTimes(*facts, facts->trace->wholeRange());
        QCOMPARE(tasks.size(), 1U);
        QCOMPARE(tasks[0].open, 0U);
        QCOMPARE(tasks[0].in(StateFamily::Channel), 4_ms);
    }

    void whatTasksAndRegionsTookIsExplainedToTheNanosecond_data() { eachRecording(); }
    void whatTasksAndRegionsTookIsExplainedToTheNanosecond() {
        QFETCH(QString, path);
        const LoadResult loaded = loadTrace(path.toStdString());
        if (!loaded.trace)
            QSKIP("Nothing readable in it.");
        const auto facts = computeFacts(loaded.trace);
        const TimeRange whole = facts->trace->wholeRange();
        std::uint64_t regions = 0;
        for (const auto& rows : {taskTimes(*facts, whole), regionTimes(*facts, whole)})
            for (const WorkTimes& row : rows) {
                Time sum = row.elsewhere;
                for (const Time time : row.states)
                    sum += time;
                QCOMPARE(sum, row.total);
                QVERIFY(row.open + row.beforeTrace <= 2 * row.count && row.elsewhere >= 0);
                regions += row.count;
            }
        QCOMPARE(regions, facts->trace->tasks.size() + facts->trace->regions.size());
    }
};

QTEST_APPLESS_MAIN(WakerGraphTest)
#include "tst_waker_graph.moc"
