// SPDX-License-Identifier: GPL-3.0-or-later
// Does the heatmap in the window show the grid that is asked for?
#include "tests/widgets/shown_heatmap.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"

#include <QApplication>
#include <QComboBox>
#include <QHelpEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QToolTip>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class HeatmapTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cellsHaveTheColoursOfTheirShares() {
        Shown s(two());
        QVERIFY(isLeast(s.colourAt(0.1, 0.25)));
        QVERIFY(isMost(s.colourAt(0.5, 0.25)));
        QVERIFY(isLeast(s.colourAt(0.9, 0.25)));
        QVERIFY(isLeast(s.colourAt(0.55, 0.75)));
        QVERIFY(isMost(s.colourAt(0.9, 0.75)));
        // Before its birth the second one is nobody, not a zero.
        QCOMPARE(QColor(s.colourAt(0.25, 0.75)), s.view.palette().color(QPalette::Base));
    }

    void aCellIsNeverFinerThanAPixel() {
        Shown s(thousand());
        const QSize canvas = s.view.canvas().size() * s.view.devicePixelRatioF();
        const auto grid = s.view.grid();
        QCOMPARE(grid->bins, static_cast<std::uint32_t>(canvas.width()));
        QVERIFY(grid->rows.size() <= static_cast<std::size_t>(canvas.height()));
        QVERIFY(grid->perRow > 1);
    }

    // A vertical line through the window is one instant.
    void theCellsBeginAndEndWhereTheTimelineDoes() {
        Shown s(two());
        QCOMPARE(s.view.canvas().left(), canvasLeft);
        QCOMPARE(s.view.canvas().right() + 1,
                 s.field()->mapTo(&s.view, s.field()->rect().topRight()).x() + 1 - canvasRight);
        const QRect before = s.view.canvas();
        s.state.show(thousand());
        s.ready();
        QCOMPARE(s.view.canvas(), before);
    }

    void aStuckGoroutineInABundleHasADot() {
        Shown s(thousand());
        const QImage image = s.view.grab().toImage();
        const QRect canvas = s.view.canvas();
        int dots = 0;
        for (int y = canvas.top() + 1; y < canvas.bottom(); ++y)
            for (int x = canvas.left() + 1; x < canvas.right(); ++x)
                dots += isMost(image.pixel(QPoint(x, y) * image.devicePixelRatio()));
        QVERIFY(dots > 20);
        QVERIFY(dots < canvas.width() * 3); // one row of dots, not more
    }

    void theToolbarChoosesMetricAndOrder() {
        Shown s(two());
        const auto boxes = s.view.findChildren<QComboBox*>();
        QCOMPARE(boxes.size(), 3);
        QSignalSpy changes(&s.view, &HeatmapView::settingsChanged);
        boxes[1]->setCurrentIndex(1); // locks
        s.ready();
        QCOMPARE(changes.size(), 1);
        QVERIFY(isMost(s.colourAt(0.5, 0.25)));
        QVERIFY(isLeast(s.colourAt(0.9, 0.75))); // a channel
        HeatmapSettings settings = s.view.settings();
        QVERIFY(settings.metric.states == StateSet{StateFamily::Lock});
        settings.metric.states = waitingStates;
        settings.order = RowOrder::AgeAtEnd;
        s.view.setSettings(settings);
        s.ready();
        QCOMPARE(boxes[2]->currentIndex(), int(RowOrder::AgeAtEnd));
        QVERIFY(isMost(s.colourAt(0.9, 0.25))); // the second one is on top now
    }

    void aFilterShowsWhatMatchesAndSaysWhenNothingDoes() {
        Shown s(two());
        auto* filter = s.view.findChild<QLineEdit*>();
        QTest::keyClicks(filter, QStringLiteral("SECOND"));
        s.ready();
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{1});
        QTest::keyClicks(filter, QStringLiteral("x"));
        s.ready();
        QVERIFY(s.view.grid()->empty());
        QVERIFY(s.field()->accessibleDescription().contains(QStringLiteral("SECONDx")));
        auto* clear = s.view.findChild<QPushButton*>();
        QVERIFY(clear->isVisible());
        QTest::mouseClick(clear, Qt::LeftButton);
        s.ready();
        QVERIFY(filter->text().isEmpty());
        QVERIFY(!clear->isVisible());
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{2});
        QVERIFY(s.field()->accessibleDescription().isEmpty());
    }

    void withoutATraceItSaysSo() {
        Shown s(nullptr);
        QVERIFY(s.field()->accessibleDescription().contains(QStringLiteral("No trace")));
        s.click({300, 200});
        s.wheel({300, 200}, 120, Qt::ControlModifier);
        s.wheel({300, 200}, 120, Qt::AltModifier);
        s.key(Qt::Key_Home);
        s.state.show(two());
        s.ready();
        QVERIFY(s.field()->accessibleDescription().isEmpty());
        s.state.show(nullptr);
        s.ready();
        QVERIFY(!s.view.grid());
    }

    void lateAnswersAreDropped() {
        Shown s(thousand());
        for (int i = 1; i <= 20; ++i)
            s.state.setVisibleRange({i * 10'000, 4_ms});
        QCoreApplication::processEvents();
        s.state.show(two());
        s.ready();
        QCOMPARE(s.view.grid()->goroutines.size(), std::size_t{2});
        QCOMPARE(s.view.grid()->range, (TimeRange{0, 8_ms}));
    }

    void aDarkPaletteDarkensThePaper() {
        Shown s(two());
        QPalette dark;
        dark.setColor(QPalette::Window, QColor(0x20, 0x20, 0x20));
        dark.setColor(QPalette::Base, QColor(0x18, 0x18, 0x18));
        dark.setColor(QPalette::WindowText, Qt::white);
        s.view.setPalette(dark);
        s.ready();
        QCOMPARE(QColor(s.colourAt(0.25, 0.75)), QColor(0x18, 0x18, 0x18));
        QVERIFY(isMost(s.colourAt(0.5, 0.25)));
    }

    void everyModeIsDrawnAndAnswersTheMouse() {
        Shown s(two());
        for (const NamedMode& mode : namedModes) {
            HeatmapSettings settings;
            settings.mode = *findMode(mode.name);
            settings.metric = mode.metric;
            settings.order = mode.order;
            s.view.setSettings(settings);
            s.ready();
            QCOMPARE(s.view.grid()->mode, settings.mode);
            if (settings.mode == HeatmapMode::Strategy) {
                QVERIFY(s.field()->accessibleDescription().contains(QStringLiteral("marks")));
                continue;
            }
            QVERIFY(!s.view.grid()->empty());
            int coloured = 0;
            const QImage image = s.view.grab().toImage();
            const QRect canvas = s.view.canvas();
            for (int x = canvas.left() + 2; x < canvas.right() - 2; x += 3)
                for (int y = canvas.top() + 2; y < canvas.bottom() - 2; y += 3)
                    coloured += QColor(image.pixel(x, y)).saturation() > 40;
            QVERIFY2(coloured > 50, mode.name.data());
            s.click(s.at(0.5, 0.3));
            const QPoint p = s.inField(s.at(0.9, 0.9));
            QHelpEvent help(QEvent::ToolTip, p, s.field()->mapToGlobal(p));
            QCoreApplication::sendEvent(s.field(), &help);
        }
        QToolTip::hideText();
    }
};

QTEST_MAIN(HeatmapTest)
#include "tst_heatmap.moc"
