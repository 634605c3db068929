// SPDX-License-Identifier: GPL-3.0-or-later
// Does the heatmap, in the window and as a picture, show the grid, follow the other views, and lead them?
#include "widgets/heatmap/heatmap_view.h"

#include "tests/support/story.h"
#include "widgets/common/colours.h"
#include "widgets/common/picture_caption.h"
#include "widgets/common/time_axis.h"
#include "widgets/heatmap/heatmap_plot.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QApplication>
#include <QComboBox>
#include <QHelpEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <QtTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::StackText;
using waitscope::test::Story;

namespace {

const StackText lock{"sync.(*Mutex).Lock", "main.get"};
const StackText receive{"runtime.chanrecv1", "main.serve"};

// 1, main.get, waits for a lock from 2 to 6 ms of 8. 2 is born at 4 ms and waits for a channel from 5 ms on.
std::shared_ptr<const TraceFacts> two() {
    Story story;
    story.g(1).existed().runs(2_ms).waitsOn("sync", lock, 4_ms).wokenByRuntime().runs(1_ms);
    story.g(2).bornAt(4_ms).entry("main.second").runs(1_ms).waitsOn("chan receive", receive, 1_ms);
    return computeFacts(story.told(8_ms));
}

// Many: main.busy, of which number 700 waits all the time.
std::shared_ptr<const TraceFacts> thousand() {
    Story story;
    for (int id = 1; id <= 1000; ++id) {
        if (id == 700)
            story.g(id).existed().waitsOn("sync", lock, 8_ms);
        else
            story.g(id).existed().entry("main.busy").runs(8_ms);
    }
    return computeFacts(story.told(8_ms));
}

int distance(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}
bool isMost(QRgb c) {
    return distance(c, magnitudeStops.back()) <= 3;
}
bool isLeast(QRgb c) {
    return distance(c, magnitudeStops.front()) <= 3;
}

class Shown {
  public:
    explicit Shown(std::shared_ptr<const TraceFacts> facts, QSize size = {800, 400}) : view(&state) {
        state.show(std::move(facts));
        view.resize(size);
        view.show();
        ready();
    }
    void ready() {
        QTRY_VERIFY(!view.isComputing());
        QCoreApplication::processEvents();
    }
    /// A point of the canvas by its shares across and down.
    [[nodiscard]] QPoint at(double across, double down) const {
        const QRect c = view.canvas();
        return {c.left() + static_cast<int>(c.width() * across), c.top() + static_cast<int>(c.height() * down)};
    }
    [[nodiscard]] QRgb colourAt(double across, double down) {
        const QImage image = view.grab().toImage();
        const double dpr = image.devicePixelRatio();
        const QPoint p = at(across, down);
        return image.pixel(static_cast<int>(p.x() * dpr), static_cast<int>(p.y() * dpr));
    }
    [[nodiscard]] QWidget* field() const { return view.focusProxy(); }
    [[nodiscard]] QPoint inField(QPoint p) const { return field()->mapFrom(&view, p); }
    void wheel(QPoint p, int delta, Qt::KeyboardModifiers keys = Qt::NoModifier) {
        QWheelEvent event(inField(p), field()->mapToGlobal(inField(p)), {}, {0, delta}, Qt::NoButton, keys,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(field(), &event);
    }
    void move(QPoint p) {
        QTest::mouseMove(view.windowHandle(), p + QPoint(3, 3)); // a move to where the mouse is already is none
        QTest::mouseMove(view.windowHandle(), p);
    }
    void click(QPoint p) { QTest::mouseClick(field(), Qt::LeftButton, {}, inField(p)); }
    void key(Qt::Key k) { QTest::keyClick(field(), k); }

    [[nodiscard]] QImage picture(QSize size, int scale) const {
        return renderHeatmap(state.facts(), view.pictureOptions(size, scale));
    }

    ViewState state;
    HeatmapView view;
};

/// Where the cells of a picture are, if its first row has no gap: the pixels of the most and the least, up to the gap
/// in front of the colour scale.
QRect cellsOf(const QImage& picture) {
    QRect cells;
    for (int x = 0; x < picture.width(); ++x) {
        if (!cells.isEmpty() && x > cells.right() + 8)
            break;
        for (int y = 0; y < picture.height(); ++y)
            if (isMost(picture.pixel(x, y)) || isLeast(picture.pixel(x, y)))
                cells |= QRect(x, y, 1, 1);
    }
    return cells;
}

} // namespace

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
        bool line = false;
        const QImage image = s.view.grab().toImage();
        for (int dx = -2; dx <= 2; ++dx) {
            const QPoint p = (s.at(0.25, 0.9) + QPoint(dx, 0)) * image.devicePixelRatio();
            line = line || image.pixel(p) == qRgb(0, 0, 0);
        }
        QVERIFY(line);
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

