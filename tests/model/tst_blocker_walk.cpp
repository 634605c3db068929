// SPDX-License-Identifier: GPL-3.0-or-later
// Does the blocker walk find what went on while goroutines waited, and does it account for every nanosecond of it?
#include "model/waits/blocker_walk.h"
#include "model/waits/root_causes.h"
#include "model/waits/wait_table.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

#include <map>
#include <random>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText lockInGet{"sync.(*Mutex).Lock", "main.get"};
const StackText unlockInGet{"sync.(*Mutex).Unlock", "main.get"};
const StackText sleepInGet{"time.Sleep", "main.get"};
const StackText receive{"runtime.chanrecv1", "main.take"};
const StackText selectInRead{"runtime.selectgo", "main.read"};
const StackText networkRead{"internal/poll.(*FD).Read", "net.(*conn).Read", "main.fetch"};
const StackText fileRead{"syscall.Read", "os.(*File).Read", "main.load"};

std::vector<SpanIndex> waitsOf(const Trace& trace, std::int64_t id) {
    std::vector<SpanIndex> waits;
    const SpanRange own = trace.goroutines.spans(trace.findGoroutine(id));
    for (std::uint32_t s = own.begin; s < own.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Waiting)
            waits.push_back({s});
    return waits;
}

/// "running main.get" -> ns.
using Answer = std::map<std::string, Time>;

std::string placeOf(const Trace& trace, BlockerState state, FrameId site) {
    return std::string(nameOf(state)) + " " + std::string(trace.text(trace.frame(site).function));
}

Answer answerOf(const Trace& trace, const BlockerTimes& times) {
    Answer answer;
    for (const BlockerTime& part : times.parts)
        answer[placeOf(trace, part.state, part.site)] += part.time;
    return answer;
}

Answer whileWaiting(const std::shared_ptr<const Trace>& trace, std::int64_t id) {
    const auto facts = computeFacts(trace);
    BlockerWalk walk(*facts);
    return answerOf(*trace, walk.timesOf(waitsOf(*trace, id), trace->wholeRange()));
}

void compareAnswers(const Answer& actual, const Answer& expected) {
    for (const auto& [place, time] : expected)
        QVERIFY2(actual.contains(place), place.c_str());
    for (const auto& [place, time] : actual) {
        QVERIFY2(expected.contains(place), (place + " " + std::to_string(time)).c_str());
        QCOMPARE(time, expected.at(place));
    }
}

// The walk as analysis.md tells it, a step at a time through plain scans, without a tree.
Answer walkedByHand(const TraceFacts& facts, SpanIndex wait, TimeRange within) {
    const Trace& trace = *facts.trace;
    const Spans& spans = trace.spans;
    const TimeRange window = spans.range(wait).clippedTo(within);
    Answer answer;
    const auto charge = [&](BlockerState state, FrameId site, Time begin, Time end) {
        const Time length = TimeRange{begin, end}.clippedTo(window).length();
        if (length > 0)
            answer[placeOf(trace, state, site)] += length;
    };
    const auto siteOr = [&](StackId stack, GoroutineIndex g) {
        const FrameId site = facts.waits.siteOf(stack);
        return site.known() ? site : trace.goroutines.entry(g);
    };
    const auto stateOfWait = [&](std::uint32_t s) {
        const WaitClass& what = facts.waits.of(trace, {s});
        if (what.primitive == Primitive::Syscall)
            return BlockerState::Syscall;
        if (what.primitive == Primitive::Sleep)
            return BlockerState::Sleep;
        if (spans.state({s + 1}) == GoroutineState::Runnable && spans.waker({s + 1}).isRuntime()) {
            if (what.primitive == Primitive::Network)
                return BlockerState::Network;
            if (what.primitive == Primitive::Select || what.primitive == Primitive::ChanReceive)
                return BlockerState::Timer;
        }
        return BlockerState::Waiting;
    };
    const auto wokenByAnother = [&](std::uint32_t s) {
        return spans.state({s}) == GoroutineState::Waiting && spans.state({s + 1}) == GoroutineState::Runnable &&
               spans.waker({s + 1}).isGoroutine();
    };
    if (!wokenByAnother(wait.value)) {
        charge(stateOfWait(wait.value), facts.waits.of(trace, wait).site, window.begin, window.end);
        return answer;
    }
    Time t = spans.end(wait);
    GoroutineIndex x = spans.waker({wait.value + 1}).goroutine();
    StackId stackAtEnd = spans.stack({wait.value + 1});
    while (t > spans.start(wait)) {
        const SpanRange own = trace.goroutines.spans(x);
        std::uint32_t q = own.end;
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (spans.start({s}) < t)
                q = s;
        if (q == own.end) {
            charge(BlockerState::NotBorn, siteOr(trace.creationStack(x), x), 0, t);
            break;
        }
        // At this instant the goroutine may pass through spans of no length on its way back.
        while (true) {
            const Time begin = spans.start({q});
            switch (spans.state({q})) {
            case GoroutineState::Running:
                charge(BlockerState::Running, siteOr(stackAtEnd, x), begin, t);
                break;
            case GoroutineState::Runnable: {
                StackId stack;
                if (q > own.begin) {
                    const auto before = spans.state({q - 1});
                    stack = before == GoroutineState::Waiting || before == GoroutineState::Syscall
                                ? spans.stack({q - 1})
                                : spans.stack({q});
                }
                charge(BlockerState::Runnable, siteOr(stack, x), begin, t);
                break;
            }
            case GoroutineState::Waiting:
            case GoroutineState::Syscall:
                charge(stateOfWait(q), siteOr(spans.stack({q}), x), begin, t);
                break;
            default:
                charge(BlockerState::Unknown, trace.goroutines.entry(x), begin, t);
                break;
            }
            t = begin;
            if (t <= spans.start(wait))
                return answer;
            if (q == own.begin) {
                charge(BlockerState::NotBorn, siteOr(trace.creationStack(x), x), 0, t);
                return answer;
            }
            if (wokenByAnother(q - 1)) {
                stackAtEnd = spans.stack({q});
                x = spans.waker({q}).goroutine();
                break;
            }
            stackAtEnd = spans.stack({q});
            --q;
        }
    }
    return answer;
}

