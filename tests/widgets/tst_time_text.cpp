// SPDX-License-Identifier: GPL-3.0-or-later
// Is an instant written the same way everywhere: from the start of the trace, from marker A, as the clock said?
#include "tests/support/story.h"
#include "widgets/common/view_state.h"
#include "widgets/common/written_times.h"
#include "widgets/inspector/events_model.h"

#include <QSignalSpy>
#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimeText : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        Story story;
        story.g(1).existed().runs(40_ms).waitsOn("sleep", {"time.Sleep", "main.main"}, 20_ms);
        told_ = std::const_pointer_cast<Trace>(story.told(100_ms));
        told_->wallClock = WallClock{.unixNanosecondsAtStart = 1'795'521'610'000'000'000}; // 2026-11-24 12:00:10
    }

    void anInstantCountsFromTheStartUnlessToldOtherwise() {
        const TimeText times(*told_, TimeFormat::SinceStart, 30_ms);
        QCOMPARE(times.text(40_ms), QStringLiteral("40 ms"));
        QCOMPARE(times.exact(40_ms), QStringLiteral("40,000,000 ns"));
        QCOMPARE(times.ends({40_ms, 41_ms}), QStringLiteral("40 ms … 41 ms"));
        QCOMPARE(times.meaning(), QStringLiteral("time since the start of the trace"));
    }

    void fromMarkerAItSaysWhetherBeforeOrBehind() {
        const TimeText times(*told_, TimeFormat::SinceA, 30_ms);
        QCOMPARE(times.text(40_ms), QStringLiteral("A+10 ms"));
        QCOMPARE(times.text(25_ms), QStringLiteral("A-5 ms"));
        QCOMPARE(times.ends({25_ms, 40_ms}), QStringLiteral("A-5 ms … A+10 ms"));
        QCOMPARE(times.exact(30_ms + 1), QStringLiteral("A+1 ns"));
        QCOMPARE(TimeText(*told_, TimeFormat::SinceA, {}).text(40_ms), QStringLiteral("40 ms")); // no marker yet
    }

    void byTheClockItIsAsExactAsTheTraceIsShort() {
        QCOMPARE(TimeText(*told_, TimeFormat::WallClock, {}).text(40_ms), QStringLiteral("12:00:10.0400"));
        told_->duration = 100'000_ms;
        const TimeText times(*told_, TimeFormat::WallClock, {});
        QCOMPARE(times.text(40_ms), QStringLiteral("12:00:10.040"));
        QCOMPARE(times.exact(40_ms + 7), QStringLiteral("12:00:10.040000007 UTC"));
        told_->wallClock.reset();
        QCOMPARE(TimeText(*told_, TimeFormat::WallClock, {}).text(40_ms), QStringLiteral("40 ms"));
    }

    void ticksAreRoundInWhatTheyCountFrom() {
        const TimeAxis axis{.range = {0, 100_ms}, .left = 0, .width = 1000};
        for (const Tick& tick : TimeText(*told_, TimeFormat::SinceA, 3_ms).ticks(axis, 90))
            QCOMPARE((tick.time - 3_ms) % 10_ms, Time(0));
        told_->wallClock->unixNanosecondsAtStart += 3_ms;
        const auto clock = TimeText(*told_, TimeFormat::WallClock, {}).ticks(axis, 90);
        QVERIFY(clock.size() > 2);
        for (const Tick& tick : clock)
            QCOMPARE((tick.time + 3_ms) % 10_ms, Time(0));
        QCOMPARE(clock.front().label, std::string("12:00:10.02"));
    }

    void aTableFollowsTheFormatAndTheMarker() {
        const auto facts = computeFacts(told_);
        ViewState state;
        state.show(facts);
        EventsModel events;
        writeTimesAs(&state, &events);
        events.show(facts, {{EventKind::Block, facts->trace->goroutines.spans({0}).begin + 1}});
        const auto at = [&] { return events.index(0, EventsModel::At).data().toString(); };
        QCOMPARE(at(), QStringLiteral("40,000,000 ns"));
        QSignalSpy changed(&events, &QAbstractItemModel::dataChanged);
        state.marks().setA(30_ms);
        QCOMPARE(changed.count(), 0); // which does not count yet
        state.setTimeFormat(TimeFormat::SinceA);
        QCOMPARE(at(), QStringLiteral("A+10,000,000 ns"));
        state.marks().setA(50_ms);
        QCOMPARE(at(), QStringLiteral("A-10,000,000 ns"));
        QCOMPARE(changed.count(), 2);
        state.setTimeFormat(TimeFormat::WallClock);
        QCOMPARE(at(), QStringLiteral("12:00:10.040000000 UTC"));
    }

  private:
    std::shared_ptr<Trace> told_;
};

QTEST_MAIN(TestTimeText)
#include "tst_time_text.moc"
