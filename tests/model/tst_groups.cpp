// SPDX-License-Identifier: GPL-3.0-or-later
// Goroutines in groups and orders, filters in words, and what was recorded of a goroutine besides its states.
#include "model/lod/goroutine_filter.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.handler"};
const StackText receiveStack{"runtime.chanrecv1", "main.serve", "main.server"};

// Goroutine 1, which is older than the trace and has no name, creates the others; 10 and 11 wait for a lock to the end,
// 12 for a channel, 13 has ended.
std::shared_ptr<const TraceFacts> scene() {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    story.g(10).entry("main.handler").bornAt(20_ms).createdBy(1).runs(1_ms).waitsOn("sync", lockStack, 1_ms);
    story.g(11).entry("main.handler").bornAt(10_ms).createdBy(1).runs(1_ms).waitsOn("sync", lockStack, 1_ms);
    story.g(12).entry("main.server").bornAt(30_ms).createdBy(1).runs(1_ms).waitsOn("chan receive", receiveStack, 1_ms);
    story.g(13)
        .entry("main.server")
        .bornAt(5_ms)
        .createdBy(1)
        .runs(1_ms)
        .waitsOn("chan receive", receiveStack, 4_ms)
        .wokenBy(1)
        .runs(1_ms)
        .ends();
    story.g(20).entry("runtime.bgsweep").bornAt(1_us).createdBy(1).runs(99_ms);
    return computeFacts(story.told(100_ms));
}

std::shared_ptr<const TraceFacts> recording() {
    return computeFacts(loadTrace(bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), "small").trace);
}

} // namespace

