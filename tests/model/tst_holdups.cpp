// SPDX-License-Identifier: GPL-3.0-or-later
// What else holds goroutines up: is the queue for a processor explained, and the collector's cost counted?
#include "model/report/why_text.h"
#include "model/waits/collector_cost.h"
#include "model/waits/function_times.h"
#include "model/waits/mutator_utilization.h"
#include "model/waits/scheduler_latency.h"
#include "model/waits/why.h"
#include "model/waits/work_times.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

std::shared_ptr<const TraceFacts> recorded(const char* name) {
    for (const std::string& path : recordings())
        if (path.ends_with(std::string("go1.26/") + name + ".trace.zst"))
            return computeFacts(loadTrace(path).trace);
    return nullptr;
}

} // namespace

class HoldupsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void momentsThatOverlapCountOnce();
    void partsOfTheQueueAddUp_data();
    void partsOfTheQueueAddUp();
    void aProgramShortOfProcessorsIsSaturated();
    void statesOfFunctionsAddUpToTheirLives_data();
    void statesOfFunctionsAddUpToTheirLives();
    void cyclesOfAProgramThatAllocatesAreSeen();
    void aCycleHasItsStopsAndAssists();
    void theLongestOfARowIsFound();
    void blockedGoroutinesAreCountedAtTheEnd();
    void theWorstWindowIsFoundWhereverItLies();
    void theCollectorTakesProcessorsFromAProgramThatAllocates();
    void aFinishedWaitIsExplainedInASentence();
    void anOpenLockWithoutHolderSaysWhatToLookFor();
    void theFlameGraphHasTheTimeOfTheWaits();
};

void HoldupsTest::momentsThatOverlapCountOnce() {
    const Moments moments({{10, 20}, {0, 5}, {15, 30}, {30, 40}, {50, 50}});
    QCOMPARE(moments.total(), 35);
    QCOMPARE(moments.ranges().size(), 2U);
    QCOMPARE(moments.inside({0, 100}), 35);
    QCOMPARE(moments.inside({3, 12}), 4);
    QCOMPARE(moments.inside({40, 100}), 0);
    QCOMPARE(Moments().inside({0, 10}), 0);
}

void HoldupsTest::partsOfTheQueueAddUp_data() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

void HoldupsTest::partsOfTheQueueAddUp() {
    QFETCH(QString, path);
    const LoadResult loaded = loadTrace(path.toStdString());
    if (!loaded.trace)
        QSKIP("Nothing readable in it.");
    const auto facts = computeFacts(loaded.trace);
    const Time half = facts->trace->duration / 2;
    for (const TimeRange range : {facts->trace->wholeRange(), TimeRange{half / 2, half}}) {
        const SchedulerLatency latency = schedulerLatency(*facts, range);
        for (const Time part : {latency.stopped, latency.saturated, latency.late, latency.unknown})
            QVERIFY(part >= 0);
        QCOMPARE(latency.stopped + latency.saturated + latency.late + latency.unknown, latency.total);
        QVERIFY(latency.duringCollection <= latency.total);
        QCOMPARE(latency.mostStopped.known(), latency.stopped > 0);
        QCOMPARE(latency.mostSaturated.known(), latency.saturated > 0);
        QCOMPARE(latency.mostLate.known(), latency.late > 0);
    }
}

void HoldupsTest::aProgramShortOfProcessorsIsSaturated() {
    const auto facts = recorded("cpu-starved");
    if (!facts)
        QSKIP("The recorded traces are not there.");
    const SchedulerLatency latency = schedulerLatency(*facts, facts->trace->wholeRange());
    QVERIFY(latency.saturated > latency.total * 9 / 10);
    QVERIFY(latency.p99.value_or(0) >= 10_ms);
}

void HoldupsTest::statesOfFunctionsAddUpToTheirLives_data() {
    partsOfTheQueueAddUp_data();
}

void HoldupsTest::statesOfFunctionsAddUpToTheirLives() {
    QFETCH(QString, path);
    const LoadResult loaded = loadTrace(path.toStdString());
    if (!loaded.trace)
        QSKIP("Nothing readable in it.");
    const auto facts = computeFacts(loaded.trace);
    const Time third = facts->trace->duration / 3;
    for (const TimeRange range : {facts->trace->wholeRange(), TimeRange{third, 2 * third}})
        for (const FunctionTimes& function : functionTimes(*facts, range, true)) {
            Time sum = 0;
            for (const Time time : function.states)
                sum += time;
            QCOMPARE(sum, function.lifetime);
        }
}

