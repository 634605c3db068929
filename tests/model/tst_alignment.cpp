// SPDX-License-Identifier: GPL-3.0-or-later
// Which time of one trace lies over which of another.
#include "model/compare/alignment.h"

#include <QTest>

#include <cstdlib>

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
    void stretchedOverEachOtherTheEdgesAgreeAndTheWayBackMissesAtMostOneNanosecond() {
        const TimeRange a{10, 3'000'000'017};
        const TimeRange b{5, 9'000'000'000'000};
        const Alignment stretched = stretchedOver(a, b);
        QVERIFY(stretched.isStretched());
        QCOMPARE(rangeOfB(a, stretched), b);
        QCOMPARE(rangeOfA(b, stretched), a);
        QVERIFY(std::abs(timeOfA(timeOfB(1'234'567'891, stretched), stretched) - 1'234'567'891) <= 1);
    }
    void alignedAtAnInstantWhatIsStretchedStaysSo() {
        const Alignment at = alignedAt(1'000, 7, {.lengthA = 2, .lengthB = 5});
        QCOMPARE(timeOfB(1'000, at), Time(7));
        QCOMPARE(timeOfB(1'002, at), Time(12));
    }
    void theSidesSwappedTheSameInstantsLieOverEachOther() {
        for (const Alignment& one : {alignedAt(10, 400), stretchedOver({0, 1'000}, {50, 5'050})}) {
            QCOMPARE(timeOfB(450, swapped(one)), timeOfA(450, one));
            QCOMPARE(timeOfA(450, swapped(one)), timeOfB(450, one));
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
