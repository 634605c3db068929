// SPDX-License-Identifier: GPL-3.0-or-later
// Laws of a comparison (issue "Before and after", section 7): what must hold whatever the traces are. The long runs, by
// hand: WAITSCOPE_ROUNDS=200 build/dev/tests/tst_comparison_laws
#include "model/compare/comparison.h"

#include "model/compare/statistics/random_draws.h"
#include "model/reader/load.h"
#include "model/report/compare_report.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QtTest>

#include <cmath>
#include <functional>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::StackText;
using waitscope::test::Story;

namespace {

int rounds(int usually) {
    const int asked = qEnvironmentVariableIntValue("WAITSCOPE_ROUNDS");
    return asked > 0 ? asked : usually;
}

bool isVerdict(const ComparedRow& row) {
    return saysSomething(row.verdict);
}

std::shared_ptr<const TraceFacts> recorded(const std::string& name) {
    const std::filesystem::path path = std::filesystem::path(WAITSCOPE_SHARED) / "traces" / (name + ".trace.zst");
    return std::filesystem::exists(path) ? computeFacts(loadTrace(path).trace) : nullptr;
}

// A program of `goroutines` for each of its sites, which wait there once in each period of 20 ms, for a time that is
// uniform between 0 and twice its mean; the rest of the period they run. `slower`: by how much the first site's waits
// are longer. `weather`: waits of the same tenth of a second are all longer or all shorter.
struct Program {
    std::uint64_t seed = 0;
    double slower = 0;
    bool weather = false;
    std::int64_t firstId = 1;
    bool backwards = false; ///< ids fall instead of rise
};
constexpr int sites = 3;
constexpr int goroutines = 16;
constexpr Time period = 20_ms;
constexpr int periods = 150;
constexpr Time meanWait = 6_ms;

std::shared_ptr<const TraceFacts> traceOf(const Program& program) {
    RandomDraws random(RandomDraws::seedWith(std::uint64_t{77}, program.seed));
    const auto uniform = [&] { return (static_cast<double>(random.below(1U << 24)) + 0.5) / (1U << 24); };
    std::vector<double> weather(periods);
    for (std::size_t i = 0; i < weather.size(); ++i)
        weather[i] = !program.weather ? 1 : i % 5 == 0 ? 0.6 + 0.8 * uniform() : weather[i - 1];
    Story story;
    for (int i = 0; i < sites * goroutines; ++i) {
        const int site = i % sites;
        const StackText stack{"sync.(*Mutex).Lock", "main.site" + std::to_string(site), "main.work"};
        const std::int64_t place = program.backwards ? sites * goroutines - 1 - i : i;
        auto& g = story.g(program.firstId + place).existed();
        g.runs(static_cast<Time>(uniform() * double(period)));
        for (int k = 0; k + 1 < periods; ++k) {
            const double mean = double(meanWait) * (site == 0 ? 1 + program.slower : 1);
            const auto wait = static_cast<Time>(2 * mean * uniform() * weather[static_cast<std::size_t>(k)]);
            g.waitsOn("sync", stack, wait + 1).runs(period - wait - 1);
        }
    }
    return computeFacts(story.told(period * periods));
}
// What the first site's mean number of blocked goroutines changes by.
double truth(double slower) {
    return slower * goroutines * double(meanWait) / double(period);
}

const ComparedRow* rowOf(const Comparison& c, std::string_view function) {
    for (const ComparedRow& row : c.rows)
        for (const Side side : {Side::A, Side::B})
            if (!row.key.of(side).functions.empty() && row.key.of(side).functions.front() == function)
                return &row;
    return nullptr;
}

bool negated(const Change& there, const Change& back) {
    return there.absolute.has_value() == back.absolute.has_value() &&
           (!there.absolute || *there.absolute == -*back.absolute);
}
bool mirrored(const std::optional<ChangeInterval>& there, const std::optional<ChangeInterval>& back) {
    return there.has_value() == back.has_value() &&
           (!there || (there->low == -back->high && there->high == -back->low));
}

void compareIsMirrored(const Comparison& there, const Comparison& back) {
    QCOMPARE(there.rows.size(), back.rows.size());
    for (std::size_t i = 0; i < there.rows.size(); ++i) {
        const ComparedRow& row = there.rows[i];
        const ComparedRow& other = back.rows[i];
        QVERIFY(row.key.a == other.key.b && row.key.b == other.key.a);
        QCOMPARE(other.verdict, mirrored(row.verdict));
        for (const auto change : {&Changes::concurrency, &Changes::sharePercent, &Changes::perRequest, &Changes::total})
            QVERIFY(negated(row.changes.*change, other.changes.*change));
        QVERIFY(mirrored(row.evidence.concurrency, other.evidence.concurrency));
        QVERIFY(mirrored(row.evidence.sharePercent, other.evidence.sharePercent));
        QVERIFY(mirrored(row.evidence.perRequest, other.evidence.perRequest));
        QVERIFY(mirrored(row.evidence.byGoroutine, other.evidence.byGoroutine));
        QVERIFY(row.evidence.p == other.evidence.p);
        QVERIFY(row.evidence.q == other.evidence.q);
        QVERIFY(row.evidence.pDurations == other.evidence.pDurations);
        QVERIFY(row.evidence.pRate == other.evidence.pRate);
        QCOMPARE(row.evidence.cliffsDelta.has_value(), other.evidence.cliffsDelta.has_value());
        QVERIFY(!row.evidence.cliffsDelta || *row.evidence.cliffsDelta == -*other.evidence.cliffsDelta);
        QVERIFY(!row.evidence.shift || *row.evidence.shift == -*other.evidence.shift);
    }
    QCOMPARE(there.totals.size(), back.totals.size());
    for (std::size_t i = 0; i < there.totals.size(); ++i) {
        QCOMPARE(there.totals[i].family, back.totals[i].family);
        QVERIFY(negated(there.totals[i].changes.concurrency, back.totals[i].changes.concurrency));
        QVERIFY(negated(there.totals[i].changes.total, back.totals[i].changes.total));
    }
    QCOMPARE(there.comparable(), back.comparable());
}

} // namespace

class ComparisonLawsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aTraceBesideItselfHasChangesOfZeroAndNoVerdict_data() {
        QTest::addColumn<std::string>("path");
        for (const std::string& path : test::recordings()) {
            // Two formats and the small ones say it all; the long run takes every file.
            const bool some = path.find("shared/traces") == std::string::npos ||
                              path.find("go1.26/") != std::string::npos || path.find("go1.19/l") != std::string::npos;
            if (some || rounds(0) > 0)
                QTest::newRow(path.c_str()) << path;
        }
    }
    void aTraceBesideItselfHasChangesOfZeroAndNoVerdict() {
        QFETCH(const std::string, path);
        const auto facts = computeFacts(loadTrace(path).trace);
        const Comparison c = compareTraces(facts, facts);
        for (const ComparedRow& row : c.rows) {
            QCOMPARE(row.match, RowMatch::Exact);
            QVERIFY(!isVerdict(row));
            for (const auto change :
                 {&Changes::concurrency, &Changes::sharePercent, &Changes::perRequest, &Changes::total})
                QVERIFY(!(row.changes.*change).absolute || *(row.changes.*change).absolute == 0);
            QVERIFY(!row.evidence.p || *row.evidence.p == 1);
        }
        compareIsMirrored(c, c);
    }

    void swappingTheTracesMirrorsEverything_data() {
        QTest::addColumn<std::string>("a");
        QTest::addColumn<std::string>("b");
        const auto pair = [](const std::string& a, const std::string& b) {
            QTest::newRow((a + " " + b).c_str()) << a << b;
        };
        pair("go1.26/lru-burst-mutex", "go1.26/lru-burst-rwmutex");
        pair("go1.26/lru-mutex", "go1.26/lru-rwmutex");
        pair("go1.26/sandbox-leak", "go1.26/sandbox-plateau");
        pair("go1.26/clean-http", "go1.23/clean-http");
        pair("go1.19/convoy", "go1.26/convoy");
        pair("go1.26/convoy", "go1.26/primitives");
    }
    void swappingTheTracesMirrorsEverything() {
        QFETCH(const std::string, a);
        QFETCH(const std::string, b);
        const auto first = recorded(a), second = recorded(b);
        if (!first || !second)
            QSKIP("no recorded traces beside the checkout");
        compareIsMirrored(compareTraces(first, second), compareTraces(second, first));
    }

    void idsOfGoroutinesDoNotMatter() {
        const auto before = traceOf({.seed = 1});
        const auto after = traceOf({.seed = 2, .slower = 0.2});
        const auto renamed = traceOf({.seed = 2, .slower = 0.2, .firstId = 1000, .backwards = true});
        const Comparison plain = compareTraces(before, after), other = compareTraces(before, renamed);
        QCOMPARE(other.headline, plain.headline);
        QCOMPARE(compareText(other), compareText(plain));
        QCOMPARE(other.rows.size(), plain.rows.size());
        for (std::size_t i = 0; i < plain.rows.size(); ++i) {
            QVERIFY(plain.rows[i].key == other.rows[i].key);
            QVERIFY(plain.rows[i].evidence.p == other.rows[i].evidence.p);
            QVERIFY(plain.rows[i].evidence.byGoroutine == other.rows[i].evidence.byGoroutine);
            QVERIFY(plain.rows[i].evidence.concurrency == other.rows[i].evidence.concurrency);
        }
    }

    void halvesOfASteadyTraceAreNotToldApart() {
        const std::vector<std::string> steady{"go1.26/convoy",        "go1.23/convoy",      "go1.19/convoy",
                                              "go1.26/clean-http",    "go1.23/clean-http",  "go1.19/clean-http",
                                              "go1.26/lru-mutex",     "go1.26/lru-rwmutex", "go1.26/afterfunc-storm",
                                              "go1.26/sandbox-normal"};
        const int cuts = rounds(20) / 10;
        std::size_t rows = 0, tested = 0, verdicts = 0, comparisons = 0, alarmed = 0;
        for (const std::string& name : steady) {
            const auto facts = recorded(name);
            if (!facts)
                QSKIP("no recorded traces beside the checkout");
            std::size_t verdictsHere = 0, testedHere = 0;
            for (int cut = 0; cut < cuts; ++cut) {
                RandomDraws random(
                    RandomDraws::seedWith(static_cast<std::uint64_t>(cut), double(facts->trace->duration)));
                const Time d = facts->trace->duration;
                const Time at = d / 10 * 4 + static_cast<Time>(double(random.below(1000)) / 1000 * double(d) / 5);
                CompareOptions options;
                options.range = {TimeRange{d / 10, at}, TimeRange{at, d / 10 * 9}};
                options.rootCauses = false;
                const Comparison c = compareTraces(facts, facts, options);
                ++comparisons;
                bool any = false;
                for (const ComparedRow& row : c.rows) {
                    ++rows;
                    testedHere += row.evidence.q ? 1 : 0;
                    if (!isVerdict(row))
                        continue;
                    any = true;
                    ++verdictsHere;
                    if (rounds(0) > 0)
                        qInfo("%s: %s %s %s", name.c_str(), row.key.a.text().c_str(),
                              std::string(nameOf(row.verdict)).c_str(), row.why.c_str());
                }
                alarmed += any ? 1 : 0;
            }
            qInfo("%s: %zu verdicts of %zu tested rows", name.c_str(), verdictsHere, testedHere);
            verdicts += verdictsHere;
            tested += testedHere;
        }
        qInfo("%zu verdicts of %zu tested of %zu rows; %zu of %zu comparisons have one", verdicts, tested, rows,
              alarmed, comparisons);
        QVERIFY(tested >= static_cast<std::size_t>(cuts) * 5);
        QVERIFY2(verdicts * 20 <= tested, qPrintable(QString::number(verdicts)));
    }

    void aFifthMoreInOneGroupIsFoundFirstAndMeasuredRight_data() {
        QTest::addColumn<bool>("weather");
        QTest::newRow("waits that do not depend on each other") << false;
        QTest::newRow("all waits of a tenth of a second longer or shorter") << true;
    }
    void aFifthMoreInOneGroupIsFoundFirstAndMeasuredRight() {
        QFETCH(const bool, weather);
        const int seeds = rounds(20);
        int first = 0, judged = 0, others = 0, byTime = 0, byGoroutine = 0;
        for (int seed = 0; seed < seeds; ++seed) {
            const auto number = static_cast<std::uint64_t>(seed);
            const auto a = traceOf({.seed = 2 * number, .weather = weather});
            const auto b = traceOf({.seed = 2 * number + 1, .slower = 0.2, .weather = weather});
            CompareOptions options;
            options.rootCauses = false;
            options.range = {TimeRange{period, period * (periods - 1)}, TimeRange{period, period * (periods - 1)}};
            const Comparison c = compareTraces(a, b, options);
            QVERIFY(c.comparable());
            const ComparedRow* const row = rowOf(c, "main.site0");
            QVERIFY(row != nullptr);
            first += row == &c.rows.front() ? 1 : 0;
            judged += row->verdict == RowVerdict::Regressed ? 1 : 0;
            for (const ComparedRow& other : c.rows)
                others += &other != row && isVerdict(other) ? 1 : 0;
            const auto holds = [&](const std::optional<ChangeInterval>& interval) {
                return interval && interval->low <= truth(0.2) && truth(0.2) <= interval->high ? 1 : 0;
            };
            byTime += holds(row->evidence.concurrency);
            byGoroutine += holds(row->evidence.byGoroutine);
        }
        qInfo("%d seeds: first %d, regressed %d, other verdicts %d, truth inside the interval over time %d, by "
              "goroutine %d",
              seeds, first, judged, others, byTime, byGoroutine);
        QVERIFY(first >= seeds * 9 / 10);
        QVERIFY(byTime >= seeds * 9 / 10 - 1);
        QVERIFY(others * 20 <= seeds * 2);
        if (!weather) { // which blows on all of them together: by goroutine it cannot be seen
            QCOMPARE(first, seeds);
            QVERIFY(byGoroutine >= seeds * 9 / 10 - 1);
            QVERIFY(judged >= seeds * 9 / 10);
        }
    }
};

QTEST_APPLESS_MAIN(ComparisonLawsTest)
#include "tst_comparison_laws.moc"
