// SPDX-License-Identifier: GPL-3.0-or-later
// Are waits counted as analysis.md section 2 says: open ones too, clipped to the range, the same sum in every grouping?
#include "model/report/waits_report.h"
#include "model/waits/wait_table.h"
#include "model/waits/waiting_goroutines.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

using Json = nlohmann::json;

const StackText lockInGet{"sync.(*Mutex).Lock", "main.get"};
const StackText receiveInServe{"runtime.chanrecv1", "io.read", "io.Read", "main.serve"};

WaitTable tableOf(const TraceFacts& facts, WaitGrouping by = WaitGrouping::Site) {
    return computeWaitTable(facts, {.range = facts.trace->wholeRange(), .by = by});
}

WaitTable tableOf(const TraceFacts& facts, TimeRange range, WaitGrouping by = WaitGrouping::Site) {
    return computeWaitTable(facts, {.range = range, .by = by});
}

struct Sums {
    std::uint64_t finished = 0;
    std::uint64_t open = 0;
    Time finishedTime = 0;
    Time openTime = 0;
    friend bool operator==(const Sums&, const Sums&) = default;
};

Sums sumsOf(const WaitTable& table) {
    Sums sums;
    for (const WaitRow& row : table.rows) {
        sums.finished += row.finished;
        sums.open += row.open;
        sums.finishedTime += row.finishedTime;
        sums.openTime += row.openTime;
    }
    return sums;
}

// Counted without any of the code under test.
Sums sumsOfSpans(const TraceFacts& facts, bool runtimeGoroutines) {
    const Trace& trace = *facts.trace;
    Sums sums;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (facts.waits.isRuntime({g}) && !runtimeGoroutines)
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const GoroutineState state = trace.spans.state({s});
            if (state != GoroutineState::Waiting && state != GoroutineState::Syscall)
                continue;
            const bool open = trace.isOpen({g}, {s});
            (open ? sums.open : sums.finished) += 1;
            (open ? sums.openTime : sums.finishedTime) += trace.spans.range({s}).length();
        }
    }
    return sums;
}

std::string functionOf(const Trace& trace, FrameId site) {
    return std::string(trace.text(trace.frame(site).function));
}

// Three wait 1, 2 and 3 ms for a lock that g(9) gives up; g(4) waits for it to the end; g(5) is served by no one.
Story lockStory() {
    Story story;
    for (std::int64_t id = 1; id <= 3; ++id)
        story.g(id)
            .runs(1_ms)
            .waitsOn("sync", lockInGet, id * 1_ms)
            .wokenBy(9, {"sync.(*Mutex).Unlock", "main.put"})
            .runs(1_ms)
            .ends();
    story.g(4).runs(2_ms).waitsOn("sync", lockInGet, 1_ms);
    story.g(5).existed().waitsOn("", {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.serve"}, 1_ms);
    story.g(6).runs(1_ms).waitsOn("chan receive", receiveInServe, 5_ms).wokenByRuntime().runs(1_ms).ends();
    story.g(9).entry("main.holder").runs(20_ms);
    return story;
}

} // namespace

class WaitTableTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aWaitOpenAtTheEndCountsToTheEnd();
    void rowsComeMostTimeFirst();
    void percentilesAreOfFinishedWaits();
    void aPeakIsTheMostAtOneTime();
    void wakersAreNamedByTheirLine();
    void timersAndTheNetworkAreWakersWithoutALine();
    void sharesAreOfTheProgramsGoroutineTime();
    void goroutinesOfTheRuntimeAreLeftOutUnlessAskedFor();
    void anotherLineIsAnotherSite();
    void twoPcsOfALineAreOneSite();
    void timeIsClippedToTheRangeAndLengthIsNot();
    void adjacentRangesAddUp();
    void theBlockedAtTheEndOfARangeAreCounted();
    void aWaitWithoutLengthBelongsToOneRange();
    void everyGroupingHasTheSameSums_data();
    void everyGroupingHasTheSameSums();
    void sumsOverRowsAreTheReferencesWaits_data();
    void sumsOverRowsAreTheReferencesWaits();
    void goroutinesOfARowComeOldestFirst();
    void aGoroutineIsStoodForByItsOpenOrLongestWait();
    void jsonHasTheKeysOfTheContract();
    void jsonIsUnknownNotZeroWhereNothingIsKnown();
    void csvHasOneValueAColumn_data();
    void csvHasOneValueAColumn();
    void recordedPrimitivesAreRecognised_data();
    void recordedPrimitivesAreRecognised();
};

