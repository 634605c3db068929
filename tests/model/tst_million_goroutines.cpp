// SPDX-License-Identifier: GPL-3.0-or-later
// A trace of a million goroutines: is it read whole, drawn in every mode, and without reading it twice?
#include "model/heatmap/heatmap.h"
#include "model/reader/load.h"
#include "tests/support/trace_writer.h"

#include <QTest>

using namespace waitscope;

namespace {

constexpr std::size_t goroutines = 1'000'000;
constexpr std::size_t stuck = goroutines / 100;

} // namespace

class MillionGoroutinesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        const std::vector<std::byte> bytes = test::generatedCrowd(goroutines, 1);
        const LoadResult result = loadTrace(bytes, "crowd");
        QVERIFY(result.trace && result.trace->report.complete);
        facts_ = computeFacts(result.trace);
        QCOMPARE(facts_->trace->goroutines.size(), goroutines + 1);
        order_ = orderedGoroutines(*facts_, {});
    }

    void everyModeDrawsItInOnePassOverItsSpans() {
        for (std::size_t m = 0; m < namedModes.size(); ++m) {
            const auto mode = static_cast<HeatmapMode>(m);
            const Grid grid = heatmapGrid(*facts_, order_,
                                          {.mode = mode,
                                           .metric = namedModes[m].metric,
                                           .range = facts_->trace->wholeRange(),
                                           .bins = 1900,
                                           .rows = 1000,
                                           .order = namedModes[m].order});
            QVERIFY(grid.rows.size() <= 1000);
            QVERIFY(grid.spansRead <= facts_->trace->spans.size());
        }
    }

    void theStuckAmongThemAreCounted() {
        const Grid grid =
            heatmapGrid(*facts_, order_, {.range = facts_->trace->wholeRange(), .bins = 1900, .rows = 1000});
        std::size_t open = 0;
        for (const GridRow& row : grid.rows)
            open += row.openAtEnd;
        QCOMPARE(open, stuck);
        QCOMPARE(grid.perRow, 1001U); // a million and the main one
    }

    void aTenthOfTheRangeReadsATenth() {
        const Time duration = facts_->trace->duration;
        const Grid whole =
            heatmapGrid(*facts_, order_, {.range = facts_->trace->wholeRange(), .bins = 1900, .rows = 1000});
        const Grid part =
            heatmapGrid(*facts_, order_, {.range = {duration * 3 / 10, duration * 4 / 10}, .bins = 1900, .rows = 1000});
        QVERIFY(part.spansRead < whole.spansRead / 2);
    }

    void itsGroupsAreFew() { QVERIFY(facts_->groups.groups.size() <= 2); }

  private:
    std::shared_ptr<const TraceFacts> facts_;
    std::vector<GoroutineIndex> order_;
};

QTEST_APPLESS_MAIN(MillionGoroutinesTest)
#include "tst_million_goroutines.moc"
