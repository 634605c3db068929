// SPDX-License-Identifier: GPL-3.0-or-later
// When was more blocked in one trace than in the other?
#include "model/compare/blocked_over_time.h"
#include "tests/support/story.h"

#include <QTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using test::Story;

namespace {

// One goroutine that waits for a lock from 2 ms to 6 ms, another one from 4 ms to the end, and one for a channel.
std::shared_ptr<const TraceFacts> lockedTwice() {
    Story story;
    story.g(1).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 4_ms).runs(4_ms);
    story.g(2).runs(4_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 6_ms);
    story.g(3).runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.other"}, 9_ms);
    return computeFacts(story.told(10_ms));
}

bool near(const std::optional<double>& value, double wanted) {
    return value && std::abs(*value - wanted) < 1e-9;
}

} // namespace

class TestBlockedOverTime : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void countsWhoIsBlockedInEveryBin() {
        const auto facts = lockedTwice();
        const auto locks = classesOfFamily(*facts, "lock");
        const auto over = blockedOverTime({facts.get(), facts.get()}, {locks, locks}, {{0, 10_ms}, {0, 10_ms}}, 5);
        const std::array wanted{0.0, 1.0, 2.0, 1.0, 1.0};
        for (std::size_t bin = 0; bin < wanted.size(); ++bin) {
            QVERIFY2(near(over.blocked.a[bin], wanted[bin]), qPrintable(QString::number(over.blocked.a[bin].value())));
            QCOMPARE(over.difference[bin], std::optional(0.0)); // beside itself: exactly
        }
        QCOMPARE(over.largest, 0.0);
    }
    void besideATraceThereIsNoNumberAndNoDifference() {
        const auto facts = lockedTwice();
        const auto locks = classesOfFamily(*facts, "lock");
        // B is aligned 4 ms later: its last two bins are beyond its end.
        const auto over = blockedOverTime({facts.get(), facts.get()}, {locks, locks}, {{0, 10_ms}, {4_ms, 14_ms}}, 5);
        QVERIFY(near(over.blocked.b[0], 2));
        QVERIFY(near(over.difference[0], 2));
        QVERIFY(!over.blocked.b[3] && !over.blocked.b[4]);
        QVERIFY(over.blocked.a[4]);
        QVERIFY(!over.difference[4]);
        QCOMPARE(over.largest, 2.0);
        // A bin that the trace covers half counts what it covers.
        const auto half = blockedOverTime({facts.get(), facts.get()}, {locks, locks}, {{9_ms, 11_ms}, {0, 2_ms}}, 1);
        QVERIFY(near(half.blocked.a[0], 1));
    }
    void theSidesChangedTheDifferenceIsNegatedExactly() {
        const auto facts = lockedTwice();
        const auto locks = classesOfFamily(*facts, "lock");
        const auto all = classesOfFamily(*facts, "all");
        const auto one = blockedOverTime({facts.get(), facts.get()}, {locks, all}, {{0, 9_ms}, {1_ms, 10_ms}}, 7);
        const auto other = blockedOverTime({facts.get(), facts.get()}, {all, locks}, {{1_ms, 10_ms}, {0, 9_ms}}, 7);
        for (std::size_t bin = 0; bin < one.difference.size(); ++bin)
            QCOMPARE(-other.difference[bin].value(), one.difference[bin].value());
    }
    void aRowHasTheWaitsOfItsKeyOnly() {
        const auto facts = lockedTwice();
        const RowKeys rows = rowKeysOf(*facts);
        for (const RowKey& key : rows.keys) {
            const auto classes = classesOfRow(*facts, key);
            for (std::size_t c = 1; c < classes.size(); ++c)
                QCOMPARE(classes[c] != 0, rows.keys[rows.rowOfClass[c]] == key);
        }
        const auto none =
            classesOfRow(*facts, RowKey{.primitive = "lock", .family = "lock", .functions = {"main.gone"}});
        QVERIFY(std::ranges::count(none, 1) == 0);
    }
};

QTEST_APPLESS_MAIN(TestBlockedOverTime)
#include "tst_blocked_over_time.moc"