// Goroutines that run, sleep, call and wait at random, woken by any of the others, whatever those do at that time.
std::shared_ptr<const Trace> randomTrace(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto upTo = [&](unsigned n) { return static_cast<Time>(random() % n); };
    Story story;
    const std::int64_t goroutines = 2 + upTo(7);
    for (std::int64_t id = 1; id <= goroutines; ++id) {
        auto& g = story.g(id);
        if (upTo(3) == 0)
            g.existed();
        else
            g.bornAt(upTo(5'000) * 1_us);
        Time left = 25'000_us;
        for (std::int64_t step = upTo(30); step > 0 && left > 0; --step) {
            const Time length = upTo(900) * 1_us + 1_us;
            left -= length;
            switch (upTo(7)) {
            case 0:
                g.inSyscall(fileRead, length);
                g.runs(1_us);
                break;
            case 1:
                g.waitsOn("sleep", sleepInGet, length).wokenByRuntime();
                break;
            case 2:
                g.waitsOn("network", networkRead, length).wokenByRuntime();
                break;
            case 3:
                g.waitsOn("select", selectInRead, length).wokenByRuntime();
                break;
            case 4:
            case 5:
                g.waitsOn(upTo(2) == 0 ? "sync" : "chan receive", upTo(2) == 0 ? lockInGet : receive, length)
                    .wokenBy(1 + upTo(static_cast<unsigned>(goroutines)),
                             upTo(2) == 0 ? unlockInGet : StackText{"main.wake"});
                break;
            default:
                g.runs(length);
            }
        }
        g.runs(1_us);
        if (upTo(3) == 0)
            g.ends();
    }
    return story.told(40_ms);
}

double percentAt(const Trace& trace, const RootCauses& causes, std::initializer_list<BlockerState> states,
                 std::string_view function) {
    double percent = 0;
    for (const RootCause& cause : causes.causes)
        if (std::ranges::find(states, cause.state) != states.end() &&
            trace.text(trace.frame(cause.site).function) == function)
            percent += causes.percent(cause).value_or(0);
    return percent;
}

void addVersionsOf(const char* scenario) {
    QTest::addColumn<QString>("path");
    bool isThere = false;
    for (const std::string& path : recordings())
        if (path.ends_with(std::string("/") + scenario + ".trace.zst")) {
            QTest::newRow(path.substr(path.find("go1.")).c_str()) << QString::fromStdString(path);
            isThere = true;
        }
    if (!isThere)
        QSKIP("the recorded traces are not beside this checkout");
}

std::shared_ptr<const TraceFacts> factsOf(const std::string& path) {
    const LoadResult loaded = loadTrace(path);
    return loaded.trace ? computeFacts(loaded.trace) : nullptr;
}

} // namespace

class BlockerWalkTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aLockIsHeldByWhoeverSleepsUnderIt();
    void aWakerThatWasWokenLeadsFurther();
    void aReadyGoroutineWithoutAProcessorIsNamed();
    void aGoroutineThatStartedLaterCannotBeBlamedForBefore();
    void aTimerOrTheNetworkIsItsOwnAnswer();
    void onlyTimeInsideTheRangeCounts();
    void stepsTellTheWalkOfOneWaitLatestFirst();
    void randomWalksAreThoseOfTheBook_data();
    void randomWalksAreThoseOfTheBook();
    void sumsByWeightsAreSumsByWalks();
    void partsOfARowAddUpToItsFinishedTime_data();
    void partsOfARowAddUpToItsFinishedTime();
    void theSlowCallUnderTheMutexIsTheRoot_data();
    void theSlowCallUnderTheMutexIsTheRoot();
    void theWaitUnderTheReadLockIsTheRoot_data();
    void theWaitUnderTheReadLockIsTheRoot();
    void aGoroutineBehindTheLockIsACandidateHolder();
    void aWaiterIsNoCandidateHolder();
};

