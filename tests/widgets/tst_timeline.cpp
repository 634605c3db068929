// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline under a real mouse and real keys, and the colours it paints.
#include "tests/support/story.h"
#include "widgets/timeline/timeline_picture.h"
#include "widgets/timeline/timeline_view.h"

#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.handler"};

std::shared_ptr<const TraceFacts> scene(int handlers = 20) {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    for (int i = 0; i < handlers; ++i)
        story.g(10 + i).entry("main.handler").bornAt(10_ms).createdBy(1).runs(10_ms).waitsOn("sync", lockStack, 1_ms);
    story.g(5).entry("main.woken").runs(10_ms).waitsOn("sync", lockStack, 40_ms).wokenBy(1).runs(10_ms).ends();
    return computeFacts(story.told(100_ms));
}

void turnWheel(QWidget* widget, const QPoint& at, int eighths, Qt::KeyboardModifiers modifiers) {
    QWheelEvent event(at, widget->mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QApplication::sendEvent(widget, &event);
}

} // namespace

class TestTimeline : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        state_ = std::make_unique<ViewState>();
        view_ = std::make_unique<TimelineView>(state_.get());
        view_->resize(1220 + canvasRight + view_->verticalScrollBar()->sizeHint().width(), 500);
        state_->show(scene());
        view_->show();
        QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
        view_->setFocus();
    }

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

    void ctrlWheelZoomsAtTheMouseAndShiftWheelMoves() {
        const TimeRange before = state_->visibleRange();
        const QPoint at(720, 200);
        turnWheel(view_->viewport(), at, 120, Qt::ControlModifier);
        const TimeRange closer = state_->visibleRange();
        QVERIFY(closer.length() < before.length());
        QVERIFY(qAbs((closer.begin + closer.length() / 2) - 50_ms) < 1_ms);
        turnWheel(view_->viewport(), at, -120, Qt::ShiftModifier);
        QVERIFY(state_->visibleRange().begin > closer.begin);
        QCOMPARE(state_->visibleRange().length(), closer.length());
    }

    void keysZoomAndPanAndComeBack() {
        const TimeRange whole = state_->visibleRange();
        for (int i = 0; i < 4; ++i) // room to move to
            QTest::keyClick(view_.get(), Qt::Key_W);
        const TimeRange closer = state_->visibleRange();
        QVERIFY(closer.length() < whole.length());
        QTest::keyClick(view_.get(), Qt::Key_D);
        QVERIFY(state_->visibleRange().begin > closer.begin);
        QTest::keyClick(view_.get(), Qt::Key_A);
        QCOMPARE(state_->visibleRange(), closer);
        QTest::keyClick(view_.get(), Qt::Key_Home);
        QCOMPARE(state_->visibleRange(), whole);
    }

    void aClickSelectsTheSpanUnderTheMouse() {
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(view_->rows().rowOf(goroutine(5)), 30_ms));
        const auto* selected = std::get_if<SpanSelection>(&state_->selection());
        QVERIFY(selected != nullptr);
        QCOMPARE(selected->goroutine.value, goroutine(5).value);
        QCOMPARE(state_->facts()->trace->spans.state(selected->span), GoroutineState::Waiting);
        QVERIFY(view_->accessibleDescription().contains(QStringLiteral("mutex")));
    }

    void dotAndCommaGoFromSpanToSpanAndUGoesToTheWaker() {
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(view_->rows().rowOf(goroutine(5)), 30_ms));
        QTest::keyClick(view_.get(), Qt::Key_Period);
        QCOMPARE(stateOfSelection(), GoroutineState::Runnable);
        QTest::keyClick(view_.get(), Qt::Key_Comma);
        QCOMPARE(stateOfSelection(), GoroutineState::Waiting);
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(1).value);
        QCOMPARE(stateOfSelection(), GoroutineState::Running);
    }

    void anOpenWaitHasNoWakerAndSaysSo() {
        state_->select(SpanSelection{goroutine(12), state_->facts()->trace->lastSpan(goroutine(12))});
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(messages.count(), 1);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(12).value);
    }

    void aGoroutineSelectedElsewhereUnfoldsItsGroupAndIsSeen() {
        const GoroutineIndex g = goroutine(25);
        const std::size_t group = view_->rows().rowOf(g).group;
        QVERIFY(view_->rows().isFolded(group));
        state_->select(GoroutineSelection{g});
        QVERIFY(!view_->rows().isFolded(group));
        const TimelineRow row = view_->rows().rowOf(g);
        QCOMPARE(row.kind, TimelineRow::Kind::Goroutine);
        const int y = row.top - view_->verticalScrollBar()->value();
        QVERIFY(y >= 0 && y < view_->viewport()->height());
    }

    void aClickFoldsAndUnfoldsAGroup() {
        const std::size_t group = view_->rows().rowOf(goroutine(10)).group;
        const QPoint header = pointOf(view_->rows().rowOfGroup(group), 50_ms);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, QPoint(40, header.y()));
        QVERIFY(!view_->rows().isFolded(group));
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                          QPoint(40, pointOf(view_->rows().rowOfGroup(group), 0).y()));
        QVERIFY(view_->rows().isFolded(group));
    }

    void draggingChoosesARangeZZoomsToItAndEscapeTakesItBack() {
        const TimelineRow row = view_->rows().rowOf(goroutine(1));
        drag(pointOf(row, 20_ms), pointOf(row, 60_ms));
        QVERIFY(qAbs(view_->brushedRange().begin - 20_ms) < 1_ms);
        QVERIFY(qAbs(view_->brushedRange().end - 60_ms) < 1_ms);
        QTest::keyClick(view_.get(), Qt::Key_Escape);
        QVERIFY(view_->brushedRange().empty());
        drag(pointOf(row, 20_ms), pointOf(row, 60_ms));
        QTest::keyClick(view_.get(), Qt::Key_Z);
        QVERIFY(qAbs(state_->visibleRange().begin - 20_ms) < 1_ms);
        QVERIFY(qAbs(state_->visibleRange().length() - 40_ms) < 1_ms);
    }

    void theMouseTellsAllViewsItsTime() {
        QSignalSpy hover(state_.get(), &ViewState::hoverTimeChanged);
        QTest::mouseMove(view_->viewport(), pointOf(view_->rows().rowOf(goroutine(1)), 40_ms));
        QVERIFY(!hover.isEmpty());
        QVERIFY(qAbs(hover.last().front().value<Time>() - 40_ms) < 1_ms);
    }

    void aFoldedGroupOfTenThousandShowsItsOneBlockedGoroutine() {
        Story story;
        for (int i = 0; i < 10'000; ++i)
            story.g(i + 1).entry("main.many").runs(100_ms);
        story.g(20'000).entry("main.many").runs(1_ms).waitsOn("sync", lockStack, 1_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const TimelineRow row = view_->rows().rowOf({0});
        QVERIFY(view_->rows().isFolded(row.group));
        QTRY_VERIFY(hasColour(view_->grab().toImage(), row, 50_ms, colourOf(StateFamily::Lock).rgb()));
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
        const auto rows = static_cast<std::size_t>(view_->height() / TimelineRows::rowHeight + 2);
        const auto pixels = static_cast<std::size_t>(view_->width());
        QVERIFY2(view_->lastFrameWork() <= 8 * rows * pixels, qPrintable(QString::number(view_->lastFrameWork())));
        QVERIFY(view_->lastFrameWork() > pixels);
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

  private:
    [[nodiscard]] GoroutineIndex goroutine(std::int64_t id) const { return state_->facts()->trace->findGoroutine(id); }
    [[nodiscard]] QPoint pointOf(const TimelineRow& row, Time t) const {
        const TimeAxis axis{.range = state_->visibleRange(),
                            .width = static_cast<double>(view_->viewport()->width() - canvasLeft - canvasRight)};
        return {static_cast<int>(axis.x(t)),
                TimelinePainter::rulerHeight + row.top - view_->verticalScrollBar()->value() + row.height / 2};
    }
    // A pixel of the bar that no text or arrow covers: a little below its top.
    [[nodiscard]] QRgb colourAt(const QImage& image, const TimelineRow& row, Time t) const {
        const QPoint at = pointOf(row, t);
        return image.pixel(at.x(), at.y() - row.height / 2 + 3);
    }
    [[nodiscard]] bool hasColour(const QImage& image, const TimelineRow& row, Time t, QRgb colour) const {
        const QPoint at = pointOf(row, t);
        for (int y = at.y() - row.height / 2; y < at.y() + row.height / 2; ++y)
            if (image.pixel(at.x(), y) == colour)
                return true;
        return false;
    }
    [[nodiscard]] GoroutineState stateOfSelection() const {
        const auto* selected = std::get_if<SpanSelection>(&state_->selection());
        return selected == nullptr ? GoroutineState::Unknown : state_->facts()->trace->spans.state(selected->span);
    }
    void drag(const QPoint& from, const QPoint& to) const {
        QTest::mousePress(view_->viewport(), Qt::LeftButton, {}, from);
        QTest::mouseMove(view_->viewport(), (from + to) / 2);
        QTest::mouseMove(view_->viewport(), to);
        QTest::mouseRelease(view_->viewport(), Qt::LeftButton, {}, to);
    }

    std::unique_ptr<ViewState> state_;
    std::unique_ptr<TimelineView> view_;
};

QTEST_MAIN(TestTimeline)
#include "tst_timeline.moc"
