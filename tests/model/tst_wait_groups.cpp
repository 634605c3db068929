// SPDX-License-Identifier: GPL-3.0-or-later
// Do tasks, regions and idle habits find their waits? And do exported profiles say the same as the table?
#include "model/report/chrome_trace.h"
#include "model/report/wait_profile.h"
#include "model/waits/annotation_types.h"
#include "model/waits/idle_idioms.h"
#include "model/waits/wait_table.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <set>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

using Json = nlohmann::json;

std::shared_ptr<const TraceFacts> lockFacts() {
    Story story;
    for (std::int64_t id = 1; id <= 3; ++id)
        story.g(id)
            .runs(1_ms)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, id * 1_ms)
            .wokenBy(9, {"sync.(*Mutex).Unlock", "main.put"})
            .runs(1_ms)
            .ends();
    story.g(4).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    story.g(9).entry("main.holder").runs(20_ms);
    return computeFacts(story.told(20_ms));
}

} // namespace

class WaitGroupsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theInnermostOpenStretchComesFirst();
    void stretchesThatOverlapAreAllFound();
    void waitsOfRecordedRegionsAreInTheirRows_data();
    void waitsOfRecordedRegionsAreInTheirRows();
    void idleHabitsAreKnownWhereTheyWait();
    void foldedStacksKeepOpenWaitsApart();
    void pprofIsTheSameBytesEachTimeAndGzip();
    void chromeEventsAreJsonAndMatch();
    void profilesAddUpToTheTable_data();
    void profilesAddUpToTheTable();
};

void WaitGroupsTest::theInnermostOpenStretchComesFirst() {
    const NestedStretches nested({{{0, 100}, 0, 1}, {{10, 20}, 0, 2}, {{30, 60}, 0, 3}, {{40, 50}, 0, 4}}, 1);
    const auto at = [&](Time t) {
        std::vector<std::uint32_t> open;
        nested.openAt(0, t, [&](std::uint32_t what) {
            open.push_back(what);
            return false;
        });
        return open;
    };
    QCOMPARE(at(5), (std::vector<std::uint32_t>{1}));
    QCOMPARE(at(15), (std::vector<std::uint32_t>{2, 1}));
    QCOMPARE(at(25), (std::vector<std::uint32_t>{1}));
    QCOMPARE(at(45), (std::vector<std::uint32_t>{4, 3, 1}));
    QCOMPARE(at(55), (std::vector<std::uint32_t>{3, 1}));
    QVERIFY(at(100).empty());
}

void WaitGroupsTest::stretchesThatOverlapAreAllFound() {
    const NestedStretches overlapping({{{0, 30}, 0, 1}, {{10, 50}, 0, 2}, {{20, 25}, 0, 3}, {{40, 60}, 0, 4}}, 1);
    std::set<std::uint32_t> open;
    overlapping.openAt(0, 27, [&](std::uint32_t what) { return open.insert(what), false; });
    QCOMPARE(open, (std::set<std::uint32_t>{1, 2}));
}

// Counted the plain way: for each wait, through all regions of the trace.
void WaitGroupsTest::waitsOfRecordedRegionsAreInTheirRows_data() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        if (path.find("annotations") != std::string::npos || path.find("recall-strategies") != std::string::npos)
            QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

void WaitGroupsTest::waitsOfRecordedRegionsAreInTheirRows() {
    QFETCH(QString, path);
    const auto facts = computeFacts(loadTrace(path.toStdString()).trace);
    const Trace& trace = *facts->trace;
    const AnnotationTypes types(trace);
    std::size_t inside = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            if (trace.spans.state({s}) != GoroutineState::Waiting)
                continue;
            const Time at = trace.spans.start({s});
            std::optional<StringId> innermost;
            Time begun = -1;
            for (std::size_t r = 0; r < trace.regions.size(); ++r) {
                const Region region = trace.regions[r];
                if (region.goroutine.value == g && region.begin <= at && (region.open || region.end > at) &&
                    region.begin >= begun) {
                    begun = region.begin;
                    innermost = region.type;
                }
            }
            QCOMPARE(types.region({g}, at).has_value(), innermost.has_value());
            if (innermost)
                QCOMPARE(types.region({g}, at)->value, innermost->value);
            inside += innermost ? 1 : 0;
        }
    }
    if (path.contains("annotations"))
        QVERIFY(inside > 0);
}