// 2 sleeps 8 ms under the lock, 1 waits for it 6 ms of that.
void BlockerWalkTest::aLockIsHeldByWhoeverSleepsUnderIt() {
    Story story;
    story.g(2).runs(1_ms).waitsOn("sleep", sleepInGet, 8_ms).wokenByRuntime().runs(1_ms).ends();
    story.g(1).runs(2_ms).waitsOn("sync", lockInGet, 8_ms - 500_us).wokenBy(2, unlockInGet).runs(1_ms).ends();
    const auto trace = story.told(20_ms);
    const Answer answer = whileWaiting(trace, 1);
    QCOMPARE(answer.at("sleep main.get"), 7_ms);
    Time sum = 0;
    for (const auto& [place, time] : answer)
        sum += time;
    QCOMPARE(sum, 8_ms - 500_us);
}

// 1 waits for 2, which waits for 3, which is in a system call: the system call is to blame.
void BlockerWalkTest::aWakerThatWasWokenLeadsFurther() {
    Story story;
    story.g(3).runs(1_ms).inSyscall(fileRead, 8_ms).runs(2_ms).ends();
    story.g(2).runs(1_ms).waitsOn("chan receive", receive, 9_ms).wokenBy(3).runs(2_ms).ends();
    story.g(1).runs(1_ms).waitsOn("sync", lockInGet, 10_ms).wokenBy(2, unlockInGet).runs(1_ms).ends();
    compareAnswers(whileWaiting(story.told(20_ms), 1), {{"syscall main.load", 8_ms},
                                                        {"running main.wake", 1_ms},
                                                        {"runnable main.take", 1_us},
                                                        {"running main.get", 1_ms - 1_us}});
}

void BlockerWalkTest::aReadyGoroutineWithoutAProcessorIsNamed() {
    Story story;
    story.g(2).isRunnable(5_ms).runs(3_ms).ends();
    story.g(1).existed().waitsOn("sync", lockInGet, 7_ms).wokenBy(2, unlockInGet).runs(1_ms).ends();
    compareAnswers(whileWaiting(story.told(20_ms), 1), {{"runnable main.work", 5_ms}, {"running main.get", 2_ms}});
}

void BlockerWalkTest::aGoroutineThatStartedLaterCannotBeBlamedForBefore() {
    Story story;
    story.g(2).bornAt(6_ms).createdBy(9, {"main.start"}).runs(3_ms).ends();
    story.g(1).runs(1_ms).waitsOn("chan receive", receive, 7_ms).wokenBy(2).runs(1_ms).ends();
    story.g(9).existed().runs(20_ms);
    const Answer answer = whileWaiting(story.told(20_ms), 1);
    QCOMPARE(answer.at("not started main.start"), 5_ms);
}

void BlockerWalkTest::aTimerOrTheNetworkIsItsOwnAnswer() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("select", selectInRead, 4_ms).wokenByRuntime().runs(1_ms);
    story.g(1).waitsOn("network", networkRead, 3_ms).wokenByRuntime().runs(1_ms).ends();
    compareAnswers(whileWaiting(story.told(20_ms), 1), {{"timer main.read", 4_ms}, {"network main.fetch", 3_ms}});
}