void HoldupsTest::cyclesOfAProgramThatAllocatesAreSeen() {
    const auto facts = recorded("gc-heavy");
    if (!facts)
        QSKIP("The recorded traces are not there.");
    const CollectorCost cost = collectorCost(*facts, facts->trace->wholeRange());
    QVERIFY(cost.cycles.size() >= 5);
    QVERIFY(cost.marking > 0 && !cost.stops.empty());
    QVERIFY(cost.assistingOnProcessor <= cost.assisting);
    QVERIFY(cost.assistingOnProcessor <= cost.running);
    for (const CollectorCycle& cycle : cost.cycles)
        QVERIFY(cycle.heapLive && cycle.heapGoal);
}

void HoldupsTest::aCycleHasItsStopsAndAssists() {
    Story story;
    for (const Time begin : {10_ms, 60_ms})
        story.has("GC concurrent mark phase", {begin, begin + 10_ms});
    story.has("stop-the-world (GC sweep termination)", {9_ms, 10_ms}); // before its cycle
    story.has("stop-the-world (GC mark termination)", {20_ms, 22_ms}); // behind it
    story.has("stop-the-world (GC mark termination)", {70_ms, 75_ms});
    story.has("stop-the-world (start trace)", {40_ms, 49_ms}); // of none
    story.g(1).runs(62_ms).beginsRange("GC mark assist").runs(3_ms).endsRange("GC mark assist").runs(1_ms);
    const auto facts = computeFacts(story.told(100_ms));
    const CollectorCost cost = collectorCost(*facts, facts->trace->wholeRange());
    QCOMPARE(cost.cycles.size(), 2U);
    QCOMPARE(cost.cycles[0].stopped, 3_ms);
    QCOMPARE(cost.cycles[0].assisting, 0);
    QCOMPARE(cost.cycles[1].stopped, 5_ms);
    QCOMPARE(cost.cycles[1].assisting, 3_ms);
    QCOMPARE(costliestCycle(cost), &cost.cycles[1]);
    QVERIFY(costliestCycle({}) == nullptr);
}

void HoldupsTest::theLongestOfARowIsFound() {
    Story story;
    for (std::uint64_t task = 1; task <= 3; ++task)
        story.g(static_cast<std::int64_t>(task))
            .existed()
            .runs(1_ms)
            .beginsTask(task, "request")
            .beginsRegion("answer")
            .runs(task == 2 ? 9_ms : 2_ms)
            .endsRegion("answer")
            .endsTask(task)
            .isRunnable(static_cast<Time>(task) * 1_ms)
            .runs(1_ms);
    const auto facts = computeFacts(story.told(20_ms));
    const Trace& trace = *facts->trace;
    const auto tasks = taskTimes(*facts, trace.wholeRange());
    QCOMPARE(tasks.size(), 1U);
    QCOMPARE(trace.tasks[tasks[0].longest].id, 2U);
    const auto regions = regionTimes(*facts, trace.wholeRange());
    QCOMPARE(trace.goroutines.id(trace.regions[regions[0].longest].goroutine), 2);
    const auto ready = readyPlaces(*facts, trace.wholeRange());
    QCOMPARE(ready.size(), 1U);
    QCOMPARE(trace.spans.range(ready[0].longest).length(), 3_ms);
}

