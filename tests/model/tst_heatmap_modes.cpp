// SPDX-License-Identifier: GPL-3.0-or-later
// Do the modes of the heatmap keep their laws, on built stories and on every recorded trace?
#include "model/findings/callouts.h"
#include "model/heatmap/colour_scale.h"
#include "model/heatmap/heatmap.h"

#include "model/report/stats.h"
#include "model/waits/wait_table.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QtTest>

#include <cmath>
#include <numeric>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::StackText;
using waitscope::test::Story;

namespace {

const StackText lock{"sync.(*Mutex).Lock", "main.get"};
const StackText receive{"runtime.chanrecv1", "main.serve"};

Grid gridOf(const TraceFacts& facts, const HeatmapOptions& options, bool runtime = false) {
    return heatmapGrid(facts, orderedGoroutines(facts, {.order = options.order, .runtime = runtime}), options);
}
HeatmapOptions whole(const TraceFacts& facts, HeatmapMode mode, std::uint32_t bins, std::uint32_t rows = 1'000'000) {
    return {.mode = mode,
            .metric = namedOf(mode).metric,
            .range = facts.trace->wholeRange(),
            .bins = bins,
            .rows = rows,
            .order = namedOf(mode).order};
}
bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}
double binLength(const Grid& grid) {
    return static_cast<double>(grid.range.length()) / grid.bins;
}
double sumOfRow(const Grid& grid, std::uint32_t row) {
    double sum = 0;
    for (std::uint32_t b = 0; b < grid.bins; ++b)
        sum += grid.values[grid.cell(row, b)];
    return sum;
}
double sumOfColumn(const Grid& grid, std::uint32_t bin, std::uint32_t rows) {
    double sum = 0;
    for (std::uint32_t r = 0; r < rows; ++r)
        sum += grid.values[grid.cell(r, bin)];
    return sum;
}

// The shared recordings of a scenario, of all versions of Go.
std::vector<std::string> shared(const char* scenario) {
    return test::filesBelow(std::filesystem::path(WAITSCOPE_SHARED) / "traces",
                            std::string("/") + scenario + ".trace.zst");
}

