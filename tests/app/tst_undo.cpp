// SPDX-License-Identifier: GPL-3.0-or-later
// Can everything that changes what is seen be taken back with Ctrl+Z, and had again with Ctrl+Shift+Z? With real keys.
#include "app/timeline_commands.h"
#include "app/trace_view.h"
#include "tests/app/shown_window.h"
#include "widgets/timeline/timeline_pane.h"

#include <QComboBox>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>

using namespace waitscope;

class TestUndo : public test::ShownWindow {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        showWindow();
        window_->openFile(test::small);
        QTRY_VERIFY_WITH_TIMEOUT(window_->state()->facts() && !window_->loader()->isLoading(), 30'000);
        timeline_ = window_->view()->timeline();
        timeline_->setFocus();
        QTRY_VERIFY(timeline_->hasFocus());
        QVERIFY(!history().canGoBack());
        all_ = timeline_->rows().goroutinesShown();
    }
    void cleanup() { window_.reset(); }

    void aWordTypedIntoTheFilterIsOneStep() {
        auto* const filter = window_->view()->findChild<TimelinePane*>()->findChild<QLineEdit*>();
        QTest::keyClick(timeline_, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(filter->hasFocus());
        QTest::keyClicks(filter, QStringLiteral("main"));
        QTest::keyClick(filter, Qt::Key_Return);
        QTRY_VERIFY(timeline_->rows().goroutinesShown() < all_);
        const std::size_t some = timeline_->rows().goroutinesShown();
        undo();
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), all_);
        QCOMPARE(filter->text(), QString());
        QVERIFY(!history().canGoBack());
        redo();
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), some);
        QCOMPARE(filter->text(), QStringLiteral("main"));
    }

    void groupingAndOrderAreTakenBackWithTheFoldsThatWereThere() {
        const std::size_t group = groupOfSeveral();
        const bool folded = timeline_->rows().isFolded(group);
        const std::string name = timeline_->rows().groups()[group].name;
        timeline_->showGroup(QString::fromStdString(name));
        QTest::keyClick(timeline_, folded ? Qt::Key_Right : Qt::Key_Left);
        QCOMPARE(timeline_->rows().isFolded(group), !folded);
        QSignalSpy rows(timeline_, &TimelineView::rowsChanged);
        auto* const grouping = window_->view()->findChild<TimelinePane*>()->findChildren<QComboBox*>().front();
        grouping->setFocus();
        QTest::keyClick(grouping, Qt::Key_Down);
        QVERIFY(timeline_->choice().grouping != Grouping::Function);
        QTRY_COMPARE(rows.count(), 1);
        timeline_->setFocus();
        QTest::keyClick(timeline_, Qt::Key_Minus);
        undo(); // the folding of all
        undo(); // the grouping
        QTRY_COMPARE(rows.count(), 2);
        QCOMPARE(timeline_->choice().grouping, Grouping::Function);
        QCOMPARE(grouping->currentIndex(), 0);
        QCOMPARE(timeline_->rows().isFolded(group), !folded);
        undo(); // the folding
        QCOMPARE(timeline_->rows().isFolded(group), folded);
        QVERIFY(!history().canGoBack());
        redo();
        QCOMPARE(timeline_->rows().isFolded(group), !folded);
        redo();
        QTRY_VERIFY(timeline_->choice().grouping != Grouping::Function);
    }

    void whatIsHiddenPinnedAndLookedAtAloneComesBack() {
        window_->state()->select(GoroutineSelection{{1}});
        QTest::keyClick(timeline_, Qt::Key_P);
        QCOMPARE(timeline_->rows().pinned().size(), 1U);
        QTest::keyClick(timeline_, Qt::Key_H);
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), all_ - 1);
        QTest::qWait(NavigationHistory::Merging().movement + 50); // else it is one movement with what was before
        QTest::keyClick(timeline_, Qt::Key_O);
        QVERIFY(window_->state()->only());
        undo();
        QVERIFY(!window_->state()->only());
        QCOMPARE(timeline_->choice().hidden.size(), 1U);
        undo();
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), all_);
        QCOMPARE(timeline_->rows().pinned().size(), 1U);
        undo();
        QVERIFY(timeline_->rows().pinned().empty());
        QVERIFY(!std::holds_alternative<std::monostate>(window_->state()->selection()));
        undo();
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
        QVERIFY(!history().canGoBack());
        redo();
        redo();
        redo();
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), all_ - 1);
        QCOMPARE(timeline_->rows().pinned().size(), 1U);
    }

    void eachHidingIsAStepOfItsOwnHoweverQuick() {
        for (const std::uint32_t g : {1U, 2U, 3U}) {
            window_->state()->select(GoroutineSelection{{g}});
            QTest::keyClick(timeline_, Qt::Key_H);
        }
        QCOMPARE(timeline_->choice().hidden.size(), 3U);
        undo();
        QCOMPARE(timeline_->choice().hidden.size(), 2U);
        undo(); // the selection
        undo();
        QCOMPARE(timeline_->choice().hidden.size(), 1U);
    }

    void aGroupThatOpensForASelectionIsPartOfItsStep() {
        QTest::keyClick(timeline_, Qt::Key_Minus);
        const std::size_t group = groupOfSeveral();
        QVERIFY(timeline_->rows().isFolded(group));
        const GoroutineIndex member = timeline_->rows().groups()[group].members.front();
        window_->state()->select(GoroutineSelection{member});
        QVERIFY(!timeline_->rows().isFolded(group));
        undo();
        QVERIFY(timeline_->rows().isFolded(group));
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
    }

    void rowsThatWereScrolledAreBackWhereTheyWere() {
        makeScrollable();
        turnWheel(3);
        QTest::qWait(NavigationHistory::Merging().movement + 50);
        const int first = scrolled();
        QVERIFY(first > 0);
        turnWheel(1);
        turnWheel(1); // quick turns are one step
        const int second = scrolled();
        QVERIFY(second > first);
        undo();
        QCOMPARE(scrolled(), first);
        undo();
        QCOMPARE(scrolled(), 0);
        QVERIFY(!history().canGoBack());
        redo();
        redo();
        QCOMPARE(scrolled(), second);
        QVERIFY(!history().canGoForward());
    }

    void theBarAndPageDownScrollInStepsOfTheirOwnToo() {
        makeScrollable();
        timeline_->verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
        QVERIFY(scrolled() > 0);
        undo();
        QCOMPARE(scrolled(), 0);
        QTest::keyClick(timeline_, Qt::Key_PageDown);
        QTest::keyClick(timeline_, Qt::Key_PageDown);
        QVERIFY(scrolled() > 0);
        undo();
        QCOMPARE(scrolled(), 0);
        QVERIFY(!history().canGoBack());
        timeline_->verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub); // there is nothing above
        QVERIFY(!history().canGoBack());
    }

    void rowsThatScrollToASelectionAreOneStepWithIt() {
        makeScrollable();
        window_->state()->select(GoroutineSelection{lastGoroutine()});
        const int there = scrolled();
        QVERIFY(there > 0);
        QTest::qWait(NavigationHistory::Merging().movement + 50);
        turnWheel(-1);
        undo();
        QCOMPARE(scrolled(), there);
        QVERIFY(!std::holds_alternative<std::monostate>(window_->state()->selection()));
        undo();
        QCOMPARE(scrolled(), 0);
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
        QVERIFY(!history().canGoBack());
        redo();
        QCOMPARE(scrolled(), there);
    }

    void afterAFilterRowsAreBackWhereTheyWere() {
        makeScrollable();
        turnWheel(4);
        const int before = scrolled();
        QTest::qWait(NavigationHistory::Merging().movement + 50);
        timeline_->setChoice({.filter = QStringLiteral("nobody")});
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), std::size_t{0});
        QVERIFY(scrolled() < before);
        undo();
        QTRY_COMPARE(timeline_->rows().goroutinesShown(), all_);
        QCOMPARE(scrolled(), before);
        undo();
        QCOMPARE(scrolled(), 0);
        QVERIFY(!history().canGoBack());
    }

    void foldingThatLeavesLessToScrollIsTakenBackWithTheScroll() {
        makeScrollable();
        turnWheel(1000);
        const int end = scrolled();
        QTest::qWait(NavigationHistory::Merging().movement + 50);
        QTest::keyClick(timeline_, Qt::Key_Minus);
        QVERIFY(scrolled() < end);
        undo();
        QCOMPARE(scrolled(), end);
        undo();
        QCOMPARE(scrolled(), 0);
    }

    void afterRowsGotThinnerOlderStepsLeaveThemWhereTheyAre() {
        makeScrollable();
        turnWheel(2);
        QTest::qWait(NavigationHistory::Merging().movement + 50);
        const int before = scrolled();
        window_->state()->select(ProcessorSelection{{0}});
        QTest::keyClick(timeline_, Qt::Key_C, Qt::ShiftModifier);
        const int thin = scrolled();
        undo();
        const int undone = scrolled();
        QTest::keyClick(timeline_, Qt::Key_C, Qt::ShiftModifier); // which is remembered
        QVERIFY(thin != before);
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
        QCOMPARE(undone, thin);
    }

    void anotherTraceBringsNoneOfIt() {
        window_->state()->select(GoroutineSelection{{1}});
        QTest::keyClick(timeline_, Qt::Key_P);
        window_->openSample(QStringLiteral("mutex"));
        QTRY_VERIFY_WITH_TIMEOUT(window_->state()->facts()->trace->goroutines.size() > 2000, 30'000);
        QTRY_VERIFY(!window_->loader()->isLoading());
        QVERIFY(!history().canGoBack());
    }

  private:
    [[nodiscard]] NavigationHistory& history() { return window_->view()->commands()->history(); }
    void undo() { QTest::keyClick(timeline_, Qt::Key_Z, Qt::ControlModifier); }
    void redo() { QTest::keyClick(timeline_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); }
    // Many rows in little room, with nothing to take back yet.
    void makeScrollable() {
        QTest::keyClick(timeline_, Qt::Key_2); // alone
        window_->resize(window_->width(), window_->minimumHeight());
        QTest::qWait(200);
        QTRY_VERIFY(window_->view()->panels()->isSettled());
        QTest::keyClick(timeline_, Qt::Key_Plus);
        QTRY_VERIFY(timeline_->verticalScrollBar()->maximum() > timeline_->verticalScrollBar()->pageStep() / 2);
        undo();
        QTest::keyClick(timeline_, Qt::Key_Plus);
    }
    void turnWheel(int notches) {
        QWidget* const canvas = timeline_->viewport();
        const QPointF at = canvas->rect().center();
        QWheelEvent event(at, canvas->mapToGlobal(at), {}, {0, -120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas, &event);
    }
    [[nodiscard]] int scrolled() const { return timeline_->verticalScrollBar()->value(); }
    [[nodiscard]] GoroutineIndex lastGoroutine() const {
        return timeline_->rows().rowAt(timeline_->rows().contentHeight() - 1).goroutine;
    }
    // A group of several goroutines.
    [[nodiscard]] std::size_t groupOfSeveral() const {
        std::size_t group = 0;
        while (timeline_->rows().isSingle(group))
            ++group;
        return group;
    }

    TimelineView* timeline_ = nullptr;
    std::size_t all_ = 0;
};

QTEST_MAIN(TestUndo)
#include "tst_undo.moc"