void WaitTableTest::aWaitOpenAtTheEndCountsToTheEnd() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts);
    const WaitRow& lock = table.rows[1];
    QCOMPARE(lock.primitive, Primitive::Mutex);
    QCOMPARE(lock.open, 1U);
    QCOMPARE(lock.openTime, 18_ms);
    QCOMPARE(lock.oldestOpen, std::optional(18_ms));
    QCOMPARE(lock.finished, 3U);
    QCOMPARE(lock.finishedTime, 6_ms);
    QCOMPARE(lock.max, std::optional(3_ms));
    QCOMPARE(lock.longest(), 18_ms);
    QVERIFY(!lock.longestBeforeTrace);
    QCOMPARE(lock.goroutines, 4U);
    const WaitRow& receive = table.rows[0];
    QCOMPARE(receive.beforeTrace, 1U);
    QVERIFY(receive.longestBeforeTrace);
    QCOMPARE(receive.openTime, 20_ms);
}

void WaitTableTest::rowsComeMostTimeFirst() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts);
    QCOMPARE(table.rows.size(), 2U);
    QCOMPARE(functionOf(*facts->trace, table.rows[0].site), std::string("main.serve"));
    QCOMPARE(table.rows[0].total(), 25_ms);
    QCOMPARE(functionOf(*facts->trace, table.rows[1].site), std::string("main.get"));
    QCOMPARE(table.rows[1].total(), 24_ms);
}

void WaitTableTest::percentilesAreOfFinishedWaits() {
    Story story;
    for (std::int64_t id = 1; id <= 100; ++id)
        story.g(id).runs(1_us).waitsOn("sync", lockInGet, id * 1_us).runs(1_us).ends();
    story.g(101).runs(1_us).waitsOn("sync", lockInGet, 1_us);
    const auto facts = computeFacts(story.told(1_s));
    const WaitTable table = tableOf(*facts);
    QCOMPARE(table.rows[0].p50, std::optional(50_us));
    QCOMPARE(table.rows[0].p95, std::optional(95_us));
    QCOMPARE(table.rows[0].p99, std::optional(99_us));
    QCOMPARE(table.rows[0].max, std::optional(100_us));
    Story onlyOpen;
    onlyOpen.g(1).runs(1_us).waitsOn("sync", lockInGet, 1_us);
    const auto open = computeFacts(onlyOpen.told(1_s));
    QVERIFY(!tableOf(*open).rows[0].p50);
    QVERIFY(!tableOf(*open).rows[0].max);
}

void WaitTableTest::aPeakIsTheMostAtOneTime() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    // Lock waits: 1-2, 1-3, 1-4, 2-20 ms: the first ends where the last begins.
    QCOMPARE(tableOf(*facts).rows[1].peakBlocked, 3U);
    QCOMPARE(tableOf(*facts, {3_ms, 20_ms}).rows[1].peakBlocked, 2U);
    QCOMPARE(tableOf(*facts).rows[1].blockedAtEnd, 1U);
}

void WaitTableTest::wakersAreNamedByTheirLine() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts);
    const auto& wakers = table.rows[1].wakers;
    QCOMPARE(wakers.size(), 1U);
    QCOMPARE(wakers[0].how, WokenBy::Goroutine);
    QCOMPARE(functionOf(*facts->trace, wakers[0].site), std::string("main.put"));
    QCOMPARE(wakers[0].count, 3U);
    QCOMPARE(wakers[0].total, 6_ms);
}

