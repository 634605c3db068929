// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/time_axis.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;

class TestTimeAxis : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void timesBeforeTheOriginHaveASign() {
        const auto ticks = ticksOf({.range = {-25'000'000, 25'000'000}, .left = 0, .width = 500});
        QCOMPARE(ticks.front().time, -20'000'000);
        QCOMPARE(ticks.front().label, std::string("-0.02 s"));
        QCOMPARE(ticks.back().label, std::string("0.02 s"));
    }

    void aLongTraceOnANarrowAxisDoesNotOverflow() {
        const TimeAxis axis{.range = {0, INT64_MAX / 4}, .left = 220, .width = 1};
        QVERIFY(axis.timeAt(300) > INT64_MAX / 2);
        QVERIFY(axis.timeAt(0) < -(INT64_MAX / 2));
        QCOMPARE(axis.timeAt(220), 0);
    }

    void aPixelMapsToATimeAndBack() {
        const TimeAxis axis{.range = {1_s, 3_s}, .left = 220, .width = 1000};
        QCOMPARE(axis.x(1_s), 220.0);
        QCOMPARE(axis.x(3_s), 1220.0);
        for (double x = 220; x <= 1220; x += 10)
            QVERIFY(qAbs(axis.x(axis.timeAt(x)) - x) < 0.001);
    }

    void zoomKeepsTheInstantUnderTheMouse() {
        const TimeAxis axis{.range = {1_s, 3_s}, .left = 220, .width = 1000};
        const Time under = axis.timeAt(500);
        TimeAxis closer = axis;
        closer.range = axis.zoomed(0.5, 500);
        QVERIFY(qAbs(closer.timeAt(500) - under) <= 2);
        QVERIFY(qAbs(closer.range.length() - 1_s) <= 1);
    }

    void anEmptyRangeOrNoWidthIsNoDivisionByZero() {
        const TimeAxis empty{.range = {5, 5}, .left = 10, .width = 100};
        QCOMPARE(empty.x(7), 10.0);
        QVERIFY(ticksOf(empty).empty());
        const TimeAxis flat{.range = {0, 10}, .left = 10, .width = 0};
        QCOMPARE(flat.timeAt(50), Time(0));
        QVERIFY(ticksOf(flat).empty());
    }

    void ticksAreRoundNumbersInOneUnit() {
        const auto ticks = ticksOf({.range = {0, 5_s}, .left = 0, .width = 1000});
        QCOMPARE(ticks.front().time, Time(0));
        QCOMPARE(QString::fromStdString(ticks.front().label), QStringLiteral("0.0 s"));
        QCOMPARE(QString::fromStdString(ticks.at(1).label), QStringLiteral("0.5 s"));
        QCOMPARE(ticks.size(), std::size_t{11});
    }

    void deepZoomFarFromTheStartWritesDifferences() {
        const auto ticks = ticksOf({.range = {4'000'000'100, 4'000'000'900}, .left = 0, .width = 900});
        QVERIFY(ticks.size() >= 4);
        QVERIFY(!QString::fromStdString(ticks.front().label).startsWith(u'+'));
        QVERIFY(QString::fromStdString(ticks.at(1).label).startsWith(u'+'));
    }
};

QTEST_APPLESS_MAIN(TestTimeAxis)
#include "tst_time_axis.moc"