void BlockerWalkTest::onlyTimeInsideTheRangeCounts() {
    Story story;
    story.g(2).runs(1_ms).waitsOn("sleep", sleepInGet, 8_ms).wokenByRuntime().runs(2_ms).ends();
    story.g(1).existed().waitsOn("sync", lockInGet, 10_ms).wokenBy(2, unlockInGet).runs(1_ms).ends();
    const auto trace = story.told(20_ms);
    const auto facts = computeFacts(trace);
    BlockerWalk walk(*facts);
    compareAnswers(answerOf(*trace, walk.timesOf(waitsOf(*trace, 1), {2_ms, 5_ms})), {{"sleep main.get", 3_ms}});
}

void BlockerWalkTest::stepsTellTheWalkOfOneWaitLatestFirst() {
    Story story;
    story.g(3).runs(1_ms).inSyscall(fileRead, 8_ms).runs(2_ms).ends();
    story.g(2).runs(1_ms).waitsOn("chan receive", receive, 9_ms).wokenBy(3).runs(2_ms).ends();
    story.g(1).runs(1_ms).waitsOn("sync", lockInGet, 10_ms).wokenBy(2, unlockInGet).runs(1_ms).ends();
    const auto trace = story.told(20_ms);
    const auto facts = computeFacts(trace);
    BlockerWalk walk(*facts);
    const auto steps = walk.stepsOf(waitsOf(*trace, 1).front());
    QCOMPARE(steps.size(), 4U);
    QCOMPARE(trace->goroutines.id(steps[0].goroutine), 2);
    QCOMPARE(steps[0].state, BlockerState::Running);
    QCOMPARE(trace->goroutines.id(steps[0].woke), 1);
    QCOMPARE(steps[1].state, BlockerState::Runnable);
    QVERIFY(!steps[1].woke.known());
    QCOMPARE(trace->goroutines.id(steps[2].woke), 2);
    QCOMPARE(steps[3].state, BlockerState::Syscall);
    Time end = 11_ms;
    for (const BlockerStep& step : steps) {
        QCOMPARE(step.part.end, end);
        end = step.part.begin;
    }
    QCOMPARE(end, 1_ms);
}