void WaitTableTest::timersAndTheNetworkAreWakersWithoutALine() {
    Story story;
    story.g(1)
        .runs(1_ms)
        .waitsOn("sleep", {"time.Sleep", "main.a"}, 1_ms)
        .runs(1_ms)
        .waitsOn("network", {"internal/poll.(*FD).Read", "main.b"}, 1_ms)
        .runs(1_ms)
        .waitsOn("sync", lockInGet, 1_ms)
        .runs(1_ms)
        .inSyscall({"syscall.read", "main.d"}, 1_ms)
        .runs(1_ms)
        .ends();
    const auto facts = computeFacts(story.told(20_ms));
    const WaitTable table = tableOf(*facts);
    QCOMPARE(table.rows.size(), 4U);
    for (const WaitRow& row : table.rows) {
        if (row.primitive == Primitive::Syscall) {
            QVERIFY(row.wakers.empty());
            continue;
        }
        QCOMPARE(row.wakers.size(), 1U);
        QVERIFY(!row.wakers[0].site.known());
        QCOMPARE(row.wakers[0].how, row.primitive == Primitive::Sleep     ? WokenBy::Timer
                                    : row.primitive == Primitive::Network ? WokenBy::Network
                                                                          : WokenBy::Unknown);
    }
}

void WaitTableTest::sharesAreOfTheProgramsGoroutineTime() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("sync", lockInGet, 9_ms);
    story.g(2).entry("runtime.bgsweep").runs(10_ms);
    const auto facts = computeFacts(story.told(10_ms));
    const WaitTable table = tableOf(*facts);
    QCOMPARE(table.goroutineTime, 10_ms);
    QCOMPARE(table.sharePercent(table.rows[0]).value(), 90.0);
    QCOMPARE(table.concurrency(table.rows[0]).value(), 0.9);
    QVERIFY(!tableOf(*facts, {5_ms, 5_ms}).concurrency(table.rows[0]));
}

void WaitTableTest::goroutinesOfTheRuntimeAreLeftOutUnlessAskedFor() {
    Story story;
    story.g(1).entry("runtime.bgsweep").runs(1_ms).waitsOn("GC background sweeper wait", {"runtime.bgsweep"}, 9_ms);
    const auto facts = computeFacts(story.told(10_ms));
    QVERIFY(tableOf(*facts).rows.empty());
    const WaitTable all = computeWaitTable(*facts, {.range = {0, 10_ms}, .runtimeGoroutines = true});
    QCOMPARE(all.rows.size(), 1U);
    QVERIFY(!all.sharePercent(all.rows[0]));
}

void WaitTableTest::anotherLineIsAnotherSite() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms).runs(1_ms).ends();
    story.g(2)
        .runs(1_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "sync.(*Map).Load", "main.get"}, 1_ms)
        .runs(1_ms)
        .ends();
    const auto facts = computeFacts(story.told(10_ms));
    QCOMPARE(tableOf(*facts).rows.size(), 2U);
    QCOMPARE(tableOf(*facts, WaitGrouping::Primitive).rows.size(), 1U);
}

void WaitTableTest::twoPcsOfALineAreOneSite() {
    Strings strings;
    Stacks stacks;
    StringInterner names(strings);
    StackInterner index(stacks);
    const auto stackAt = [&](std::uint64_t pc) {
        const FrameId frame = index.internFrame(
            {.function = names.intern("main.get"), .file = names.intern("/src/main.go"), .line = 7, .pc = pc});
        return index.intern(std::vector{frame});
    };
    SliceBuilder builder;
    OrderedEvent e;
    e.kind = OrderedEventKind::Generation;
    builder.add({&e, 1});
    for (std::uint32_t g = 0; g < 2; ++g) {
        e = {};
        e.kind = OrderedEventKind::GoroutineCreated;
        e.goroutine = {g};
        e.to = GoroutineState::Runnable;
        e.value = g + 1;
        builder.add({&e, 1});
        e.kind = OrderedEventKind::GoroutineChanged;
        e.to = GoroutineState::Waiting;
        e.time = 10;
        e.text = names.intern("select");
        e.stack = stackAt(100 + g);
        builder.add({&e, 1});
    }
    e = {};
    e.time = 100;
    builder.add({&e, 1});
    const auto facts = computeFacts(traceOf(builder.finish(), std::move(strings), std::move(stacks)));
    QCOMPARE(tableOf(*facts).rows.size(), 1U);
    QCOMPARE(tableOf(*facts).rows[0].open, 2U);
}

