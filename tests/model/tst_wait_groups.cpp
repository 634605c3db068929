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

#include <cmath>
#include <map>
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

/// Stretches by begin, each with its owner.
struct Listed {
    std::vector<std::pair<TimeRange, std::uint32_t>> all;
    [[nodiscard]] std::size_t size() const { return all.size(); }
    [[nodiscard]] std::uint32_t owner(std::uint32_t i) const { return all[i].second; }
    [[nodiscard]] TimeRange range(std::uint32_t i) const { return all[i].first; }
};

} // namespace

class WaitGroupsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theInnermostOpenStretchComesFirst();
    void stretchesThatOverlapAreAllFound();
    void waitsOfRecordedRegionsAreInTheirRows_data();
    void waitsOfRecordedRegionsAreInTheirRows();
    void idleHabitsAreKnownWhereTheyWait();
    void theTableAndTheFindingsCallTheSameFunctionsIdle();
    void foldedStacksKeepOpenWaitsApart();
    void pprofIsTheSameBytesEachTimeAndGzip();
    void chromeEventsAreJsonAndMatch();
    void chromeEventsFollowTheRulesOfTheirFormat_data();
    void chromeEventsFollowTheRulesOfTheirFormat();
    void finishedWaitsAreThoseOfGoToolTrace_data();
    void finishedWaitsAreThoseOfGoToolTrace();
    void profilesAddUpToTheTable_data();
    void profilesAddUpToTheTable();
};

void WaitGroupsTest::theInnermostOpenStretchComesFirst() {
    const NestedStretches nested(
        Listed{{{{0, 100}, 0}, {{5, 7}, UINT32_MAX}, {{10, 20}, 0}, {{30, 60}, 0}, {{35, 90}, 1}, {{40, 50}, 0}}}, 2);
    const auto at = [&](Time t) {
        std::vector<std::uint32_t> open;
        nested.openAt(0, t, [&](std::uint32_t what) {
            open.push_back(what);
            return false;
        });
        return open;
    };
    QCOMPARE(at(5), (std::vector<std::uint32_t>{0}));
    QCOMPARE(at(15), (std::vector<std::uint32_t>{2, 0}));
    QCOMPARE(at(25), (std::vector<std::uint32_t>{0}));
    QCOMPARE(at(45), (std::vector<std::uint32_t>{5, 3, 0}));
    QCOMPARE(at(55), (std::vector<std::uint32_t>{3, 0}));
    QVERIFY(at(100).empty());
}

void WaitGroupsTest::stretchesThatOverlapAreAllFound() {
    const NestedStretches overlapping(Listed{{{{0, 30}, 0}, {{10, 50}, 0}, {{20, 25}, 0}, {{40, 60}, 0}}}, 1);
    std::set<std::uint32_t> open;
    overlapping.openAt(0, 27, [&](std::uint32_t what) { return open.insert(what), false; });
    QCOMPARE(open, (std::set<std::uint32_t>{0, 1}));
}

