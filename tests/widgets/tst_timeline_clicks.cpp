// SPDX-License-Identifier: GPL-3.0-or-later
// What a click on the timeline selects, chooses or offers, by what lies under the mouse.
#include "tests/widgets/shown_timeline.h"
#include "widgets/timeline/timeline_tooltip.h"

#include <QContextMenuEvent>
#include <QSignalSpy>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimelineClicks : public ShownTimeline {
    Q_OBJECT

  private Q_SLOTS:
    void init() { show(); }

    void aClickSelectsTheSpanUnderTheMouse() {
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(view_->rows().rowOf(goroutine(5)), 30_ms));
        const auto* selected = std::get_if<SpanSelection>(&state_->selection());
        QVERIFY(selected != nullptr);
        QCOMPARE(selected->goroutine.value, goroutine(5).value);
        QCOMPARE(state_->facts()->trace->spans.state(selected->span), GoroutineState::Waiting);
        QVERIFY(view_->accessibleDescription().contains(QStringLiteral("mutex")));
    }

    void aDoubleClickOnARegionGoesThere() {
        Story story;
        Teller& g = story.g(1).entry("main.work").runs(20_ms);
        g.beginsRegion("load").runs(30_ms).endsRegion("load").runs(50_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const TimelineRow row = view_->rows().rowOf({0});
        QPoint at = pointOf(row, 40_ms);
        at.setY(at.y() - row.height / 2 + view_->rows().sizes().trackTop(0) + 2);
        QTest::mouseDClick(view_->viewport(), Qt::LeftButton, {}, at);
        const TimeRange visible = state_->visibleRange();
        QVERIFY(visible.begin > 0 && visible.begin < 20_ms && visible.end > 50_ms && visible.end < 100_ms);
        QVERIFY(visible.length() <= 50_ms);
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

    void aProcessorIsSelectedByItsName() {
        const TimelineRow row = rowOfKind(TimelineRow::Kind::Processor);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, QPoint(60, pointOf(row, 0).y()));
        const auto* selected = std::get_if<ProcessorSelection>(&state_->selection());
        QVERIFY(selected != nullptr);
        QCOMPARE(selected->processor, row.processor);
        QCOMPARE(view_->grab().toImage().pixel(1, pointOf(row, 0).y()), canvasColours(false).selection.rgb());
    }

    void aMiddleClickZoomsToWhatItIsOn() {
        QTest::mouseClick(view_->viewport(), Qt::MiddleButton, {}, pointOf(view_->rows().rowOf(goroutine(5)), 30_ms));
        QVERIFY(state_->visibleRange().contains(10_ms) && state_->visibleRange().contains(49_ms));
        QVERIFY(state_->visibleRange().length() < 80_ms);
    }

    void aClickOnARegionChoosesItsTime() {
        Story story;
        story.g(1).existed().runs(10_ms).beginsRegion("parse").runs(30_ms).endsRegion("parse").runs(10_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const TimelineRow row = view_->rows().rowOf({0});
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        const QPoint span = pointOf(row, 20_ms);
        const int below = view_->rows().sizes().trackTop(0) + view_->rows().sizes().track / 2;
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, {span.x(), span.y() - row.height / 2 + below});
        QCOMPARE(state_->chosenRange(), (TimeRange{10_ms, 40_ms}));
        QVERIFY(state_->selection() == Selection(GoroutineSelection{{0}}));
        QCOMPARE(messages.count(), 1);
        QCOMPARE(messages.front().front().toString(), QStringLiteral("region parse · 30 ms · goroutine 1"));
    }

    void theMenuIsAboutWhatIsUnderTheMouseAndKeepsItsTime() {
        QSignalSpy menus(view_.get(), &TimelineView::menuRequested);
        const QPoint at = pointOf(view_->rows().rowOf(goroutine(5)), 30_ms);
        QContextMenuEvent byMouse(QContextMenuEvent::Mouse, at, view_->viewport()->mapToGlobal(at));
        QApplication::sendEvent(view_->viewport(), &byMouse);
        QCOMPARE(menus.count(), 1);
        QCOMPARE(selectedGoroutine(state_->selection()), goroutine(5));
        QCOMPARE(stateOfSelection(), GoroutineState::Waiting);
        const std::size_t group = view_->rows().rowOf(goroutine(10)).group;
        const bool folded = view_->rows().isFolded(group);
        const QPoint header(40, pointOf(view_->rows().rowOfGroup(group), 0).y());
        QContextMenuEvent onGroup(QContextMenuEvent::Mouse, header, view_->viewport()->mapToGlobal(header));
        QApplication::sendEvent(view_->viewport(), &onGroup);
        QVERIFY(std::holds_alternative<GroupSelection>(state_->selection()));
        QCOMPARE(view_->rows().isFolded(group), folded); // which a click would change
        QContextMenuEvent byKey(QContextMenuEvent::Keyboard, {}, {});
        QApplication::sendEvent(view_->viewport(), &byKey);
        QCOMPARE(menus.count(), 3);
        const QPoint place = view_->viewport()->mapFromGlobal(menus.back().front().toPoint());
        QVERIFY(std::abs(place.y() - header.y()) <= view_->rows().rowOfGroup(group).height); // at the row
    }

    void aClickOnTheCollectorsRowChoosesWhatItDid() {
        Story story;
        story.g(1).existed().runs(100_ms);
        story.has("GC concurrent mark phase", {20_ms, 60_ms});
        story.has("stop-the-world (GC mark termination)", {50_ms, 55_ms});
        state_->show(computeFacts(story.told(100_ms)));
        const TimelineRow row = rowOfKind(TimelineRow::Kind::Collector);
        QSignalSpy messages(view_.get(), &TimelineView::messageChanged);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(row, 30_ms));
        QCOMPARE(state_->chosenRange(), (TimeRange{20_ms, 60_ms}));
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(row, 52_ms));
        QCOMPARE(state_->chosenRange(), (TimeRange{50_ms, 55_ms}));
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, pointOf(row, 80_ms)); // nothing is there
        QCOMPARE(state_->chosenRange(), (TimeRange{50_ms, 55_ms}));
        QCOMPARE(messages.count(), 2);
        const QString tip = collectorTooltip(*state_->facts(), {52_ms, 53_ms});
        QVERIFY2(tip.contains(QStringLiteral("stop-the-world (GC mark termination): 5 ms from 50 ms")),
                 qPrintable(tip));
        QVERIFY(tip.contains(QStringLiteral("the collector marks: 40 ms from 20 ms")));
        QVERIFY(collectorTooltip(*state_->facts(), {80_ms, 81_ms}).isEmpty());
    }
};

QTEST_MAIN(TestTimelineClicks)
#include "tst_timeline_clicks.moc"