void WaitTableTest::timeIsClippedToTheRangeAndLengthIsNot() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts, {2500_us, 3500_us});
    const WaitRow& lock = *std::ranges::find(table.rows, Primitive::Mutex, &WaitRow::primitive);
    QCOMPARE(lock.finished, 2U); // 1-3 and 1-4 ms
    QCOMPARE(lock.finishedTime, 1500_us);
    QCOMPARE(lock.open, 1U);
    QCOMPARE(lock.openTime, 1_ms);
    QCOMPARE(lock.max, std::optional(3_ms));
    QCOMPARE(table.goroutineTime, 6501_us); // g(1) ends at 3.001 ms, six others live on
}

void WaitTableTest::adjacentRangesAddUp() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const Sums whole = sumsOf(tableOf(*facts));
    Time goroutineTime = 0;
    Sums parts;
    Time begin = 0;
    for (const Time end : {1_ms, 2500_us, 2501_us, 13_ms, 20_ms}) {
        const WaitTable part = tableOf(*facts, {begin, end});
        parts.finishedTime += sumsOf(part).finishedTime;
        parts.openTime += sumsOf(part).openTime;
        goroutineTime += part.goroutineTime;
        begin = end;
    }
    QCOMPARE(parts.finishedTime, whole.finishedTime);
    QCOMPARE(parts.openTime, whole.openTime);
    QCOMPARE(goroutineTime, tableOf(*facts).goroutineTime);
}

void WaitTableTest::theBlockedAtTheEndOfARangeAreCounted() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const auto blocked = [&](Time end) {
        const WaitTable table = tableOf(*facts, {0, end});
        return std::ranges::find(table.rows, Primitive::Mutex, &WaitRow::primitive)->blockedAtEnd;
    };
    QCOMPARE(blocked(1500_us), 3U);
    QCOMPARE(blocked(2_ms), 2U);
    QCOMPARE(blocked(10_ms), 1U);
    QCOMPARE(blocked(20_ms), 1U);
}

void WaitTableTest::aWaitWithoutLengthBelongsToOneRange() {
    Story story;
    story.g(1).runs(5_ms).waitsOn("sync", lockInGet, 0).runs(1_ms).ends();
    story.g(2).runs(20_ms).waitsOn("sync", lockInGet, 0);
    const auto facts = computeFacts(story.told(20_ms));
    const auto counts = [&](TimeRange range) {
        const Sums sums = sumsOf(tableOf(*facts, range));
        return std::pair(sums.finished, sums.open);
    };
    QCOMPARE(counts({0, 20_ms}), std::pair(std::uint64_t{1}, std::uint64_t{1}));
    QCOMPARE(counts({0, 5_ms}), std::pair(std::uint64_t{0}, std::uint64_t{0}));
    QCOMPARE(counts({5_ms, 6_ms}), std::pair(std::uint64_t{1}, std::uint64_t{0}));
    QCOMPARE(counts({6_ms, 20_ms}), std::pair(std::uint64_t{0}, std::uint64_t{1}));
}

void WaitTableTest::everyGroupingHasTheSameSums_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("story") << QString();
    for (const std::string& file : recordings())
        QTest::newRow(file.substr(file.rfind("go1")).c_str()) << QString::fromStdString(file);
}

