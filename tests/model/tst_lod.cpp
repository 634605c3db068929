// SPDX-License-Identifier: GPL-3.0-or-later
// Strips, pyramids and activities: what a row looks like, and that a look costs pixels.
#include "model/facts.h"
#include "model/lod/each_seen.h"
#include "model/lod/group_activities.h"
#include "tests/support/recordings.h"
#include "tests/support/story.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <numeric>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.work"};

std::vector<StripCell> stripOfFirst(const TraceFacts& facts, TimeRange range, std::size_t cells, StripWork& work) {
    std::vector<StripCell> strip(cells);
    stripOf(*facts.trace, facts.waits, facts.pyramids, {0}, range, strip, work);
    return strip;
}

std::shared_ptr<const TraceFacts> busyTrace(int rounds) {
    Story story;
    auto& g = story.g(1);
    for (int i = 0; i < rounds; ++i)
        g.runs(3_us).waitsOn("sync", lockStack, 6_us).wokenByRuntime();
    g.ends();
    return computeFacts(story.told(rounds * 10_us));
}

// Goroutines that all do the same: born at 1 ms, then rounds of 10 us.
std::shared_ptr<const TraceFacts> crowd(int goroutines, int rounds) {
    Story story;
    for (int i = 0; i < goroutines; ++i) {
        auto& g = story.g(1 + i).entry("main.worker").bornAt(1_ms);
        for (int r = 0; r < rounds; ++r)
            g.runs(3_us).waitsOn("sync", lockStack, 6_us).wokenByRuntime();
        g.ends();
    }
    return computeFacts(story.told(2_ms));
}

} // namespace

