// SPDX-License-Identifier: GPL-3.0-or-later
// Is the median exact, in memory that does not grow with what is counted?
#include "model/inspect/median.h"

#include "model/inspect/state_times.h"
#include "tests/support/story.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <random>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

struct Found {
    Time median = 0;
    int passes = 0;
    std::size_t held = 0;
};

Found medianOf(const std::vector<Time>& lengths) {
    Median median;
    Found found;
    do {
        ++found.passes;
        for (const Time length : lengths) {
            median.add(length);
            found.held = std::max(found.held, median.held());
        }
    } while (median.needsAnotherPass());
    found.median = median.value();
    return found;
}

Time sortedMedian(std::vector<Time> lengths) {
    std::ranges::sort(lengths);
    return lengths[(lengths.size() - 1) / 2];
}

} // namespace

class TestMedian : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void fewAreGoneThroughOnce() {
        QCOMPARE(medianOf({}).median, 0);
        QCOMPARE(medianOf({7}).median, 7);
        QCOMPARE(medianOf({7, 3}).median, 3); // the lower one
        QCOMPARE(medianOf({9, 1, 5}).median, 5);
        QCOMPARE(medianOf({9, 1, 5}).passes, 1);
        std::vector<Time> lengths(Median::mostHeld - 1);
        for (std::size_t i = 0; i < lengths.size(); ++i)
            lengths[i] = static_cast<Time>(i * 7919 % 100'003);
        QCOMPARE(medianOf(lengths).passes, 1);
        QCOMPARE(medianOf(lengths).median, sortedMedian(lengths));
    }

    void manyAreCountedExactly_data() {
        QTest::addColumn<QString>("shape");
        for (const char* shape : {"small", "alike", "two kinds", "seconds", "all sizes", "the longest", "nothing"})
            QTest::newRow(shape) << QString::fromLatin1(shape);
    }
    void manyAreCountedExactly() {
        QFETCH(QString, shape);
        std::mt19937_64 random(1);
        const auto below = [&](Time end) { return static_cast<Time>(random() % static_cast<std::uint64_t>(end)); };
        std::vector<Time> lengths(200'000);
        for (std::size_t i = 0; i < lengths.size(); ++i)
            lengths[i] = shape == QStringLiteral("small")         ? below(100)
                         : shape == QStringLiteral("alike")       ? 1'234'567
                         : shape == QStringLiteral("two kinds")   ? (i % 2 == 0 ? 17 : 5'000'000'000)
                         : shape == QStringLiteral("seconds")     ? below(3'000'000'000)
                         : shape == QStringLiteral("all sizes")   ? below(Time{1} << (1 + i % 50))
                         : shape == QStringLiteral("the longest") ? INT64_MAX - 1 - below(1'000'000)
                                                                  : 0;
        const Found found = medianOf(lengths);
        QCOMPARE(found.median, sortedMedian(lengths));
        QVERIFY2(found.passes <= 6, qPrintable(QString::number(found.passes)));
        QVERIFY2(found.held <= 2 * Median::mostHeld, qPrintable(QString::number(found.held)));
    }

    void statesAndTransitionsOfManySpansHaveTheirMedians() {
        constexpr int rounds = 6'000; // more than are kept
        Story story;
        auto& g = story.g(1);
        std::vector<Time> waits, runs;
        for (int i = 0; i < rounds; ++i) {
            runs.push_back(1'000 + i * 7919 % 5'003);
            waits.push_back(500 + i * 104'729 % 90'001);
            g.runs(runs.back()).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, waits.back()).wokenByRuntime();
        }
        g.runs(1_us);
        const auto facts = computeFacts(story.told(1_s));
        const std::vector<GoroutineIndex> all{facts->trace->findGoroutine(1)};
        const StateTimes times = stateTimesOf(*facts, all, facts->trace->wholeRange());
        const auto stateOf = [&](GoroutineState state) {
            return *std::ranges::find(times.states, state, [](const StateTime& s) { return s.what.state; });
        };
        const StateTime wait = stateOf(GoroutineState::Waiting);
        QCOMPARE(wait.count, static_cast<std::uint64_t>(rounds));
        QCOMPARE(wait.median, sortedMedian(waits));
        QCOMPARE(wait.shortest, std::ranges::min(waits));
        QCOMPARE(wait.longest, std::ranges::max(waits));
        const auto step = std::ranges::find(times.transitions, GoroutineState::Waiting,
                                            [](const Transition& t) { return t.to.state; });
        QVERIFY(step != times.transitions.end());
        QCOMPARE(step->count, static_cast<std::uint64_t>(rounds));
        QCOMPARE(step->median, sortedMedian(runs));
    }
};

QTEST_APPLESS_MAIN(TestMedian)
#include "tst_median.moc"