void WaitTableTest::sumsOverRowsAreTheReferencesWaits_data() {
    QTest::addColumn<QString>("trace");
    for (const std::string& file : recordings())
        if (file.ends_with(".trace.zst") && file.find("/traces/") != std::string::npos)
            QTest::newRow(file.substr(file.rfind("go1")).c_str()) << QString::fromStdString(file);
    if (!std::filesystem::exists(std::filesystem::path(WAITSCOPE_SHARED) / "traces"))
        QTest::newRow("none are there") << QString();
}
// Counted by a reader of its own (stats.md), which knows no system calls as waits.
void WaitTableTest::sumsOverRowsAreTheReferencesWaits() {
    QFETCH(const QString, trace);
    if (trace.isEmpty())
        QSKIP("the recorded traces are not beside this checkout");
    std::ifstream in(QString(trace).replace(".trace.zst", ".stats.json").toStdString());
    const Json stats = Json::parse(in);
    Sums reference;
    for (const Json& reason : stats["waits_by_reason"]) {
        reference.finished += reason["finished"].get<std::uint64_t>();
        reference.open += reason["open"].get<std::uint64_t>();
        reference.finishedTime += reason["finished_ns"].get<Time>();
        reference.openTime += reason["open_ns"].get<Time>();
    }
    const auto facts = computeFacts(loadTrace(trace.toStdString()).trace);
    for (const WaitGrouping by : {WaitGrouping::Site, WaitGrouping::Primitive}) {
        WaitTable table =
            computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .by = by, .runtimeGoroutines = true});
        std::erase_if(table.rows, [](const WaitRow& row) { return row.primitive == Primitive::Syscall; });
        const Sums sums = sumsOf(table);
        QCOMPARE(sums.finished, reference.finished);
        QCOMPARE(sums.open, reference.open);
        // Readers may break ties of time stamps differently.
        QVERIFY(std::abs(sums.finishedTime - reference.finishedTime) <= 1000 + reference.finishedTime / 1'000'000);
        QVERIFY(std::abs(sums.openTime - reference.openTime) <= 1000 + reference.openTime / 1'000'000);
    }
}
void WaitTableTest::everyGroupingHasTheSameSums() {
    QFETCH(const QString, file);
    const auto trace = file.isEmpty() ? lockStory().told(20_ms) : loadTrace(file.toStdString()).trace;
    QVERIFY(trace);
    const auto facts = computeFacts(trace);
    const TimeRange whole = trace->wholeRange();
    const TimeRange middle{whole.end / 3, whole.end / 2};
    for (const bool runtime : {false, true}) {
        const Sums expected = sumsOfSpans(*facts, runtime);
        const Sums part = sumsOf(computeWaitTable(*facts, {.range = middle, .runtimeGoroutines = runtime}));
        for (const WaitGrouping by : {WaitGrouping::Site, WaitGrouping::Primitive, WaitGrouping::Goroutine,
                                      WaitGrouping::Waker, WaitGrouping::Function}) {
            const WaitTable table = computeWaitTable(*facts, {.range = whole, .by = by, .runtimeGoroutines = runtime});
            QVERIFY2(sumsOf(table) == expected, nameOf(by).data());
            QVERIFY(sumsOf(computeWaitTable(*facts, {.range = middle, .by = by, .runtimeGoroutines = runtime})) ==
                    part);
            for (const WaitRow& row : table.rows) {
                std::uint64_t woken = 0;
                for (const RowWaker& waker : row.wakers)
                    woken += waker.count;
                QVERIFY(woken <= row.finished);
                QVERIFY(row.blockedAtEnd == row.open);
                QVERIFY(row.peakBlocked <= row.goroutines);
                QVERIFY(row.peakBlocked >= row.blockedAtEnd);
                QVERIFY(row.p50.value_or(0) <= row.p95.value_or(0) && row.p99.value_or(0) <= row.max.value_or(0));
            }
        }
    }
}

