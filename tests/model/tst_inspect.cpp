// SPDX-License-Identifier: GPL-3.0-or-later
// Times by state add up, and events are in order.
#include "model/inspect/events.h"
#include "model/inspect/flame.h"
#include "model/inspect/held_processor.h"
#include "model/inspect/lives.h"
#include "model/inspect/processor_times.h"
#include "model/inspect/state_times.h"
#include "model/inspect/works.h"
#include "model/lod/stack_runs.h"
#include "model/waits/longest_wait.h"
#include "model/waits/wake_up.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

#include <numeric>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.handler"};

std::shared_ptr<const TraceFacts> scene() {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    story.g(5)
        .entry("main.handler")
        .bornAt(10_ms)
        .createdBy(1)
        .runs(10_ms)
        .waitsOn("sync", lockStack, 40_ms)
        .wokenBy(1)
        .runs(10_ms)
        .waitsOn("sync", lockStack, 5_ms)
        .wokenBy(1)
        .runs(1_ms)
        .ends();
    return computeFacts(story.told(100_ms));
}

std::vector<GoroutineIndex> everyone(const TraceFacts& facts) {
    return goroutinesOf(*facts.trace, facts.waits, true);
}

struct Recorded {
    std::string file;
    std::shared_ptr<const TraceFacts> facts;
};

// Read once for all tests. The laws do not depend on a recording's size, the time that they take does.
const std::vector<Recorded>& smallRecordings() {
    static const std::vector<Recorded> read = [] {
        std::vector<Recorded> small;
        for (const std::string& file : recordings()) {
            if (std::filesystem::file_size(file) > 100'000)
                continue;
            if (const LoadResult loaded = loadTrace(file); loaded.trace)
                small.push_back({file, computeFacts(loaded.trace)});
        }
        return small;
    }();
    return read;
}

} // namespace