QJsonObject truthOf(const QString& path) {
    QFile file(QString(path).replace(QStringLiteral(".trace.zst"), QStringLiteral(".truth.json")));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

// What a grid at twice the resolution gives for a cell of the coarser one.
double averaged(const Grid& fine, std::uint32_t row, std::uint32_t bin) {
    double value = 0;
    for (const std::uint32_t b : {2 * bin, 2 * bin + 1}) {
        const std::size_t c = fine.cell(row, b);
        if (fine.alive.empty())
            value += fine.values[c] / 2;
        else if (fine.alive[c] > 0 && !std::isnan(fine.values[c]))
            value += fine.values[c] * fine.alive[c] / 2;
    }
    return value;
}

// ---- laws, on every recorded trace ----

void agesAddUpToTheSquaresOfTheWaits(const TraceFacts& facts, const char* path) {
    HeatmapOptions options = whole(facts, HeatmapMode::Lifetime, 97);
    options.metric = *metricFrom("age");
    const Grid grid = gridOf(facts, options, true);
    const Trace& trace = *facts.trace;
    for (std::uint32_t r = 0; r < grid.rows.size(); r += 1 + static_cast<std::uint32_t>(grid.rows.size() / 500)) {
        double sum = 0, expected = 0;
        bool unknown = false;
        for (std::uint32_t b = 0; b < grid.bins; ++b) {
            unknown = unknown || grid.marks[grid.cell(r, b)] == StateUnknown;
            if (!std::isnan(grid.values[grid.cell(r, b)]))
                sum += grid.values[grid.cell(r, b)] * binLength(grid);
        }
        const SpanRange own = trace.goroutines.spans(grid.goroutinesOf(r)[0]);
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (trace.spans.state({s}) == GoroutineState::Waiting)
                expected += std::pow(static_cast<double>(trace.spans.range({s}).length()), 2) / 2;
        if (!unknown)
            QVERIFY2(near(sum, expected, expected * 1e-4 + 1e6), path);
    }
}

void aGridAtTwiceTheResolutionAveragesToTheCoarserOne(const TraceFacts& facts, const char* path) {
    for (const NamedMode& named : namedModes) {
        const HeatmapMode mode = *findMode(named.name);
        if (mode == HeatmapMode::Processor) // busy for half of a bin is busy and idle in its halves
            continue;
        std::vector<HeatmapMetric> metrics{named.metric};
        if (mode == HeatmapMode::Lifetime)
            metrics.push_back(*metricFrom("age"));
        for (const HeatmapMetric& metric : metrics) {
            if (facts.trace->duration < 1000)
                continue;
            HeatmapOptions options = whole(facts, mode, 64, 300);
            options.metric = metric;
            const Grid coarse = gridOf(facts, options);
            options.bins = 128;
            const Grid fine = gridOf(facts, options);
            QCOMPARE(fine.rows.size(), coarse.rows.size());
            // Waits that end are counted, not averaged; the strip of open ones is.
            const bool counts = mode == HeatmapMode::Latency;
            for (std::uint32_t r = 0; r < coarse.rows.size(); ++r)
                for (std::uint32_t b = 0; b < coarse.bins; ++b) {
                    const std::size_t c = coarse.cell(r, b);
                    const bool unknown =
                        !coarse.marks.empty() &&
                        ((coarse.marks[c] | fine.marks[fine.cell(r, 2 * b)] | fine.marks[fine.cell(r, 2 * b + 1)]) &
                         StateUnknown) != 0;
                    if (unknown)
                        continue;
                    double value = std::isnan(coarse.values[c]) ? 0 : coarse.values[c];
                    if (!coarse.alive.empty())
                        value *= coarse.alive[c];
                    const double factor = counts && r + 1 < coarse.rows.size() ? 2 : 1;
                    QVERIFY2(near(averaged(fine, r, b) * factor, value, 1e-4 * (1 + std::abs(value))), path);
                }
        }
    }
}

void thePopulationIsThatOfStatsAtBothEnds(const TraceFacts& facts, const char* path) {
    const Grid grid = gridOf(facts, whole(facts, HeatmapMode::Population, 50), true);
    const auto stats = QJsonDocument::fromJson(QByteArray::fromStdString(statsJson(*facts.trace)))
                           .object()[QStringLiteral("goroutines")]
                           .toObject();
    std::uint32_t begin = 0, end = 0;
    double lives = 0, expected = 0;
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        begin += grid.rows[r].atBegin;
        end += grid.rows[r].atEnd;
        lives += sumOfRow(grid, r) * binLength(grid);
    }
    std::uint32_t noTime = 0; // live, or were created, at one instant only
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g) {
        const TimeRange life = facts.trace->lifetime({g});
        expected += static_cast<double>(life.length());
        noTime += life.empty() && facts.trace->aliveAtEnd({g});
    }
    QCOMPARE(int(end + noTime), stats[QStringLiteral("alive_at_end")].toInt());
    QVERIFY2(std::abs(int(begin) - stats[QStringLiteral("pre_existing")].toInt()) <= 1, path);
    QVERIFY2(near(lives, expected, expected * 1e-5 + 1), path);
}

void agesOfAColumnAddUpToThePopulation(const TraceFacts& facts, const char* path) {
    const Grid ages = gridOf(facts, whole(facts, HeatmapMode::Age, 50, 200));
    const Grid population = gridOf(facts, whole(facts, HeatmapMode::Population, 50));
    for (std::uint32_t b = 0; b < ages.bins; ++b) {
        const double live = sumOfColumn(population, b, static_cast<std::uint32_t>(population.rows.size()));
        QVERIFY2(near(sumOfColumn(ages, b, static_cast<std::uint32_t>(ages.rows.size())), live, 1e-4 * live + 1e-6),
                 path);
    }
}

