// SPDX-License-Identifier: GPL-3.0-or-later
// By what can two traces be laid over each other, and where does the other one wait for the same?
#include "model/compare/anchors.h"
#include "model/compare/counterpart.h"
#include "tests/support/story.h"

#include <QTest>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using test::Story;

namespace {

const Anchor* find(const std::vector<Anchor>& anchors, AnchorKind kind, const std::string& name = {}) {
    const auto found = std::ranges::find_if(anchors, [&](const Anchor& a) { return a.kind == kind && a.name == name; });
    return found == anchors.end() ? nullptr : &*found;
}

} // namespace

class TestAnchors : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aFunctionIsAlignedWhereItFirstBeganToRunInEach() {
        Story one, other;
        one.g(1).existed().entry("main.early").runs(1_ms);
        one.g(7).bornAt(2_ms).entry("main.worker").isRunnable(1_ms).runs(4_ms).ends();
        one.g(8).bornAt(1_ms).entry("main.worker").isRunnable(9_ms).runs(1_ms).ends();
        one.g(9).bornAt(1_ms).entry("main.onlyHere").runs(1_ms).ends();
        other.g(1).existed().entry("main.early").runs(1_ms);
        other.g(3).bornAt(5_ms).entry("main.worker").runs(4_ms).ends();
        const auto anchors = commonAnchors(*computeFacts(one.told(20_ms)), *computeFacts(other.told(30_ms)));
        const Anchor* const worker = find(anchors, AnchorKind::FirstRun, "main.worker");
        QVERIFY(worker);
        QVERIFY(worker->objection.empty());
        QCOMPARE(worker->a, 3_ms);
        QCOMPARE(worker->b, 5_ms);
        QCOMPARE(textOf(*worker), std::string("first run of main.worker"));
        QVERIFY(!find(anchors, AnchorKind::FirstRun, "main.onlyHere"));
        QVERIFY(!find(anchors, AnchorKind::FirstRun, "main.early")); // it ran before the trace: since when is not known
        const Anchor* const end = find(anchors, AnchorKind::End);
        QCOMPARE(end->a, 20_ms);
        QCOMPARE(end->b, 30_ms);
    }
    void whatTheTracesCannotBeAlignedByIsThereWithTheReason() {
        Story one, other;
        one.g(1).existed().runs(1_ms);
        other.g(1).existed().runs(1_ms);
        const auto anchors = commonAnchors(*computeFacts(one.told(20_ms)), *computeFacts(other.told(30_ms)));
        for (const AnchorKind kind : {AnchorKind::Clock, AnchorKind::Collection, AnchorKind::FirstRun, AnchorKind::Task,
                                      AnchorKind::Region, AnchorKind::Log}) {
            QVERIFY(find(anchors, kind));
            QVERIFY(!find(anchors, kind)->objection.empty());
        }
    }
    void theTimeOfDayNeedsAClockInBoth() {
        Trace a, b;
        QVERIFY(atTheClock(a, b).objection.find("Neither") == 0);
        b.wallClock = WallClock{5'000'000'000};
        QVERIFY(atTheClock(a, b).objection.find("A does not") == 0);
        a.wallClock = WallClock{2'000'000'000};
        const Anchor anchor = atTheClock(a, b);
        QVERIFY(anchor.objection.empty());
        QCOMPARE(anchor.a - anchor.b, Time(3'000'000'000)); // B began three seconds after A
    }
    void theNthCollectionIsTheNthThatBeganInTheTrace() {
        Story one, other;
        one.g(1).existed().runs(1_ms);
        other.g(1).existed().runs(1_ms);
        TraceFacts a = *computeFacts(one.told(20_ms));
        TraceFacts b = *computeFacts(other.told(30_ms));
        a.collector.marks = {{0, 1_ms}, {3_ms, 4_ms}, {9_ms, 10_ms}};
        b.collector.marks = {{2_ms, 3_ms}};
        const auto anchors = commonAnchors(a, b);
        const Anchor* const first = find(anchors, AnchorKind::Collection, "1");
        QVERIFY(first);
        QCOMPARE(first->a, 3_ms);
        QCOMPARE(first->b, 2_ms);
        QVERIFY(!find(anchors, AnchorKind::Collection, "2"));
    }
    void aMutexThatBecameARWMutexIsFoundAgainInItsFunction() {
        Story one, other;
        one.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 3_ms).runs(1_ms).ends();
        one.g(2).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.put"}, 3_ms).runs(1_ms).ends();
        other.g(1).runs(1_ms).waitsOn("sync", {"sync.(*RWMutex).RLock", "main.get"}, 3_ms).runs(1_ms).ends();
        other.g(2).runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.put"}, 3_ms).runs(1_ms).ends();
        const auto a = computeFacts(one.told(20_ms));
        const auto b = computeFacts(other.told(20_ms));
        const auto in = [](const TraceFacts& facts, std::string_view function) {
            for (const WaitClass& wait : facts.waits.all())
                if (facts.trace->text(facts.trace->frame(wait.site).function) == function)
                    return WaitPlace{wait.primitive, wait.site};
            return WaitPlace{};
        };
        const auto get = counterpartOf(*a, in(*a, "main.get"), *b);
        QVERIFY(get);
        QCOMPARE(*get, in(*b, "main.get"));
        QCOMPARE(get->primitive, Primitive::RWMutexRead);
        QVERIFY(!counterpartOf(*a, in(*a, "main.put"), *b)); // a channel is another thing
        QCOMPARE(*counterpartOf(*a, in(*a, "main.put"), *a), in(*a, "main.put"));
    }
    void aClosureThatIsNumberedOtherwiseIsTheSamePlace() {
        Story one, other;
        one.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get.func1"}, 3_ms).runs(1_ms).ends();
        other.g(1).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get.func2"}, 3_ms).runs(1_ms).ends();
        const auto a = computeFacts(one.told(20_ms));
        const auto b = computeFacts(other.told(20_ms));
        const WaitClass& there = b->waits.all().back();
        const auto found = counterpartOf(*a, {Primitive::Mutex, a->waits.all().back().site}, *b);
        QVERIFY(found && *found == (WaitPlace{there.primitive, there.site}));
    }
};

QTEST_APPLESS_MAIN(TestAnchors)
#include "tst_anchors.moc"
