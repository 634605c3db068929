// SPDX-License-Identifier: GPL-3.0-or-later
// The table of differences, and the panel around it.
#include "tests/support/story.h"
#include "widgets/common/text_table.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/compare/delta_rows_model.h"
#include "widgets/compare/delta_strip.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using test::Story;

namespace {

// So many goroutines wait for a lock at main.get, and one for a channel at `place`.
std::shared_ptr<const TraceFacts> waiters(int count, const std::string& place) {
    Story story;
    for (int g = 1; g <= count; ++g)
        story.g(g).runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 50_ms).runs(1_ms).ends();
    story.g(900).runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", place}, 60_ms).runs(1_ms).ends();
    return computeFacts(story.told(100_ms));
}

std::shared_ptr<const Comparison> compared(const HandPairing& byHand = {}) {
    return std::make_shared<const Comparison>(
        compareTraces(waiters(60, "main.before"), waiters(2, "main.behind"), {.byHand = byHand}));
}

int column(DeltaColumn column) {
    return static_cast<int>(column);
}

} // namespace

class TestDeltaRows : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theModelKeepsTheRulesWhateverIsDoneToIt() {
        DeltaRowsModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(compared());
        QVERIFY(model.rowCount() >= 3);
        for (int c = -1; c < DeltaRowsModel::columns; ++c)
            for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder})
                model.sort(c, order);
        model.setFilter(QStringLiteral("lock"));
        model.setMeasure(DeltaMeasure::Share);
        model.setStale(true);
        model.show(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
    void theLargestChangeIsFirstAndUnknownFiguresAreLast() {
        DeltaRowsModel model;
        model.show(compared());
        QCOMPARE(model.index(0, column(DeltaColumn::Primitive)).data().toString(), QStringLiteral("lock"));
        const std::string first = model.rowAt(0).key.a.text();
        for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            model.sort(column(DeltaColumn::A), order);
            QVERIFY(!model.rowAt(model.rowCount() - 1).metrics.a); // only B has it
        }
        model.sort(-1);
        QCOMPARE(model.rowAt(0).key.a.text(), first);
    }
    void theStripCountsTheFamilyThatItIsToldOrARow() {
        DeltaStrip strip;
        strip.resize(800, strip.sizeHint().height());
        strip.show();
        strip.setTraces({waiters(60, "main.before"), waiters(2, "main.behind")});
        strip.setRanges({{0, 100_ms}, {0, 100_ms}});
        const auto largest = [&](auto choose) {
            choose();
            (void)QTest::qWaitFor([&] { return !strip.busy(); });
            return strip.numbers().largest;
        };
        QCOMPARE(std::lround(largest([&] { strip.setFamily("lock"); })), 58);
        QCOMPARE(std::lround(largest([&] { strip.setFamily("channel"); })), 0); // one waits in both
        const auto row = compared()->rows.front();
        QCOMPARE(std::lround(largest([&] { strip.setRow(row.key, QStringLiteral("the lock")); })), 58);
        QVERIFY(strip.accessibleDescription().startsWith(QStringLiteral("the lock")));
        largest([&] { strip.setFamily("channel"); });
        QVERIFY(strip.accessibleDescription().startsWith(QStringLiteral("all channel waits")));
    }
    void whatASideDoesNotHaveIsADashAndNotZero() {
        DeltaRowsModel model;
        model.show(compared());
        for (int row = 0; row < model.rowCount(); ++row) {
            const bool there = model.rowAt(row).metrics.a.has_value();
            QCOMPARE(model.index(row, column(DeltaColumn::A)).data().toString() == QStringLiteral("–"), !there);
        }
    }
    void theMeasureSaysWhatAAndBAreOf() {
        DeltaRowsModel model;
        model.show(compared());
        const QString concurrency = model.index(0, column(DeltaColumn::A)).data().toString();
        model.setMeasure(DeltaMeasure::Share);
        const QString share = model.index(0, column(DeltaColumn::A)).data().toString();
        QVERIFY(share.endsWith(QStringLiteral("%")));
        QVERIFY(!concurrency.endsWith(QStringLiteral("%")));
        QVERIFY(model.headerData(column(DeltaColumn::A), Qt::Horizontal, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("share")));
    }
    void aFilterFindsPrimitivePlaceAndVerdict() {
        DeltaRowsModel model;
        model.show(compared());
        model.setFilter(QStringLiteral("main.behind"));
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(!model.rowAt(0).metrics.a);
        model.setFilter(QStringLiteral("LOCK"));
        QCOMPARE(model.rowCount(), 1);
    }
    void aChosenRowStaysChosenAsNumbersBecomeVerdicts() {
        ComparePanel panel;
        const auto first = compared();
        Comparison unjudged = *first;
        unjudged.judged = false;
        panel.show(std::make_shared<const Comparison>(unjudged));
        QSignalSpy chosen(&panel, &ComparePanel::rowChosen);
        panel.chooseFirst();
        QCOMPARE(chosen.size(), 1);
        const auto key = panel.chosen()->key;
        panel.show(first);
        QVERIFY(panel.chosen());
        QCOMPARE(panel.chosen()->key, key);
        QVERIFY(panel.chosen() == &first->rows[0]); // of the new one
        panel.show(nullptr);
        QVERIFY(!panel.chosen());
    }
    void rowsArePairedByHand() {
        const auto before = compared();
        Both<RowKey> key;
        for (const ComparedRow& row : before->rows)
            if (row.primitive() == "chan receive")
                (row.metrics.a ? key.a : key.b) = row.metrics.a ? row.key.a : row.key.b;
        const auto after = compared({.pairs = {{key.a.text(), key.b.text()}}, .apart = {}});
        DeltaRowsModel model;
        model.show(after);
        const int row = model.rowOf(key);
        QVERIFY(row >= 0);
        QCOMPARE(model.index(row, column(DeltaColumn::Match)).data().toString(), QStringLiteral("by hand"));
    }
    void theTableIsCopiedAsMarkdown() {
        ComparePanel panel;
        panel.show(compared());
        const QString text = panel.markdown();
        QVERIFY(text.contains(QStringLiteral("| Verdict |")));
        QVERIFY(text.contains(QStringLiteral("lock")));
    }
};

QTEST_MAIN(TestDeltaRows)
#include "tst_delta_rows.moc"
