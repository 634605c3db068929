// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline under a real mouse and real keys, and the colours it paints.
#include "tests/support/story.h"
#include "widgets/timeline/timeline_picture.h"
#include "widgets/timeline/timeline_view.h"

#include <QPushButton>
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

    void theNameOfAGroupSelectsItTheStripToo() {
        const std::size_t group = view_->rows().rowOf(goroutine(10)).group;
        const auto click = [&](int x) {
            QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                              QPoint(x, pointOf(view_->rows().rowOfGroup(group), 0).y()));
        };
        click(pointOf({}, 50_ms).x());
        QVERIFY(view_->rows().isFolded(group));
        const auto* selected = std::get_if<GroupSelection>(&state_->selection());
        QVERIFY(selected != nullptr);
        QCOMPARE(selected->members->size(), std::size_t{20});
        QVERIFY(view_->accessibleDescription().contains(QStringLiteral("20 goroutines")));
        state_->select({});
        click(10); // the mark only folds
        QVERIFY(!view_->rows().isFolded(group));
        QVERIFY(std::holds_alternative<std::monostate>(state_->selection()));
        click(60);
        QVERIFY(view_->rows().isFolded(group));
        QVERIFY(std::holds_alternative<GroupSelection>(state_->selection()));
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

    void aProcessorIsSelectedByItsName() {
        const TimelineRow row = rowOfKind(TimelineRow::Kind::Processor);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, QPoint(60, pointOf(row, 0).y()));
        const auto* selected = std::get_if<ProcessorSelection>(&state_->selection());
        QVERIFY(selected != nullptr);
        QCOMPARE(selected->processor, row.processor);
        QCOMPARE(view_->grab().toImage().pixel(1, pointOf(row, 0).y()), canvasColours(false).selection.rgb());
    }

    void rowsCanBeNarrowedToASelectionAndThereIsAWayBack() {
        const std::size_t all = view_->rows().goroutinesShown();
        const std::size_t group = view_->rows().rowOf(goroutine(10)).group;
        state_->select(GroupSelection{"main.handler", std::make_shared<const std::vector<GoroutineIndex>>(
                                                          view_->rows().groups()[group].members)});
        view_->showOnlySelected();
        QTRY_COMPARE(view_->rows().goroutinesShown(), std::size_t{20});
        TimelineChoice choice = view_->choice();
        choice.filter = QStringLiteral("main.woken"); // which is none of them
        view_->setChoice(choice);
        QTRY_COMPARE(view_->rows().goroutinesShown(), std::size_t{0});
        auto* const button = view_->viewport()->findChild<QPushButton*>();
        QVERIFY(button != nullptr && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE(view_->rows().goroutinesShown(), all);
        QVERIFY(!button->isVisible());
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

    void aMiddleClickZoomsToWhatItIsOn() {
        QTest::mouseClick(view_->viewport(), Qt::MiddleButton, {}, pointOf(view_->rows().rowOf(goroutine(5)), 30_ms));
        QVERIFY(state_->visibleRange().contains(10_ms) && state_->visibleRange().contains(49_ms));
        QVERIFY(state_->visibleRange().length() < 80_ms);
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

    void aFoldedGroupOfTenThousandShowsItsOneBlockedGoroutine() {
        Story story;
        for (int i = 0; i < 10'000; ++i)
            story.g(i + 1).entry("main.many").runs(100_ms);
        story.g(20'001).entry("main.other").runs(1_ms);
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

    void processorsAndGraphsAreSectionsThatFold() {
        const TimelineRows& rows = view_->rows();
        QVERIFY(!rows.isFolded(TimelineSection::Processors));
        QVERIFY(rows.isFolded(TimelineSection::Graphs));
        const int before = rows.contentHeight();
        const TimelineRow header = rows.rowOf(TimelineSection::Graphs);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, QPoint(40, pointOf(header, 0).y()));
        QCOMPARE(view_->rows().contentHeight(), before + 3 * TimelineRows::graphHeight);
        const TimelineRow graph = view_->rows().rowAt(header.top + header.height + TimelineRows::graphHeight);
        QCOMPARE(graph.kind, TimelineRow::Kind::Graph);
        // Of 23 goroutines 20 handlers are blocked behind 11 ms.
        QTRY_VERIFY(hasColour(view_->grab().toImage(), graph, 50_ms, colourOf(StateFamily::Lock).rgb()));
    }

    void rowsAreFoundFromTheirPlaceAndTheirPlaceFromThem() {
        const TimelineRows& rows = view_->rows();
        int y = 0;
        for (TimelineRow row = rows.rowAt(0); row.kind != TimelineRow::Kind::None; row = rows.rowBelow(row)) {
            QCOMPARE(row.top, y);
            QVERIFY(row.height > 0);
            QCOMPARE(rows.rowAt(row.top + row.height - 1).top, row.top);
            if (row.kind == TimelineRow::Kind::Goroutine)
                QCOMPARE(rows.rowOf(row.goroutine).top, row.top);
            y += row.height;
        }
        QCOMPARE(y, rows.contentHeight());
    }

    void aPinnedGoroutineStaysAtTheTop() {
        const GoroutineIndex g = goroutine(5);
        state_->select(GoroutineSelection{g});
        view_->pinSelected();
        const TimelineRow pinned = view_->rows().rowAt(TimelineRows::rowHeight);
        QCOMPARE(pinned.goroutine.value, g.value);
        QVERIFY(pinned.top < view_->rows().stickyHeight());
        for (std::size_t i = 0; i < view_->rows().groups().size(); ++i)
            view_->foldAll(false);
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
        QVERIFY(view_->verticalScrollBar()->value() > 0);
        const QImage image = view_->grab().toImage();
        QVERIFY(image.pixel(canvasLeft + 30, TimelinePainter::rulerHeight + pinned.top + 5) ==
                colourOf(StateFamily::Running).rgb());
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                          {canvasLeft + 30, TimelinePainter::rulerHeight + pinned.top + 5});
        QCOMPARE(selectedGoroutine(state_->selection()).value, g.value);
        view_->pinSelected();
        QVERIFY(view_->rows().pinned().empty());
    }

    void rowsAreGroupedSortedAndFilteredAsChosen() {
        QSignalSpy rows(view_.get(), &TimelineView::rowsChanged);
        view_->setChoice(
            {.grouping = Grouping::WaitsFor, .order = GroupOrder::Name, .filter = QStringLiteral("on:mutex")});
        QTRY_COMPARE(rows.count(), 1);
        QCOMPARE(view_->rows().goroutinesShown(), std::size_t{21});
        QCOMPARE(view_->rows().groups().front().name, std::string("(not waiting at the end)"));
        QCOMPARE(view_->rows().rowOf(goroutine(1)).kind, TimelineRow::Kind::None);
        QVERIFY(view_->rows().rowOf(goroutine(5)).kind != TimelineRow::Kind::None);
    }

    void aFilterThatIsNotUnderstoodChangesNothing() {
        QSignalSpy problem(view_.get(), &TimelineView::choiceProblem);
        view_->setChoice({.filter = QStringLiteral("age:yesterday")});
        QCOMPARE(problem.count(), 1);
        QVERIFY(!problem.front().front().toString().isEmpty());
        QVERIFY(view_->choice().filter.isEmpty());
    }

    void whatIsHiddenHasNoRowUntilItIsShownAgain() {
        QSignalSpy rows(view_.get(), &TimelineView::rowsChanged);
        state_->select(GoroutineSelection{goroutine(5)});
        view_->hideSelected();
        QTRY_COMPARE(rows.count(), 1);
        QCOMPARE(view_->rows().rowOf(goroutine(5)).kind, TimelineRow::Kind::None);
        (void)view_->grab(); // its arrows have no row to end at
        view_->showHidden();
        QTRY_COMPARE(rows.count(), 2);
        QVERIFY(view_->rows().rowOf(goroutine(5)).kind != TimelineRow::Kind::None);
    }

    void aFilterThatNothingMatchesSaysSoAndEscapeClearsIt() {
        QSignalSpy rows(view_.get(), &TimelineView::rowsChanged);
        view_->setChoice({.filter = QStringLiteral("nobody")});
        QTRY_COMPARE(rows.count(), 1);
        QCOMPARE(view_->rows().goroutinesShown(), std::size_t{0});
        (void)view_->grab();
        QTest::keyClick(view_.get(), Qt::Key_Escape);
        QTRY_COMPARE(rows.count(), 2);
        QCOMPARE(view_->rows().goroutinesShown(), std::size_t{22});
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

    void aSelectedSiteMarksTheRowsThatWaitedThere() {
        const Trace& trace = *state_->facts()->trace;
        const WaitClass& wait = state_->facts()->waits.of(trace, trace.lastSpan(goroutine(12)));
        const TimelineRow row = view_->rows().rowOf(goroutine(12));
        const auto isMarked = [&] {
            const QColor mark = canvasColours(false).selection;
            return view_->grab().toImage().pixel(2, pointOf(row, 0).y()) == mark.rgb();
        };
        QVERIFY(!isMarked());
        state_->select(SiteSelection{wait.primitive, wait.site});
        QTRY_VERIFY(isMarked());
        state_->select({});
        QVERIFY(!isMarked());
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
    [[nodiscard]] TimelineRow rowOfKind(TimelineRow::Kind kind) const {
        TimelineRow row = view_->rows().rowAt(0);
        while (row.kind != kind && row.kind != TimelineRow::Kind::None)
            row = view_->rows().rowBelow(row);
        return row;
    }
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