// Counted the plain way: for each wait, through all regions of the trace.
void WaitGroupsTest::waitsOfRecordedRegionsAreInTheirRows_data() {
    QTest::addColumn<QString>("path");
    bool isThere = false;
    for (const std::string& path : recordings())
        if (path.find("annotations") != std::string::npos || path.find("recall-strategies") != std::string::npos) {
            QTest::newRow(path.c_str()) << QString::fromStdString(path);
            isThere = true;
        }
    if (!isThere)
        QSKIP("the recorded traces are not beside this checkout");
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

void WaitGroupsTest::theTableAndTheFindingsCallTheSameFunctionsIdle() {
    using namespace idle_habit;
    QCOMPARE(idleHabitsOf("net/http.(*persistConn).writeLoop"), connectionLoop);
    QCOMPARE(idleHabitsOf("golang.org/x/net/http2.(*clientStream).doRequest"), connectionLoop);
    QCOMPARE(idleHabitsOf("database/sql.(*DB).connectionOpener"), wait);
    QCOMPARE(idleHabitsOf("os/exec.(*Cmd).Wait"), static_cast<std::uint8_t>(wait | call));
    QCOMPARE(idleHabitsOf("golang.org/x/sys/unix.EpollWait"), call);
    QCOMPARE(idleHabitsOf("main.get"), std::uint8_t{0});
    QCOMPARE(idleHabitsOf("os/signal.NotifyContext.func1"), std::uint8_t{0});
    QCOMPARE(idleHabitsOf("os/exec.(*Cmd).watchCtx"), std::uint8_t{0});
    QVERIFY(idleIdiomOf(Primitive::Select, std::vector<std::string_view>{"os/exec.(*Cmd).watchCtx"}).empty());
    // What may wait for ever in the findings has a name in the table.
    for (const std::string_view function : {"database/sql.(*DB).connectionOpener", "os/signal.loop",
                                            "os/exec.(*Cmd).Wait", "net/http.(*connReader).backgroundRead"}) {
        QVERIFY((idleHabitsOf(function) & wait) != 0);
        QVERIFY(!idleIdiomOf(Primitive::Select, std::vector{function}).empty());
    }
    // A round trip stands for its connection, but the request that waits in it is not idle.
    QVERIFY(idleIdiomOf(Primitive::Select, std::vector<std::string_view>{"net/http.(*persistConn).roundTrip"}).empty());
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

void WaitGroupsTest::chromeEventsFollowTheRulesOfTheirFormat_data() {
    QTest::addColumn<QString>("path");
    for (const std::string& path : recordings())
        if (path.starts_with(WAITSCOPE_TEST_DATA) || path.find("gc-heavy") != std::string::npos ||
            path.find("annotations") != std::string::npos)
            QTest::newRow(path.c_str()) << QString::fromStdString(path);
}

// "Trace Event Format": slices of a row lie inside one another or apart; an arrow has two ends, and each lies in a
// slice.
void WaitGroupsTest::chromeEventsFollowTheRulesOfTheirFormat() {
    QFETCH(QString, path);
    const auto facts = computeFacts(loadTrace(path.toStdString()).trace);
    const Time third = facts->trace->duration / 3;
    using Row = std::pair<std::int64_t, std::int64_t>;
    const auto nanoseconds = [](const Json& microseconds) { return std::llround(microseconds.get<double>() * 1000); };
    for (const TimeRange range : {facts->trace->wholeRange(), TimeRange{third, 2 * third}}) {
        const Json json = Json::parse(chromeTraceOf(*facts, range));
        std::map<Row, std::vector<TimeRange>> slices;
        std::map<std::int64_t, std::map<std::string, std::pair<Row, Time>>> arrows;
        std::set<Row> named;
        for (const Json& event : json["traceEvents"]) {
            const std::string phase = event["ph"];
            const Row row{event["pid"], event["tid"]};
            QVERIFY(event["name"].is_string());
            if (phase == "M") {
                QVERIFY(event["args"]["name"].is_string());
                named.insert(row);
                continue;
            }
            const Time at = nanoseconds(event["ts"]);
            QVERIFY(at >= range.begin && at <= range.end);
            if (phase == "X")
                slices[row].push_back({at, at + nanoseconds(event["dur"])});
            else if (phase == "C")
                QVERIFY(event["args"]["value"].is_number());
            else
                QVERIFY(arrows[event["id"]].emplace(phase, std::pair(row, at)).second);
        }
        for (auto& [row, own] : slices) {
            QVERIFY(named.contains(row));
            std::ranges::sort(
                own, [](TimeRange a, TimeRange b) { return std::tuple(a.begin, b.end) < std::tuple(b.begin, a.end); });
            std::vector<TimeRange> open;
            for (const TimeRange slice : own) {
                while (!open.empty() && open.back().end <= slice.begin)
                    open.pop_back();
                QVERIFY(open.empty() || slice.end <= open.back().end);
                open.push_back(slice);
            }
        }
        for (const auto& [id, ends] : arrows) {
            QCOMPARE(ends.size(), 2U);
            QVERIFY(ends.at("s").second <= ends.at("f").second);
            for (const auto& [phase, end] : ends) {
                const auto& [row, at] = end;
                QVERIFY(std::ranges::any_of(
                    slices[row], [at = at](TimeRange slice) { return slice.begin <= at && at <= slice.end; }));
            }
        }
    }
}

// What `go tool trace -pprof` of Go 1.26.8 says of the recordings: contentions and delay of each profile.
void WaitGroupsTest::finishedWaitsAreThoseOfGoToolTrace_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("kind");
    QTest::addColumn<quint64>("count");
    QTest::addColumn<qint64>("delay");
    struct Said {
        const char* file;
        std::array<std::pair<quint64, qint64>, 4> profiles; ///< in the order of ProfileKind
    };
    for (const Said& said : {Said{"small-go1.22", {{{7, 1213120}, {0, 0}, {2, 40384}, {10, 63232}}}},
                             Said{"small-go1.23", {{{7, 1205376}, {0, 0}, {2, 40768}, {10, 98752}}}},
                             Said{"small-go1.25", {{{7, 1169472}, {0, 0}, {3, 55040}, {10, 88192}}}},
                             Said{"small-go1.26", {{{7, 1220608}, {0, 0}, {3, 39104}, {11, 145408}}}},
                             Said{"small-go1.27", {{{7, 1269440}, {0, 0}, {3, 34752}, {10, 95296}}}}})
        for (const ProfileKind kind : profileKinds) {
            const auto& [count, delay] = said.profiles[static_cast<std::size_t>(kind)];
            QTest::addRow("%s %s", said.file, std::string(nameOf(kind)).c_str())
                << QString(said.file) << static_cast<int>(kind) << count << delay;
        }
}

void WaitGroupsTest::finishedWaitsAreThoseOfGoToolTrace() {
    QFETCH(QString, file);
    QFETCH(int, kind);
    QFETCH(quint64, count);
    QFETCH(qint64, delay);
    const LoadResult loaded = loadTrace(std::string(WAITSCOPE_TEST_DATA) + "/" + file.toStdString() + ".trace");
    QVERIFY(loaded.trace);
    const auto facts = computeFacts(loaded.trace);
    const Trace& trace = *facts->trace;
    const auto what = static_cast<ProfileKind>(kind);
    quint64 ourCount = 0;
    qint64 ourDelay = 0;
    for (const ProfileRecord& record : computeWaitProfile(*facts, what, trace.wholeRange(), true).records) {
        // The tool knows no reason for waits from before the trace, so only system calls of those are in its profiles.
        const bool counted =
            record.seen == Seen::Whole || (record.seen == Seen::SinceBeforeTrace && what == ProfileKind::Syscall);
        ourCount += counted ? record.count : 0;
        ourDelay += counted ? record.time : 0;
    }
    if (what == ProfileKind::Scheduler) // it leaves out what comes before a goroutine's first run
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
            const SpanRange own = trace.goroutines.spans({g});
            for (std::uint32_t s = own.begin; s < own.end && trace.spans.state({s}) != GoroutineState::Running; ++s)
                if (trace.spans.state({s}) == GoroutineState::Runnable && !trace.isOpen({g}, {s}) &&
                    trace.spans.kind({s}).origin != SpanOrigin::BeforeTrace && !trace.spans.range({s}).empty()) {
                    --ourCount;
                    ourDelay -= trace.spans.range({s}).length();
                }
        }
    QCOMPARE(ourCount, count);
    QCOMPARE(ourDelay, delay);
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