void WaitTableTest::goroutinesOfARowComeOldestFirst() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts);
    const auto found = goroutinesWaitingAt(*facts, Primitive::Mutex, table.rows[1].site, facts->trace->wholeRange());
    std::vector<std::int64_t> ids;
    for (const WaitingGoroutine& waiting : found)
        ids.push_back(facts->trace->goroutines.id(waiting.goroutine));
    QCOMPARE(ids, (std::vector<std::int64_t>{4, 3, 2, 1}));
    QVERIFY(found[0].open);
    QCOMPARE(found[0].since, 2_ms);
    QCOMPARE(found[0].length, 18_ms);
    QVERIFY(!found[1].open);
    QCOMPARE(found[1].length, 3_ms);
    Time total = 0;
    for (const WaitingGoroutine& waiting : found)
        total += waiting.total;
    QCOMPARE(total, table.rows[1].total());
    const auto receivers = goroutinesWaitingAt(*facts, Primitive::ChanReceive, table.rows[0].site, {0, 20_ms});
    QVERIFY(std::ranges::any_of(receivers, &WaitingGoroutine::beforeTrace));
}

void WaitTableTest::aGoroutineIsStoodForByItsOpenOrLongestWait() {
    Story story;
    story.g(1)
        .runs(1_ms)
        .waitsOn("sync", lockInGet, 1_ms)
        .runs(1_ms)
        .waitsOn("sync", lockInGet, 3_ms)
        .runs(1_ms)
        .waitsOn("sync", lockInGet, 2_ms)
        .runs(1_ms)
        .ends();
    story.g(2).runs(1_ms).waitsOn("sync", lockInGet, 15_ms).runs(1_ms).waitsOn("sync", lockInGet, 1_ms);
    story.g(3).runs(20_ms);
    const auto facts = computeFacts(story.told(20_ms));
    const Trace& trace = *facts->trace;
    const auto wait = [&](std::int64_t id, TimeRange range) {
        return openOrLongestWait(*facts, trace.findGoroutine(id), range);
    };
    QCOMPARE(trace.spans.range(wait(1, trace.wholeRange())).length(), 3_ms);
    QCOMPARE(trace.spans.range(wait(1, {0, 2_ms})).length(), 1_ms);
    QCOMPARE(wait(2, trace.wholeRange()), trace.lastSpan(trace.findGoroutine(2)));
    QVERIFY(!wait(3, trace.wholeRange()).known());
}

void WaitTableTest::jsonHasTheKeysOfTheContract() {
    const auto facts = computeFacts(lockStory().told(20_ms));
    const Json json = Json::parse(waitsJson(*facts, {.range = facts->trace->wholeRange()}));
    for (const char* key : {"waitscope", "trace", "range_ns", "goroutine_time_ns", "by", "rows"})
        QVERIFY2(json.contains(key), key);
    for (const char* key :
         {"file", "sha256", "format", "events", "duration_ns", "wall_clock_start", "complete", "warnings"})
        QVERIFY2(json["trace"].contains(key), key);
    for (const char* key :
         {"primitive",   "detail",   "site",         "stack",          "goroutines",   "total_ns", "share_percent",
          "concurrency", "finished", "finished_ns",  "open",           "open_ns",      "p50_ns",   "p95_ns",
          "p99_ns",      "max_ns",   "peak_blocked", "blocked_at_end", "before_trace", "wakers"})
        QVERIFY2(json["rows"][1].contains(key), key);
    const Json& lock = json["rows"][1];
    QVERIFY(lock["primitive"] == Json("mutex"));
    QVERIFY(lock["site"] == Json({{"function", "main.get"}, {"file", "/src/main.go"}, {"line", 11}}));
    QCOMPARE(lock["stack"].size(), 2U);
    QVERIFY(lock["total_ns"] == Json(24_ms));
    QVERIFY(lock["wakers"][0]["site"]["function"] == Json("main.put"));
    const Json byGoroutine =
        Json::parse(waitsJson(*facts, {.range = facts->trace->wholeRange(), .by = WaitGrouping::Goroutine}));
    QVERIFY(byGoroutine["by"] == Json("goroutine"));
    const Json& g5 = byGoroutine["rows"][0]["goroutine"];
    QVERIFY(g5["id"] == Json(5));
    QVERIFY(g5["before_trace"] == Json(true));
    QVERIFY(g5["created_by"] == Json());
    QVERIFY(g5["end_ns"] == Json());
    QVERIFY(g5["function"] == Json("main.serve"));
}

