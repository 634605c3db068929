// SPDX-License-Identifier: GPL-3.0-or-later
// Two traces in one picture: one colour scale, one time a pixel, and a strip that says what changed when.
#include "widgets/compare/compare_picture.h"

#include "model/heatmap/colour_scale.h"
#include "tests/support/story.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QtTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

constexpr Time period = 2_us; // several in a bin

// Ten goroutines that wait for a lock for `share` of each period.
std::shared_ptr<const TraceFacts> traceOf(double share, int periods = 4000) {
    Story story;
    for (int i = 1; i <= 10; ++i) {
        auto& g = story.g(i).existed();
        for (int k = 0; k < periods; ++k) {
            const auto wait = static_cast<Time>(share * double(period));
            g.waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, std::max<Time>(1, wait));
            g.runs(std::max<Time>(1, period - wait));
        }
    }
    return computeFacts(story.told(period * periods));
}

std::shared_ptr<const CompareSheet> sheetOf(std::shared_ptr<const TraceFacts> a, std::shared_ptr<const TraceFacts> b,
                                            const ComparePictureOptions& options = {.size = {1000, 1000}}) {
    return prepareComparison(compareTraces(std::move(a), std::move(b)), nullptr, options);
}

int difference(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}

// Where the upper half, the strip and the lower half begin.
struct Places {
    int a = 0, strip = 0, b = 0;
};
Places placesOf(const CompareSheet& sheet) {
    Places places;
    places.b = sheet.options.size.height() - sheet.half.b->options.size.height();
    places.strip = places.b - 58;
    places.a = places.strip - sheet.half.a->options.size.height();
    return places;
}
QRgb middleOf(const QImage& picture, const HeatmapSheet& half, int top) {
    const QRect cells = cellsOf(half).translated(0, top);
    return picture.pixel(cells.center());
}

} // namespace

class ComparePictureTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theSameColourIsTheSameValueInBothHalves() {
        const auto sheet = sheetOf(traceOf(0.8), traceOf(0.2));
        QVERIFY(sheet);
        QCOMPARE(sheet->half.a->beside, sheet->half.b->grid);
        QCOMPARE(sheet->half.b->beside, sheet->half.a->grid);
        const QImage picture = paintComparison(*sheet);
        const Places places = placesOf(*sheet);
        const auto expected = [&](const HeatmapSheet& half) {
            const Grid& grid = *half.grid;
            const ColourScale scale(grid, half.beside.get(), {});
            const auto row = static_cast<std::uint32_t>(grid.rows.size() / 2);
            const double position = scale.position(grid.values[grid.cell(row, grid.bins / 2)]) * 8.0;
            const auto below = static_cast<std::size_t>(std::min(7.0, std::floor(position)));
            const double rest = position - static_cast<double>(below);
            const auto mixed = [&](int (*part)(QRgb)) {
                return static_cast<int>(part(magnitudeStops[below]) * (1 - rest) +
                                        part(magnitudeStops[below + 1]) * rest);
            };
            return qRgb(mixed(qRed), mixed(qGreen), mixed(qBlue));
        };
        QVERIFY(difference(middleOf(picture, *sheet->half.a, places.a), expected(*sheet->half.a)) < 24);
        QVERIFY(difference(middleOf(picture, *sheet->half.b, places.b), expected(*sheet->half.b)) < 24);
    }

    void countsShareTheScaleOfTheLargerHalf() {
        // A row a site, whose colour is a number of goroutines: 10 against 2.
        HeatmapPictureOptions options;
        options.size = {800, 400};
        options.what.mode = HeatmapMode::Site;
        options.what.metric = namedOf(HeatmapMode::Site).metric;
        options.what.order = namedOf(HeatmapMode::Site).order;
        options.colourScale = ScaleKind::Linear;
        const auto many = prepareHeatmap(traceOf(1), options);
        HeatmapSheet few = *prepareHeatmap(traceOf(0.2), options);
        const QRgb alone = middleOf(paintHeatmap(few), few, 0);
        few.beside = many->grid;
        const QRgb beside = middleOf(paintHeatmap(few), few, 0);
        QVERIFY(difference(alone, beside) > 60);
        QVERIFY(qGray(beside) < qGray(alone)); // viridis is darker where there is less
    }

    void theStripSaysWhichWayItWent() {
        const auto stripOf = [](const CompareSheet& sheet) {
            const QImage picture = paintComparison(sheet);
            const QRect cells = cellsOf(*sheet.half.a);
            return picture.pixel(cells.center().x(), placesOf(sheet).strip + 22 + 12);
        };
        const auto high = traceOf(0.8), low = traceOf(0.2);
        const auto less = sheetOf(high, low), more = sheetOf(low, high);
        const QRgb blue = stripOf(*less), orange = stripOf(*more);
        QVERIFY(qBlue(blue) > qRed(blue) + 60);
        QVERIFY(qRed(orange) > qBlue(orange) + 60);
        QVERIFY(std::abs(less->strip.largest - more->strip.largest) < 1e-9);
        double sum = 0;
        for (std::size_t i = 0; i < less->strip.difference.size(); ++i) {
            const auto there = less->strip.difference[i], back = more->strip.difference[i];
            QVERIFY(there && back && *there == -*back);
            sum += *there;
        }
        // On average it is what the comparison says of all locks.
        const Comparison comparison = compareTraces(high, low);
        const auto& totals = comparison.totals;
        const auto locks = std::ranges::find(totals, "lock", &FamilyTotal::family);
        QVERIFY(locks != totals.end());
        QVERIFY(std::abs(sum / double(less->strip.difference.size()) - *locks->changes.concurrency.absolute) < 0.1);

        const auto facts = traceOf(0.5);
        const auto same = sheetOf(facts, facts);
        QCOMPARE(same->strip.largest, 0.0);
        QCOMPARE(stripOf(*same), qRgb(0xff, 0xff, 0xff));
    }

    void aNanosecondIsAsWideInBoth() {
        const auto sheet = sheetOf(traceOf(0.5), traceOf(0.5, 2000));
        QVERIFY(sheet->sameTimeAPixel);
        const int a = cellsOf(*sheet->half.a).width(), b = cellsOf(*sheet->half.b).width();
        QVERIFY(std::abs(a - 2 * b) <= 2);
        QCOMPARE(cellsOf(*sheet->half.a).left(), cellsOf(*sheet->half.b).left());
        QCOMPARE(sheet->strip.difference.size(), std::size_t(b)); // as far as both reach
        // Twenty times as long: stretched, and said so.
        const auto stretched = sheetOf(traceOf(0.5), traceOf(0.5, 200));
        QVERIFY(!stretched->sameTimeAPixel);
        QCOMPARE(cellsOf(*stretched->half.a).width(), cellsOf(*stretched->half.b).width());
        QVERIFY(paintComparison(*stretched).text(QStringLiteral("Difference")).contains(QStringLiteral("stretched")));
    }

    void thePictureStandsByItself() {
        ComparePictureOptions options{
            .size = {1000, 1000}, .scale = 2, .command = QStringLiteral("waitscope compare a b")};
        const auto sheet = sheetOf(traceOf(0.8), traceOf(0.2), options);
        const QImage picture = paintComparison(*sheet);
        QCOMPARE(picture.size(), QSize(2000, 2000));
        QCOMPARE(picture.text(QStringLiteral("Title")), sheet->headline);
        QVERIFY(picture.text(QStringLiteral("A-Title")).startsWith(QStringLiteral("A, before")));
        QVERIFY(picture.text(QStringLiteral("B-Title")).startsWith(QStringLiteral("B, after")));
        QVERIFY(picture.text(QStringLiteral("A-Title")).contains(QStringLiteral("waiting for locks")));
        QVERIFY(picture.text(QStringLiteral("B-Legend")).contains(QStringLiteral("one scale for both traces")));
        QCOMPARE(picture.text(QStringLiteral("Command")), options.command);
        QVERIFY(picture.text(QStringLiteral("Software")).startsWith(QStringLiteral("Waitscope")));
        QCOMPARE(paintComparison(*sheet), picture);
        // Too small to hold both.
        options.size = {1000, 500};
        QVERIFY(!sheetOf(traceOf(0.8), traceOf(0.2), options));
    }
};

QTEST_MAIN(ComparePictureTest)
#include "tst_compare_picture.moc"
