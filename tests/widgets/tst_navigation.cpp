// SPDX-License-Identifier: GPL-3.0-or-later
// Moving about in a trace: the overview under a real mouse, the history, marks, and the search.
#include "tests/support/story.h"
#include "widgets/common/colours.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/navigation_history.h"
#include "widgets/timeline/overview_strip.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

constexpr int stripHeight = 58; // with the usual font

const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.handler"};

// Half of the goroutines were there before the trace; at 50 ms all of them block.
std::shared_ptr<const TraceFacts> scene() {
    Story story;
    for (int i = 0; i < 10; ++i)
        story.g(1 + i).entry("main.handler").existed().runs(50_ms).waitsOn("sync", lockStack, 1_ms);
    return computeFacts(story.told(100_ms));
}

} // namespace

class TestNavigation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        state_ = std::make_unique<ViewState>();
        state_->show(scene());
    }

    void theOverviewCountsGoroutinesFromTheFirstInstant() {
        const auto strip = overview();
        const auto& bins = strip->activity().bins;
        const auto running = static_cast<std::size_t>(StateFamily::Running);
        const auto lock = static_cast<std::size_t>(StateFamily::Lock);
        QVERIFY(qAbs(bins.front()[running] - 10) < 0.01);
        QVERIFY(qAbs(bins.back()[lock] - 10) < 0.01);
        const QImage image = strip->grab().toImage();
        const int y = stripHeight - 6;
        QCOMPARE(image.pixel(static_cast<int>(strip->axis().x(25_ms)), y), colourOf(StateFamily::Running).rgb());
        QCOMPARE(image.pixel(static_cast<int>(strip->axis().x(75_ms)), y), colourOf(StateFamily::Lock).rgb());
    }

    void aHandleOfTheOverviewMovesOneEndOfTheRange() {
        const auto strip = overview();
        drag(*strip, 0, 20_ms);
        QVERIFY(qAbs(state_->visibleRange().begin - 20_ms) < 1_ms);
        QCOMPARE(state_->visibleRange().end, 100_ms);
        drag(*strip, 100_ms, 60_ms);
        QVERIFY(qAbs(state_->visibleRange().end - 60_ms) < 1_ms);
    }

    void theRangeIsMovedByItsMiddleAndAClickJumps() {
        const auto strip = overview();
        state_->setVisibleRange({20_ms, 40_ms});
        drag(*strip, 30_ms, 50_ms);
        QVERIFY(qAbs(state_->visibleRange().begin - 40_ms) < 1_ms);
        QCOMPARE(state_->visibleRange().length(), 20_ms);
        QTest::mouseClick(strip.get(), Qt::LeftButton, {}, pointOf(*strip, 80_ms));
        QVERIFY(qAbs(state_->visibleRange().begin - 70_ms) < 1_ms);
        QCOMPARE(state_->visibleRange().length(), 20_ms);
        QTest::mouseDClick(strip.get(), Qt::LeftButton, {}, pointOf(*strip, 10_ms));
        QCOMPARE(state_->visibleRange(), state_->facts()->trace->wholeRange());
    }

    void aDragOutsideOfTheRangeChoosesAnother() {
        const auto strip = overview();
        state_->setVisibleRange({80_ms, 90_ms});
        drag(*strip, 10_ms, 30_ms);
        QVERIFY(qAbs(state_->visibleRange().begin - 10_ms) < 1_ms);
        QVERIFY(qAbs(state_->visibleRange().end - 30_ms) < 1_ms);
    }

    void escapeTakesADragOfTheOverviewBack() {
        const auto strip = overview();
        state_->setVisibleRange({20_ms, 40_ms});
        QTest::mousePress(strip.get(), Qt::LeftButton, {}, pointOf(*strip, 30_ms));
        QTest::mouseMove(strip.get(), pointOf(*strip, 50_ms));
        QVERIFY(state_->visibleRange().begin > 30_ms);
        QTest::keyClick(strip.get(), Qt::Key_Escape);
        QTest::mouseRelease(strip.get(), Qt::LeftButton, {}, pointOf(*strip, 50_ms));
        QCOMPARE(state_->visibleRange(), (TimeRange{20_ms, 40_ms}));
    }

    void theOverviewIsUsedByKeyboardToo() {
        const auto strip = overview();
        strip->setFocus();
        QTest::keyClick(strip.get(), Qt::Key_Up);
        const TimeRange closer = state_->visibleRange();
        QVERIFY(closer.length() < 100_ms);
        QTest::keyClick(strip.get(), Qt::Key_Right);
        QVERIFY(state_->visibleRange().begin > closer.begin);
        QVERIFY(!strip->accessibleDescription().isEmpty());
    }

    void theOverviewOfNoTraceIsEmpty() {
        state_->show(nullptr);
        OverviewStrip strip(state_.get());
        strip.resize(300, stripHeight);
        (void)strip.grab();
        QTest::mouseClick(&strip, Qt::LeftButton, {}, {250, 20});
    }

    void marksHitsAndOnsetAreDrawnOnTheOverview() {
        const auto strip = overview();
        const QImage before = strip->grab().toImage();
        state_->marks().setHits({30_ms});
        const QImage hit = strip->grab().toImage();
        const QPoint at = pointOf(*strip, 30_ms);
        QVERIFY(hit.pixel(at.x(), 2) != before.pixel(at.x(), 2));
        state_->marks().setHits({});
        state_->setOnset(60_ms);
        QVERIFY(strip->grab().toImage() != before);
    }

    void stepsAreTakenBackAndAgain() {
        NavigationHistory history(state_.get(), nullptr, {.movement = 0});
        QVERIFY(!history.canGoBack());
        state_->setVisibleRange({10_ms, 50_ms});
        QTest::qWait(2);
        state_->setVisibleRange({20_ms, 30_ms});
        state_->select(GoroutineSelection{{3}});
        history.back();
        QVERIFY(std::holds_alternative<std::monostate>(state_->selection()));
        QCOMPARE(state_->visibleRange(), (TimeRange{20_ms, 30_ms}));
        history.back();
        QCOMPARE(state_->visibleRange(), (TimeRange{10_ms, 50_ms}));
        history.back();
        QCOMPARE(state_->visibleRange(), (TimeRange{0, 100_ms}));
        QVERIFY(!history.canGoBack());
        history.forward();
        history.forward();
        history.forward();
        QCOMPARE(selectedGoroutine(state_->selection()).value, 3U);
        QVERIFY(!history.canGoForward());
    }

    void aChosenRangeIsAStepToo() {
        NavigationHistory history(state_.get(), nullptr, {.movement = 0});
        state_->choose({10_ms, 20_ms});
        state_->select(GoroutineSelection{{3}});
        history.back();
        QCOMPARE(state_->chosenRange(), (TimeRange{10_ms, 20_ms}));
        history.back();
        QVERIFY(state_->chosenRange().empty());
        history.forward();
        QCOMPARE(state_->chosenRange(), (TimeRange{10_ms, 20_ms}));
    }

    void oneMovementIsOneStepAndANewOneForgetsWhatWasTakenBack() {
        NavigationHistory history(state_.get(), nullptr, {.movement = 60'000});
        for (int i = 1; i < 20; ++i)
            state_->setVisibleRange({i * 1_ms, 50_ms});
        history.back();
        QCOMPARE(state_->visibleRange(), (TimeRange{0, 100_ms}));
        state_->setVisibleRange({40_ms, 50_ms});
        QVERIFY(!history.canGoForward());
    }

    void anotherTraceHasAHistoryOfItsOwn() {
        NavigationHistory history(state_.get(), nullptr, {.movement = 0});
        state_->setVisibleRange({10_ms, 50_ms});
        state_->show(scene());
        QVERIFY(!history.canGoBack());
        QVERIFY(state_->marks().marks().empty());
    }

    void marksAreKeptByTimeAndFoundFromWhereOneIs() {
        TimeMarks& marks = state_->marks();
        marks.toggle(50_ms);
        marks.toggle(10_ms, QStringLiteral("slow"));
        marks.setA(70_ms);
        QCOMPARE(marks.marks().front().note, QStringLiteral("slow"));
        QCOMPARE(marks.behind(10_ms), std::optional(50_ms));
        QCOMPARE(marks.behind(50_ms), std::optional(70_ms));
        QCOMPARE(marks.before(50_ms), std::optional(10_ms));
        QVERIFY(!marks.before(10_ms));
        marks.toggle(50_ms);
        QCOMPARE(marks.marks().size(), std::size_t{1});
    }

    void aSearchListsHitsMarksThemAndGoesFromOneToTheNext() {
        QWidget window;
        SearchPanel panel(state_.get(), &window);
        window.resize(600, 300);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        panel.begin();
        auto* const text = panel.findChild<QLineEdit*>();
        QTest::keyClicks(text, QStringLiteral("handler"));
        QTRY_COMPARE(panel.result().hits.size(), std::size_t{10});
        QCOMPARE(state_->marks().hits().size(), std::size_t{10});
        QTest::keyClick(text, Qt::Key_Return);
        QCOMPARE(selectedGoroutine(state_->selection()).value, 0U);
        QTest::keyClick(text, Qt::Key_Return);
        QCOMPARE(selectedGoroutine(state_->selection()).value, 1U);
        QTest::keyClick(text, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClick(text, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(selectedGoroutine(state_->selection()).value, 9U); // around the end
        QTest::keyClick(text, Qt::Key_Escape);
        QVERIFY(!panel.isVisible());
        QVERIFY(state_->marks().hits().empty());
    }

    void theHitsAreAnItemModel() {
        HitsModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(state_->facts(), search(*state_->facts(), "get"));
        QCOMPARE(model.rowCount(), 10);
        QCOMPARE(model.index(0, HitsModel::Kind).data().toString(), QStringLiteral("stack"));
    }

  private:
    [[nodiscard]] std::unique_ptr<OverviewStrip> overview() const {
        auto strip = std::make_unique<OverviewStrip>(state_.get());
        strip->resize(1000 + canvasLeft + canvasRight, stripHeight);
        strip->show();
        [&] {
            QVERIFY(QTest::qWaitForWindowExposed(strip.get()));
            QTRY_VERIFY(!strip->activity().empty());
        }();
        return strip;
    }
    static QPoint pointOf(const OverviewStrip& strip, Time t) {
        return {static_cast<int>(strip.axis().x(t)), stripHeight / 2};
    }
    static void drag(OverviewStrip& strip, Time from, Time to) {
        QTest::mousePress(&strip, Qt::LeftButton, {}, pointOf(strip, from));
        QTest::mouseMove(&strip, pointOf(strip, (from + to) / 2));
        QTest::mouseMove(&strip, pointOf(strip, to));
        QTest::mouseRelease(&strip, Qt::LeftButton, {}, pointOf(strip, to));
    }

    std::unique_ptr<ViewState> state_;
};

QTEST_MAIN(TestNavigation)
#include "tst_navigation.moc"