void WaitTableTest::jsonIsUnknownNotZeroWhereNothingIsKnown() {
    Story story;
    story.g(1).existed().waitsOn("", {}, 1_ms);
    const auto facts = computeFacts(story.told(20_ms));
    const Json row = Json::parse(waitsJson(*facts, {.range = facts->trace->wholeRange()}))["rows"][0];
    QVERIFY(row["primitive"] == Json("unknown"));
    QVERIFY(row["site"] == Json());
    QVERIFY(row["p50_ns"] == Json());
    QVERIFY(row["max_ns"] == Json());
    QVERIFY(row["detail"] == Json());
    QVERIFY(row["stack"] == Json::array());
    QVERIFY(Json::parse(waitsJson(*facts, {.range = facts->trace->wholeRange()}))["trace"]["wall_clock_start"] ==
            Json());
}

void WaitTableTest::csvHasOneValueAColumn_data() {
    QTest::addColumn<WaitGrouping>("by");
    for (const WaitGrouping by : {WaitGrouping::Site, WaitGrouping::Primitive, WaitGrouping::Goroutine,
                                  WaitGrouping::Waker, WaitGrouping::Function})
        QTest::newRow(nameOf(by).data()) << by;
}

void WaitTableTest::csvHasOneValueAColumn() {
    QFETCH(const WaitGrouping, by);
    const auto facts = computeFacts(lockStory().told(20_ms));
    const WaitTable table = tableOf(*facts, by);
    const QStringList lines = QString::fromStdString(waitsCsv(*facts, table)).split('\n');
    QCOMPARE(lines.size(), static_cast<qsizetype>(table.rows.size()) + 2);
    QVERIFY(lines.last().isEmpty());
    for (qsizetype i = 1; i + 1 < lines.size(); ++i)
        QCOMPARE(lines[i].count(','), lines[0].count(','));
    QVERIFY(lines[0].contains("total_ns"));
}

void WaitTableTest::recordedPrimitivesAreRecognised_data() {
    QTest::addColumn<QString>("trace");
    for (const std::string& file : recordings())
        if (file.ends_with("/primitives.trace.zst") || file.find("/small-") != std::string::npos)
            QTest::newRow(file.substr(file.rfind("go1")).c_str()) << QString::fromStdString(file);
}

void WaitTableTest::recordedPrimitivesAreRecognised() {
    QFETCH(const QString, trace);
    // What each function of tests/programs/small waits on; of the shared traces their own notes say it.
    Json notes{{"main.waitsOnMutex", "mutex"},
               {"main.waitsOnRead", "rwmutex read"},
               {"main.waitsOnReceive", "chan receive"},
               {"main.waitsOnSend", "chan send"},
               {"main.waitsOnSelect", "select"},
               {"main.waitsOnSelectEmpty", "select empty"},
               {"main.waitsOnNilChan", "nil chan"},
               {"main.waitsOnWaitGroup", "waitgroup"},
               {"main.waitsOnCond", "cond"},
               {"main.waitsOnSleep", "sleep"},
               {"main.waitsOnNetwork", "network"}};
    if (trace.endsWith("primitives.trace.zst")) {
        std::ifstream in(QString(trace).replace(".trace.zst", ".truth.json").toStdString());
        notes = Json::parse(in)["notes"];
    }
    QVERIFY(!notes.empty());
    const auto facts = computeFacts(loadTrace(trace.toStdString()).trace);
    const WaitTable table = tableOf(*facts);
    for (const auto& [function, primitive] : notes.items()) {
        const auto row = std::ranges::find_if(table.rows, [&](const WaitRow& r) {
            return functionOf(*facts->trace, r.site) == function && nameOf(r.primitive) == primitive.get<std::string>();
        });
        QVERIFY2(row != table.rows.end(), function.c_str());
        QCOMPARE(row->open, 1U);
    }
}

QTEST_APPLESS_MAIN(WaitTableTest)
#include "tst_wait_table.moc"