void waitsThatEndAndOpenOnesAreAllWaits(const TraceFacts& facts, const char* path) {
    const Grid grid = gridOf(facts, whole(facts, HeatmapMode::Latency, 50, 200));
    const WaitTable table = computeWaitTable(facts, {.range = facts.trace->wholeRange(), .distributions = false});
    std::uint64_t finished = 0, open = 0;
    Time openTime = 0;
    for (const WaitRow& row : table.rows)
        if (row.primitive != Primitive::Syscall) {
            finished += row.finished;
            open += row.open;
            openTime += row.openTime;
        }
    double counted = 0;
    const auto strip = static_cast<std::uint32_t>(grid.rows.size() - 1);
    for (std::uint32_t r = 0; r < strip; ++r)
        counted += sumOfRow(grid, r);
    QVERIFY2(near(counted, static_cast<double>(finished), 0.5), path);
    QVERIFY2(std::abs(double(grid.rows[strip].openAtEnd) - double(open)) <= 0.5, path);
    QVERIFY2(near(sumOfRow(grid, strip) * binLength(grid), static_cast<double>(openTime),
                  1e-5 * static_cast<double>(openTime) + 1),
             path);
}

void aSitesRowAddsUpToItsRowOfTheTableOfWaits(const TraceFacts& facts, const char* path) {
    const TimeRange range{facts.trace->duration / 5, facts.trace->duration - facts.trace->duration / 7};
    if (range.empty())
        return;
    HeatmapOptions options = whole(facts, HeatmapMode::Site, 50);
    options.range = range;
    options.metric.states = options.metric.states.with({StateFamily::Syscall});
    const Grid grid = gridOf(facts, options);
    const WaitTable table = computeWaitTable(facts, {.range = range, .distributions = false});
    std::size_t matched = 0;
    for (const WaitRow& row : table.rows) {
        if (row.total() == 0)
            continue;
        const auto same = std::ranges::find_if(
            grid.rows, [&](const GridRow& r) { return r.primitive == row.primitive && r.site == row.site; });
        QVERIFY2(same != grid.rows.end(), path);
        ++matched;
        const auto r = static_cast<std::uint32_t>(same - grid.rows.begin());
        QVERIFY2(near(sumOfRow(grid, r) * binLength(grid), static_cast<double>(row.total()),
                      1e-5 * static_cast<double>(row.total()) + 1),
                 path);
        QVERIFY2(same->count == row.goroutines, path);
    }
    QCOMPARE(matched, grid.rows.size());
}

void residencesAddUpToTheirTime(const TraceFacts& facts, const char* path) {
    for (const HeatmapGrouping kind : {HeatmapGrouping::Log, HeatmapGrouping::Region, HeatmapGrouping::Task}) {
        HeatmapOptions options = whole(facts, HeatmapMode::Strategy, 50);
        options.metric = *metricFrom("residence-ms");
        options.grouping = kind;
        const Grid grid = gridOf(facts, options, true);
        std::vector<bool> all(facts.trace->goroutines.size(), true);
        double expected = 0, sum = 0;
        const auto arms = residenceArms(
            facts, static_cast<ResidenceKind>(static_cast<int>(kind) - static_cast<int>(HeatmapGrouping::Log)), all);
        if (arms.size() > 12)
            continue; // the smaller ones are not shown
        for (const ResidenceArm& arm : arms) {
            Time lengths = 0;
            for (const Residence& r : arm.residences)
                lengths += r.range.length();
            const ResidenceSplit split = splitOf(*facts.trace, arm);
            QCOMPARE(split.total(), lengths);
            QVERIFY2(split.unknown >= 0, path);
            expected += static_cast<double>(lengths);
        }
        for (std::size_t c = 0; c < grid.values.size(); ++c)
            if (grid.alive[c] > 0)
                sum += static_cast<double>(grid.values[c]) * grid.alive[c];
        QVERIFY2(near(sum, expected, 1e-4 * expected + 1), path);
    }
}

} // namespace

class HeatmapModesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void statesHaveNamesThatReadBack() {
        for (const NamedStates& n : namedStates) {
            QVERIFY(statesFrom(n.name) == n.states);
            QCOMPARE(QString::fromStdString(nameOf(n.states)), QString::fromUtf8(n.name.data(), int(n.name.size())));
        }
        const auto both = statesFrom("lock+running");
        QVERIFY(both && both->contains(Primitive::Mutex) && both->contains(GoroutineState::Running));
        QVERIFY(!both->contains(Primitive::ChanSend) && !both->contains(GoroutineState::Syscall));
        QCOMPARE(nameOf(*both), std::string("lock+running"));
        QCOMPARE(textOf(*both), std::string("waiting for locks or running"));
        for (const char* wrong : {"", "lock+", "+lock", "locks", "lock running"})
            QVERIFY2(!statesFrom(wrong), wrong);
        for (const char* name : {"age", "residence", "residence-ms", "mutex+chan-send"})
            QCOMPARE(nameOf(*metricFrom(name)), std::string(name));
    }

    void whatDoesNotGoTogetherIsASentence() {
        QVERIFY(objectionTo({}).empty());
        for (const NamedMode& mode : namedModes)
            QVERIFY(objectionTo({.mode = *findMode(mode.name), .metric = mode.metric, .order = mode.order}).empty());
        QVERIFY(!objectionTo({.mode = HeatmapMode::Age, .metric = *metricFrom("age")}).empty());
        QVERIFY(!objectionTo({.mode = HeatmapMode::Latency, .order = RowOrder::TotalWait}).empty());
        QVERIFY(!objectionTo({.grouping = HeatmapGrouping::Site}).empty());
        QVERIFY(!objectionTo(
                     {.mode = HeatmapMode::Population, .order = RowOrder::TotalWait, .grouping = HeatmapGrouping::Log})
                     .empty());
        QVERIFY(!findMode("lifetimes"));
    }

    void theAgeOfAWaitRisesWhileItLasts() {
        Story story;
        story.g(1).existed().runs(2_ms).waitsOn("sync", lock, 8_ms);
        story.g(2).existed().waitsOn("sync", lock, 10_ms);
        const auto facts = computeFacts(story.told(10_ms));
        HeatmapOptions options = whole(*facts, HeatmapMode::Lifetime, 10);
        options.metric = *metricFrom("age");
        Grid grid = gridOf(*facts, options);
        QCOMPARE(grid.unit, Unit::Duration);
        const std::uint32_t first = facts->trace->goroutines.id(grid.goroutinesOf(0)[0]) == 1 ? 0 : 1;
        QCOMPARE(grid.values[grid.cell(first, 0)], 0.F);
        QVERIFY(near(grid.values[grid.cell(first, 2)], 0.5e6, 1));
        QVERIFY(near(grid.values[grid.cell(first, 9)], 7.5e6, 1));
        QVERIFY(near(grid.values[grid.cell(1 - first, 9)], 9.5e6, 1));
        options.rows = 1;
        QVERIFY(near(gridOf(*facts, options).values[9], 8.5e6, 1));
        options.bundling = Bundling::Most;
        QVERIFY(near(gridOf(*facts, options).values[9], 9.5e6, 1));
    }

    void aPopulationIsCountedByGroup() {
        Story story;
        story.g(1).existed().entry("main.main").runs(10_ms);
        for (int id = 2; id <= 4; ++id)
            story.g(id).bornAt((id - 1) * 2_ms).createdBy(1, {"main.spawn"}).waitsOn("sync", lock, 9_ms);
        const auto facts = computeFacts(story.told(10_ms));
        HeatmapOptions options = whole(*facts, HeatmapMode::Population, 5);
        const Grid grid = gridOf(*facts, options);
        QCOMPARE(grid.rows.size(), std::size_t{2});
        QVERIFY(grid.rows[0].label.find("main.spawn") != std::string::npos);
        const std::vector<float> spawned{0, 1, 2, 3, 3};
        for (std::uint32_t b = 0; b < 5; ++b) {
            QCOMPARE(grid.values[grid.cell(0, b)], spawned[b]);
            QCOMPARE(grid.values[grid.cell(1, b)], 1.F);
        }
        QCOMPARE(grid.rows[0].atBegin, 0U);
        QCOMPARE(grid.rows[0].atEnd, 3U);
        options.grouping = HeatmapGrouping::State;
        const Grid byState = gridOf(*facts, options);
        QCOMPARE(byState.rows[0].label, std::string("lock wait"));
        QCOMPARE(byState.values[byState.cell(0, 4)], 3.F);
    }

    void aBurstIsOneLineOfAges() {
        Story story;
        for (int id = 1; id <= 50; ++id)
            story.g(id).bornAt(1_ms).waitsOn("sync", lock, 99_ms);
        const auto facts = computeFacts(story.told(100_ms));
        const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Age, 100, 40));
        for (std::uint32_t b = 5; b < 100; ++b) {
            int rows = 0;
            for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
                rows += grid.values[grid.cell(r, b)] > 0;
            QVERIFY2(rows <= 3, qPrintable(QString::number(b)));
            QVERIFY(near(sumOfColumn(grid, b, static_cast<std::uint32_t>(grid.rows.size())), 50, 1e-3));
        }
    }

    void aWaitThatEndsIsCountedInTheIntervalOfItsLength() {
        Story story;
        story.g(1).existed().waitsOn("sync", lock, 3_ms).wokenByRuntime().runs(1_ms);
        story.g(2).existed().runs(5_ms).waitsOn("chan receive", receive, 5_ms);
        const auto facts = computeFacts(story.told(10_ms));
        const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Latency, 10, 60));
        const auto open = static_cast<std::uint32_t>(grid.rows.size() - 1);
        for (std::uint32_t r = 0; r < open; ++r)
            for (std::uint32_t b = 0; b < 10; ++b)
                QCOMPARE(grid.values[grid.cell(r, b)],
                         b == 3 && grid.rows[r].low <= 3e6 && grid.rows[r].high > 3e6 ? 1.F : 0.F);
        for (std::uint32_t b = 0; b < 10; ++b)
            QCOMPARE(grid.values[grid.cell(open, b)], b >= 5 ? 1.F : 0.F);
        QCOMPARE(grid.rows[open].openAtEnd, 1U);
    }

    void strategiesAreFacetsOfTheirMarks() {
        const auto paths =
            test::filesBelow(std::filesystem::path(WAITSCOPE_SHARED) / "traces", "recall-strategies.trace.zst");
        if (paths.empty())
            QSKIP("the shared traces are not there");
        for (const std::string& path : paths) {
            const auto facts = computeFacts(loadTrace(path).trace);
            const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Strategy, 200, 400));
            QCOMPARE(grid.sections.size(), std::size_t{2});
            QCOMPARE(grid.sections[0].title, std::string("cf/recall"));
            QCOMPARE(grid.sections[1].title, std::string("dl/recall"));
            const auto arms = residenceArms(*facts, ResidenceKind::Log);
            for (const ResidenceArm& arm : arms) {
                QCOMPARE(arm.residences.size(), std::size_t{300});
                QCOMPARE(arm.unpaired, std::uint64_t{0});
            }
            // Collaborative filtering takes about 2 ms, deep learning about 10.
            QVERIFY(*arms[0].p50 > 1_ms && *arms[0].p50 < 5_ms);
            QVERIFY(*arms[1].p50 > 7_ms && *arms[1].p50 < 15_ms);

            QVERIFY(*arms[0].mean + *arms[0].halfWidth < *arms[1].mean - *arms[1].halfWidth);
            QVERIFY(*cliffsDelta(lengthsOf(arms[0]), lengthsOf(arms[1])) > 0.9);
            // They wait for their answers.
            const ResidenceSplit split = splitOf(*facts->trace, arms[1]);
            QVERIFY(split.blocked > 9 * split.running);
            const auto says = [&](std::string_view text) {
                return std::ranges::any_of(grid.sections[1].notes,
                                           [&](const std::string& note) { return note.find(text) != note.npos; });
            };
            QVERIFY(says("blocked 9"));
            // Both facets are equally high.
            QCOMPARE(grid.bands.size(), std::size_t{2});
            QVERIFY(near(grid.bands[0].bottom - grid.bands[0].top, grid.bands[1].bottom - grid.bands[1].top, 1e-9));
        }
    }

    void ranksSpreadTheShadesEvenly() {
        Grid grid;
        grid.unit = Unit::Count;
        grid.bins = 1000;
        grid.rows.resize(1);
        for (int i = 0; i < 1000; ++i)
            grid.values.push_back(i < 999 ? static_cast<float>(i + 1) : 1e6F);
        const ColourScale linear(grid, ScaleKind::Linear);
        QVERIFY(linear.ticks().back().text.starts_with("≥ "));
        QCOMPARE(linear.position(1e6F), 1.F);
        QVERIFY(linear.position(500) > 0.49F && linear.position(500) < 0.52F); // one outlier does not bleach the rest
        const ColourScale ranked(grid, ScaleKind::Ranked);
        QVERIFY(near(ranked.position(500), 0.5, 0.01));
        QCOMPARE(ranked.position(1e6F), 1.F);
        const ColourScale log(grid, ScaleKind::Log);
        QVERIFY(log.position(1000) > log.position(100));
        for (const ColourScale* scale : {&linear, &ranked, &log}) {
            QVERIFY(std::isnan(scale->position(std::numeric_limits<float>::quiet_NaN())));
            QCOMPARE(scale->position(0), 0.F);
            for (std::size_t i = 1; i < scale->ticks().size(); ++i)
                QVERIFY(scale->ticks()[i].position > scale->ticks()[i - 1].position);
        }
    }

    void twoGridsSideBySideHaveOneScaleWhicheverComesFirst() {
        const auto counts = [](int most) {
            Grid grid;
            grid.unit = Unit::Count;
            grid.bins = static_cast<std::uint32_t>(most);
            grid.rows.resize(1);
            grid.range = {0, most};
            for (int i = 1; i <= most; ++i)
                grid.values.push_back(static_cast<float>(i));
            return grid;
        };
        const Grid small = counts(20);
        const Grid large = counts(400);
        for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Ranked}) {
            const ColourScale one(small, &large, kind);
            const ColourScale other(large, &small, kind);
            for (const float value : {0.F, 1.F, 5.F, 20.F, 100.F, 400.F})
                QCOMPARE(one.position(value), other.position(value));
            QCOMPARE(one.ticks().back().text, other.ticks().back().text);
            QCOMPARE(one.text(), other.text());
            QVERIFY(one.position(20) < ColourScale(small, kind).position(20));
        }
        // Ages: the longer trace says where the scale ends.
        Grid shorter = small, longer = large;
        shorter.unit = longer.unit = Unit::Duration;
        shorter.range = {0, 1_s};
        longer.range = {0, 10_s};
        QCOMPARE(ColourScale(shorter, &longer, {}).position(5e8F), ColourScale(longer, {}).position(5e8F));
    }

    void everyModeCanBeStopped() {
        Story story;
        story.g(1).existed().waitsOn("sync", lock, 10_ms);
        const auto facts = computeFacts(story.told(10_ms));
        std::stop_source stop;
        stop.request_stop();
        for (const NamedMode& mode : namedModes)
            QVERIFY(heatmapGrid(*facts, orderedGoroutines(*facts, {}), whole(*facts, *findMode(mode.name), 10),
                                stop.get_token())
                        .empty());
    }

    void aTraceOfOneGoroutineOrOneMicrosecondHasAGridInEveryMode() {
        for (const Time length : {Time{1}, Time{1000}, 3600 * Time{1'000'000'000}}) {
            Story story;
            story.g(1).existed().waitsOn("sync", lock, length);
            const auto facts = computeFacts(story.told(length));
            for (const NamedMode& mode : namedModes) {
                const Grid grid = gridOf(*facts, whole(*facts, *findMode(mode.name), 1900, 1000));
                QVERIFY(grid.bins >= 1 && grid.bins <= 1900);
                QCOMPARE(grid.values.size(), grid.rows.size() * grid.bins);
                QCOMPARE(grid.rows.empty(), mode.name == "strategy");
            }
        }
    }

    // ---- shapes, as the programs that were recorded say of themselves ----

    void theCalloutNamesTheLeak_data() {
        QTest::addColumn<QString>("path");
        for (const char* scenario : {"sandbox-leak", "growth", "stuck-100k", "select-forever", "chan-send-leak",
                                     "mutex-never-unlocked", "orphan-send", "waitgroup-never-done", "context-ignored"})
            for (const std::string& path : shared(scenario))
                QTest::newRow(path.c_str()) << QString::fromStdString(path);
        if (shared("growth").empty())
            QTest::newRow("none") << QString();
    }
    void theCalloutNamesTheLeak() {
        QFETCH(const QString, path);
        if (path.isEmpty())
            QSKIP("the shared traces are not there");
        const auto facts = computeFacts(loadTrace(path.toStdString()).trace);
        const QJsonObject leaked = truthOf(path)[QStringLiteral("leaked")].toObject();
        QVERIFY(!leaked.isEmpty());
        const auto callouts = calloutsOf(computeFindings(facts, {})).all;
        QVERIFY(!callouts.empty());
        const QString text = QString::fromStdString(callouts.front().text);
        const QStringList functions = leaked.keys();
        const QString function =
            *std::ranges::max_element(functions, {}, [&](const QString& f) { return leaked[f].toInt(); });
        // Where goroutines of that function wait; the function itself unless it calls another.
        static const QRegularExpression number(QStringLiteral("^[A-Z]+  ([0-9,]+) "));
        const double count = number.match(text).captured(1).remove(u',').toDouble();
        QVERIFY2(std::abs(count - leaked[function].toDouble()) <= 0.2 * leaked[function].toDouble(), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral(".go:")) && text.contains(QStringLiteral("It began ")), qPrintable(text));
        QVERIFY(callouts.front().time < facts->trace->duration / 4);
        QCOMPARE(QString::fromStdString(std::string(facts->trace->function(callouts.front().goroutine))), function);
        // The rows that stay open are those goroutines, and few others.
        std::uint32_t open = 0;
        const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Lifetime, 100, 500));
        for (const GridRow& row : grid.rows)
            open += row.openAtEnd;
        QVERIFY2(open >= count && open <= count + 60, qPrintable(QString::number(open)));
    }

    void healthyProgramsHaveNoCallout() {
        std::size_t seen = 0;
        for (const char* scenario : {"sandbox-plateau", "sandbox-normal", "plateau-ramp", "recall-strategies",
                                     "clean-idle", "clean-server", "clean-pipeline", "clean-http", "clean-pool"})
            for (const std::string& path : shared(scenario)) {
                const auto facts = computeFacts(loadTrace(path).trace);
                const Callouts callouts = calloutsOf(computeFindings(facts, {}));
                QVERIFY2(callouts.all.empty(),
                         (path + ": " + (callouts.all.empty() ? "" : callouts.all.front().text)).c_str());
                QVERIFY2(callouts.nothing.starts_with("Nothing found in"), callouts.nothing.c_str());
                ++seen;
            }
        if (seen == 0)
            QSKIP("the shared traces are not there");
    }

    void aPlateauIsFlatABurstIsABlockAndALeakRises() {
        if (shared("growth").empty())
            QSKIP("the shared traces are not there");
        const auto population = [](const std::string& path) {
            const auto facts = computeFacts(loadTrace(path).trace);
            const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Population, 40));
            std::vector<double> counts;
            for (std::uint32_t b = 0; b < grid.bins; ++b)
                counts.push_back(sumOfColumn(grid, b, static_cast<std::uint32_t>(grid.rows.size())));
            return counts;
        };
        for (const std::string& path : shared("sandbox-plateau")) {
            const auto counts = population(path);
            const double plateau =
                truthOf(QString::fromStdString(path))[QStringLiteral("numbers")][QStringLiteral("plateau")].toDouble();
            for (std::size_t b = 20; b < 36; ++b)
                QVERIFY2(near(counts[b], plateau, 0.15 * plateau), qPrintable(QString::number(counts[b])));
        }
        for (const std::string& path : shared("burst")) {
            const auto counts = population(path);
            QVERIFY2(*std::ranges::max_element(counts) > 2200, path.c_str());
            QVERIFY2(counts.front() < 100 && counts.back() < 100, path.c_str());
        }
        for (const char* scenario : {"growth", "sandbox-leak"})
            for (const std::string& path : shared(scenario)) {
                const auto counts = population(path);
                for (std::size_t b = 4; b < counts.size(); b += 4)
                    QVERIFY2(counts[b] > counts[b - 4], path.c_str());
            }
        for (const std::string& path : shared("plateau-ramp")) { // steps up, and no further
            const auto counts = population(path);
            QVERIFY2(counts[22] > 1.5 * counts[10] && counts[38] > 1.2 * counts[22], path.c_str());
        }
    }

    // Each is loaded once: most of what this takes is loading.
    void theLawsHoldOnEveryRecording_data() {
        QTest::addColumn<QString>("path");
        for (const std::string& path : test::recordings())
            QTest::newRow(path.c_str()) << QString::fromStdString(path);
    }
    void theLawsHoldOnEveryRecording() {
        QFETCH(const QString, path);
        const auto loaded = loadTrace(path.toStdString());
        QVERIFY(loaded.trace != nullptr);
        if (loaded.trace->duration == 0)
            return;
        const auto facts = computeFacts(loaded.trace);
        for (const auto& law : {&agesAddUpToTheSquaresOfTheWaits, &aGridAtTwiceTheResolutionAveragesToTheCoarserOne,
                                &thePopulationIsThatOfStatsAtBothEnds, &agesOfAColumnAddUpToThePopulation,
                                &waitsThatEndAndOpenOnesAreAllWaits, &aSitesRowAddsUpToItsRowOfTheTableOfWaits,
                                &residencesAddUpToTheirTime}) {
            law(*facts, QTest::currentDataTag());
            if (QTest::currentTestFailed())
                return;
        }
    }

    void aProcessorIsInTheRowThatSaysHowBusyItWas() {
        Story story;
        story.g(1).existed().runs(50_ms, 0).waitsOn("sync", lock, 50_ms);
        story.g(2).existed().runs(75_ms, 1).waitsOn("chan receive", receive, 25_ms);
        const auto facts = computeFacts(story.told(100_ms));
        const HeatmapOptions options = whole(*facts, HeatmapMode::Processor, 2);
        const Grid grid = gridOf(*facts, options);
        QCOMPARE(grid.rows.size(), std::size_t{10});
        QCOMPARE(grid.values[grid.cell(9, 0)], 2.0F); // both ran all the time
        QCOMPARE(grid.values[grid.cell(0, 1)], 1.0F); // the one not at all then
        QCOMPARE(grid.values[grid.cell(5, 1)], 1.0F); // the other half of the time
        QCOMPARE(rowLabel(*facts->trace, grid, 5), std::string("50 to 60 % busy"));
        HeatmapOptions other = options;
        other.metric = {.states = waitingStates};
        QVERIFY(objectionTo(options).empty() && !objectionTo(other).empty());
    }

    void everyProcessorIsInOneRowOfEachColumn() {
        const auto facts = computeFacts(loadTrace(WAITSCOPE_TEST_DATA "/small-go1.26.trace").trace);
        const Grid grid = gridOf(*facts, whole(*facts, HeatmapMode::Processor, 50));
        const auto rows = static_cast<std::uint32_t>(grid.rows.size());
        double busy = 0;
        for (std::uint32_t b = 0; b < grid.bins; ++b) {
            QCOMPARE(sumOfColumn(grid, b, rows), static_cast<double>(facts->trace->processors.size()));
            for (std::uint32_t r = 1; r < rows; ++r)
                busy += grid.values[grid.cell(r, b)];
        }
        QVERIFY(busy > 0);
    }
};

QTEST_APPLESS_MAIN(HeatmapModesTest)
#include "tst_heatmap_modes.moc"
