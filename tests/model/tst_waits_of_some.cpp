// SPDX-License-Identifier: GPL-3.0-or-later
// Does a table of some goroutines count their waits, and nobody else's?
#include "model/waits/wait_table.h"
#include "tests/support/recordings.h"

#include <QTest>

using namespace waitscope;

class WaitsOfSomeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theWaitsOfSomeAndOfTheOthersAreAllWaits_data() {
        QTest::addColumn<QString>("file");
        for (const std::string& file : test::filesBelow(WAITSCOPE_TEST_DATA, ".trace"))
            QTest::newRow(file.c_str()) << QString::fromStdString(file);
    }
    void theWaitsOfSomeAndOfTheOthersAreAllWaits() {
        QFETCH(const QString, file);
        const auto facts = computeFacts(loadTrace(file.toStdString()).trace);
        const TimeRange range{facts->trace->duration / 4, facts->trace->duration};
        std::vector<GoroutineIndex> some, others;
        for (std::uint32_t g = 0; g < facts->trace->goroutines.size(); ++g)
            (g % 3 == 0 ? some : others).push_back({g});
        const WaitTable ofAll = computeWaitTable(*facts, {.range = range});
        const WaitTable ofSome = computeWaitTable(*facts, {.range = range, .only = some});
        const WaitTable ofOthers = computeWaitTable(*facts, {.range = range, .only = others});
        QCOMPARE(ofSome.waits() + ofOthers.waits(), ofAll.waits());
        QCOMPARE(ofSome.goroutineTime + ofOthers.goroutineTime, ofAll.goroutineTime);
        QCOMPARE(ofSome.runtimeWaits + ofOthers.runtimeWaits, ofAll.runtimeWaits);
        for (const WaitRow& row : ofAll.rows) {
            Time total = 0;
            std::uint64_t goroutines = 0;
            for (const WaitTable* const part : {&ofSome, &ofOthers})
                for (const WaitRow& one : part->rows)
                    if (one.key == row.key) {
                        total += one.total();
                        goroutines += one.goroutines;
                    }
            QCOMPARE(total, row.total());
            QCOMPARE(goroutines, row.goroutines);
        }
    }

    void theOrderOfTheGoroutinesDoesNotMatter() {
        const auto facts = computeFacts(loadTrace(WAITSCOPE_TEST_DATA "/small-go1.26.trace").trace);
        std::vector<GoroutineIndex> all;
        for (std::uint32_t g = 0; g < facts->trace->goroutines.size(); ++g)
            all.push_back({g});
        const WaitTable forwards = computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .only = all});
        std::ranges::reverse(all);
        const WaitTable backwards = computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .only = all});
        QCOMPARE(backwards.rows.size(), forwards.rows.size());
        for (std::size_t r = 0; r < forwards.rows.size(); ++r) {
            QVERIFY(backwards.rows[r].key == forwards.rows[r].key);
            QCOMPARE(backwards.rows[r].p99, forwards.rows[r].p99);
            QCOMPARE(backwards.rows[r].peakBlocked, forwards.rows[r].peakBlocked);
        }
    }
};

QTEST_APPLESS_MAIN(WaitsOfSomeTest)
#include "tst_waits_of_some.moc"