    void aMiddleDragMovesThePictureAndEscapeClearsTheSelection() {
        Shown s(two());
        s.state.setVisibleRange({2_ms, 4_ms});
        s.ready();
        const QPoint p = s.inField(s.at(0.5, 0.25));
        QTest::mousePress(s.field(), Qt::MiddleButton, {}, p);
        QTest::mouseMove(s.field(), p - QPoint(s.view.canvas().width() / 4, 0));
        QTest::mouseRelease(s.field(), Qt::MiddleButton, {}, p);
        QVERIFY(qAbs(s.state.visibleRange().begin - 2'500'000) < 20'000);
        QCOMPARE(s.state.visibleRange().length(), 2_ms);
        s.state.select(GoroutineSelection{{0}});
        QTest::keyClick(s.field(), Qt::Key_Escape);
        QVERIFY(std::holds_alternative<std::monostate>(s.state.selection()));
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
        QToolTip::hideText();
    }

    void calloutsAreLettersAboveTheCellsAndLinesInTheCaption() {
        HeatmapPictureOptions options{.size = {800, 500}};
        const QImage plain = renderHeatmap(two(), options);
        options.callouts =
            Callouts{.all = {{.time = 4_ms, .range = {4_ms, 8_ms}, .text = "two are stuck"}}, .nothing = {}};
        const QImage picture = renderHeatmap(two(), options);
        QCOMPARE(picture.text("Callouts"), QStringLiteral("A  two are stuck"));
        QVERIFY(plain.text("Callouts").startsWith(QStringLiteral("Nothing found in")));
        int line = 0; // black pixels in one column of the cells
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 350; x < 600; ++x)
                line += picture.pixel(x, y) == qRgb(0, 0, 0);
        QVERIFY(line > 100);
    }

    void palettesFallOrRiseInLightness() {
        for (const NamedColourMap& map : namedColourMaps)
            for (std::size_t i = 1; i < map.stops.size(); ++i) {
                const int before = qGray(map.stops[i - 1]), after = qGray(map.stops[i]);
                QVERIFY(map.name == "grey" ? after < before : after > before);
            }
    }

    void theCanvasOfAPictureIsKnownWithoutAPlot() {
        for (const QSize size : {QSize(480, 320), QSize(1600, 900), QSize(3000, 2000)}) {
            HeatmapPlot plot(nullptr);
            plot.setLook(HeatmapLook::light(pictureFont()));
            plot.setLeft(200);
            QCOMPARE(HeatmapPlot::canvasIn(size, 200, pictureFont()), plot.layOut(size));
        }
    }

    void theSameQuestionGivesTheSamePictureTwice() {
        for (const NamedMode& mode : namedModes) {
            HeatmapPictureOptions options{.size = {640, 400}};
            options.what.mode = *findMode(mode.name);
            options.what.metric = mode.metric;
            options.what.order = mode.order;
            QCOMPARE(renderHeatmap(two(), options), renderHeatmap(two(), options));
            const auto sheet = prepareHeatmap(two(), options);
            const QByteArray svg = paintHeatmapSvg(*sheet);
            QVERIFY(svg.startsWith("<?xml") && svg.contains("<desc>"));
            QCOMPARE(paintHeatmapSvg(*prepareHeatmap(two(), options)), svg);
        }
    }