void HoldupsTest::blockedGoroutinesAreCountedAtTheEnd() {
    Story story;
    for (std::int64_t id = 1; id <= 5; ++id)
        story.g(id).runs(id * 1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.take"}, 1_ms);
    story.g(9).runs(20_ms);
    const auto facts = computeFacts(story.told(20_ms));
    QCOMPARE(collectorCost(*facts, facts->trace->wholeRange()).blockedAtEnd, 5U);
    QCOMPARE(collectorCost(*facts, {0, 3_ms}).blockedAtEnd, 3U);
    QCOMPARE(collectorCost(*facts, facts->trace->wholeRange()).leastBlockedBytes(), 5U * 2592U);
}

void HoldupsTest::theWorstWindowIsFoundWhereverItLies() {
    const std::vector<UtilizationStep> steps{{0, 1}, {100, 0.5}, {110, 0}, {130, 1}, {500, 0.25}, {520, 1}};
    QCOMPARE(minimumUtilization(steps, 1000, 20), 0.0);
    QCOMPARE(minimumUtilization(steps, 1000, 30), 5.0 / 30);
    QCOMPARE(minimumUtilization(steps, 1000, 1000), (1000 - 5 - 20 - 15) / 1000.0);
    QCOMPARE(minimumUtilization(steps, 1000, 5000), minimumUtilization(steps, 1000, 1000));
    // Against every window there is.
    for (const Time window : {7, 45, 123, 400}) {
        double least = 1;
        for (Time begin = 0; begin + window <= 1000; ++begin) {
            double sum = 0;
            for (Time t = begin; t < begin + window; ++t)
                for (std::size_t i = steps.size(); i-- > 0;)
                    if (steps[i].start <= t) {
                        sum += steps[i].share;
                        break;
                    }
            least = std::min(least, sum / static_cast<double>(window));
        }
        QVERIFY(std::abs(minimumUtilization(steps, 1000, window) - least) < 1e-9);
    }
}

void HoldupsTest::theCollectorTakesProcessorsFromAProgramThatAllocates() {
    const auto facts = recorded("gc-heavy");
    if (!facts)
        QSKIP("The recorded traces are not there.");
    const auto steps = mutatorUtilization(*facts);
    const Time duration = facts->trace->duration;
    double before = 0;
    for (const Time window : {100_us, 1_ms, 10_ms, 100_ms}) {
        const double least = minimumUtilization(steps, duration, window);
        QVERIFY(least >= before - 1e-9); // ever longer windows: ever less bad
        before = least;
    }
    QVERIFY(minimumUtilization(steps, duration, 100_us) < 0.5);
    QVERIFY(minimumUtilization(steps, duration, duration) > 0.5);
}

void HoldupsTest::aFinishedWaitIsExplainedInASentence() {
    Story story;
    story.g(2).existed().waitsOn("sleep", {"time.Sleep", "main.get"}, 10_ms).wokenByRuntime().runs(1_ms).ends();
    story.g(1)
        .existed()
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 10_ms + 500_us)
        .wokenBy(2, {"sync.(*Mutex).Unlock", "main.get"})
        .runs(1_ms)
        .ends();
    const auto facts = computeFacts(story.told(20_ms));
    const SpanIndex wait = facts->trace->firstSpan(facts->trace->findGoroutine(1));
    const Why why = whyOf(*facts, wait);
    QCOMPARE(why.steps.size(), 3U);
    const WhyText text = whyText(*facts, why);
    QVERIFY2(text.sentence.starts_with("95.2 % of this waiting happened while a goroutine slept at main.go:11"),
             text.sentence.c_str());
    QVERIFY(text.sentence.ends_with("Move this call out of the locked section."));
    QVERIFY(text.doubt.find("who holds a lock is not recorded") != std::string::npos);
}

void HoldupsTest::anOpenLockWithoutHolderSaysWhatToLookFor() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    const auto facts = computeFacts(story.told(20_ms));
    const WaitClass& wait = facts->waits.all()[1];
    const Why why = whyOf(*facts, {.by = WaitGrouping::Site, .primitive = wait.primitive, .site = wait.site},
                          facts->trace->wholeRange());
    QCOMPARE(why.open, 1U);
    QVERIFY(whyText(*facts, why).sentence.find("Look for a Lock without Unlock") != std::string::npos);
}

void HoldupsTest::theFlameGraphHasTheTimeOfTheWaits() {
    const auto facts = recorded("lru-burst-mutex");
    if (!facts)
        QSKIP("The recorded traces are not there.");
    const WaitTable table = computeWaitTable(*facts, {.range = facts->trace->wholeRange()});
    const Why why = whyOf(*facts, table.rows.front().key, facts->trace->wholeRange());
    const std::vector<FlameNode>& nodes = why.flame.nodes;
    QCOMPARE(nodes[0].value, table.rows.front().finishedTime);
    std::vector<Time> children(nodes.size());
    for (std::size_t n = 1; n < nodes.size(); ++n) {
        QVERIFY(nodes[n].parent < n);
        children[nodes[n].parent] += nodes[n].value;
    }
    for (std::size_t n = 0; n < nodes.size(); ++n)
        QCOMPARE(children[n] + nodes[n].self, nodes[n].value);
}

QTEST_APPLESS_MAIN(HoldupsTest)
#include "tst_holdups.moc"
