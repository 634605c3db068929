// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows does the timeline have, where are they, and how are they narrowed and folded?
#include "model/reader/load.h"
#include "tests/widgets/shown_timeline.h"

#include <QPushButton>
#include <QSignalSpy>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimelineRows : public ShownTimeline {
    Q_OBJECT

  private Q_SLOTS:
    void init() { show(); }

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

    void aGroupThatWasOneGoroutineForAWhileIsUnfoldedAgain() {
        Story story;
        for (const int id : {1, 2, 3})
            story.g(id).entry("main.few").runs(1_ms);
        story.g(4).entry("main.other").runs(1_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const auto few = [&] { return view_->rows().rowOf({0}).group; };
        QVERIFY(!view_->rows().isFolded(few()));
        for (const char* filter : {"g1", ""}) {
            TimelineChoice choice = view_->choice();
            choice.filter = QString::fromLatin1(filter);
            view_->setChoice(choice);
            QTRY_COMPARE(view_->rows().goroutinesShown(), *filter != 0 ? std::size_t{1} : std::size_t{4});
        }
        QVERIFY(!view_->rows().isFolded(few()));
    }

    void whatIsUnfoldedAndPinnedWhileOtherRowsAreComputedIsSoInThem() {
        const auto handlers = [&] { return view_->rows().rowOf(goroutine(10)).group; };
        QVERIFY(view_->rows().isFolded(handlers()));
        QSignalSpy changed(view_.get(), &TimelineView::rowsChanged);
        TimelineChoice choice = view_->choice();
        choice.order = GroupOrder::Name;
        view_->setChoice(choice);
        state_->select(GoroutineSelection{goroutine(10)}); // unfolds
        view_->pinSelected();
        QCOMPARE(changed.count(), 0);
        QTRY_COMPARE(changed.count(), 1);
        QVERIFY(!view_->rows().isFolded(handlers()));
        QCOMPARE(view_->rows().pinned(), std::vector<PinnedRow>{goroutine(10)});
    }

    void aFilterThatLeavesOneGroupDoesNotUnfoldItForEver() {
        const auto handlers = [&] { return view_->rows().rowOf(goroutine(10)).group; };
        QVERIFY(view_->rows().isFolded(handlers()));
        const std::size_t all = view_->rows().goroutinesShown();
        TimelineChoice choice = view_->choice();
        choice.filter = QStringLiteral("handler");
        view_->setChoice(choice);
        QTRY_COMPARE(view_->rows().goroutinesShown(), std::size_t{20});
        QVERIFY(!view_->rows().isFolded(handlers())); // there is nothing else to see
        choice.filter.clear();
        view_->setChoice(choice);
        QTRY_COMPARE(view_->rows().goroutinesShown(), all);
        QVERIFY(view_->rows().isFolded(handlers()));
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

    void processorsAndGraphsAreSectionsThatFold() {
        const TimelineRows& rows = view_->rows();
        QVERIFY(!rows.isFolded(TimelineSection::Processors));
        QVERIFY(rows.isFolded(TimelineSection::Graphs));
        const int before = rows.contentHeight();
        const TimelineRow header = rows.rowOf(TimelineSection::Graphs);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, QPoint(40, pointOf(header, 0).y()));
        QCOMPARE(view_->rows().contentHeight(), before + 3 * view_->rows().sizes().graph);
        const TimelineRow graph = view_->rows().rowAt(header.top + header.height + view_->rows().sizes().graph);
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
        const TimelineRow pinned = view_->rows().rowAt(view_->rows().sizes().row);
        QCOMPARE(pinned.goroutine.value, g.value);
        QVERIFY(pinned.top < view_->rows().stickyHeight());
        for (std::size_t i = 0; i < view_->rows().groups().size(); ++i)
            view_->foldAll(false);
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
        QVERIFY(view_->verticalScrollBar()->value() > 0);
        const QImage image = view_->grab().toImage();
        QVERIFY(image.pixel(canvasLeft + 30, view_->rows().sizes().ruler + pinned.top + 5) ==
                colourOf(StateFamily::Running).rgb());
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                          {canvasLeft + 30, view_->rows().sizes().ruler + pinned.top + 5});
        QCOMPARE(selectedGoroutine(state_->selection()).value, g.value);
        view_->pinSelected();
        QVERIFY(view_->rows().pinned().empty());
    }

    void rowsOfAllKindsCanBePinnedAndUnpinned() {
        const auto facts = computeFacts(loadTrace(WAITSCOPE_TEST_DATA "/small-go1.26.trace").trace);
        state_->show(facts);
        const int sticky = view_->rows().stickyHeight();
        const GoroutineGroup& group = facts->groups.groups.front();
        for (const Selection& selection :
             {Selection(ProcessorSelection{{0}}), Selection(ThreadSelection{{0}}),
              Selection(
                  GroupSelection{group.name, std::make_shared<const std::vector<GoroutineIndex>>(group.members)})}) {
            state_->select(selection);
            view_->pinSelected();
        }
        QCOMPARE(view_->rows().pinned().size(), std::size_t{3});
        const TimelineRow first = view_->rows().rowAt(sticky);
        QVERIFY(first.kind == TimelineRow::Kind::Processor && first.pinned && first.processor == ProcIndex{0});
        const TimelineRow second = view_->rows().rowBelow(first);
        QVERIFY(second.kind == TimelineRow::Kind::Thread && second.pinned);
        const TimelineRow third = view_->rows().rowBelow(second);
        QVERIFY(third.kind == TimelineRow::Kind::Group && third.pinned && third.group == 0);
        QCOMPARE(view_->rows().stickyHeight(), third.top + third.height);
        // A click on the strip of a pinned row does what it does on the other one.
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                          {40, view_->rows().sizes().ruler + second.top + second.height / 2});
        QVERIFY(state_->selection() == Selection(ThreadSelection{{0}}));
        view_->pinSelected();
        QCOMPARE(view_->rows().pinned().size(), std::size_t{2});
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        state_->select({});
        view_->pinSelected(); // nothing is selected: it says what to do
        QCOMPARE(messages.count(), 1);
    }

    void aPinnedGroupIsThereAgainWhenTheRowsAreGroupedByItAgain() {
        view_->setPinned({std::string("main.handler")});
        const int sticky = view_->rows().stickyHeight();
        QVERIFY(view_->rows().rowAt(sticky - 1).pinned);
        TimelineChoice choice = view_->choice();
        for (const Grouping grouping : {Grouping::State, Grouping::Function}) {
            choice.grouping = grouping;
            QSignalSpy rows(view_.get(), &TimelineView::rowsChanged);
            view_->setChoice(choice);
            QTRY_COMPARE(rows.count(), 1);
            QCOMPARE(view_->rows().stickyHeight() == sticky, grouping == Grouping::Function);
        }
        // Its strip says what its goroutines did, also while they have rows of their own below it.
        view_->foldAll(false);
        const TimelineRow pinned = view_->rows().rowAt(sticky - 1);
        QTRY_VERIFY(hasColour(view_->grab().toImage(), pinned, 50_ms, colourOf(StateFamily::Lock).rgb()));
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

    void aFilterThatWasNotUnderstoodIsForgottenWhenItIsTakenBack() {
        QStringList problems;
        connect(view_.get(), &TimelineView::choiceProblem, this, [&](const QString& problem) { problems << problem; });
        view_->setChoice({.filter = QStringLiteral("on:lunch")});
        view_->setChoice({});
        QCOMPARE(problems.size(), 2);
        QVERIFY(!problems.front().isEmpty() && problems.back().isEmpty());
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
};

QTEST_MAIN(TestTimelineRows)
#include "tst_timeline_rows.moc"