    void thePictureHasTheCellsOfTheWindow_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("scale");
        QTest::newRow("least") << QSize(480, 320) << 1;
        QTest::newRow("least, 2x") << QSize(480, 320) << 2;
        QTest::newRow("usual") << QSize(1600, 900) << 1;
        QTest::newRow("usual, 2x") << QSize(1600, 900) << 2;
        QTest::newRow("tall") << QSize(480, 3000) << 1;
    }
    void thePictureHasTheCellsOfTheWindow() {
        QFETCH(const QSize, size);
        QFETCH(const int, scale);
        Shown s(two());
        const QImage picture = s.picture(size, scale);
        QCOMPARE(picture.size(), size * scale);
        QCOMPARE(picture.dotsPerMeterX(), 3780 * scale);
        const QRect cells = cellsOf(picture);
        QVERIFY2(cells.width() > picture.width() * 2 / 5, qPrintable(QString::number(cells.width())));
        QVERIFY2(cells.height() > picture.height() / 8, qPrintable(QString::number(cells.height())));
        const auto at = [&](double across, double down) {
            return picture.pixel(cells.left() + static_cast<int>(cells.width() * across),
                                 cells.top() + static_cast<int>(cells.height() * down));
        };
        QVERIFY(isLeast(at(0.1, 0.25)));
        QVERIFY(isMost(at(0.26, 0.25)));
        QVERIFY(isMost(at(0.74, 0.25)));
        QVERIFY(isLeast(at(0.9, 0.25)));
        QCOMPARE(at(0.25, 0.75), qRgb(255, 255, 255));
        QVERIFY(isMost(at(0.9, 0.75)));
        QCOMPARE(picture.text("Rows"), QStringLiteral("1 row = 1 goroutine"));
        // Nothing touches the edge.
        for (int x = 0; x < picture.width(); ++x) {
            QCOMPARE(picture.pixel(x, 0), qRgb(255, 255, 255));
            QCOMPARE(picture.pixel(x, picture.height() - 1), qRgb(255, 255, 255));
        }
        for (int y = 0; y < picture.height(); ++y) {
            QCOMPARE(picture.pixel(0, y), qRgb(255, 255, 255));
            QCOMPARE(picture.pixel(picture.width() - 1, y), qRgb(255, 255, 255));
        }
    }

    void thePictureIsOfWhatIsShown() {
        Shown s(two());
        HeatmapSettings settings;
        settings.filter = QStringLiteral("get");
        settings.metric.states = {StateFamily::Lock};
        settings.order = RowOrder::TotalWait;
        s.view.setSettings(settings);
        s.state.setVisibleRange({2_ms, 4_ms});
        s.ready();
        const QImage picture = s.picture({800, 600}, 1);
        QCOMPARE(picture.text("Range"), QStringLiteral("2 ms … 4 ms (2 ms of 8 ms)"));
        QCOMPARE(picture.text("Filter"), QStringLiteral("“get”"));
        QCOMPARE(picture.text("Order"), QStringLiteral("total wait"));
        QCOMPARE(picture.text("Goroutines"), QStringLiteral("1 of 2 goroutines shown"));
        QVERIFY(picture.text("Title").endsWith(QStringLiteral("waiting for locks")));
        QCOMPARE(picture.text("Command"),
                 QStringLiteral("waitscope heatmap story -o heatmap.png --metric lock --sort wait --range "
                                "2000000ns..4000000ns --contains get --size 800x600"));
        const QRect cells = cellsOf(picture);
        QVERIFY(isMost(picture.pixel(cells.left() + 2, cells.center().y())));
    }

    void thePictureOfZoomedRowsHasThoseRows() {
        Shown s(thousand());
        for (int i = 0; i < 10; ++i) {
            s.wheel(s.at(0.5, 0.9), 120, Qt::AltModifier);
            s.ready();
        }
        const auto shown = s.view.grid()->goroutines.size();
        QVERIFY(shown < 200);
        QVERIFY(s.picture({800, 600}, 1).text("Goroutines").startsWith(QString::number(shown) + " of "));
    }

    void aPictureSaysWhenNothingMatches() {
        HeatmapPictureOptions options{.size = {800, 600}};
        options.rows.wanted = [](std::string_view) { return false; };
        options.filter = QStringLiteral("nothing");
        const QImage picture = renderHeatmap(two(), options);
        QCOMPARE(picture.text("Goroutines"), QStringLiteral("0 of 2 goroutines shown"));
        bool ink = false;
        for (int x = 200; x < 600; ++x)
            for (int y = 200; y < 400; ++y)
                ink = ink || picture.pixel(x, y) != qRgb(255, 255, 255);
        QVERIFY(ink);
    }

    void impossibleSizesAreNoPicture() {
        QVERIFY(renderHeatmap(two(), {.size = {479, 320}}).isNull());
        QVERIFY(renderHeatmap(two(), {.size = {16384, 400}, .scale = 2}).isNull());
        QCOMPARE(renderHeatmap(two(), {.size = {16384, 400}}).size(), QSize(16384, 400));
    }

    void aHugePictureHasNoMoreCellsThanMemoryAllows() {
        const auto sheet = prepareHeatmap(thousand(), {.size = {16384, 400}, .scale = 1});
        QVERIFY(sheet->grid->bins <= 8192U);
    }

    void thePictureDoesNotDependOnTheWindowsLook() {
        const auto facts = two();
        const QImage one = renderHeatmap(facts, {.size = {640, 400}});
        const QPalette palette = QApplication::palette();
        QPalette dark = palette;
        dark.setColor(QPalette::Window, Qt::black);
        dark.setColor(QPalette::WindowText, Qt::white);
        QApplication::setPalette(dark);
        const QFont font = QApplication::font();
        QFont large = font;
        large.setPointSize(20);
        QApplication::setFont(large);
        const QImage other = renderHeatmap(facts, {.size = {640, 400}});
        QApplication::setPalette(palette);
        QApplication::setFont(font);
        QCOMPARE(one, other);
    }
};

QTEST_MAIN(HeatmapTest)
#include "tst_heatmap.moc"
