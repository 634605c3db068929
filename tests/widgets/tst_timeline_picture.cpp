// SPDX-License-Identifier: GPL-3.0-or-later
// What does the timeline paint, on the screen and as a picture?
#include "model/reader/load.h"
#include "model/report/text.h"
#include "tests/widgets/shown_timeline.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_picture.h"
#include "widgets/timeline/timeline_tooltip.h"

#include <cstdlib>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimelinePicture : public ShownTimeline {
    Q_OBJECT

  private Q_SLOTS:
    void init() { show(); }

    void spansHaveTheColoursOfTheirStates() {
        const QImage image = view_->grab().toImage();
        const TimelineRow main = view_->rows().rowOf({0});
        QCOMPARE(colourAt(image, main, 50_ms), colourOf(StateFamily::Running).rgb());
        const TimelineRow woken = view_->rows().rowOf(goroutine(5));
        QCOMPARE(colourAt(image, woken, 5_ms), colourOf(StateFamily::Running).rgb());
        const QRgb wait = colourAt(image, woken, 30_ms);
        QVERIFY(wait == colourOf(StateFamily::Lock).rgb() || wait == colourOf(StateFamily::Lock).darker(128).rgb());
        QCOMPARE(colourAt(image, woken, 90_ms), canvasColours(false).background.rgb()); // it has ended
    }

    void aFrameReadsPixelsNotSpans() {
        Story story;
        for (int i = 0; i < 40; ++i) {
            auto& g = story.g(i + 1);
            g.entry("main.worker" + std::to_string(i));
            for (int round = 0; round < 3000; ++round)
                g.runs(20_us).waitsOn("sync", lockStack, 10_us).wokenByRuntime();
        }
        state_->show(computeFacts(story.told(100_ms)));
        (void)view_->grab();
        const auto rows = static_cast<std::size_t>(view_->height() / view_->rows().sizes().row + 2);
        const auto pixels = static_cast<std::size_t>(view_->width());
        QVERIFY2(view_->lastFrameWork() <= 8 * rows * pixels, qPrintable(QString::number(view_->lastFrameWork())));
        QVERIFY(view_->lastFrameWork() > pixels);
    }

    void theArrowOfAWakeUpComesFromWhoDidIt() {
        const TimelineRow woken = view_->rows().rowOf(goroutine(5));
        const QImage before = view_->grab().toImage();
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(woken, 30_ms));
        const QImage after = view_->grab().toImage();
        // At the end of the wait, half way between both rows, there is a line now.
        const int x = pointOf(woken, 50_ms).x();
        const int y = (pointOf(woken, 0).y() + pointOf(view_->rows().rowOf(goroutine(1)), 0).y()) / 2;
        bool drawn = false;
        for (int dx = -2; dx <= 2; ++dx)
            drawn = drawn || before.pixel(x + dx, y) != after.pixel(x + dx, y);
        QVERIFY(drawn);
    }

    void unusualTracesLookRight_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QSize>("size");
        for (const char* what : {"no goroutine", "one event", "an hour", "a nanosecond", "long times", "long names"})
            for (const QSize size : {QSize(900, 500), QSize(300, 200), QSize(3840, 2160)})
                QTest::newRow(qPrintable(QStringLiteral("%1 in %2").arg(QLatin1String(what)).arg(size.width())))
                    << QString::fromLatin1(what) << size;
    }

    void unusualTracesLookRight() {
        QFETCH(QString, what);
        QFETCH(QSize, size);
        Story story;
        Time length = 100_ms;
        if (what == QStringLiteral("one event")) {
            story.g(1).existed().runs(0);
            length = 1;
        } else if (what == QStringLiteral("an hour")) {
            length = 3'600_s;
            story.g(1).existed().runs(length);
        } else if (what == QStringLiteral("a nanosecond")) {
            length = 1;
            story.g(1).existed().runs(1);
        } else if (what == QStringLiteral("long times")) {
            length = (Time{1} << 50) - 1; // the longest trace there is
            story.g(1).existed().runs(length);
        } else if (what == QStringLiteral("long names")) {
            story.g(1).existed().entry(std::string(10'000, 'x')).runs(length);
            story.g(2).existed().entry("main.\u05d0\u05d1\u05d2\u4e2d\u6587").runs(length);
        }
        view_->resize(size);
        state_->show(computeFacts(story.told(length)));
        const QImage image = view_->grab().toImage();
        QCOMPARE(image.size(), size);
        for (const auto key : {Qt::Key_W, Qt::Key_D, Qt::Key_Down, Qt::Key_Return, Qt::Key_F, Qt::Key_Home})
            QTest::keyClick(view_.get(), key);
        (void)view_->grab();
        if (what != QStringLiteral("no goroutine") && size.width() > 400) {
            const TimelineRow row = view_->rows().rowOf({0});
            if (what != QStringLiteral("one event"))
                QCOMPARE(colourAt(view_->grab().toImage(), row, length / 2), colourOf(StateFamily::Running).rgb());
        }
    }

    void theRowWithTheKeysHasAFrameAndKeepsItsColours() {
        QTRY_VERIFY(view_->hasFocus());
        const QImage with = view_->grab().toImage();
        view_->clearFocus();
        const QImage without = view_->grab().toImage();
        QVERIFY(with != without);
        const QPoint inside(canvasLeft - 4, pointOf(view_->rows().rowAt(0), 0).y());
        QCOMPARE(with.pixel(inside), without.pixel(inside));
    }

    void aNarrowCanvasHasAsMuchRoomForTimeAsForLabels() {
        view_->resize(284 + view_->verticalScrollBar()->sizeHint().width(), 400);
        QTest::mouseMove(view_->viewport(), {10, 10});
        const TimelineRow row = view_->rows().rowOf(goroutine(5));
        const int left = CanvasSizes().left(view_->viewport()->width());
        const int axis = view_->viewport()->width() - left - canvasRight;
        QVERIFY(std::abs(axis - left) <= 1);
        const QImage image = view_->grab().toImage();
        const int y = view_->rows().sizes().ruler + row.top + 3;
        QCOMPARE(image.pixel(left + axis / 20, y), colourOf(StateFamily::Running).rgb()); // at 5 of 100 ms
        QCOMPARE(image.pixel(left + axis * 9 / 10, y), canvasColours(false).background.rgb());
    }

    void tooltipsSayWhatManyDidAtAnInstant() {
        const TraceFacts& facts = *state_->facts();
        const auto& group = view_->rows().groups()[view_->rows().rowOf(goroutine(10)).group];
        const Activity activity = activityOf(*facts.trace, facts.waits, group.members, {0, 100_ms}, 100);
        QCOMPARE(activityTooltip(activity, 15_ms), QStringLiteral("at 15 ms: 20 running"));
        QCOMPARE(activityTooltip(activity, 50_ms), QStringLiteral("at 50 ms: 20 lock wait"));
        QCOMPARE(activityTooltip(activity, 5_ms), QStringLiteral("at 5 ms: none of them is there"));
        QVERIFY(activityTooltip(activity, 200_ms).isEmpty());
    }

    void aTooltipSaysHowManyMoreRegionsLieUnderThePixel() {
        Story story;
        Teller& g = story.g(1).existed().runs(1_ms);
        for (int i = 0; i < 10; ++i)
            g.beginsRegion("step").runs(1_ms).endsRegion("step");
        const auto facts = computeFacts(story.told(100_ms));
        const QString tip = spanTooltip(*facts, {0}, facts->trace->spanAt({0}, 5_ms), {0, 50_ms});
        QCOMPARE(tip.count(QStringLiteral("region step, 1 ms")), 4);
        QVERIFY2(tip.contains(QStringLiteral("and 6 more under this pixel")), qPrintable(tip));
    }

    void tooltipsSayHowLargeTheHeapWasAndWhichProcessorAThreadHeld() {
        const auto facts = computeFacts(loadTrace(WAITSCOPE_TEST_DATA "/small-go1.26.trace").trace);
        const Time end = facts->trace->duration;
        const auto [live, goal] = facts->heap.before(end + 1);
        QVERIFY(live && goal);
        QCOMPARE(heapTooltip(facts->heap, end),
                 QStringLiteral("at %1: live %2, goal %3")
                     .arg(fromUtf8(durationText(end)), fromUtf8(bytesText(*live)), fromUtf8(bytesText(*goal))));
        QVERIFY(heapTooltip(state_->facts()->heap, 15_ms).isEmpty());
        std::uint32_t thread = 0;
        while (facts->notes.runs({thread}).empty())
            ++thread;
        const ThreadRun run = facts->notes.runs({thread}).front();
        QVERIFY(
            threadTooltip(*facts, {thread}, run.range)
                .contains(
                    QStringLiteral(" held processor %1 for ").arg(facts->trace->processors[run.processor.value].id)));
        const Time after = facts->notes.runs({thread}).back().range.end;
        QVERIFY(threadTooltip(*facts, {thread}, {after, after + 1}).contains(QStringLiteral("held no processor at")));
    }

    void noTraceIsAnEmptyCanvas() {
        state_->show(nullptr);
        (void)view_->grab();
        QTest::keyClick(view_.get(), Qt::Key_W);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, {400, 100});
    }

    void thePictureShowsTheSameColoursAtItsSize_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("scale");
        QTest::newRow("report") << QSize(1600, 900) << 1;
        QTest::newRow("small") << QSize(480, 320) << 1;
        QTest::newRow("2x") << QSize(1000, 600) << 2;
    }

    void thePictureShowsTheSameColoursAtItsSize() {
        QFETCH(QSize, size);
        QFETCH(int, scale);
        const QImage picture = renderTimeline(state_->facts(), {.size = size, .scale = scale});
        QCOMPARE(picture.size(), size * scale);
        QVERIFY(!picture.textKeys().isEmpty());
        int running = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                running += picture.pixel(x, y) == colourOf(StateFamily::Running).rgb() ? 1 : 0;
        QVERIFY(running > 1000);
    }

    void aPictureAtTwiceTheScaleIsTheSamePicture() {
        const QSize size(800, 500);
        const QImage once = renderTimeline(state_->facts(), {.size = size});
        const QImage twice = renderTimeline(state_->facts(), {.size = size, .scale = 2});
        int same = 0;
        for (int y = 0; y < size.height(); ++y)
            for (int x = 0; x < size.width(); ++x)
                same += once.pixel(x, y) == twice.pixel(2 * x, 2 * y) ? 1 : 0;
        QVERIFY(same > size.width() * size.height() * 8 / 10); // all but the edges of glyphs and stripes
    }
};

QTEST_MAIN(TestTimelinePicture)
#include "tst_timeline_picture.moc"