class TestLod : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aCellShowsTheStateThatTookMostOfIt() {
        Story story;
        story.g(1).runs(10_ms).waitsOn("sync", lockStack, 30_ms).wokenByRuntime().runs(9_ms + 999_us).ends();
        const auto facts = computeFacts(story.told(60_ms));
        StripWork work;
        const auto strip = stripOfFirst(*facts, {0, 60_ms}, 6, work);
        QCOMPARE(strip[0].family, StateFamily::Running);
        QCOMPARE(strip[2].family, StateFamily::Lock);
        QVERIFY(!strip[2].merged);
        QCOMPARE(strip[4].family, StateFamily::Running);
        QVERIFY(strip[4].merged); // it hides the microsecond of being runnable
        QVERIFY(!strip[5].alive);
    }

    void everyCellOfARecordingIsWhatItsSpansSay() {
        const auto facts = computeFacts(loadTrace(bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), "small").trace);
        const Trace& trace = *facts->trace;
        const Time d = trace.duration;
        std::vector<StripCell> strip(200);
        for (const TimeRange range : {TimeRange{0, d}, TimeRange{d / 3, d / 2}, TimeRange{d - 1000, d}})
            for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
                StripWork work;
                stripOf(trace, facts->waits, facts->pyramids, {g}, range, strip, work);
                for (std::size_t i = 0; i < strip.size(); ++i) {
                    const auto border = [&](std::size_t cell) {
                        return range.begin + static_cast<Time>(static_cast<double>(range.length()) *
                                                               static_cast<double>(cell) / 200.0);
                    };
                    const TimeRange cell{border(i), border(i + 1)};
                    std::array<Time, stateFamilyCount> times{};
                    const SpanRange own = trace.goroutines.spans({g});
                    for (std::uint32_t s = own.begin; s < own.end; ++s)
                        times[static_cast<std::size_t>(facts->waits.familyOf(trace, {s}))] +=
                            trace.spans.range({s}).clippedTo(cell).length();
                    const Time alive = std::accumulate(times.begin(), times.end(), Time{0});
                    QCOMPARE(strip[i].alive, alive > 0);
                    if (alive > 0)
                        QCOMPARE(times[static_cast<std::size_t>(strip[i].family)], std::ranges::max(times));
                    QCOMPARE(strip[i].share, static_cast<std::uint8_t>(alive * 255 / cell.length()));
                }
            }
    }

    void theStripOfABusyRowReadsCellsNotSpans() {
        StripWork few;
        StripWork many;
        const std::size_t cells = 500;
        (void)stripOfFirst(*busyTrace(4000), {0, 40_ms}, cells, few);
        (void)stripOfFirst(*busyTrace(32000), {0, 320_ms}, cells, many);
        QVERIFY2(many.itemsRead <= 4 * cells, qPrintable(QString::number(many.itemsRead)));
        QVERIFY(few.itemsRead <= 4 * cells);
    }

    void aBusyRowShowsWhatDominatesAtEveryZoom() {
        const auto facts = busyTrace(8000);
        for (Time length = 80_ms; length > 1_ms; length /= 2) {
            StripWork work;
            for (const StripCell cell : stripOfFirst(*facts, {0, length}, 64, work)) {
                QVERIFY(cell.alive);
                if (length > 10_ms)
                    QCOMPARE(cell.family, StateFamily::Lock); // 6 of every 10 us
            }
        }
    }

    void deepZoomReadsTheSpansThemselves() {
        const auto facts = busyTrace(8000);
        StripWork work;
        const auto strip = stripOfFirst(*facts, {0, 10_us}, 10, work);
        QCOMPARE(strip[1].family, StateFamily::Running);
        QCOMPARE(strip[5].family, StateFamily::Lock);
        QCOMPARE(strip[9].family, StateFamily::Runnable);
    }

    void activityAddsUpToTheTimeAlive() {
        Story story;
        story.g(1).runs(10_ms).waitsOn("sync", lockStack, 25_ms);
        story.g(2).bornAt(5_ms).runs(7_ms).ends();
        const auto facts = computeFacts(story.told(40_ms));
        const std::vector<GoroutineIndex> members{{0}, {1}};
        const Activity activity = activityOf(*facts->trace, facts->waits, members, {0, 40_ms}, 16);
        double lock = 0;
        double all = 0;
        for (const Activity::Counts& bin : activity.bins) {
            lock += bin[static_cast<std::size_t>(StateFamily::Lock)];
            all += std::accumulate(bin.begin(), bin.end(), 0.0);
        }
        const double bin = 40.0 / 16;
        QVERIFY(qAbs(lock * bin - 30) < 0.01); // still open, so it lasts to the end
        QVERIFY(qAbs(all * bin - 47) < 0.01);
        QVERIFY(activity.peak > 1.9F);
    }

    void sumsSayOfAGroupWhatItsSpansSay() {
        const auto facts = crowd(400, 10);
        const auto groups = std::shared_ptr<const GoroutineGroups>(facts, &facts->groups);
        const GroupActivities sums(facts, groups);
        const Time d = facts->trace->duration;
        for (const TimeRange range : {TimeRange{0, d}, TimeRange{d / 4, d / 2}, TimeRange{d / 8, d}}) {
            const std::size_t bins = static_cast<std::size_t>(range.length() * 32 / d);
            StripWork work;
            const auto got = sums.of(0, range, bins, work);
            QVERIFY(got);
            const Activity wanted =
                activityOf(*facts->trace, facts->waits, facts->groups.groups[0].members, range, bins);
            for (std::size_t i = 0; i < bins; ++i)
                for (std::size_t f = 0; f < stateFamilyCount; ++f)
                    QVERIFY2(std::abs(got->bins[i][f] - wanted.bins[i][f]) < 0.01F,
                             qPrintable(QStringLiteral("bin %1, family %2: %3 and %4")
                                            .arg(i)
                                            .arg(f)
                                            .arg(double(got->bins[i][f]))
                                            .arg(double(wanted.bins[i][f]))));
        }
    }

    void aLookAtAGroupCostsPixelsNotGoroutines() {
        const std::size_t bins = 200;
        std::array<std::size_t, 2> read{};
        for (const int many : {0, 1}) {
            const auto facts = crowd(many == 1 ? 1600 : 400, 10);
            const auto groups = std::shared_ptr<const GoroutineGroups>(facts, &facts->groups);
            const GroupActivities sums(facts, groups);
            StripWork work;
            QVERIFY(sums.of(0, facts->trace->wholeRange(), bins, work));
            QVERIFY(sums.of(everyGroup, facts->trace->wholeRange(), bins, work));
            read[static_cast<std::size_t>(many)] = work.itemsRead;
            QVERIFY(sums.bytes() <= 4 * facts->trace->spans.size());
            // Too close for the sums: nothing at once, but something to show meanwhile.
            QVERIFY(!sums.of(0, {0, 1_us}, bins, work));
            QVERIFY(!sums.coarse(0, {0, 1_us}, bins, work).empty());
        }
        QCOMPARE(read[0], read[1]);
        QVERIFY(read[0] <= 2 * (bins + 1));
    }

    void aSmallGroupIsExactAtEveryZoom() {
        const auto facts = crowd(3, 10);
        const auto groups = std::shared_ptr<const GoroutineGroups>(facts, &facts->groups);
        const GroupActivities sums(facts, groups);
        StripWork work;
        const auto activity = sums.of(0, {1_ms + 3_us, 1_ms + 4_us}, 10, work);
        QVERIFY(activity);
        QCOMPARE(activity->bins[5][static_cast<std::size_t>(StateFamily::Lock)], 3.0F);
    }

    void theGroupWithMostOpenWaitComesFirstAndTheRuntimeLast() {
        Story story;
        story.g(1).entry("runtime.bgsweep").existed().waitsOn("GC background sweeper wait", {"runtime.bgsweep"}, 1_ms);
        story.g(2).entry("main.busy").runs(100_ms);
        story.g(3).entry("main.stuck").runs(1_ms).waitsOn("chan receive", {"runtime.chanrecv1", "main.stuck"}, 1_ms);
        const auto facts = computeFacts(story.told(100_ms));
        QCOMPARE(facts->groups.groups.front().name, std::string("main.stuck"));
        QCOMPARE(facts->groups.groups.front().openWait, 99_ms);
        QVERIFY(facts->groups.groups.back().runtime);
    }

    void rangesInsideAPixelAreDrawnOnceAndALongOneWhateverItFollows() {
        const auto drawn = [](const std::vector<TimeRange>& ranges, TimeRange visible) {
            std::vector<TimeRange> seen;
            eachSeen(
                ranges, visible, 1_us, [](TimeRange range) { return range; },
                [&](TimeRange range) { seen.push_back(range); });
            return seen;
        };
        std::vector<TimeRange> ranges;
        for (Time t = 0; t < 1_ms; t += 10)
            ranges.push_back({t, t + 5});
        const std::size_t many = drawn(ranges, {0, 1_ms}).size();
        QVERIFY(many <= 1001 && many >= 990);
        const TimeRange tick{100_us, 100_us + 20};
        const TimeRange behind{100_us + 30, 100_us + 50};
        const TimeRange whole{100_us + 60, 600_us};
        QVERIFY(drawn({tick, behind, whole}, {0, 1_ms}) == (std::vector{tick, whole}));
        QVERIFY(drawn({tick, behind, whole}, {300_us, 400_us}) == std::vector{whole});
        // Each pixel a tick and a range as long as a pixel: two are drawn for it, no more.
        ranges.clear();
        for (Time t = 0; t < 1_ms; t += 1_us)
            for (const TimeRange range : {TimeRange{t, t + 2}, TimeRange{t + 2, t + 4}, TimeRange{t + 5, t + 1_us}})
                ranges.push_back(range);
        QVERIFY(drawn(ranges, {0, 1_ms}).size() <= 2000);
    }
};

QTEST_APPLESS_MAIN(TestLod)
#include "tst_lod.moc"
