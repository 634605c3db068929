// SPDX-License-Identifier: GPL-3.0-or-later
// Does the heatmap follow the mouse, the keys and the other views, and lead them?
#include "tests/widgets/shown_heatmap.h"
#include "widgets/common/colours.h"
#include "widgets/common/time_axis.h"
#include "widgets/heatmap/heatmap_plot.h"

#include <QHelpEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QToolTip>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class HeatmapMovesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theVisibleRangeIsShared() {
        Shown s(two());
        s.state.setVisibleRange({2_ms, 4_ms});
        s.ready();
        QCOMPARE(s.view.grid()->range, (TimeRange{2_ms, 4_ms}));
        QVERIFY(isMost(s.colourAt(0.02, 0.25)));
        QVERIFY(isMost(s.colourAt(0.98, 0.25)));
    }

    void controlAndWheelZoomAtTheCursor() {
        Shown s(two());
        s.wheel(s.at(0.25, 0.5), 120, Qt::ControlModifier);
        const TimeRange range = s.state.visibleRange();
        QVERIFY(std::abs(range.length() - 6'400'000) < 2);
        // What was under the mouse still is.
        QVERIFY(std::abs(range.begin + range.length() / 4 - 2_ms) < 40'000);
    }

    void keysZoomAndPan() {
        Shown s(two());
        s.move(s.at(0.5, 0.5));
        s.key(Qt::Key_W);
        s.key(Qt::Key_W); // so that there is room to move
        QVERIFY(std::abs(s.state.visibleRange().length() - 8_ms * 16 / 25) < 3);
        const TimeRange zoomed = s.state.visibleRange();
        s.key(Qt::Key_D);
        QVERIFY(std::abs(s.state.visibleRange().begin - zoomed.begin - zoomed.length() / 4) < 3);
        s.key(Qt::Key_A);
        QVERIFY(std::abs(s.state.visibleRange().begin - zoomed.begin) < 3);
        s.key(Qt::Key_S);
        s.key(Qt::Key_S);
        QVERIFY(std::abs(s.state.visibleRange().length() - 8_ms) < 3);
        s.key(Qt::Key_W);
        s.key(Qt::Key_Home);
        QCOMPARE(s.state.visibleRange(), (TimeRange{0, 8_ms}));
        s.key(Qt::Key_W);
        const Time begin = s.state.visibleRange().begin;
        s.wheel(s.at(0.5, 0.5), -120, Qt::ShiftModifier);
        QVERIFY(s.state.visibleRange().begin > begin);
    }

    void theTimeUnderTheMouseIsSharedBothWays() {
        Shown s(two());
        QSignalSpy hovers(&s.state, &ViewState::hoverTimeChanged);
        s.move(s.at(0.5, 0.5));
        QVERIFY(!hovers.isEmpty());
        QVERIFY(std::abs(hovers.back()[0].value<Time>() - 4_ms) < 40'000);
        s.state.setHoverTime(2_ms);
        const auto lineIsAt = [&](double share) {
            bool line = false;
            const QImage image = s.view.grab().toImage();
            for (int dx = -2; dx <= 2; ++dx) {
                const QPoint p = (s.at(share, 0.9) + QPoint(dx, 0)) * image.devicePixelRatio();
                line = line || image.pixel(p) == qRgb(0, 0, 0);
            }
            return line;
        };
        QVERIFY(lineIsAt(0.25));
        // It stays at its instant when the range moves on without the mouse.
        s.state.setVisibleRange({0, 4_ms});
        QVERIFY(lineIsAt(0.5));
        QVERIFY(!lineIsAt(0.25));
    }

    void aClickOnAGoroutineSelectsTheSpanUnderTheMouse() {
        Shown s(two());
        s.click(s.at(0.5, 0.25));
        const auto* span = std::get_if<SpanSelection>(&s.state.selection());
        QVERIFY(span);
        const Trace& trace = *s.state.facts()->trace;
        QCOMPARE(trace.goroutines.id(span->goroutine), std::int64_t{1});
        QCOMPARE(trace.spans.state(span->span), GoroutineState::Waiting);
        // Where it does not live there is no span, but there is the goroutine.
        s.click(s.at(0.1, 0.75));
        const auto* goroutine = std::get_if<GoroutineSelection>(&s.state.selection());
        QVERIFY(goroutine);
        QCOMPARE(trace.goroutines.id(goroutine->goroutine), std::int64_t{2});
    }

    void aClickOnABundleSelectsTheOneThatWaits() {
        Shown s(thousand());
        s.click(s.at(0.5, 0.6995));
        QCOMPARE(s.state.facts()->trace->goroutines.id(selectedGoroutine(s.state.selection())), std::int64_t{700});
    }

    void theRowOfAGoroutineChosenElsewhereIsMarked() {
        Shown s(two());
        const QPoint arrow(s.view.canvas().left() - 6, s.at(0, 0.75).y());
        const auto pixel = [&] {
            const QImage image = s.view.grab().toImage();
            return QColor(image.pixel(arrow * image.devicePixelRatio()));
        };
        const QColor accent = s.view.palette().color(QPalette::Highlight);
        QVERIFY(pixel() != accent);
        s.state.select(GoroutineSelection{s.state.facts()->trace->findGoroutine(2)});
        QCOMPARE(pixel(), accent);
        s.state.select({});
        QVERIFY(pixel() != accent);
    }

    void rowsZoomUntilSingleGoroutinesAreSeen() {
        Shown s(thousand());
        QVERIFY(s.view.grid()->perRow > 1);
        auto* scroll = s.view.findChild<QScrollBar*>();
        QVERIFY(!scroll->isEnabled());
        for (int i = 0; i < 40; ++i) {
            s.wheel(s.at(0.5, 0.7025), 120, i % 2 ? Qt::AltModifier : Qt::ControlModifier | Qt::ShiftModifier);
            s.ready();
        }
        QCOMPARE(s.view.grid()->perRow, 1U);
        QVERIFY(s.view.grid()->goroutines.size() < 15);
        QVERIFY(scroll->isEnabled());
        // Zoomed at the cursor: the stuck one is among them.
        const Trace& trace = *s.state.facts()->trace;
        const auto isStuck = [&](GoroutineIndex g) { return trace.goroutines.id(g) == 700; };
        QVERIFY(std::ranges::any_of(s.view.grid()->goroutines, isStuck));
        QCOMPARE(s.state.visibleRange(), trace.wholeRange());

        const std::uint32_t first = s.view.firstPlace();
        s.wheel(s.at(0.5, 0.5), -120);
        s.ready();
        QVERIFY(s.view.firstPlace() > first);
        scroll->setValue(0);
        s.ready();
        QCOMPARE(s.view.firstPlace(), 0U);
        // A choice made elsewhere is brought into sight.
        s.state.select(GoroutineSelection{trace.findGoroutine(700)});
        s.ready();
        QVERIFY(std::ranges::any_of(s.view.grid()->goroutines, isStuck));
        s.key(Qt::Key_Home);
        s.ready();
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{1000});
    }

    void aMiddleDragMovesThePictureUnlessEscapeTakesItBack() {
        Shown s(two());
        s.state.setVisibleRange({2_ms, 4_ms});
        s.ready();
        const QPoint p = s.inField(s.at(0.5, 0.25));
        QTest::mousePress(s.field(), Qt::MiddleButton, {}, p);
        QTest::mouseMove(s.field(), p - QPoint(s.view.canvas().width() / 4, 0));
        QTest::mouseRelease(s.field(), Qt::MiddleButton, {}, p);
        QVERIFY(qAbs(s.state.visibleRange().begin - 2'500'000) < 20'000);
        QCOMPARE(s.state.visibleRange().length(), 2_ms);
        const TimeRange before = s.state.visibleRange();
        QTest::mousePress(s.field(), Qt::MiddleButton, {}, p);
        QTest::mouseMove(s.field(), p + QPoint(s.view.canvas().width() / 4, 0));
        QVERIFY(s.state.visibleRange() != before);
        QTest::keyClick(s.field(), Qt::Key_Escape);
        QCOMPARE(s.state.visibleRange(), before);
        QTest::mouseMove(s.field(), p);
        QTest::mouseRelease(s.field(), Qt::MiddleButton, {}, p);
        QCOMPARE(s.state.visibleRange(), before);
    }

    void theTooltipNamesTheGoroutineAndItsWait() {
        Shown s(two());
        const QPoint p = s.inField(s.at(0.5, 0.25));
        QHelpEvent help(QEvent::ToolTip, p, s.field()->mapToGlobal(p));
        QCoreApplication::sendEvent(s.field(), &help);
        const QString text = QToolTip::text();
        for (const char* part :
             {"goroutine 1 ", "waited 4 ms", "mutex", "since 2 ms at main.go:11", "100.0 % of it waiting"})
            QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
        QToolTip::hideText();
    }

    void theTooltipOfACellWithNobodySaysSo() {
        for (const HeatmapMetric& metric : {HeatmapMetric{}, HeatmapMetric{.measure = Measure::WaitAge}}) {
            Shown s(two());
            HeatmapSettings settings;
            settings.metric = metric;
            s.view.setSettings(settings);
            s.ready();
            const QPoint p = s.inField(s.at(0.25, 0.75)); // the second is born at half of the time
            QHelpEvent help(QEvent::ToolTip, p, s.field()->mapToGlobal(p));
            QCoreApplication::sendEvent(s.field(), &help);
            QVERIFY2(QToolTip::text().contains(QStringLiteral("not alive")), qPrintable(QToolTip::text()));
            QToolTip::hideText();
        }
    }

    void aClickOnAPlaceSelectsItAndADoubleClickAsksForTheStack() {
        Shown s(two());
        HeatmapSettings settings;
        settings.mode = HeatmapMode::Site;
        settings.order = RowOrder::TotalWait;
        s.view.setSettings(settings);
        s.ready();
        QSignalSpy stacks(&s.view, &HeatmapView::stackRequested);
        s.click(s.at(0.5, 0.25));
        const auto* site = std::get_if<SiteSelection>(&s.state.selection());
        QVERIFY(site && site->primitive == Primitive::Mutex);
        QCOMPARE(stacks.size(), 0);
        QTest::mouseDClick(s.field(), Qt::LeftButton, {}, s.inField(s.at(0.5, 0.25)));
        QCOMPARE(stacks.size(), 1);
    }

    void aDragAcrossZoomsTheTimeAndADragDownTheRows() {
        Shown s(thousand());
        const auto drag = [&](QPoint from, QPoint to) {
            QTest::mousePress(s.field(), Qt::LeftButton, {}, s.inField(from));
            QTest::mouseMove(s.field(), s.inField(to));
            QTest::mouseRelease(s.field(), Qt::LeftButton, {}, s.inField(to));
            s.ready();
        };
        drag(s.at(0.25, 0.5), s.at(0.75, 0.52));
        QVERIFY(qAbs(s.state.visibleRange().begin - 2_ms) < 50'000);
        QVERIFY(qAbs(s.state.visibleRange().end - 6_ms) < 50'000);
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{1000});
        drag(s.at(0.5, 0.2), s.at(0.52, 0.4));
        QVERIFY(s.view.grid()->goroutines.size() < 220 && s.view.grid()->goroutines.size() > 180);
        QVERIFY(s.view.firstPlace() > 180 && s.view.firstPlace() < 210);
        QVERIFY(s.view.pictureOptions().placeCount > 0);
    }

    void aDragAlongTheAxisOfRowsChoosesTheirGoroutines() {
        Shown s(thousand());
        QSignalSpy brushed(&s.view, &HeatmapView::rowsBrushed);
        const QPoint from = s.inField({s.view.canvas().left() - 20, s.at(0, 0.2).y()});
        const QPoint to = s.inField({s.view.canvas().left() - 30, s.at(0, 0.4).y()});
        QTest::mousePress(s.field(), Qt::LeftButton, {}, from);
        QTest::mouseMove(s.field(), to);
        QTest::mouseRelease(s.field(), Qt::LeftButton, {}, to);
        QCOMPARE(brushed.count(), 1);
        const auto* const chosen = std::get_if<GroupSelection>(&s.state.selection());
        QVERIFY(chosen != nullptr);
        QVERIFY(chosen->members->size() > 180 && chosen->members->size() < 220);
        QVERIFY(!chosen->name.empty());
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{1000}); // the rows stay where they are
        const QColor bar = s.view.palette().color(QPalette::Highlight);
        const QImage image = s.view.grab().toImage();
        QCOMPARE(image.pixel(s.view.canvas().left() - 4, s.at(0, 0.3).y()), bar.rgb());
        QVERIFY(image.pixel(s.view.canvas().left() - 4, s.at(0, 0.6).y()) != bar.rgb());
    }

    void theChosenRangeAndMarksOfOtherViewsAreSeen() {
        Shown s(two());
        const QImage before = s.view.grab().toImage();
        s.state.choose({2_ms, 4_ms});
        s.state.marks().setA(6_ms);
        const QImage after = s.view.grab().toImage();
        const auto differs = [&](double across) {
            const QPoint p = s.at(across, 0.5);
            return before.pixel(p) != after.pixel(p);
        };
        QVERIFY(differs(0.375)); // 3 of 8 ms
        QVERIFY(!differs(0.625));
        int line = 0;
        for (int y = s.view.canvas().top(); y < s.view.canvas().bottom(); ++y)
            for (int dx = -1; dx <= 1; ++dx)
                line += after.pixel(s.at(0.75, 0).x() + dx, y) == markerAColour.rgb();
        QVERIFY(line > 50);
    }

    void theRangeCanBeTyped() {
        Shown s(two());
        auto* range = s.view.findChildren<QLineEdit*>()[1];
        range->setText(QStringLiteral("2ms..4ms"));
        QTest::keyClick(range, Qt::Key_Return);
        QCOMPARE(s.state.visibleRange(), (TimeRange{2_ms, 4_ms}));
        range->setText(QStringLiteral("nonsense"));
        QTest::keyClick(range, Qt::Key_Return);
        QCOMPARE(s.state.visibleRange(), (TimeRange{2_ms, 4_ms}));
        range->clear();
        QTest::keyClick(range, Qt::Key_Return);
        QCOMPARE(s.state.visibleRange(), (TimeRange{0, 8_ms}));
        s.state.setVisibleRange({2'000'100, 2'000'300}); // three digits would say 2ms..2ms
        QCOMPARE(range->text(), QStringLiteral("2.0001ms..2.0003ms"));
        QTest::keyClick(range, Qt::Key_Return);
        QCOMPARE(s.state.visibleRange(), (TimeRange{2'000'100, 2'000'300}));
        QToolTip::hideText();
    }
};

QTEST_MAIN(HeatmapMovesTest)
#include "tst_heatmap_moves.moc"
