// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline under a real mouse and real keys.
#include "model/reader/load.h"
#include "tests/widgets/shown_timeline.h"

#include <QClipboard>
#include <QLoggingCategory>
#include <QRegularExpression>
#include <QSignalSpy>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimeline : public ShownTimeline {
    Q_OBJECT

  private Q_SLOTS:
    void init() { show(); }

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

    void theRowThatKeysGoFromIsFramedAndStaysLegible() {
        // With logs, whose flags are filled, and with the collector's row, which is painted behind all others.
        const LoadResult loaded = loadTrace(WAITSCOPE_TEST_DATA "/small-go1.26.trace");
        QVERIFY(loaded.trace && !loaded.trace->logs.empty());
        state_->show(computeFacts(loaded.trace));
        QTRY_VERIFY(view_->rows().stickyHeight() > 0);
        const TimelineRow row = view_->rows().rowAt(0);
        view_->resize(view_->width(), 4000); // all rows are seen
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, {5, view_->rows().sizes().ruler + row.height / 2});
        const QImage image = view_->viewport()->grab().toImage();
        int dark = 0;
        for (int y = 2; y < row.height - 3; ++y)
            for (int x = 0; x < canvasLeft; ++x)
                dark += qGray(image.pixel(x, view_->rows().sizes().ruler + y)) < 128 ? 1 : 0;
        QVERIFY(dark > 0 && dark < canvasLeft * (row.height - 5) / 3);
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

    void fromAGoroutineAsAWholeDotGoesToItsFirstSpanInSightAndCommaToItsLast() {
        state_->select(GoroutineSelection{goroutine(5)});
        QTest::keyClick(view_.get(), Qt::Key_Period);
        QCOMPARE(stateOfSelection(), GoroutineState::Running);
        QCOMPARE(std::get<SpanSelection>(state_->selection()).span, state_->facts()->trace->spanAt(goroutine(5), 1_ms));
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        state_->select(SpanSelection{goroutine(5), {state_->facts()->trace->goroutines.spans(goroutine(5)).begin}});
        QTest::keyClick(view_.get(), Qt::Key_Comma); // there is none before
        QCOMPARE(messages.count(), 1);
        state_->select(GoroutineSelection{goroutine(5)});
        state_->setVisibleRange({20_ms, 30_ms});
        QTest::keyClick(view_.get(), Qt::Key_Comma);
        QCOMPARE(stateOfSelection(), GoroutineState::Waiting);
    }

    void whatCannotBePinnedOrHiddenSaysSo() {
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        view_->pinSelected();
        QCOMPARE(messages.count(), 1);
        view_->hideSelected();
        QCOMPARE(messages.count(), 2);
        QVERIFY(view_->choice().hidden.empty());
    }

    void anOpenWaitHasNoWakerAndSaysSo() {
        state_->select(SpanSelection{goroutine(12), state_->facts()->trace->lastSpan(goroutine(12))});
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(messages.count(), 1);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(12).value);
    }

    void theMouseMovesALineOverWhatIsDrawn() {
        const QPoint at = pointOf(view_->rows().rowOf(goroutine(1)), 40_ms);
        const QImage without = view_->grab().toImage();
        state_->setHoverTime(40_ms);
        const QImage with = view_->grab().toImage();
        QVERIFY(with.pixel(at) != without.pixel(at));
        state_->setHoverTime(-1);
        QCOMPARE(view_->grab().toImage(), without);
    }

    void draggingChoosesARangeZZoomsToItAndEscapeTakesItBack() {
        const TimelineRow row = view_->rows().rowOf(goroutine(1));
        drag(pointOf(row, 20_ms), pointOf(row, 60_ms));
        QVERIFY(qAbs(state_->chosenRange().begin - 20_ms) < 1_ms);
        QVERIFY(qAbs(state_->chosenRange().end - 60_ms) < 1_ms);
        QTest::keyClick(view_.get(), Qt::Key_Escape);
        QVERIFY(state_->chosenRange().empty());
        drag(pointOf(row, 20_ms), pointOf(row, 60_ms));
        QTest::keyClick(view_.get(), Qt::Key_Z);
        QVERIFY(qAbs(state_->visibleRange().begin - 20_ms) < 1_ms);
        QVERIFY(qAbs(state_->visibleRange().length() - 40_ms) < 1_ms);
    }

    void anEdgeOfTheChosenRangeIsDragged() {
        state_->choose({20_ms, 60_ms});
        const TimelineRow row = view_->rows().rowOf(goroutine(1));
        drag(pointOf(row, 60_ms), pointOf(row, 80_ms));
        QCOMPARE(state_->chosenRange().begin, 20_ms);
        QVERIFY(qAbs(state_->chosenRange().end - 80_ms) < 1_ms);
        drag(pointOf(row, 20_ms), pointOf(row, 40_ms));
        QVERIFY(qAbs(state_->chosenRange().begin - 40_ms) < 1_ms);
    }

    void escapeWhileAnEdgeIsDraggedLeavesTheRangeAsItWas() {
        state_->choose({20_ms, 60_ms});
        const TimelineRow row = view_->rows().rowOf(goroutine(1));
        take(Qt::LeftButton, pointOf(row, 60_ms), pointOf(row, 80_ms));
        QVERIFY(state_->chosenRange().end > 70_ms);
        QTest::keyClick(view_.get(), Qt::Key_Escape);
        QCOMPARE(state_->chosenRange(), (TimeRange{20_ms, 60_ms}));
        QTest::mouseMove(view_->viewport(), pointOf(row, 90_ms)); // the button is still down
        QTest::mouseRelease(view_->viewport(), Qt::LeftButton, {}, pointOf(row, 90_ms));
        QCOMPARE(state_->chosenRange(), (TimeRange{20_ms, 60_ms}));
    }

    void escapeTakesAMoveBackAndLeavesTheChosenRange() {
        view_->resize(view_->width(), 140);
        state_->setVisibleRange({40_ms, 60_ms});
        state_->choose({45_ms, 50_ms});
        const QPoint at(canvasLeft + 300, 100);
        take(Qt::MiddleButton, at, at - QPoint(100, 40));
        QVERIFY(state_->visibleRange().begin > 40_ms);
        QCOMPARE(view_->verticalScrollBar()->value(), 40);
        QTest::keyClick(view_.get(), Qt::Key_Escape);
        QCOMPARE(state_->visibleRange(), (TimeRange{40_ms, 60_ms}));
        QCOMPARE(view_->verticalScrollBar()->value(), 0);
        QCOMPARE(state_->chosenRange(), (TimeRange{45_ms, 50_ms}));
        QTest::mouseRelease(view_->viewport(), Qt::MiddleButton, {}, at);
    }

    void theRulerCountsFromWhatIsChosen() {
        const QImage sinceStart = view_->grab().toImage();
        state_->marks().setA(30_ms);
        const QImage withA = view_->grab().toImage();
        view_->setTimeFormat(TimeFormat::SinceA);
        QVERIFY(view_->grab().toImage() != withA);
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        view_->setTimeFormat(TimeFormat::WallClock); // a story does not say when it began
        QCOMPARE(messages.count(), 1);
        state_->marks().setA({});
        QCOMPARE(view_->grab().toImage(), sinceStart);
    }

    void theMouseTellsAllViewsItsTime() {
        QSignalSpy hover(state_.get(), &ViewState::hoverTimeChanged);
        QTest::mouseMove(view_->viewport(), pointOf(view_->rows().rowOf(goroutine(1)), 40_ms));
        QVERIFY(!hover.isEmpty());
        QVERIFY(qAbs(hover.last().front().value<Time>() - 40_ms) < 1_ms);
    }

    void uFollowsTheWakeUpsBack() {
        Story story;
        story.g(1).entry("main.first").existed().runs(30_ms).waitsOn("sync", lockStack, 70_ms);
        story.g(2).entry("main.second").existed().runs(1_ms).waitsOn("sync", lockStack, 20_ms).wokenBy(1).runs(70_ms);
        story.g(3).entry("main.third").existed().runs(1_ms).waitsOn("sync", lockStack, 40_ms).wokenBy(2).runs(50_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const GoroutineIndex third = goroutine(3);
        state_->select(SpanSelection{third, state_->facts()->trace->lastSpan(third)});
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(2).value);
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(1).value);
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        QTest::keyClick(view_.get(), Qt::Key_U); // it ran from the start: the walk ends
        QCOMPARE(messages.count(), 1);
        QCOMPARE(selectedGoroutine(state_->selection()).value, goroutine(1).value);
    }

    void whoWokeItIsBroughtIntoSightInTimeToo() {
        Story story;
        story.g(1).existed().runs(100_ms);
        story.g(2).existed().runs(1_ms).waitsOn("sync", lockStack, 10_ms).wokenBy(3).runs(80_ms);
        story.g(3).existed().waitsOn("chan receive", {"runtime.chanrecv1", "main.wake"}, 10_ms).wokenBy(1).runs(2_ms);
        story.g(3).waitsOn("chan receive", {"runtime.chanrecv1", "main.wake"}, 0);
        state_->show(computeFacts(story.told(100_ms)));
        state_->setVisibleRange({60_ms, 70_ms});
        const GoroutineIndex sleeper = goroutine(2);
        state_->select(SpanSelection{sleeper, state_->facts()->trace->spanAt(sleeper, 65_ms)});
        QTest::keyClick(view_.get(), Qt::Key_U);
        QCOMPARE(selectedGoroutine(state_->selection()), goroutine(3));
        QVERIFY(state_->visibleRange().contains(10_ms) && state_->visibleRange().length() == 10_ms);
    }

    void uOfATaskGoesToWhoEndedItsLongestWait() {
        Story story;
        story.g(1).entry("main.holder").existed().runs(100_ms);
        story.g(2)
            .existed()
            .runs(1_ms)
            .beginsTask(7, "request")
            .beginsRegion("answer")
            .waitsOn("sync", lockStack, 20_ms)
            .wokenBy(1)
            .runs(1_ms)
            .endsRegion("answer")
            .endsTask(7)
            .runs(70_ms);
        state_->show(computeFacts(story.told(100_ms)));
        state_->select(TaskSelection{{0}});
        QTest::keyClick(view_.get(), Qt::Key_U);
        QTRY_COMPARE(selectedGoroutine(state_->selection()).value, goroutine(1).value);
        state_->select({});
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        QTest::keyClick(view_.get(), Qt::Key_U); // nothing is selected: it says what to do
        QCOMPARE(messages.count(), 1);
    }

    void theLongestWaitOfWhatIsSelectedComesFirstThenTheNext() {
        Story story;
        story.g(1).existed().runs(100_ms);
        for (const Time length : {5_ms, 30_ms, 20_ms})
            story.g(2).existed().entry("main.two").runs(1_ms).waitsOn("sync", lockStack, length).wokenBy(1);
        story.g(2).runs(1_ms);
        story.g(3).existed().entry("main.three").runs(1_ms).waitsOn("sync", lockStack, 50_ms).wokenBy(1).runs(1_ms);
        state_->show(computeFacts(story.told(100_ms)));
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        const auto next = [&] {
            const Selection before = state_->selection();
            view_->goToLongestWait();
            const auto answered = [&] { return state_->selection() != before || messages.count() > 0; };
            const bool came = QTest::qWaitFor(answered);
            const auto* const span = std::get_if<SpanSelection>(&state_->selection());
            return came && span != nullptr ? state_->facts()->trace->spans.range(span->span).length() : 0;
        };
        QCOMPARE(next(), 50_ms); // of all
        state_->select(GoroutineSelection{goroutine(2)});
        state_->setVisibleRange(state_->facts()->trace->wholeRange());
        for (const Time expected : {30_ms, 20_ms, 5_ms})
            QCOMPARE(next(), expected);
        QCOMPARE(messages.count(), 0);
        (void)next(); // there is none: it says so and stays
        QCOMPARE(messages.count(), 1);
        QCOMPARE(selectedGoroutine(state_->selection()), goroutine(2));
    }

    void whatAGoroutineCalledIsShownBelowItsRow() {
        const GoroutineIndex woken = goroutine(5);
        state_->select(GoroutineSelection{woken});
        const int before = view_->rows().rowOf(woken).height;
        view_->toggleStacks();
        const TimelineRow row = view_->rows().rowOf(woken);
        QCOMPARE(row.height, before + static_cast<int>(lockStack.size()) * view_->rows().sizes().track);
        // The outermost frame is the first track, and only while it waited.
        const QImage image = view_->grab().toImage();
        const auto colourBelow = [&](Time t) {
            const QPoint at = pointOf(row, t);
            return image.pixel(at.x(), at.y() - row.height / 2 + view_->rows().sizes().row + 1);
        };
        QVERIFY(colourBelow(13_ms) != colourBelow(5_ms));
        QCOMPARE(colourBelow(5_ms), canvasColours(false).background.rgb());
        const int y = view_->rows().sizes().row + view_->rows().sizes().track + 2;
        const FrameId frame = stackFrameAt(*state_->facts(), view_->rows(), row, y, {20_ms, 21_ms});
        QVERIFY(frame.known());
        QCOMPARE(state_->facts()->trace->text(state_->facts()->trace->frame(frame).function),
                 std::string_view("main.get"));
        QVERIFY(!stackFrameAt(*state_->facts(), view_->rows(), row, y, {5_ms, 6_ms}).known());
        view_->toggleStacks();
        QCOMPARE(view_->rows().rowOf(woken).height, before);
    }

    void statesCanBeLitUpAndTheOthersStayVisible() {
        const TimelineRow row = view_->rows().rowOf(goroutine(5));
        const auto colours = [&] {
            const QImage image = view_->grab().toImage();
            return std::pair(colourAt(image, row, 5_ms), colourAt(image, row, 30_ms)); // running, waiting
        };
        const auto before = colours();
        view_->lightUp(StateFamily::Running);
        const auto lit = colours();
        QCOMPARE(lit.first, before.first);
        QVERIFY(lit.second != before.second && lit.second != canvasColours(false).background.rgb());
        view_->lightUp(StateFamily::Lock); // beside the first
        QCOMPARE(namesOf(view_->contents().lit), std::string("running, lock wait"));
        QCOMPARE(colours(), before);
        view_->lightUp(StateFamily::Running); // no longer
        QVERIFY(colours().first != before.first && colours().second == before.second);
        view_->lightAllUp();
        QCOMPARE(colours(), before);
        QVERIFY(view_->contents().lit.none());
    }

    void frameTimesAreWrittenOverTheCanvasOnRequest() {
        QVERIFY(!FrameTimes::areWanted());
        const QImage without = view_->grab().toImage();
        QLoggingCategory::setFilterRules(QStringLiteral("waitscope.frames=true"));
        QTest::ignoreMessage(QtDebugMsg, QRegularExpression(QStringLiteral("^frame .* items read$")));
        view_->lightAllUp(); // another frame
        const QImage with = view_->grab().toImage();
        QLoggingCategory::setFilterRules({});
        QVERIFY(with != without);
        FrameTimes times;
        for (int i = 1; i <= 1000; ++i)
            times.add(i * 1000, 5);
        QCOMPARE(times.text(), QStringLiteral("frame 1 ms · p95 of 240: 988 µs · 5 items read"));
    }

    void marksAndMarkersAreSetAtTheMouse() {
        state_->setHoverTime(40_ms);
        view_->toggleMark();
        QCOMPARE(state_->marks().marks().size(), std::size_t{1});
        QCOMPARE(state_->marks().marks().front().time, 40_ms);
        state_->setHoverTime(40_ms + 1_us);
        view_->toggleMark(); // the same mark, some pixels wide
        QVERIFY(state_->marks().marks().empty());
        view_->setMarker(false);
        state_->setHoverTime(60_ms);
        view_->setMarker(true);
        QCOMPARE(*state_->marks().b() - *state_->marks().a(), 20_ms - 1_us);
        (void)view_->grab();
    }

    void theLongestTaskComesFirstThenTheNext() {
        Story story;
        for (std::uint64_t task = 1; task <= 3; ++task)
            story.g(static_cast<std::int64_t>(task))
                .existed()
                .runs(10_ms)
                .beginsTask(task, "request")
                .runs(task == 2 ? 30_ms : static_cast<Time>(task) * 5_ms)
                .endsTask(task)
                .runs(1_ms)
                .ends();
        state_->show(computeFacts(story.told(100_ms)));
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        for (const std::uint64_t expected : {2U, 3U, 1U}) {
            view_->goToLongestTask();
            const auto* const selected = std::get_if<TaskSelection>(&state_->selection());
            QVERIFY(selected != nullptr);
            const Task task = state_->facts()->trace->tasks[selected->task.value];
            QCOMPARE(task.id, expected);
            QCOMPARE(state_->chosenRange(), task.range);
            QVERIFY(state_->visibleRange().length() < 3 * task.range.length());
        }
        QCOMPARE(messages.count(), 0);
        view_->goToLongestTask();
        QCOMPARE(messages.count(), 1);
        state_->show(scene());
        view_->goToLongestTask();
        QCOMPARE(messages.count(), 2);
    }

    void copyTakesTheSelectionAndTheRangeAsText() {
        state_->select(GoroutineSelection{goroutine(5)});
        state_->choose({10_ms, 20_ms});
        QTest::keySequence(view_.get(), QKeySequence::Copy);
        const QString text = QApplication::clipboard()->text();
        QVERIFY2(text.contains(QStringLiteral("goroutine 5")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("10,000,000 ns … 20,000,000 ns (10,000,000 ns)")), qPrintable(text));
        state_->select({});
        state_->choose({});
        QTest::keySequence(view_.get(), QKeySequence::Copy); // nothing: what was copied stays
        QCOMPARE(QApplication::clipboard()->text(), text);
    }
};

QTEST_MAIN(TestTimeline)
#include "tst_timeline.moc"
