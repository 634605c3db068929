// SPDX-License-Identifier: GPL-3.0-or-later
// Does the axis of rows say what rows are, in every mode and however short the trace is?
#include "model/heatmap/heatmap.h"
#include "tests/support/story.h"
#include "widgets/heatmap/heatmap_axes.h"

#include <QtTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class HeatmapAxesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agesAndDurationsAreNamedHoweverShortTheTraceIs_data() {
        QTest::addColumn<qint64>("duration");
        for (const Time duration : {Time{100}, Time{1'000}, Time{1'500}, Time{275'000'000}, Time{3'600'000'000'000}})
            QTest::newRow(std::to_string(duration).c_str()) << qint64{duration};
    }
    void agesAndDurationsAreNamedHoweverShortTheTraceIs() {
        QFETCH(const qint64, duration);
        Story story;
        story.g(1).existed().runs(duration / 4).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, duration / 4);
        const auto facts = computeFacts(story.told(duration));
        const std::vector<GoroutineIndex> all = orderedGoroutines(*facts, {});
        for (const HeatmapMode mode : {HeatmapMode::Age, HeatmapMode::Latency}) {
            const auto grid = std::make_shared<const Grid>(heatmapGrid(*facts, all,
                                                                       {.mode = mode,
                                                                        .metric = namedOf(mode).metric,
                                                                        .range = facts->trace->wholeRange(),
                                                                        .bins = 100,
                                                                        .rows = 300}));
            const QVector<QString> labels = labelsOf({.trace = facts->trace, .grid = grid});
            const auto durations = std::ranges::count_if(labels, [](const QString& text) {
                return text.contains(QStringLiteral("s")) && text != QStringLiteral("still open");
            });
            QVERIFY2(durations >= 1, qPrintable(QString::fromStdString(std::string(namedOf(mode).name))));
            if (mode == HeatmapMode::Age && duration >= 1000)
                QVERIFY(durations >= 2); // its decades
        }
    }

    void decadesOfAgesAreEdgesOfRows() {
        Story story;
        story.g(1).existed().runs(275_ms);
        const auto facts = computeFacts(story.told(275_ms));
        const Grid grid = heatmapGrid(*facts, orderedGoroutines(*facts, {}),
                                      {.mode = HeatmapMode::Age,
                                       .metric = namedOf(HeatmapMode::Age).metric,
                                       .range = facts->trace->wholeRange(),
                                       .bins = 100,
                                       .rows = 300});
        for (const double edge : {1e5, 1e6, 1e7, 1e8})
            QVERIFY(std::ranges::any_of(grid.rows,
                                        [&](const GridRow& row) { return std::abs(row.low / edge - 1) < 1e-9; }));
    }

  private:
    static QVector<QString> labelsOf(const HeatmapContents& contents) {
        RowTicker ticker;
        ticker.contents = contents;
        ticker.height = 300;
        ticker.width = 200;
        QVector<double> ticks;
        QVector<QString> labels;
        ticker.generate({contents.grid->firstPlace(), contents.grid->lastPlace()}, QLocale::c(), u'g', 6, ticks,
                        nullptr, &labels);
        return labels;
    }
};

QTEST_MAIN(HeatmapAxesTest)
#include "tst_heatmap_axes.moc"
