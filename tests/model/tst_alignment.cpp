// SPDX-License-Identifier: GPL-3.0-or-later
// Which time of one trace lies over which of another.
#include "model/compare/alignment.h"

#include <QTest>

using namespace waitscope;

class TestAlignment : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void thereAndBackIsTheSameRangeForEveryShift() {
        for (const Time shift : {Time(0), Time(1), Time(-7), Time(3'600'000'000'000), Time(-3'600'000'000'000)})
            for (const TimeRange range : {TimeRange{0, 100}, TimeRange{5, 6}, TimeRange{1'000'000, 9'000'000'000}}) {
                QCOMPARE(rangeOfA(rangeOfB(range, {shift}), {shift}), range);
                QCOMPARE(rangeOfB(range, {shift}).length(), range.length());
            }
    }
    void alignedAtTheStartTheFirstMomentsAgree() { QCOMPARE(rangeOfB({0, 10}, alignedAtStart()).begin, Time(0)); }
    void alignedAtTheEndTheLastMomentsAgree() {
        QCOMPARE(rangeOfB({90, 100}, alignedAtEnd(100, 30)).end, Time(30));
        QCOMPARE(rangeOfA({20, 30}, alignedAtEnd(100, 30)).end, Time(100));
    }
    void alignedAsSeenTheLeftEdgesAgree() {
        const Alignment seen = alignedAsSeen({40, 50}, {7, 19});
        QCOMPARE(rangeOfB({40, 50}, seen).begin, Time(7));
        QCOMPARE(rangeOfA({7, 19}, seen).begin, Time(40));
    }
};

QTEST_APPLESS_MAIN(TestAlignment)
#include "tst_alignment.moc"
