// SPDX-License-Identifier: GPL-3.0-or-later
// The statistics of a comparison against values of SciPy, and the laws that they must keep.
//
// The values come from Python 3 with SciPy 1.17.1 (Debian's 1.10.1 gives the same but has no logrank):
//
//     import numpy as np
//     from scipy import stats
//     def seq(n, m, k, c): return [(i * k) % m + c for i in range(n)]          # `sequence` below
//     def rank(a, b):
//         d = np.subtract.outer(b, a)
//         return (stats.mannwhitneyu(b, a, alternative="two-sided", method="asymptotic", use_continuity=True).pvalue,
//                 np.sign(d).sum() / d.size, np.median(d))                      # p, Cliff's delta, Hodges-Lehmann
//     stats.logrank(stats.CensoredData(uncensored=finished, right=open), …)     # statistic, pvalue
//     stats.false_discovery_control(p); 2 * stats.t.sf(t, df); stats.t.isf(p / 2, df); stats.norm.cdf(z)
#include "model/compare/statistics/bootstrap.h"
#include "model/compare/statistics/distributions.h"
#include "model/compare/statistics/multiple_tests.h"
#include "model/compare/statistics/random_draws.h"
#include "model/compare/statistics/rank_tests.h"
#include "model/compare/statistics/rates.h"
#include "model/compare/statistics/survival.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace waitscope;

namespace {

std::vector<Time> sequence(Time n, Time modulus, Time factor, Time first) {
    std::vector<Time> values;
    for (Time i = 0; i < n; ++i)
        values.push_back(i * factor % modulus + first);
    return values;
}
SortedDurations sorted(Time n, Time modulus, Time factor, Time first) {
    return SortedDurations(sequence(n, modulus, factor, first));
}
bool near(double a, double b, double relative = 1e-9) {
    if (std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b)))
        return true;
    qWarning("%.17g is not %.17g", a, b);
    return false;
}
bool mirrored(const BootstrapDifference& there, const BootstrapDifference& back) {
    return there.difference == -back.difference && there.lowest == -back.highest && there.highest == -back.lowest &&
           there.standardError == back.standardError && there.p == back.p && there.independent == back.independent;
}
bool finite(const BootstrapDifference& d) {
    return std::isfinite(d.difference) && std::isfinite(d.lowest) && std::isfinite(d.highest) &&
           std::isfinite(d.standardError) && d.p >= 0 && d.p <= 1 && d.lowest <= d.highest;
}

// Sums of a few uniform values, so that tests need nothing of a library: like a normal value, mean 0, deviation 1.
double noise(RandomDraws& random) {
    double sum = 0;
    for (int i = 0; i < 12; ++i)
        sum += static_cast<double>(random.below(1U << 20)) / (1U << 20);
    return sum - 6;
}

} // namespace

class StatisticsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void tailsAreThoseOfTheDistributions() {
        QVERIFY(near(normalTwoSided(1.96), 0.04999579029644087));
        QVERIFY(near(normalTwoSided(-3), 0.0026997960632601866));
        QVERIFY(near(normalTwoSided(8), 1.244192114854348e-15));
        QCOMPARE(normalTwoSided(0), 1.0);
        QVERIFY(near(normalBelow(1.96), 0.9750021048517795));
        QVERIFY(near(normalBelow(-3), 0.0013498980316300933));

        QVERIFY(near(studentTwoSided(0.5, 1), 0.7048327646991335));
        QVERIFY(near(studentTwoSided(2, 3), 0.13932596855884305));
        QVERIFY(near(studentTwoSided(2.776, 4), 0.05002277831997642));
        QVERIFY(near(studentTwoSided(-1.5, 12.5), 0.15844258698964986));
        QVERIFY(near(studentTwoSided(10, 30), 4.575251408229618e-11));
        QVERIFY(near(studentTwoSided(3.1, 1e6), 0.0019352601513240811, 1e-8));
        QVERIFY(near(studentTwoSided(40, 5), 1.8411962171772954e-07));
        QVERIFY(near(studentTwoSided(1e-3, 7), 0.9992300172449988));
        QCOMPARE(studentTwoSided(0, 5), 1.0);

