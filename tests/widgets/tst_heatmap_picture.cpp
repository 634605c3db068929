// SPDX-License-Identifier: GPL-3.0-or-later
// Is the picture of a heatmap what the window shows, whole and at any size?
#include "tests/widgets/shown_heatmap.h"
#include "widgets/common/picture_caption.h"
#include "widgets/heatmap/heatmap_plot.h"

#include <QApplication>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

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

class HeatmapPictureTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
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

QTEST_MAIN(HeatmapPictureTest)
#include "tst_heatmap_picture.moc"
