// SPDX-License-Identifier: GPL-3.0-or-later
// Are the numbers of the lifetime heatmap those of the spans below it?
#include "model/heatmap/heatmap.h"

#include "model/report/grid_report.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QtTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::StackText;
using waitscope::test::Story;

namespace {

const StackText lock{"sync.(*Mutex).Lock", "main.get"};
const StackText receive{"runtime.chanrecv1", "main.serve"};

Grid gridOf(const TraceFacts& facts, const HeatmapOptions& options, const RowChoice& choice = {}) {
    return heatmapGrid(facts, orderedGoroutines(facts, choice), options);
}
HeatmapOptions whole(const TraceFacts& facts, std::uint32_t bins, std::uint32_t rows, StateSet states = waitingStates) {
    return {.metric = {.states = states}, .range = facts.trace->wholeRange(), .bins = bins, .rows = rows};
}
std::vector<std::int64_t> ids(const TraceFacts& facts, const RowChoice& choice) {
    std::vector<std::int64_t> result;
    for (const GoroutineIndex g : orderedGoroutines(facts, choice))
        result.push_back(facts.trace->goroutines.id(g));
    return result;
}
bool near(double a, double b, double tolerance = 1e-5) {
    return std::abs(a - b) <= tolerance;
}

// One that waits from 2 to 5 ms of 10, then to the end from 8 ms on; one that lives from 3 to 6 ms.
std::shared_ptr<const TraceFacts> twoGoroutines() {
    Story story;
    story.g(1).existed().runs(2_ms).waitsOn("sync", lock, 3_ms).wokenByRuntime().runs(3_ms - 1_us);
    story.g(1).waitsOn("chan receive", receive, 2_ms);
    story.g(2).bornAt(3_ms).entry("main.short").runs(3_ms).ends();
    return computeFacts(story.told(10_ms));
}

Time waited(const Trace& trace, GoroutineIndex g, TimeRange range) {
    Time total = 0;
    const SpanRange own = trace.goroutines.spans(g);
    for (std::uint32_t s = own.begin; s < own.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Waiting)
            total += trace.spans.range({s}).clippedTo(range).length();
    return total;
}

} // namespace

class HeatmapGridTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aCellIsTheShareOfItsBin() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 4, 10));
        QCOMPARE(grid.perRow, 1U);
        QCOMPARE(grid.rows.size(), std::size_t{2});
        const std::vector<double> expected{0.2, 1.0, 0.0, 0.8};
        for (std::uint32_t b = 0; b < 4; ++b)
            QVERIFY2(near(grid.values[grid.cell(0, b)], expected[b]), qPrintable(QString::number(b)));
    }

    void outsideItsLifetimeAGoroutineHasNoValue() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 10, 10));
        for (std::uint32_t b = 0; b < 10; ++b) {
            const bool alive = b >= 3 && b < 6;
            QCOMPARE(std::isnan(grid.values[grid.cell(1, b)]), !alive);
            QCOMPARE(grid.alive[grid.cell(1, b)], alive ? 1U : 0U);
        }
    }

    void aWaitOpenAtTheEndFillsToTheEnd() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 10, 10));
        QVERIFY(near(grid.values[grid.cell(0, 8)], 1));
        QVERIFY(near(grid.values[grid.cell(0, 9)], 1));
        QCOMPARE(grid.rows[0].openAtEnd, 1U);
        QCOMPARE(grid.rows[0].preExisting, 1U);
        QCOMPARE(grid.rows[1].openAtEnd, 0U);
        QCOMPARE(grid.rows[1].preExisting, 0U);
    }

    void onlyTheChosenStatesCount() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 10, 10, {StateFamily::Lock}));
        for (std::uint32_t b = 0; b < 10; ++b)
            QVERIFY(near(grid.values[grid.cell(0, b)], b >= 2 && b < 5 ? 1 : 0));
        QCOMPARE(grid.rows[0].openAtEnd, 0U); // it waits for a channel
    }

    void aWaitNobodyKnowsTheReasonOfIsUnknownToAPartOfTheWaits() {
        Story story;
        story.g(1).existed().waitsOn("", {}, 5_ms);
        const auto facts = computeFacts(story.told(10_ms));
        // The story's wait begins in the trace and has neither reason nor stack; make it one from before the trace.
        auto trace = std::const_pointer_cast<Trace>(facts->trace);
        for (SpanKind& kind : trace->spans.kindTable)
            if (kind.state == GoroutineState::Waiting)
                kind.origin = SpanOrigin::BeforeTrace;
        const auto unknown = computeFacts(trace);
        QCOMPARE(unknown->waits.of(*trace, trace->firstSpan({0})).primitive, Primitive::Unknown);
        const Grid locks = gridOf(*unknown, whole(*unknown, 2, 1, {StateFamily::Lock}));
        QVERIFY(std::isnan(locks.values[0]));
        QCOMPARE(int(locks.marks[0]), int(StateUnknown));
        const Grid all = gridOf(*unknown, whole(*unknown, 2, 1));
        QVERIFY(near(all.values[0], 1));
    }

    void aStuckGoroutineInABundleKeepsItsMark() {
        Story story;
        story.g(1).existed().waitsOn("sync", lock, 10_ms);
        for (int id = 2; id <= 100; ++id)
            story.g(id).existed().runs(10_ms);
        const auto facts = computeFacts(story.told(10_ms));
        HeatmapOptions options = whole(*facts, 5, 1);
        Grid grid = gridOf(*facts, options);
        QCOMPARE(grid.perRow, 100U);
        QCOMPARE(QString::fromStdString(bundleText(grid)), QStringLiteral("1 row = 100 goroutines"));
        for (std::uint32_t b = 0; b < 5; ++b) {
            QVERIFY(near(grid.values[b], 0.01));
            QCOMPARE(int(grid.marks[b]), int(StandsOut));
            QCOMPARE(grid.alive[b], 100U);
        }
        options.bundling = Bundling::Most;
        grid = gridOf(*facts, options);
        for (std::uint32_t b = 0; b < 5; ++b)
            QVERIFY(near(grid.values[b], 1));
    }

    void theMeanIsOfThoseThatLive() {
        Story story;
        story.g(1).existed().waitsOn("sync", lock, 10_ms);
        story.g(2).bornAt(5_ms).runs(5_ms);
        const auto facts = computeFacts(story.told(10_ms));
        const Grid grid = gridOf(*facts, whole(*facts, 2, 1));
        QVERIFY(near(grid.values[0], 1));
        QVERIFY(near(grid.values[1], 0.5));
    }

    void theMostOfABinCoveredInPartsIsTheirSum() {
        Story story;
        story.g(1).existed().waitsOn("sync", lock, 3_ms).wokenByRuntime().runs(1_ms - 1_us);
        story.g(1).waitsOn("sync", lock, 3_ms).wokenByRuntime().runs(3_ms - 1_us);
        story.g(2).existed().runs(10_ms);
        const auto facts = computeFacts(story.told(10_ms));
        HeatmapOptions options = whole(*facts, 1, 1);
        options.bundling = Bundling::Most;
        QVERIFY(near(gridOf(*facts, options).values[0], 0.6));
    }

    void bundlesHoldEveryGoroutineOnce() {
        Story story;
        for (int id = 1; id <= 23; ++id)
            story.g(id).existed().runs(10_ms);
        const auto facts = computeFacts(story.told(10_ms));
        for (std::uint32_t rows = 1; rows <= 30; ++rows) {
            const Grid grid = gridOf(*facts, whole(*facts, 3, rows));
            QVERIFY(grid.rows.size() <= rows);
            std::size_t next = 0;
            for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
                for (const GoroutineIndex g : grid.goroutinesOf(r))
                    QCOMPARE(facts->trace->goroutines.id(g), std::int64_t(++next));
            QCOMPARE(next, std::size_t{23});
        }
    }

    void aRangeShorterThanItsBinsHasOneBinANanosecond() {
        const auto facts = twoGoroutines();
        HeatmapOptions options = whole(*facts, 100, 10);
        options.range = {2_ms - 5, 2_ms + 5};
        const Grid grid = gridOf(*facts, options);
        QCOMPARE(grid.bins, 10U);
        for (std::uint32_t b = 0; b < 10; ++b)
            QCOMPARE(grid.values[b], b < 5 ? 0.F : 1.F);
    }

    void binsTileTheRange() {
        Grid grid;
        for (const TimeRange range : {TimeRange{0, 10}, {7, 1'000'003}, {0, 123'456'789'012}}) {
            grid.range = range;
            for (const std::uint32_t bins : {1U, 3U, 7U, 10U}) {
                grid.bins = bins;
                QCOMPARE(grid.binRange(0).begin, range.begin);
                QCOMPARE(grid.binRange(bins - 1).end, range.end);
                for (std::uint32_t b = 0; b < bins; ++b) {
                    QCOMPARE(grid.binAt(grid.binRange(b).begin), b);
                    QCOMPARE(grid.binAt(grid.binRange(b).end - 1), b);
                    if (b > 0)
                        QCOMPARE(grid.binRange(b).begin, grid.binRange(b - 1).end);
                }
            }
        }
    }

    void nobodyToShowIsAnEmptyGrid() {
        const auto facts = twoGoroutines();
        RowChoice choice;
        choice.wanted = [](std::string_view) { return false; };
        QVERIFY(gridOf(*facts, whole(*facts, 10, 10), choice).empty());
        QVERIFY(gridOf(*facts, whole(*facts, 0, 10)).empty());
        QVERIFY(gridOf(*facts, {.range = {5, 5}, .bins = 3, .rows = 3}).empty());
    }

    void aStoppedGridIsEmpty() {
        const auto facts = twoGoroutines();
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(orderedGoroutines(*facts, {}, stop.get_token()).empty());
        QVERIFY(heatmapGrid(*facts, orderedGoroutines(*facts, {}), whole(*facts, 4, 4), stop.get_token()).empty());
    }

    void aFrameReadsTheSpansInItsRangeOnly() {
        Story story;
        for (int i = 0; i < 1000; ++i)
            story.g(1).runs(5_us).waitsOn("sync", lock, 4_us).wokenByRuntime();
        const auto facts = computeFacts(story.told(10_ms));
        HeatmapOptions options = whole(*facts, 100, 1);
        options.range = {5_ms, 5_ms + 100_us};
        const Grid grid = gridOf(*facts, options);
        QVERIFY2(grid.spansRead >= 30 && grid.spansRead <= 33, qPrintable(QString::number(grid.spansRead)));
    }

    void ordersAreTotal() {
        Story story;
        story.g(9).existed().runs(10_ms);
        story.g(5).existed().waitsOn("sync", lock, 10_ms);
        story.g(12).bornAt(2_ms).createdBy(9, {"main.b"}).runs(1_ms).waitsOn("sync", lock, 7_ms);
        story.g(11).bornAt(4_ms).createdBy(9, {"main.a"}).waitsOn("sync", lock, 4_ms).wokenByRuntime().runs(1_ms);
        const auto facts = computeFacts(story.told(10_ms));
        using Ids = std::vector<std::int64_t>;
        QCOMPARE(ids(*facts, {.order = RowOrder::FirstBlock}), (Ids{5, 12, 11, 9}));
        QCOMPARE(ids(*facts, {.order = RowOrder::End}), (Ids{5, 9, 12, 11}));
        QCOMPARE(ids(*facts, {.order = RowOrder::Creation}), (Ids{5, 9, 12, 11}));
        QCOMPARE(ids(*facts, {.order = RowOrder::CreationSite}), (Ids{5, 9, 11, 12}));
        QCOMPARE(ids(*facts, {.order = RowOrder::TotalWait}), (Ids{5, 12, 11, 9}));
        QCOMPARE(ids(*facts, {.order = RowOrder::AgeAtEnd}), (Ids{5, 12, 9, 11}));
    }

    void theRuntimesOwnAreLeftOutUnlessAskedFor() {
        Story story;
        story.g(1).bornAt(1_ms).entry("main.work").runs(1_ms);
        story.g(2).bornAt(1_ms).entry("runtime.bgsweep").runs(1_ms);
        const auto facts = computeFacts(story.told(10_ms));
        QCOMPARE(ids(*facts, {}), std::vector<std::int64_t>{1});
        QCOMPARE(ids(*facts, {.runtime = true}), (std::vector<std::int64_t>{1, 2}));
        QCOMPARE(goroutineCount(*facts, false), std::size_t{1});
        QCOMPARE(goroutineCount(*facts, true), std::size_t{2});
    }

    void aFilterIsPartOfAFunctionsNameInAnyCase() {
        QVERIFY(nameContains("net/http.(*conn).serve", "CONN"));
        QVERIFY(nameContains("main.work", ""));
        QVERIFY(!nameContains("main.work", "serve"));
        const auto facts = twoGoroutines();
        RowChoice choice;
        choice.wanted = [](std::string_view function) { return nameContains(function, "Short"); };
        QCOMPARE(ids(*facts, choice), std::vector<std::int64_t>{2});
    }

    void theOccupantsOfACellAreThoseOfItsInstant() {
        Story story;
        story.g(1).existed().runs(2_ms).waitsOn("sync", lock, 8_ms);
        story.g(2).existed().runs(1_ms).waitsOn("sync", lock, 9_ms);
        story.g(3).existed().runs(10_ms);
        story.g(4).bornAt(8_ms).runs(2_ms);
        const auto facts = computeFacts(story.told(10_ms));
        const Grid grid = gridOf(*facts, whole(*facts, 10, 1));
        const Occupants at5 = occupantsAt(*facts, grid, 0, 5_ms);
        QCOMPARE(at5.goroutines, 4U);
        QCOMPARE(at5.alive, 3U);
        QCOMPARE(at5.inStates, 2U);
        QCOMPARE(facts->trace->goroutines.id(at5.longest), std::int64_t{2});
        QCOMPARE(facts->trace->spans.start(at5.span), 1_ms);
        const Occupants at0 = occupantsAt(*facts, grid, 0, 0);
        QCOMPARE(at0.inStates, 0U);
        QVERIFY(at0.longest.known());
    }

    void theCsvIsTheGrid() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 2, 10));
        QCOMPARE(QString::fromStdString(gridCsv(*facts->trace, grid)),
                 QStringLiteral("row,label,goroutines,first_goroutine,0,5000000\n"
                                "0,1 main.get,1,1,0.6,0.4\n"
                                "1,2 main.short,1,2,0,0\n"));
        const Grid fine = gridOf(*facts, whole(*facts, 10, 10));
        QVERIFY(gridCsv(*facts->trace, fine).ends_with("\n1,2 main.short,1,2,,,,0,0,0,,,,\n"));
    }

    void theJsonIsTheGrid() {
        const auto facts = twoGoroutines();
        const Grid grid = gridOf(*facts, whole(*facts, 10, 10));
        const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(gridJson(*facts->trace, grid)));
        QCOMPARE(document["mode"].toString(), QStringLiteral("lifetime"));
        QCOMPARE(document["metric"].toString(), QStringLiteral("waiting"));
        QCOMPARE(document["unit"].toString(), QStringLiteral("share"));
        QCOMPARE(document["bin_ns"].toInt(), 1'000'000);
        QCOMPARE(document["rows"][1]["first_goroutine"].toInt(), 2);
        QVERIFY(document["rows"][1]["values"][0].isNull());
        QCOMPARE(document["rows"][0]["values"][9].toDouble(), 1.0);
    }

    // Conservation, on every recorded trace: over all states a goroutine's shares add up to its lifetime, and the
    // waiting ones to its waits, whatever the bins and the bundles.
    void sharesAddUp() {
        for (const std::string& path : test::recordings()) {
            const auto loaded = loadTrace(path);
            QVERIFY2(loaded.trace != nullptr, path.c_str());
            const auto facts = computeFacts(loaded.trace);
            const Trace& trace = *facts->trace;
            const auto goroutines = orderedGoroutines(*facts, {.runtime = true});
            const TimeRange range{trace.duration / 7, trace.duration - trace.duration / 5};
            for (const std::uint32_t rows : {20U, 1'000'000U}) {
                const Grid waits = heatmapGrid(*facts, goroutines, {.range = range, .bins = 61, .rows = rows});
                const Grid lives = heatmapGrid(
                    *facts, goroutines, {.metric = {.states = aliveStates}, .range = range, .bins = 61, .rows = rows});
                const double bin = static_cast<double>(range.length()) / waits.bins;
                for (std::uint32_t r = 0; r < waits.rows.size(); ++r) {
                    double wait = 0, life = 0;
                    for (std::uint32_t b = 0; b < waits.bins; ++b) {
                        const std::size_t c = waits.cell(r, b);
                        if (waits.marks[c] & StateUnknown)
                            continue;
                        if (waits.alive[c] > 0) {
                            wait += waits.values[c] * bin * waits.alive[c];
                            life += lives.values[c] * bin * lives.alive[c];
                        }
                    }
                    Time expectedWait = 0, expectedLife = 0;
                    for (const GoroutineIndex g : waits.goroutinesOf(r)) {
                        expectedWait += waited(trace, g, range);
                        expectedLife += trace.lifetime(g).clippedTo(range).length();
                    }
                    const double tolerance = 1e-6 * static_cast<double>(range.length()) * waits.rows[r].count + 1;
                    QVERIFY2(near(wait, static_cast<double>(expectedWait), tolerance), path.c_str());
                    QVERIFY2(near(life, static_cast<double>(expectedLife), tolerance), path.c_str());
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(HeatmapGridTest)
#include "tst_heatmap_grid.moc"