        QVERIFY(near(studentQuantile(0.05, 1), 12.706204736174705));
        QVERIFY(near(studentQuantile(0.05, 2), 4.302652729749464));
        QVERIFY(near(studentQuantile(0.05, 9.5), 2.2441374614922966));
        QVERIFY(near(studentQuantile(0.01, 100), 2.6258905214380173));
        QVERIFY(near(studentQuantile(0.05, 1e5), 1.95998770753461, 1e-8));
    }

    void ranksAreTestedAsSciPyDoes_data() {
        QTest::addColumn<std::vector<Time>>("a");
        QTest::addColumn<std::vector<Time>>("b");
        QTest::addColumn<double>("p");
        QTest::addColumn<double>("delta");
        QTest::addColumn<double>("shift");
        const auto row = [](const char* name, const std::vector<Time>& a, const std::vector<Time>& b, double p,
                            double delta, double shift) { QTest::newRow(name) << a << b << p << delta << shift; };
        row("no ties", sequence(40, 1009, 7919, 0), sequence(30, 1009, 7919, 150), 0.04682725562300939, 0.28, 150);
        row("ties", sequence(50, 7, 3, 0), sequence(60, 7, 5, 1), 0.015256927364427275, 0.2673333333333333, 1);
        row("few", {1, 2, 3}, {10, 11}, 0.14891467317876572, 1, 8.5);
        row("no difference", {0, 10}, {3, 7}, 1, 0, 0);
        row("one each", {5}, {9}, 1, 1, 4);
        row("all equal", std::vector<Time>(12, 4), std::vector<Time>(9, 4), 1, 0, 0);
        row("far apart", sequence(1000, 1009, 7919, 0), sequence(1000, 1009, 7919, 400), 9.911902490079124e-134,
            0.635583, 400);
    }
    void ranksAreTestedAsSciPyDoes() {
        QFETCH(const std::vector<Time>, a);
        QFETCH(const std::vector<Time>, b);
        QFETCH(const double, p);
        QFETCH(const double, delta);
        QFETCH(const double, shift);
        const SortedDurations first(a), second(b);
        const auto test = mannWhitney(first, second);
        QVERIFY(test);
        QVERIFY(near(test->p, p));
        QVERIFY(near(test->cliffsDelta, delta));
        QCOMPARE(*cliffsDelta(first, second), test->cliffsDelta);
        QCOMPARE(*hodgesLehmann(first, second), shift);
        // The other way round.
        const auto back = mannWhitney(second, first);
        QVERIFY(back->p == test->p);
        QVERIFY(back->z == -test->z);
        QVERIFY(back->cliffsDelta == -test->cliffsDelta);
        QVERIFY(*hodgesLehmann(second, first) == -shift);
        // In any order.
        const SortedDurations again(std::vector<Time>(a.rbegin(), a.rend()));
        QVERIFY(mannWhitney(again, second)->p == test->p);
        // Against itself.
        QCOMPARE(mannWhitney(first, first)->p, 1.0);
        QCOMPARE(mannWhitney(first, first)->cliffsDelta, 0.0);
        QCOMPARE(*hodgesLehmann(first, first), 0.0);
    }

    void theShiftIsTheMedianOfAllDifferences() {
        RandomDraws random(7);
        for (int round = 0; round < 300; ++round) {
            std::vector<Time> a(1 + random.below(9)), b(1 + random.below(9)), differences;
            for (Time& t : a)
                t = random.below(round % 2 == 0 ? 10 : 1000000);
            for (Time& t : b)
                t = random.below(round % 3 == 0 ? 12 : 1000000);
            for (const Time x : a)
                for (const Time y : b)
                    differences.push_back(y - x);
            std::ranges::sort(differences);
            const std::size_t n = differences.size();
            const double median = static_cast<double>(differences[(n - 1) / 2] + differences[n / 2]) / 2;
            QCOMPARE(*hodgesLehmann(SortedDurations(a), SortedDurations(b)), median);
        }
    }

    void aMillionWaitsASideAreTestedExactly() {
        // Every value 1 … 10⁶ once, and the same an hour later.
        constexpr Time million = 1'000'000;
        constexpr Time hour = 3'600'000'000'000;
        const SortedDurations a = sorted(million, million + 3, 7919, 1);
        const SortedDurations b = sorted(million, million + 3, 7919, hour);
        const auto test = mannWhitney(a, b);
        QCOMPARE(test->cliffsDelta, 1.0);
        QCOMPARE(test->p, 0.0);
        QVERIFY(near(test->z, std::sqrt(3.0) * 1e6 / std::sqrt(2e6 + 1), 1e-6));
        QCOMPARE(*hodgesLehmann(a, b), static_cast<double>(hour - 1));
        QCOMPARE(mannWhitney(a, a)->p, 1.0);
        // All of them equal: every sum of ties at its largest.
        const SortedDurations equal(std::vector<Time>(million, 5));
        QCOMPARE(mannWhitney(equal, equal)->p, 1.0);
        QCOMPARE(*hodgesLehmann(equal, equal), 0.0);
    }

    void whatCannotBeComputedIsNone() {
        const SortedDurations none, some({1, 2, 3});
        QVERIFY(!mannWhitney(none, some) && !mannWhitney(some, none) && !mannWhitney(none, none));
        QVERIFY(!cliffsDelta(none, some) && !cliffsDelta(some, none));
        QVERIFY(!hodgesLehmann(none, some) && !hodgesLehmann(some, none));
        QVERIFY(!logRank({}, {some, none}) && !logRank({some, none}, {}));
        QVERIFY(!logRank({none, some}, {none, some})); // nothing ended
        const std::vector<std::uint64_t> counts{1, 2};
        QVERIFY(!rateRatio({}, {counts, 1}) && !rateRatio({counts, 1}, {}));
        QVERIFY(!rateRatio({std::span(counts).first(1), 1}, {std::span(counts).first(1), 1}));
        QVERIFY(!rateRatio({counts, 0}, {counts, 1}));
        const std::vector<double> values{1, 2, 3}, one{1}, zeros{0, 0, 0};
        const std::vector<double> broken{1, std::numeric_limits<double>::quiet_NaN(), 2};
        QVERIFY(!clusterBootstrap({one}, {values}) && !clusterBootstrap({values}, {one}));
        QVERIFY(clusterBootstrap({one, 1}, {values})); // one waited, another did not: that is two
        QVERIFY(!clusterBootstrap({values, 0, 0}, {values}));
        QVERIFY(!clusterBootstrap({values}, {broken}));
        QVERIFY(!movingBlocks({one}, {values}) && !movingBlocks({values}, {broken}));
        QVERIFY(!movingBlocks({values, zeros}, {values, values})); // a share of nothing
        QVERIFY(!movingBlocks({values, one}, {values}));
        QVERIFY(falseDiscoveryRates({}).empty());
    }

    void openWaitsCountAsLongAsTheyAreSeen() {
        // Freireich 1963: remissions of leukaemia under placebo and 6-MP, the textbook's example of the log-rank test.
        const CensoredDurations placebo{
            SortedDurations({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}), {}};
        const CensoredDurations treated{SortedDurations({6, 6, 6, 7, 10, 13, 16, 22, 23}),
                                        SortedDurations({6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35})};
        const auto test = logRank(placebo, treated);
        QVERIFY(test);
        QVERIFY(near(test->z, 4.097919104767264));
        QVERIFY(near(test->p, 4.168809109334529e-05));
        QVERIFY(near(test->excess, 9 - 19.25, 1e-3)); // observed 9, expected 19.3
        const auto back = logRank(treated, placebo);
        QVERIFY(back->z == -test->z);
        QVERIFY(back->excess == -test->excess);
        QVERIFY(back->p == test->p);
        QCOMPARE(logRank(treated, treated)->z, 0.0);
        QCOMPARE(logRank(treated, treated)->p, 1.0);

        const CensoredDurations a{sorted(80, 97, 31, 1), SortedDurations(std::vector<Time>(20, 120))};
        const CensoredDurations b{sorted(60, 97, 31, 30), sorted(15, 50, 13, 60)};
        QVERIFY(near(logRank(a, b)->z, 1.937089164992972));
        QVERIFY(near(logRank(a, b)->p, 0.05273444485411681));
    }

    void allWaitsOfASideMayBeOpen() {
        const CensoredDurations quick{SortedDurations(std::vector<Time>(50, 10)), {}};
        const CensoredDurations stuck{{}, SortedDurations(std::vector<Time>(50, 1000))};
        const auto test = logRank(quick, stuck);
        QVERIFY(test && test->z > 5 && test->p < 1e-6);
        // One wait a side, at the same moment: nothing can be said.
        const CensoredDurations one{SortedDurations({5}), {}};
        QCOMPARE(logRank(one, one)->p, 1.0);
    }

    void ratesAllowForBursts() {
        // a, b = np.array([…]); phi = (sum((a - a.mean())**2 / a.mean()) + the same of b) / (10 + 8 - 2)
        // se = sqrt(phi * (1 / a.sum() + 1 / b.sum())); log(ratio) ± stats.t.ppf(.975, 16) * se; 2 * stats.t.sf(…, 16)
        const std::vector<std::uint64_t> a{12, 15, 9, 14, 11, 13, 40, 10, 12, 14}, b{20, 22, 18, 25, 19, 60, 21, 24};
        const auto rate = rateRatio({a, 1'000'000'000}, {b, 500'000'000});
        QVERIFY(rate);
        QVERIFY(near(rate->dispersion, 6.2567583732057415));
        QVERIFY(near(rate->logRatio, 1.2479896897427103));
        QVERIFY(near(rate->logLowest, 0.6805501377779946));
        QVERIFY(near(rate->logHighest, 1.815429241707426));
        QVERIFY(near(rate->p, 0.00026016636747142193));
        QVERIFY(near(rate->ratio(), 3.4833333333333334)); // 52.25 / 15 a second
        const auto back = rateRatio({b, 500'000'000}, {a, 1'000'000'000});
        QVERIFY(back->logRatio == -rate->logRatio);
        QVERIFY(back->logLowest == -rate->logHighest);
        QVERIFY(back->logHighest == -rate->logLowest);
        QVERIFY(back->p == rate->p);
        const auto same = rateRatio({a, 5}, {a, 5});
        QCOMPARE(same->logRatio, 0.0);
        QCOMPARE(same->p, 1.0);
    }

    void aRateOfNothingHasARatioToo() {
        const std::vector<std::uint64_t> none(10, 0), some(10, 20);
        const auto rate = rateRatio({some, 1}, {none, 1});
        QVERIFY(rate && rate->ratio() < 0.01 && rate->p < 0.001 && std::isfinite(rate->logLowest));
        QCOMPARE(rateRatio({none, 1}, {none, 1})->p, 1.0);
        QCOMPARE(rateRatio({none, 1}, {none, 1})->logRatio, 0.0);
        QCOMPARE(rate->dispersion, 1.0); // steadier than chance is no proof
    }

    void falseDiscoveriesAreControlledAsSciPyDoes() {
        const std::vector<std::optional<double>> p{0.205, 0.001, {}, 0.008, 0.039, 0.041, 0.042, {}, 0.06, 0.074};
        const std::vector<double> expected{0.205,  0.008,  -1, 0.032, 0.0672,
                                           0.0672, 0.0672, -1, 0.08,  0.08457142857142856};
        const auto q = falseDiscoveryRates(p);
        QCOMPARE(q.size(), p.size());
        for (std::size_t i = 0; i < p.size(); ++i) {
            QCOMPARE(q[i].has_value(), p[i].has_value());
            QVERIFY(!q[i] || near(*q[i], expected[i]));
        }
    }

    void aBootstrapAgreesWithSciPys() {
        // A = np.array(seq(60, 1009, 7919, 0))**2 / 1000; B = np.array(seq(45, 1009, 7919, 100))**2 / 1000
        // stats.bootstrap((A, B), lambda a, b, axis: b.mean(axis) - a.mean(axis), n_resamples=200000,
        //                 method="percentile", random_state=1)            -> -3.9080 … 256.7429, standard error 66.5133
        // stats.ttest_ind(B, A, equal_var=False)                          -> p 0.06486438129690016
        std::vector<double> a, b;
        for (const Time t : sequence(60, 1009, 7919, 0))
            a.push_back(static_cast<double>(t * t) / 1000);
        for (const Time t : sequence(45, 1009, 7919, 100))
            b.push_back(static_cast<double>(t * t) / 1000);
        const auto means = clusterBootstrap({a, 0, 60}, {b, 0, 45});
        QVERIFY(means);
        QVERIFY(near(means->difference, 125.6448111111111));
        QVERIFY(near(means->p, 0.06486438129690016));
        QVERIFY(near(means->standardError, 66.5133, 0.02)); // SciPy's without n / (n - 1)
        QVERIFY(std::abs(means->lowest - -3.9) < 12 && std::abs(means->highest - 256.7) < 12);
        QCOMPARE(means->independent, std::size_t{45});
        // Blocks of one bin are clusters: only the draws differ.
        const auto bins = movingBlocks({a, {}, 1}, {b, {}, 1});
        QVERIFY(near(bins->difference, means->difference));
        QVERIFY(near(bins->standardError, means->standardError));
        QVERIFY(near(bins->p, means->p));
    }

    void swappingTheSidesMirrorsEveryBootstrap() {
        RandomDraws random(11);
        for (int round = 0; round < 40; ++round) {
            std::vector<double> a(2 + random.below(round % 4 == 0 ? 1500 : 20)), b(2 + random.below(900));
            std::vector<double> wholeA, wholeB;
            for (double& v : a)
                v = random.below(1000000);
            for (double& v : b)
                v = random.below(2000000);
            for (const double v : a)
                wholeA.push_back(v * 3 + 1);
            for (const double v : b)
                wholeB.push_back(v * 4 + 1);
            const Clusters first{a, random.below(100), 7e9}, second{b, random.below(2000), 3e9};
            const auto there = clusterBootstrap(first, second), back = clusterBootstrap(second, first);
            QVERIFY(there && back && finite(*there) && mirrored(*there, *back));
            // Goroutines have no order.
            const std::vector<double> shuffled(a.rbegin(), a.rend());
            const auto again = clusterBootstrap({shuffled, first.zeros, first.divisor}, second);
            QVERIFY(again->lowest == there->lowest && again->highest == there->highest && again->p == there->p);

            const BinnedSide left{a, wholeA, 1 + random.below(30)}, right{b, wholeB, 1 + random.below(9)};
            const auto over = movingBlocks(left, right), under = movingBlocks(right, left);
            QVERIFY(over && under && finite(*over) && mirrored(*over, *under));
            const auto mean = movingBlocks({a}, {b}), backwards = movingBlocks({b}, {a});
            QVERIFY(finite(*mean) && mirrored(*mean, *backwards));

            const auto itself = clusterBootstrap(first, first);
            QVERIFY(itself->difference == 0 && itself->p == 1 && itself->lowest <= 0);
            QVERIFY(itself->lowest == -itself->highest);
            QCOMPARE(movingBlocks(left, left)->difference, 0.0);
            QCOMPARE(movingBlocks(left, left)->p, 1.0);
        }
    }

    void anIntervalHoldsTheTruthAsOftenAsItSays_data() {
        QTest::addColumn<int>("units");
        QTest::addColumn<bool>("skewed");
        QTest::newRow("5 goroutines") << 5 << false;
        QTest::newRow("20 goroutines") << 20 << false;
        QTest::newRow("30 goroutines of very different lengths") << 30 << true;
        QTest::newRow("1000 goroutines, drawn in groups") << 1000 << true;
    }
    void anIntervalHoldsTheTruthAsOftenAsItSays() {
        QFETCH(const int, units);
        QFETCH(const bool, skewed);
        int held = 0, false_alarms = 0;
        constexpr int rounds = 200;
        for (int round = 0; round < rounds; ++round) {
            RandomDraws random(static_cast<std::uint64_t>(round) * 1000 + static_cast<std::uint64_t>(units));
            const auto value = [&] { return skewed ? std::exp(noise(random)) : 10 + noise(random); };
            std::vector<double> a(static_cast<std::size_t>(units)), b(a.size());
            for (double& v : a)
                v = value();
            for (double& v : b)
                v = value() + 1; // the truth
            const auto n = static_cast<double>(units);
            const auto interval = clusterBootstrap({a, 0, n}, {b, 0, n});
            held += interval->lowest <= 1 && 1 <= interval->highest ? 1 : 0;
            for (double& v : b)
                v -= 1;
            false_alarms += clusterBootstrap({a, 0, n}, {b, 0, n})->p <= 0.05 ? 1 : 0;
        }
        // 95 % of 200 is 190, with a standard deviation of 3.
        QVERIFY2(held >= 180 && held < rounds, qPrintable(QString::number(held)));
        QVERIFY2(false_alarms <= 20, qPrintable(QString::number(false_alarms)));
    }

    void goroutinesThatNeverWaitedCount() {
        // 50 of 10,000 goroutines waited for a second: had the program run again, it might have been 40 or 60.
        const std::vector<double> totals(50, 1e9);
        const auto against = clusterBootstrap({totals, 9950, 1e10}, {{}, 10000, 1e10});
        QVERIFY(against);
        QVERIFY(near(against->difference, -5));
        QVERIFY(near(against->standardError, 0.7054, 0.01)); // sqrt(50) / 10
        QVERIFY(against->lowest < -5 && against->highest > -7 && against->highest < -3 && against->p < 1e-6);
        // Without them, nothing scatters: they must be told.
        QVERIFY(clusterBootstrap({totals, 0, 1e10}, {totals, 0, 1e10})->standardError == 0);
    }

    void whatHappensInOneGoIsOneObservation() {
        // 400 bins in which the same level lasts for 20: as noise of single bins it would be sure of anything.
        int alarms = 0, naive = 0;
        constexpr int rounds = 100;
        for (int round = 0; round < rounds; ++round) {
            RandomDraws random(static_cast<std::uint64_t>(round));
            const auto side = [&] {
                std::vector<double> bins;
                while (bins.size() < 400) {
                    const double level = 10 + noise(random);
                    for (int i = 0; i < 20; ++i)
                        bins.push_back(level + noise(random) / 10);
                }
                return bins;
            };
            const std::vector<double> a = side(), b = side();
            alarms += movingBlocks({a, {}, 40}, {b, {}, 40})->p <= 0.05 ? 1 : 0;
            naive += movingBlocks({a, {}, 1}, {b, {}, 1})->p <= 0.05 ? 1 : 0;
        }
        QVERIFY2(alarms <= 10, qPrintable(QString::number(alarms)));
        QVERIFY2(naive >= 40, qPrintable(QString::number(naive)));
    }

    void aBlockIsAtMostHalfOfTheTrace() {
        const std::vector<double> a{1, 2, 3, 4, 5, 6}, b{2, 3, 4, 5, 6, 7};
        const auto d = movingBlocks({a, {}, 1000}, {b, {}, 1000});
        QVERIFY(d && finite(*d));
        QCOMPARE(d->independent, std::size_t{2});
        QVERIFY(d->p > 0.3); // two observations say next to nothing
    }

    void drawsAreTheSameEverywhere() {
        // SplitMix64 from 1234567, as its authors' C code prints it.
        RandomDraws random(1234567);
        QCOMPARE(random.bits(), std::uint64_t{6457827717110365317U});
        QCOMPARE(random.bits(), std::uint64_t{3203168211198807973U});
        // What was seen once, so that a change of the draws is noticed: intervals in reports would change with them.
        const std::vector<double> a{1, 2, 3, 4, 5, 6, 7, 8}, b{2, 4, 6, 8, 10, 12, 14, 16};
        const auto d = clusterBootstrap({a, 0, 8}, {b, 0, 8});
        QCOMPARE(d->difference, 4.5);
        QCOMPARE(d->lowest, 0.375);
        QCOMPARE(d->highest, 8.5);
        std::vector<int> seen(7);
        for (int i = 0; i < 7000; ++i)
            ++seen[random.below(7)];
        for (const int n : seen)
            QVERIFY(n > 850 && n < 1150);
    }
};

QTEST_APPLESS_MAIN(StatisticsTest)
#include "tst_statistics.moc"