void WaitGroupsTest::idleHabitsAreKnownWhereTheyWait() {
    using Names = std::vector<std::string_view>;
    QCOMPARE(idleIdiomOf(Primitive::Network, Names{"internal/poll.(*FD).Accept", "net.(*netFD).accept"}),
             std::string_view("accepts connections"));
    const Names readLoop{"runtime.selectgo", "net/http.(*persistConn).readLoop"};
    QCOMPARE(idleIdiomOf(Primitive::Network, readLoop), std::string_view("idle connection"));
    QVERIFY(idleIdiomOf(Primitive::Select, readLoop).empty()); // it waits for somebody to read the body
    QVERIFY(idleIdiomOf(Primitive::Syscall, Names{"syscall.write", "net/http.(*persistConn).writeLoop"}).empty());
    QCOMPARE(idleIdiomOf(Primitive::Syscall, Names{"runtime.notetsleepg", "os/signal.signal_recv"}),
             std::string_view("waits for signals"));
    QVERIFY(idleIdiomOf(Primitive::Mutex, Names{"sync.(*Mutex).Lock", "main.get"}).empty());
    QCOMPARE(idleIdiomOf(Primitive::Sleep, Names{"time.Sleep", "main.poll"}), std::string_view("sleep"));
}

void WaitGroupsTest::foldedStacksKeepOpenWaitsApart() {
    const auto facts = lockFacts();
    const WaitProfile profile = computeWaitProfile(*facts, ProfileKind::Sync, facts->trace->wholeRange());
    QCOMPARE(QString::fromStdString(foldedStacksOf(*facts, profile)),
             QString("main.get;sync.(*Mutex).Lock;[mutex] 6000000\n"
                     "main.get;sync.(*Mutex).Lock;[mutex];[still open] 18000000\n"));
}

void WaitGroupsTest::pprofIsTheSameBytesEachTimeAndGzip() {
    const auto facts = lockFacts();
    const WaitProfile profile = computeWaitProfile(*facts, ProfileKind::Sync, facts->trace->wholeRange());
    const std::string once = pprofOf(*facts, profile);
    QCOMPARE(once, pprofOf(*lockFacts(), profile));
    QVERIFY(once.starts_with("\x1f\x8b"));
}

void WaitGroupsTest::chromeEventsAreJsonAndMatch() {
    const auto facts = lockFacts();
    const Json json = Json::parse(chromeTraceOf(*facts, facts->trace->wholeRange()));
    std::size_t mutexWaits = 0;
    std::multiset<std::int64_t> from;
    std::multiset<std::int64_t> to;
    for (const Json& event : json["traceEvents"]) {
        if (event["ph"] == "X" && event["name"] == "mutex")
            ++mutexWaits;
        if (event["ph"] == "s")
            from.insert(event["id"].get<std::int64_t>());
        if (event["ph"] == "f")
            to.insert(event["id"].get<std::int64_t>());
    }
    QCOMPARE(mutexWaits, 4U);
    QCOMPARE(from.size(), 3U);
    QCOMPARE(from, to);
}

void WaitGroupsTest::profilesAddUpToTheTable_data() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

void WaitGroupsTest::profilesAddUpToTheTable() {
    QFETCH(QString, path);
    const LoadResult loaded = loadTrace(path.toStdString());
    if (!loaded.trace)
        QSKIP("Nothing readable in it.");
    const auto facts = computeFacts(loaded.trace);
    const TimeRange whole = facts->trace->wholeRange();
    const WaitTable table =
        computeWaitTable(*facts, {.range = whole, .by = WaitGrouping::Primitive, .distributions = false});
    const auto timeOf = [&](ProfileKind kind) {
        Time sum = 0;
        for (const ProfileRecord& record : computeWaitProfile(*facts, kind, whole).records)
            sum += record.time;
        return sum;
    };
    Time network = 0;
    Time syscall = 0;
    for (const WaitRow& row : table.rows) {
        network += row.primitive == Primitive::Network ? row.total() : 0;
        syscall += row.primitive == Primitive::Syscall ? row.total() : 0;
    }
    QCOMPARE(timeOf(ProfileKind::Network), network);
    QCOMPARE(timeOf(ProfileKind::Syscall), syscall);
}

QTEST_APPLESS_MAIN(WaitGroupsTest)
#include "tst_wait_groups.moc"