class TestGroups : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyGroupingHoldsEveryGoroutineOnce() {
        const auto facts = scene();
        for (const Grouping grouping : {Grouping::Function, Grouping::Creator, Grouping::State, Grouping::WaitsFor,
                                        Grouping::Task, Grouping::None})
            for (const GroupOrder order : {GroupOrder::OpenWait, GroupOrder::Creation, GroupOrder::TotalWait,
                                           GroupOrder::Age, GroupOrder::End, GroupOrder::Name}) {
                const GoroutineGroups all =
                    groupsOf(*facts->trace, facts->waits, {.grouping = grouping, .order = order, .wanted = nullptr});
                QCOMPARE(all.shown, facts->trace->goroutines.size());
                std::size_t members = 0;
                for (const GoroutineGroup& group : all.groups)
                    members += group.members.size();
                QCOMPARE(members, facts->trace->goroutines.size());
                for (std::uint32_t g = 0; g < all.groupOf.size(); ++g)
                    QCOMPARE(all.groups[all.groupOf[g]].members[all.placeIn[g]].value, g);
            }
    }

    void groupsAreNamedByWhatTheirGoroutinesShare_data() {
        QTest::addColumn<int>("grouping");
        QTest::addColumn<QStringList>("names");
        QTest::newRow("function") << int(Grouping::Function)
                                  << QStringList{"(unknown)", "main.handler", "main.server", "runtime.bgsweep"};
        QTest::newRow("state") << int(Grouping::State)
                               << QStringList{"ended in the trace", "running at the end",
                                              "running at the end · runtime", "waiting at the end"};
        QTest::newRow("waits for") << int(Grouping::WaitsFor)
                                   << QStringList{"(not waiting at the end)", "(not waiting at the end) · runtime",
                                                  "chan receive at main.serve main.go:11",
                                                  "mutex at main.get main.go:11"};
        QTest::newRow("creator") << int(Grouping::Creator)
                                 << QStringList{"(created before the trace)", "main.main main.go:10",
                                                "main.main main.go:10 · runtime"};
    }
    void groupsAreNamedByWhatTheirGoroutinesShare() {
        QFETCH(int, grouping);
        QFETCH(QStringList, names);
        const auto facts = scene();
        QStringList found;
        for (const GoroutineGroup& group :
             groupsOf(*facts->trace, facts->waits, {.grouping = static_cast<Grouping>(grouping), .wanted = nullptr})
                 .groups)
            found << QString::fromStdString(group.name);
        found.sort();
        QCOMPARE(found, names);
    }

    void membersAreInTheChosenOrderAndTheRuntimeIsLast() {
        const auto facts = scene();
        const auto ids = [&](GroupOrder order) {
            const GoroutineGroups all =
                groupsOf(*facts->trace, facts->waits, {.grouping = Grouping::None, .order = order, .wanted = nullptr});
            std::vector<std::int64_t> result;
            for (const GoroutineIndex g : all.groups.front().members)
                result.push_back(facts->trace->goroutines.id(g));
            return result;
        };
        QCOMPARE(ids(GroupOrder::Creation), (std::vector<std::int64_t>{1, 20, 13, 11, 10, 12}));
        QCOMPARE(ids(GroupOrder::Age).front(), 11); // its wait is the oldest
        QCOMPARE(ids(GroupOrder::TotalWait).front(), 11);
        QCOMPARE(ids(GroupOrder::End).front(), 13); // the only one that ends
        QCOMPARE(ids(GroupOrder::Name), (std::vector<std::int64_t>{1, 10, 11, 12, 13, 20}));
        for (const GroupOrder order : {GroupOrder::OpenWait, GroupOrder::Creation, GroupOrder::Name})
            QVERIFY(groupsOf(*facts->trace, facts->waits, {.order = order, .wanted = nullptr}).groups.back().runtime);
    }

    void aTaskIsAGroupOfWhoWorkedForIt() {
        const auto facts = recording();
        const GoroutineGroups all =
            groupsOf(*facts->trace, facts->waits, {.grouping = Grouping::Task, .wanted = nullptr});
        std::size_t tasks = 0;
        for (const GoroutineGroup& group : all.groups)
            if (group.task.known()) {
                ++tasks;
                QVERIFY(QString::fromStdString(group.name).startsWith(QStringLiteral("request #")));
                QCOMPARE(group.members.size(), std::size_t{1});
                QCOMPARE(facts->trace->function(group.members.front()), std::string_view("main.handleRequest"));
            }
        QCOMPARE(tasks, std::size_t{2});
    }

    void aFilterLetsThroughWhatItsWordsSay_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QList<qlonglong>>("ids");
        const auto row = [](const char* filter, const QList<qlonglong>& ids) {
            QTest::newRow(filter) << QString::fromLatin1(filter) << ids;
        };
        row("", {1, 10, 11, 12, 13, 20});
        row("HANDLER", {10, 11});
        row("-main", {1, 20});
        row("g12", {12});
        row("state:waiting", {10, 11, 12});
        row("state:ended", {13});
        row("on:mutex", {10, 11});
        row("on:chan-receive", {12, 13});
        row("on:lock -g10", {11});
        row("at:main.go:11 server", {12, 13});
        row("at:get", {10, 11});
        row("age:75ms", {10, 11});
        row("age:>85ms", {11});
        row("lived:85ms -runtime", {1, 11});
        row("with:g13", {1, 13});
        row("\"main.handler\"", {10, 11});
        row("main\\.(handler|serv)", {10, 11, 12, 13});
        row("^server", {});
        row("R$", {10, 11, 12, 13});
        row("(*handler", {}); // no expression: a part of a name
    }
    void aFilterLetsThroughWhatItsWordsSay() {
        QFETCH(QString, filter);
        QFETCH(QList<qlonglong>, ids);
        const auto facts = scene();
        std::string problem;
        const auto parsed = GoroutineFilter::parse(filter.toStdString(), problem);
        QVERIFY2(parsed.has_value(), problem.c_str());
        const auto passed = parsed->apply(*facts);
        QList<qlonglong> found;
        for (std::uint32_t g = 0; g < passed.size(); ++g)
            if (passed[g] != 0)
                found << facts->trace->goroutines.id({g});
        std::ranges::sort(found);
        QCOMPARE(found, ids);
    }

    void aFilterThatIsNotUnderstoodSaysWhatItMayBe() {
        for (const char* text : {"state:blocked", "on:lunch", "age:old", "lived:long", "with:me"}) {
            std::string problem;
            QVERIFY(!GoroutineFilter::parse(text, problem));
            QVERIFY(!problem.empty());
        }
    }

    void regionsAndTasksOfARecordingAreFilteredToo() {
        const auto facts = recording();
        for (const char* text : {"region:lookup", "task:request"}) {
            std::string problem;
            const auto passed = GoroutineFilter::parse(text, problem)->apply(*facts);
            QCOMPARE(std::ranges::count(passed, 1), 2);
        }
    }

    void whatWasRecordedOfAGoroutineIsFoundByIt() {
        const auto facts = recording();
        const Trace& trace = *facts->trace;
        std::size_t regions = 0;
        std::size_t logs = 0;
        std::size_t created = 0;
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
            for (std::size_t track = 0; track < facts->notes.trackCount({g}); ++track) {
                Time last = 0;
                for (const std::uint32_t place : facts->notes.regions({g}, track)) {
                    QCOMPARE(trace.regions[place].goroutine.value, g);
                    QVERIFY(trace.regions[place].begin >= last); // those of one track do not overlap
                    last = trace.regions[place].end;
                    ++regions;
                }
            }
            for (const std::uint32_t place : facts->notes.logs({g})) {
                QCOMPARE(trace.logs[place].goroutine.value, g);
                ++logs;
            }
            for (const std::uint32_t child : facts->notes.created({g})) {
                QCOMPARE(trace.creator({child}).goroutine().value, g);
                ++created;
            }
        }
        QCOMPARE(regions, trace.regions.size());
        QCOMPARE(logs, trace.logs.size());
        QVERIFY(created > 10);
    }

    void theHeapIsWhatWasSampledLast() {
        const auto facts = recording();
        QCOMPARE(facts->heap.before(facts->trace->duration + 1).goal.value_or(0), std::uint64_t{4194304});
        QVERIFY(!facts->heap.before(0).live.has_value());
        QVERIFY(facts->heap.most() >= 4194304);
    }
};

QTEST_GUILESS_MAIN(TestGroups)
#include "tst_groups.moc"