void BlockerWalkTest::randomWalksAreThoseOfTheBook_data() {
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 60; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void BlockerWalkTest::randomWalksAreThoseOfTheBook() {
    QFETCH(unsigned, seed);
    const auto trace = randomTrace(seed);
    const auto facts = computeFacts(trace);
    BlockerWalk walk(*facts);
    std::mt19937 random(seed);
    for (std::uint32_t g = 0; g < trace->goroutines.size(); ++g) {
        for (const SpanIndex wait : waitsOf(*trace, trace->goroutines.id({g}))) {
            if (trace->isOpen({g}, wait))
                continue;
            const Time from = static_cast<Time>(random() % 20'000'000);
            for (const TimeRange within : {trace->wholeRange(), TimeRange{from, from + 10_ms}})
                compareAnswers(answerOf(*trace, walk.timesOf(std::array{wait}, within)),
                               walkedByHand(*facts, wait, within));
        }
    }
}

// A thousand waits share long ways, so that they are added up by weights; one by one they are walked.
void BlockerWalkTest::sumsByWeightsAreSumsByWalks() {
    Story story;
    constexpr std::int64_t queue = 300;
    for (std::int64_t id = 1; id <= queue; ++id) // each waits for the one before it and then holds for 10 us
        story.g(id)
            .bornAt(id * 1_us)
            .waitsOn("sync", lockInGet, id * 20_us)
            .wokenBy(id == 1 ? 1000 : id - 1, unlockInGet)
            .waitsOn("sleep", sleepInGet, 10_us)
            .wokenByRuntime()
            .runs(7_us)
            .ends();
    story.g(1000).existed().runs(20_ms);
    const auto trace = story.told(20_ms);
    const auto facts = computeFacts(trace);
    std::vector<SpanIndex> all;
    Answer expected;
    BlockerWalk one(*facts);
    for (std::int64_t id = 1; id <= queue; ++id) {
        const SpanIndex wait = waitsOf(*trace, id).front();
        all.push_back(wait);
        for (const auto& [place, time] : answerOf(*trace, one.timesOf(std::array{wait}, {1_ms, 5_ms})))
            expected[place] += time;
    }
    BlockerWalk together(*facts);
    compareAnswers(answerOf(*trace, together.timesOf(all, {1_ms, 5_ms})), expected);
    compareAnswers(answerOf(*trace, together.timesOf(all, {1_ms, 5_ms})), expected); // nothing is left from before
}

void BlockerWalkTest::partsOfARowAddUpToItsFinishedTime_data() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

void BlockerWalkTest::partsOfARowAddUpToItsFinishedTime() {
    QFETCH(QString, path);
    const auto facts = factsOf(path.toStdString());
    if (!facts)
        QSKIP("Nothing readable in it.");
    const Trace& trace = *facts->trace;
    const Time third = trace.duration / 3;
    for (const TimeRange range : {trace.wholeRange(), TimeRange{third, 2 * third}}) {
        const WaitTable table = computeWaitTable(
            *facts, {.range = range, .runtimeGoroutines = true, .distributions = false, .rootCauses = true});
        for (const WaitRow& row : table.rows) {
            QVERIFY(row.rootCauses);
            Time sum = 0;
            for (const RootCause& cause : row.rootCauses->causes) {
                QVERIFY(cause.time > 0);
                sum += cause.time;
            }
            QCOMPARE(sum, row.rootCauses->time);
            QCOMPARE(row.rootCauses->waits, row.finished);
            if (row.rootCauses->sampled == row.rootCauses->waits)
                QCOMPARE(row.rootCauses->time, row.finishedTime);
        }
    }
}

void BlockerWalkTest::theSlowCallUnderTheMutexIsTheRoot_data() {
    addVersionsOf("lru-burst-mutex");
}

void BlockerWalkTest::theSlowCallUnderTheMutexIsTheRoot() {
    QFETCH(QString, path);
    const auto facts = factsOf(path.toStdString());
    const WaitTable table = computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .rootCauses = true});
    const WaitRow& row = table.rows.front();
    QCOMPARE(row.primitive, Primitive::Mutex);
    const RootCause& first = row.rootCauses->causes.front();
    QCOMPARE(facts->trace->text(facts->trace->frame(first.site).function), std::string_view("main.(*lruCache).Get"));
    QCOMPARE(first.state, BlockerState::Sleep);
    QVERIFY2(row.rootCauses->percent(first) >= 90.0,
             std::to_string(row.rootCauses->percent(first).value_or(0)).c_str());
}

void BlockerWalkTest::theWaitUnderTheReadLockIsTheRoot_data() {
    addVersionsOf("rlock-io-pileup");
}

void BlockerWalkTest::theWaitUnderTheReadLockIsTheRoot() {
    QFETCH(QString, path);
    const auto facts = factsOf(path.toStdString());
    const WaitTable table = computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .rootCauses = true});
    const auto row = std::ranges::find(table.rows, Primitive::RWMutexRead, &WaitRow::primitive);
    QVERIFY(row != table.rows.end());
    QVERIFY(percentAt(*facts->trace, *row->rootCauses,
                      {BlockerState::Timer, BlockerState::Sleep, BlockerState::Network}, "main.readSlowly") >= 90.0);
}

// Frames of a story's stack are at line 10 + their place, so a deeper caller is at a later line.
void BlockerWalkTest::aGoroutineBehindTheLockIsACandidateHolder() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    story.g(2).runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.ask", "main.get"}, 1_ms);
    const auto trace = story.told(20_ms);
    const auto facts = computeFacts(trace);
    const FrameId site = facts->waits.of(*trace, waitsOf(*trace, 1).front()).site;
    const auto holders = candidateHolders(*facts, Primitive::Mutex, site);
    QCOMPARE(holders.size(), 1U);
    QCOMPARE(trace->goroutines.id(holders[0].one), 2);
    QCOMPARE(holders[0].primitive, Primitive::ChanReceive);
    QCOMPARE(trace->frame(holders[0].frame).line, 12U);
}

void BlockerWalkTest::aWaiterIsNoCandidateHolder() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    story.g(2).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    const auto trace = story.told(20_ms);
    const auto facts = computeFacts(trace);
    const FrameId site = facts->waits.of(*trace, waitsOf(*trace, 1).front()).site;
    QVERIFY(candidateHolders(*facts, Primitive::Mutex, site).empty());
}

QTEST_APPLESS_MAIN(BlockerWalkTest)
#include "tst_blocker_walk.moc"
