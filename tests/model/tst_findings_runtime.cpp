// SPDX-License-Identifier: GPL-3.0-or-later
// What threads, processors and the collector do to goroutines: stuck system calls (D12), assists (D13), processors
// that come late (D14).
#include "tests/support/findings_story.h"

#include <QTest>

#include <cstdlib>
#include <string>
#include <vector>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

const StackText open{"syscall.Syscall6", "os.OpenFile", "main.open"};

/// A goroutine that handles `n` requests: each is made of assists of the collector, of those lengths, and of other
/// work. The requests are tasks; or regions of that type, if one is given.
Findings assisting(int n, const std::vector<Time>& assists, Time other, const std::string& region = {}) {
    Story s;
    Teller& g = s.g(100).existed().entry("main.serve").runs(1_ms);
    Time all = 1_ms;
    for (int i = 0; i < n; ++i) {
        const auto task = static_cast<std::uint64_t>(i + 1);
        region.empty() ? g.beginsTask(task, "request") : g.beginsRegion(region);
        for (const Time assist : assists) {
            g.beginsRange("GC mark assist");
            g.runs(assist);
            g.endsRange("GC mark assist");
            g.runs(other / static_cast<Time>(assists.size()));
            all += assist;
        }
        region.empty() ? g.endsTask(task) : g.endsRegion(region);
        all += other;
    }
    g.ends();
    return findingsOf(s, std::max(all, 600_ms));
}

/// `n` goroutines that run for 1 ms and are ready for 19 ms, thirty times; `also` tells the rest. The first so many of
/// them are helping the collector all the time.
template <class Also> Findings crowd(int n, const Also& also, int helping = 0) {
    Story s;
    s.g(1).existed().runs(600_ms);
    for (int i = 0; i < n; ++i) {
        Teller& g = s.g(100 + i).existed().entry("main.spin").runs(1_us);
        if (i < helping)
            g.beginsRange("GC mark assist");
        for (int k = 0; k < 30; ++k)
            g.runs(1_ms).isRunnable(19_ms - (k == 29 ? 1_ms : 0));
        g.runs(1_us);
        if (i < helping)
            g.endsRange("GC mark assist");
    }
    also(s);
    return findingsOf(s, 600_ms);
}

} // namespace

class RuntimeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void threeStuckCallsAreToBeCheckedAndTwoAreNot() {
        const auto story = [](int n, const StackText& stack) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < n; ++i)
                s.g(100 + i).entry("main.open").bornAt(1_s).createdBy(1).runs(1_ms).inSyscall(stack, 0);
            return tierOf(findingsOf(s, 10_s), "D12");
        };
        QVERIFY(story(3, open) == Tier::Medium);
        QVERIFY(story(2, open) == Tier::Low);
        QVERIFY(story(9, {"syscall.Syscall6", "os.(*Process).Wait", "main.open"}) == std::nullopt);
    }
    void callsThatCameOneAfterAnotherAreALeakOfThreads() {
        Story s;
        s.g(1).existed().runs(10_s);
        for (int i = 0; i < 3; ++i)
            s.g(100 + i).entry("main.open").bornAt(1_s + i * 2_s).createdBy(1).runs(1_ms).inSyscall(open, 0);
        QVERIFY(tierOf(findingsOf(s, 10_s), "D12") == Tier::High);
    }
    // Go leaves the processor to the thread in the call for a while; what else is ready then has one less to run on.
    void aCallThatKeptItsProcessorUntilItWasTakenSaysSo() {
        Story s;
        s.g(1).existed().runs(10_s, 3);
        for (int i = 0; i < 3; ++i)
            s.g(100 + i).entry("main.open").bornAt(1_s).createdBy(1).runs(1_ms, i).inSyscall(open, 0);
        s.processorIsIdle(0, {1_s + 21_ms, 2_s});
        s.processorIsIdle(1, {1_s + 5_ms, 2_s});
        const Findings findings = findingsOf(s, 10_s);
        const Finding* const f = firstOf(findings, "D12");
        QVERIFY(f != nullptr);
        QCOMPARE(numberOf(*f, "processors_retaken"), 2);
        QCOMPARE(numberOf(*f, "processors_still_held"), 1);
        QCOMPARE(numberOf(*f, "processor_held_ns"), 20_ms);
        QVERIFY(f->claim.find("2 calls kept a processor") != std::string::npos);
    }
    void aCallWhoseProcessorIsNotKnownSaysNothingOfIt() {
        Story s;
        s.g(1).existed().runs(10_s);
        for (int i = 0; i < 3; ++i)
            s.g(100 + i).existed().entry("main.open").inSyscall(open, 0);
        const Findings findings = findingsOf(s, 10_s);
        const Finding* const f = firstOf(findings, "D12");
        QVERIFY(f != nullptr);
        QCOMPARE(numberOf(*f, "processors_retaken"), 0);
        QVERIFY(f->claim.find("processor") == std::string::npos);
    }

    void helpingTheCollectorIsSaidWhenItIsATenthOfTheWork() {
        QVERIFY(tierOf(assisting(40, {10_ms}, 10_ms), "D13") == Tier::Medium); // half of it
        QVERIFY(tierOf(assisting(40, {1_ms}, 8_ms), "D13") == Tier::Medium);   // 11 %
        QVERIFY(tierOf(assisting(40, {1_ms}, 10_ms), "D13") == std::nullopt);  // 9 %, and never for long
        QVERIFY(tierOf(assisting(40, {1_us}, 1_us), "D13") == std::nullopt);   // next to nothing of the machine
    }
    void whatARequestWaitsForIsTheSumOfItsAssists() {
        // Each assist is short, and they are 8 % of the work; the requests are 12 ms longer by them.
        const Findings many = assisting(30, {6_ms, 6_ms}, 140_ms);
        const Finding* const f = firstOf(many, "D13");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Low);
        QCOMPARE(numberOf(*f, "assist_per_task_p99_ns"), 12_ms);
        QCOMPARE(numberOf(*f, "tasks_that_assisted"), 30);
        QCOMPARE(numberOf(*f, "assist_in_tasks_ns"), 360_ms);
        QVERIFY(f->claim.find("in tasks “request”: 30 of them took longer by 12.0 ms on average") !=
                    std::string::npos ||
                f->claim.find("in tasks “request”: 30 of them took longer by 12 ms on average") != std::string::npos);
        QVERIFY(tierOf(assisting(29, {6_ms, 6_ms}, 140_ms), "D13") == std::nullopt); // too few to say
        QVERIFY(tierOf(assisting(30, {6_ms}, 140_ms), "D13") == std::nullopt);
    }
    void withoutTasksRegionsSayWhoHelped() {
        const Findings findings = assisting(40, {10_ms}, 10_ms, "decode");
        const Finding* const f = firstOf(findings, "D13");
        QVERIFY(f != nullptr);
        QVERIFY(f->claim.find("in regions “decode”") != std::string::npos);
        QCOMPARE(numberOf(*f, "assists_in_regions"), 40);
        QCOMPARE(numberOf(*f, "assist_per_task_p99_ns"), -1);
    }

    void readyGoroutinesThatNobodyRunsAreShortOfProcessors() {
        const Findings findings = crowd(40, [](Story&) {});
        const Finding* const f = firstOf(findings, "D14");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Medium);
        QCOMPARE(f->goroutines, 40U);
        QCOMPARE(numberOf(*f, "saturated_percent"), 100);
        QCOMPARE(numberOf(*f, "collector_marking_percent"), 0);
        QVERIFY(f->claim.find("short of processors") != std::string::npos);
    }
    void whileAProcessorIsIdleTheyAreWokenLate() {
        const Findings findings = crowd(40, [](Story& s) { s.processorIsIdle(0, {0, 600_ms}); });
        const Finding* const f = firstOf(findings, "D14");
        QVERIFY(f != nullptr);
        QVERIFY(numberOf(*f, "woken_late_percent") >= 99);
        QVERIFY(f->claim.find("woken late") != std::string::npos);
    }
    void theCollectorsPartIsSaidApart() {
        const Findings findings = crowd(
            40,
            [](Story& s) {
                s.has("GC concurrent mark phase", {0, 300_ms});
                s.has("stop-the-world (GC mark termination)", {300_ms, 360_ms});
            },
            20);
        const Finding* const f = firstOf(findings, "D14");
        QVERIFY(f != nullptr);
        QVERIFY(std::abs(numberOf(*f, "collector_marking_percent") - 50) <= 1);
        QVERIFY(std::abs(numberOf(*f, "world_stopped_percent") - 10) <= 1);
        QVERIFY(std::abs(numberOf(*f, "saturated_percent") - 90) <= 1);
        QVERIFY(std::abs(numberOf(*f, "inside_assists_percent") - 50) <= 1);
        const Findings stopped = crowd(40, [](Story& s) {
            s.has("stop-the-world (GC mark termination)", {0, 590_ms});
        });
        QVERIFY(firstOf(stopped, "D14")->claim.find("the runtime had stopped the world.") != std::string::npos);
    }
    void aFewWaitsForAProcessorAreNotWorthASentence() {
        QVERIFY(tierOf(crowd(33, [](Story&) {}), "D14") == std::nullopt); // 990 times
        QVERIFY(tierOf(crowd(34, [](Story&) {}), "D14") == Tier::Medium);
    }
};

QTEST_APPLESS_MAIN(RuntimeTest)
#include "tst_findings_runtime.moc"