class TestInspect : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theSpansOfARangeAreThoseThatTouchIt() {
        const auto facts = scene();
        const Trace& trace = *facts->trace;
        const GoroutineIndex g = trace.findGoroutine(5);
        const SpanRange own = trace.goroutines.spans(g);
        const TimeRange life = trace.lifetime(g);
        const auto count = [&](Time begin, Time end) {
            const SpanRange inside = trace.spansIn(g, {begin, end});
            std::uint32_t touching = 0;
            for (std::uint32_t s = own.begin; s < own.end; ++s)
                touching += trace.spans.start({s}) < end && trace.spans.end({s}) > begin ? 1 : 0;
            return inside.size() == touching ? static_cast<int>(touching) : -1;
        };
        QCOMPARE(count(0, 100_ms), static_cast<int>(own.size()));
        QCOMPARE(count(0, life.begin), 0);    // before it is born
        QCOMPARE(count(life.end, 100_ms), 0); // after its end
        QCOMPARE(count(30_ms, 31_ms), 1);     // inside of one
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (!trace.spans.range({s}).empty())
                QCOMPARE(count(trace.spans.start({s}), trace.spans.end({s})), 1);
        QCOMPARE(trace.timeIn(GoroutineState::Running, g, {15_ms, 100_ms}),
                 trace.timeIn(GoroutineState::Running, g, trace.wholeRange()) -
                     trace.timeIn(GoroutineState::Running, g, {0, 15_ms}));
        QVERIFY(trace.timeIn(GoroutineState::Running, g, {0, 15_ms}) > 0);
    }
    void timesByStateAddUpToLifetimesInEveryRangeOfEveryRecording() {
        for (const auto& recorded : smallRecordings()) {
            const auto& facts = recorded.facts;
            const Time d = facts->trace->duration;
            for (const TimeRange range : {TimeRange{0, d}, TimeRange{d / 3, d / 2}, TimeRange{d / 2, d / 2 + 1}}) {
                const StateTimes times = stateTimesOf(*facts, everyone(*facts), range);
                Time sum = 0;
                for (const StateTime& state : times.states)
                    sum += state.total;
                Time lives = 0;
                for (const GoroutineIndex g : everyone(*facts))
                    lives += facts->trace->lifetime(g).clippedTo(range).length();
                QVERIFY2(sum == lives && times.lifetime == lives, recorded.file.c_str());
            }
        }
    }

    void everyStateHasItsMedianBetweenShortestAndLongest() {
        const auto facts = scene();
        const GoroutineIndex g = facts->trace->findGoroutine(5);
        const StateTimes times = stateTimesOf(*facts, std::span(&g, 1), facts->trace->wholeRange());
        const auto lock =
            std::ranges::find(times.states, Activeness{GoroutineState::Waiting, Primitive::Mutex}, &StateTime::what);
        QVERIFY(lock != times.states.end());
        QCOMPARE(lock->shortest, 5_ms);
        QCOMPARE(lock->median, 5_ms); // of two the lower one
        QCOMPARE(lock->longest, 40_ms);
        QCOMPARE(lock->average(), lock->total / 2);
        for (const StateTime& state : times.states)
            QVERIFY(state.shortest <= state.median && state.median <= state.longest);
    }

    void theLongestWaitIsTheOneWithMostTimeInTheRange() {
        const auto facts = scene();
        const Trace& trace = *facts->trace;
        const GoroutineIndex g = trace.findGoroutine(5);
        QCOMPARE(trace.spans.range(longestWaitOf(*facts, std::span(&g, 1), trace.wholeRange())).length(), 40_ms);
        // The end of the long one is shorter than the short one.
        QCOMPARE(trace.spans.range(longestWaitOf(*facts, std::span(&g, 1), {58_ms, 100_ms})).length(), 5_ms);
        QVERIFY(!longestWaitOf(*facts, std::span(&g, 1), {12_ms, 13_ms}).known());
    }

    void idleProcessorsAreNamedWithTheirTime() {
        Story story;
        story.g(1).runs(10_ms, 0);
        story.g(2).runs(2_ms, 1);
        story.processorIsIdle(1, {4_ms, 9_ms});
        const auto trace = story.told(10_ms);
        const auto idle = idleProcessors(*trace, {3_ms, 6_ms});
        QCOMPARE(idle.size(), std::size_t{1});
        QCOMPARE(trace->processors[idle[0].processor.value].id, 1);
        QCOMPARE(idle[0].idle, 2_ms);
        QVERIFY(idleProcessors(*trace, {0, 4_ms}).empty());
    }

    void livesAddUpAndAreChosenByTheirLength() {
        const auto facts = scene();
        const auto all = everyone(*facts);
        const TimeRange whole = facts->trace->wholeRange();
        const Lives lives = livesOf(*facts, all, whole);
        QCOMPARE(lives.lives.size(), all.size());
        QCOMPARE(std::accumulate(lives.lengths.counts.begin(), lives.lengths.counts.end(), std::uint64_t{0}),
                 static_cast<std::uint64_t>(all.size()));
        for (const Life& life : lives.lives) {
            QCOMPARE(life.length, facts->trace->lifetime(life.goroutine).length());
            QCOMPARE(std::accumulate(life.spent.times.begin(), life.spent.times.end(), Time{0}), life.length);
        }
        const Lives longOnes = livesOf(*facts, all, whole, {100_ms, INT64_MAX});
        QCOMPARE(longOnes.lives.size(), std::size_t{1});
        QCOMPARE(longOnes.lengths.counts, lives.lengths.counts);    // whatever is listed
        QVERIFY(livesOf(*facts, all, {0, 5_ms}).lives.size() == 1); // the other one is not born
    }

    void tasksAndRegionsAreListedByNameAndLength() {
        Story story;
        for (std::uint64_t task = 1; task <= 4; ++task)
            story.g(static_cast<std::int64_t>(task))
                .existed()
                .runs(1_ms)
                .beginsTask(task, task == 4 ? "report" : "request")
                .beginsRegion("answer")
                .waitsOn("sync", lockStack, static_cast<Time>(task) * 2_ms)
                .wokenBy(9)
                .runs(1_ms)
                .endsRegion("answer")
                .endsTask(task)
                .runs(1_ms);
        story.g(9).existed().runs(30_ms);
        const auto facts = computeFacts(story.told(30_ms));
        const TimeRange whole = facts->trace->wholeRange();
        const Works all = worksOf(*facts, whole, {});
        QCOMPARE(all.works.size(), std::size_t{4});
        QCOMPARE(all.works[2].spent[GoroutineState::Waiting], 6_ms);
        QCOMPARE(all.works[2].spent[GoroutineState::Running], 1_ms);
        QCOMPARE(all.works[2].length, workAt(*facts->trace, WorkKind::Task, all.works[2].place).range.length());
        QCOMPARE(worksOf(*facts, whole, {.name = "REQ"}).works.size(), std::size_t{3});
        const Works slow = worksOf(*facts, whole, {.name = "req", .lengths = {5_ms, INT64_MAX}});
        QCOMPARE(slow.works.size(), std::size_t{2});
        QCOMPARE(std::accumulate(slow.lengths.counts.begin(), slow.lengths.counts.end(), std::uint64_t{0}),
                 std::uint64_t{3}); // of all that match
        const Works regions = worksOf(*facts, whole, {.kind = WorkKind::Region});
        QCOMPARE(regions.works.size(), std::size_t{4});
        QCOMPARE(worksOf(*facts, {20_ms, 30_ms}, {}).works.size(), std::size_t{0});
    }

    void stacksAlongTimeAreThoseOfWaitsAndSamplesOnly() {
        const auto facts = scene();
        const Trace& trace = *facts->trace;
        const GoroutineIndex g = trace.findGoroutine(5);
        const auto runs = stackRunsOf(*facts, g, trace.wholeRange(), 1);
        QCOMPARE(runs.size(), std::size_t{2}); // where it ran, and while it was ready, nothing is known
        for (const StackRun& run : runs) {
            QCOMPARE(trace.spans.range(trace.spanAt(g, run.range.begin)), run.range);
            QVERIFY(!run.sampled);
        }
        QCOMPARE(deepestStackOf(*facts, g, 24), lockStack.size());
        Story story;
        story.g(1).existed().runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.main", "runtime.main"},
                                                1_ms);
        const auto first = computeFacts(story.told(10_ms));
        QCOMPARE(stackRunsOf(*first, {0}, {0, 10_ms}, 1).front().frames, std::size_t{2}); // the runtime's is not shown
        QCOMPARE(deepestStackOf(*facts, g, 2), std::size_t{2});
        QCOMPARE(stackRunsOf(*facts, g, trace.wholeRange(), 100_ms).size(),
                 std::size_t{1}); // one step: one run at most
    }

    void whatAProcessorRanAndItsIdleTimeAddUpToTheRange() {
        for (const auto& recorded : smallRecordings()) {
            const auto& facts = recorded.facts;
            const Time d = facts->trace->duration;
            for (std::uint32_t p = 0; p < facts->trace->processors.size(); ++p)
                for (const TimeRange range : {TimeRange{0, d}, TimeRange{d / 3, d / 2}}) {
                    const ProcessorTimes times = processorTimesOf(*facts->trace, {p}, range, 3);
                    Time sum = 0;
                    for (const FunctionRuns& runs : times.functions)
                        sum += runs.total;
                    QCOMPARE(sum, times.busy);
                    QCOMPARE(times.busy + times.idle, range.length());
                    QVERIFY2(times.idle >= 0, recorded.file.c_str());
                    QVERIFY(times.longest.size() <= 3);
                    QVERIFY(std::ranges::is_sorted(times.longest, std::ranges::greater{}, &LongWait::length));
                }
        }
    }

    void whatThreadsRanIsWhatProcessorsRan() {
        std::size_t seen = 0;
        for (const auto& recorded : smallRecordings()) {
            const auto& facts = recorded.facts;
            const Trace& trace = *facts->trace;
            Time byThreads = 0, held = 0;
            std::size_t events = 0;
            for (std::uint32_t m = 0; m < trace.threads.size(); ++m) {
                const auto runs = facts->notes.runs({m});
                const ProcessorTimes times = threadTimesOf(trace, runs, trace.wholeRange());
                QCOMPARE(times.busy + times.idle, trace.duration);
                byThreads += times.busy;
                for (const ThreadRun& run : runs)
                    held += run.range.length();
                const std::vector<Event> all = eventsOn(*facts, runs, trace.wholeRange());
                QVERIFY(std::ranges::is_sorted(all, {}, [&](const Event& event) { return timeOf(*facts, event); }));
                events += all.size();
            }
            Time byProcessors = 0;
            for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
                byProcessors += processorTimesOf(trace, {p}, trace.wholeRange()).busy;
            // Which thread held a processor is not always known: of the others nothing is counted twice.
            QVERIFY2(byThreads <= byProcessors && byThreads <= held, recorded.file.c_str());
            if (byThreads == byProcessors && events > 0)
                ++seen;
        }
        QVERIFY(seen > 0);
    }

    void theEventsOfAProcessorAreItsRunsAndWhyTheyEnded() {
        std::size_t seen = 0;
        for (const auto& recorded : smallRecordings()) {
            const auto& facts = recorded.facts;
            const Trace& trace = *facts->trace;
            const Time d = trace.duration;
            for (std::uint32_t p = 0; p < trace.processors.size(); ++p) {
                const std::vector<Event> all = eventsOn(*facts, {p}, trace.wholeRange());
                std::size_t begins = 0;
                Time before = 0;
                for (const Event& event : all) {
                    QVERIFY2(timeOf(*facts, event) >= before, recorded.file.c_str());
                    before = timeOf(*facts, event);
                    const bool isRun = trace.spans.state({event.place}) == GoroutineState::Running;
                    if (isRun && trace.spans.proc({event.place}) == ProcIndex{p})
                        ++begins;
                }
                QCOMPARE(begins, trace.processors[p].runs.size());
                seen += begins;
                // Adjacent ranges hold each event once.
                const std::size_t first = eventsOn(*facts, {p}, {0, d / 3}).size();
                const std::size_t second = eventsOn(*facts, {p}, {d / 3, d}).size();
                QCOMPARE(first + second, all.size());
                const auto runs = eventsOn(*facts, {p}, trace.wholeRange(), bitOf(EventKind::Run));
                QVERIFY(runs.size() <= trace.processors[p].runs.size());
            }
        }
        QVERIFY(seen > 0);
    }

    void whileASystemCallHoldsAProcessorNothingElseRunsThere() {
        std::size_t seen = 0;
        for (const auto& recorded : smallRecordings()) {
            const auto& facts = recorded.facts;
            const Trace& trace = *facts->trace;
            for (std::uint32_t s = 0; s < trace.spans.size(); ++s) {
                const auto held = processorHeldBy(trace, {s});
                if (!held)
                    continue;
                ++seen;
                const TimeRange call = trace.spans.range({s});
                QVERIFY2(held->held.begin == call.begin && held->held.end <= call.end, recorded.file.c_str());
                const SpanIndex run = runAt(trace, held->processor, held->held.begin, held->held.end);
                QVERIFY2(!run.known() || trace.spans.start(run) < held->held.begin, recorded.file.c_str());
            }
        }
        QVERIFY(seen > 0);
    }

    void statesTransitionsAndLongestWaitsAreThoseOfTheStory() {
        const auto facts = scene();
        const GoroutineIndex g = facts->trace->findGoroutine(5);
        const StateTimes times = stateTimesOf(*facts, std::span(&g, 1), facts->trace->wholeRange());
        QCOMPARE(times.goroutines, std::size_t{1});
        QCOMPARE(times.created, std::size_t{1});
        QCOMPARE(times.ended, std::size_t{1});
        QCOMPARE(times.states.front().what.primitive, Primitive::Mutex);
        QCOMPARE(times.states.front().total, 45_ms);
        QCOMPARE(times.states.front().count, std::uint64_t{2});
        QCOMPARE(times.states.front().longest, 40_ms);
        QCOMPARE(times.longest.front().length, 40_ms);
        QCOMPARE(times.longest.size(), std::size_t{2});
        const auto toMutex = std::ranges::find_if(times.transitions, [](const Transition& step) {
            return step.from.state == GoroutineState::Running && step.to.primitive == Primitive::Mutex;
        });
        QVERIFY(toMutex != times.transitions.end());
        QCOMPARE(toMutex->count, std::uint64_t{2});
        QVERIFY(std::ranges::any_of(times.transitions,
                                    [](const Transition& step) { return step.to.state == GoroutineState::Ended; }));
    }

    void onlyWhatLiesInTheRangeCounts() {
        const auto facts = scene();
        const GoroutineIndex g = facts->trace->findGoroutine(5);
        const StateTimes times = stateTimesOf(*facts, std::span(&g, 1), {30_ms, 40_ms});
        QCOMPARE(times.states.size(), std::size_t{1});
        QCOMPARE(times.states.front().total, 10_ms);
        QCOMPARE(times.states.front().longest, 40_ms); // whole
        QVERIFY(times.transitions.empty());
        QCOMPARE(times.created + times.ended, std::size_t{0});
    }

    void eventsAreBordersOfSpansInOrder() {
        const auto facts = scene();
        const GoroutineIndex g = facts->trace->findGoroutine(5);
        const auto events = eventsOf(*facts, std::span(&g, 1), facts->trace->wholeRange());
        std::vector<EventKind> kinds;
        for (const Event& event : events)
            kinds.push_back(event.kind);
        using enum EventKind;
        QVERIFY((kinds == std::vector{Create, Run, Block, Unblock, Run, Block, Unblock, Run, End}));
        QCOMPARE(linkOf(*facts, events[3]), std::string("by goroutine 1 · function not recorded"));
        QCOMPARE(linkOf(*facts, events[0]), std::string("by goroutine 1 · function not recorded"));
        QVERIFY(stackOf(*facts, events[2]).known());
        QVERIFY(detailOf(*facts, events[2]).starts_with("mutex at main.go:11"));
    }

    void eventsOfARecordingAreSortedFilteredAndComplete() {
        const auto facts = computeFacts(loadTrace(bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), "small").trace);
        const TimeRange whole = facts->trace->wholeRange();
        const auto all = eventsOf(*facts, everyone(*facts), whole);
        for (std::size_t i = 1; i < all.size(); ++i)
            QVERIFY(timeOf(*facts, all[i - 1]) <= timeOf(*facts, all[i]));
        const auto count = [&](EventKind kind) { return std::ranges::count(all, kind, &Event::kind); };
        QCOMPARE(count(EventKind::Create), 17);
        QCOMPARE(count(EventKind::Appear), 7);
        QCOMPARE(count(EventKind::End), 3);
        QCOMPARE(count(EventKind::Log), 2);
        QCOMPARE(count(EventKind::RegionBegin), 2);
        const auto logs = eventsOf(*facts, everyone(*facts), whole, bitOf(EventKind::Log));
        QCOMPARE(logs.size(), std::size_t{2});
        QVERIFY(detailOf(*facts, logs.front()).starts_with("cache"));
        QCOMPARE(facts->trace->function(goroutineOf(*facts, logs.front())), std::string_view("main.handleRequest"));
    }

    void theHistogramCountsEveryWaitOnceInTheBinOfItsLength() {
        const auto facts = scene();
        const StateTimes times = stateTimesOf(*facts, everyone(*facts), facts->trace->wholeRange());
        QCOMPARE(std::accumulate(times.lengths.counts.begin(), times.lengths.counts.end(), std::uint64_t{0}), 2U);
        for (const Time length : {5_ms, 40_ms}) {
            const int bin = LengthHistogram::binOf(length);
            QCOMPARE(times.lengths.counts[static_cast<std::size_t>(bin)], std::uint64_t{1});
            QVERIFY(LengthHistogram::beginOf(bin) <= length && length < LengthHistogram::beginOf(bin + 1));
        }
        for (const Time length : {Time{0}, Time{1}, Time{9}, Time{10}, 999_ns, 1_us, INT64_MAX - 1}) {
            const int bin = LengthHistogram::binOf(length);
            QVERIFY(bin == 0 || LengthHistogram::beginOf(bin) <= length);
            QVERIFY(length < LengthHistogram::beginOf(bin + 1));
        }
    }

    void onlyWaitsOfTheChosenLengthsAreListed() {
        const auto facts = scene();
        const StateTimes times =
            stateTimesOf(*facts, everyone(*facts), facts->trace->wholeRange(), {.most = 10, .lengths = {1_ms, 10_ms}});
        QCOMPARE(times.longest.size(), std::size_t{1});
        QCOMPARE(times.longest.front().length, 5_ms);
    }

    void aFlameHasAllTheTimeAndEveryBarWhatItsCalleesHave_data() {
        QTest::addColumn<bool>("fromLeaf");
        QTest::newRow("from the root") << false;
        QTest::newRow("from the leaf") << true;
    }
    void aFlameHasAllTheTimeAndEveryBarWhatItsCalleesHave() {
        QFETCH(bool, fromLeaf);
        const auto facts = computeFacts(loadTrace(bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), "small").trace);
        const TimeRange whole = facts->trace->wholeRange();
        const FlameTree tree = flameOf(*facts, everyone(*facts), {.range = whole, .fromLeaf = fromLeaf});
        Time waited = 0;
        for (const StateTime& state : stateTimesOf(*facts, everyone(*facts), whole).states)
            if (state.what.state == GoroutineState::Waiting || state.what.state == GoroutineState::Syscall)
                waited += state.total;
        QCOMPARE(tree.total(), waited);
        for (const FlameNode& node : tree.nodes) {
            std::int64_t sum = node.self;
            for (std::uint32_t child = node.firstChild; child < node.firstChild + node.childCount; ++child)
                sum += tree.nodes[child].value;
            QCOMPARE(sum, node.value);
        }
    }

    void aFlameAroundAFunctionHasItsCallersAndCallees() {
        const auto facts = scene();
        const auto names = [&](const FlameTree& tree) {
            QStringList list;
            for (const FlameNode& node : tree.nodes)
                list << QString::fromStdString(std::string(facts->trace->text(node.function)));
            return list;
        };
        FlameQuestion question{.range = facts->trace->wholeRange(), .around = "main.get"};
        const FlameTree callees = flameOf(*facts, everyone(*facts), question);
        QCOMPARE(names(callees), (QStringList{"", "main.get", "sync.(*Mutex).Lock"}));
        QCOMPARE(callees.total(), 45_ms);
        question.fromLeaf = true;
        QCOMPARE(names(flameOf(*facts, everyone(*facts), question)), (QStringList{"", "main.get", "main.handler"}));
        question.around = "main.nothing";
        QCOMPARE(flameOf(*facts, everyone(*facts), question).total(), 0);
    }

    void aFlameOfOnePrimitiveHoldsNoOther() {
        const auto facts = scene();
        FlameQuestion question{.range = facts->trace->wholeRange(), .primitive = Primitive::Mutex};
        QCOMPARE(flameOf(*facts, everyone(*facts), question).total(), 45_ms);
        question.primitive = Primitive::Select;
        QCOMPARE(flameOf(*facts, everyone(*facts), question).total(), 0);
    }

    void aWaitIsFollowedBackFromTheSpansBehindIt() {
        const auto facts = scene();
        const Trace& trace = *facts->trace;
        const GoroutineIndex g = trace.findGoroutine(5);
        const SpanIndex last = trace.lastSpan(g); // it runs
        const SpanIndex wait = lastEndedWait(trace, g, last);
        QCOMPARE(trace.spans.range(wait).length(), 5_ms);
        QCOMPARE(endedWaitOf(trace, g, wait).value, wait.value);
        QCOMPARE(endedWaitOf(trace, g, {wait.value + 1}).value, wait.value); // ready because of that
        QVERIFY(!endedWaitOf(trace, g, last).known());
        QVERIFY(!lastEndedWait(trace, g, trace.firstSpan(g)).known());
    }
};

QTEST_GUILESS_MAIN(TestInspect)
#include "tst_inspect.moc"
