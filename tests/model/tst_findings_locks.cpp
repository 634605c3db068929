// SPDX-License-Identifier: GPL-3.0-or-later
// Locks: contention and what holds them (D3, D4), convoys (D5), deadlocks (D15).
#include "model/findings/pattern.h"
#include "tests/support/findings_story.h"

#include <QTest>

#include <algorithm>
#include <cstdlib>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class LocksTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aQueueForALockIsContentionAndItsHolderIsNamed() {
        Story story;
        story.g(1).existed().runs(10_s);
        // One after another holds the lock for 10 ms and sleeps meanwhile.
        for (int i = 0; i < 200; ++i) {
            const Time turn = 10_ms * (i + 1);
            story.g(100 + i)
                .entry("main.request")
                .createdBy(1, {"main.handle"})
                .waitsOn("sync", locking, turn)
                .wokenBy(i == 0 ? 1 : 99 + i, {"sync.(*Mutex).Unlock", "main.(*cache).Get"})
                .runs(1_us)
                .waitsOn("sleep", {"time.Sleep", "main.slow"}, 10_ms - 3_us)
                .wokenByRuntime()
                .runs(10_us)
                .ends();
        }
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const f = firstOf(findings, "D3");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::High);
        QCOMPARE(f->goroutines, 200U);
        QCOMPARE(numberOf(*f, "finished"), 200);
        QVERIFY(std::abs(numberOf(*f, "hold_ns") - 10_ms) < 100_us);
        const Finding* const cause = firstOf(findings, "D4");
        QVERIFY(cause != nullptr && cause->under);
        const Trace& trace = findings.judgement->evidence.trace();
        QVERIFY(trace.text(trace.frame(cause->cause).function) == "main.slow");
        QVERIFY(f->cause == cause->cause); // one answer, and not the line of the unlock
        QVERIFY(patternOf(*f).pattern == "contention" && patternOf(*cause).pattern == "contention");
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
    }
    void aLockThatNobodyGivesBackMissesItsUnlock() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 20; ++i)
            story.g(100 + i).bornAt(i * 100_ms).createdBy(1, {"main.serve"}).runs(10_us).waitsOn("sync", locking, 0);
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const holder = firstOf(findings, "D4");
        QVERIFY(holder != nullptr);
        QVERIFY(patternOf(*holder).pattern == "missing unlock");
    }
    void aFewLongWaitsForALockAreSaidAndNotToBeChecked() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 60; ++i)
            story.g(100 + i)
                .bornAt(i * 160_ms)
                .createdBy(1)
                .runs(30_ms)
                .waitsOn("sync", locking, 15_ms)
                .wokenBy(1)
                .runs(60_ms)
                .waitsOn("chan receive", {"runtime.chanrecv1", "main.rest"}, 2_s)
                .wokenBy(1)
                .runs(1_us)
                .ends();
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D3") == Tier::Low);
        QVERIFY(tierOf(findings, "D4") == std::nullopt);
    }
    // Forty readers wait for a writer that comes now and then: they add up, and most of the time nobody waits.
    void aLockThatIsQueuedForNowAndThenIsToBeChecked() {
        const auto found = [](int writes) {
            Story story;
            story.g(1).existed().entry("main.writer").runs(10_s);
            for (int i = 0; i < 40; ++i) {
                Teller& reader = story.g(100 + i).existed().entry("main.reader");
                for (int w = 0; w < writes; ++w)
                    reader.runs(200_ms)
                        .waitsOn("sync", locking, 30_ms)
                        .wokenBy(1, {"sync.(*Mutex).Unlock", "main.put"});
                reader.runs(1_us).ends();
            }
            return findingsOf(story, 10_s);
        };
        const Findings seldom = found(33); // 9.9 % of the time
        QVERIFY(tierOf(seldom, "D3") == Tier::Medium);
        QCOMPARE(numberOf(*firstOf(seldom, "D3"), "queued_ns"), 33 * 30_ms);
        QVERIFY(tierOf(found(34), "D3") == Tier::High);
    }
    // A thousand requests at once: soon over in a long trace of a service where much else waits, and the incident.
    void aCrowdBehindALockIsHotThoughItIsSoonOver() {
        Story story;
        story.g(1).existed().entry("main.writer").runs(10_s);
        for (int i = 0; i < 600; ++i)
            story.g(10 + i).existed().entry("main.idle").waitsOn("select", {"runtime.selectgo", "main.idle"}, 10_s);
        for (int i = 0; i < 1000; ++i)
            story.g(1000 + i)
                .existed()
                .entry("main.get")
                .runs(200_ms)
                .waitsOn("sync", locking, 400_ms)
                .wokenBy(1, {"sync.(*Mutex).Unlock", "main.put"})
                .runs(1_us)
                .ends();
        QVERIFY(tierOf(findingsOf(story, 10_s), "D3") == Tier::High);
    }
    void aLockWhoseHolderHadNoProcessorIsSaidAndNotToBeChecked() {
        const auto found = [](Time without) {
            Story story;
            Teller& holder = story.g(1).existed().entry("main.writer");
            for (int w = 0; w < 10; ++w)
                holder.runs(200_ms + 30_ms - without).isRunnable(without);
            holder.runs(5_s);
            for (int i = 0; i < 40; ++i) {
                Teller& reader = story.g(100 + i).existed().entry("main.reader");
                for (int w = 0; w < 10; ++w)
                    reader.runs(w == 0 ? 200_ms : 200_ms - 1_us)
                        .waitsOn("sync", locking, 30_ms)
                        .wokenBy(1, {"sync.(*Mutex).Unlock", "main.put"});
                reader.runs(1_us).ends();
            }
            return findingsOf(story, 10_s);
        };
        const Findings late = found(25_ms);
        QVERIFY(tierOf(late, "D3") == Tier::Low);
        QVERIFY(firstOf(late, "D3")->claim.find("had no processor") != std::string::npos);
        QVERIFY(tierOf(late, "D4") == std::nullopt);
        QVERIFY(tierOf(found(5_ms), "D3") == Tier::Medium); // it ran with the lock
    }
    // Each keeps its connection while it asks somebody else.
    void aPoolThatIsTooSmallIsContentionAndWhoKeepsItsConnectionsIsNamed() {
        const auto found = [](Time keeps, int callers = 30) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int i = 0; i < callers; ++i)
                story.g(100 + i)
                    .existed()
                    .entry("main.report")
                    .runs(10_us)
                    .waitsOn("select", {"runtime.selectgo", "database/sql.(*DB).conn", "main.report"}, keeps * (i + 1))
                    .wokenBy(i == 0 ? 1 : 99 + i, {"database/sql.(*DB).putConn", "main.report"})
                    .runs(1_us)
                    .waitsOn("sleep", {"time.Sleep", "main.callElsewhere"}, keeps - 3_us)
                    .wokenByRuntime()
                    .runs(10_us)
                    .ends();
            return findingsOf(story, 10_s);
        };
        const Findings starved = found(200_ms);
        const Finding* const f = firstOf(starved, "D3");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Medium);
        QVERIFY(f->primitive == Primitive::Select);
        QVERIFY(f->claim.find("a connection of the pool at main.report") != std::string::npos);
        const Finding* const cause = firstOf(starved, "D4");
        QVERIFY(cause != nullptr && cause->under && cause->cause == f->cause);
        const Trace& trace = starved.judgement->evidence.trace();
        QVERIFY(trace.text(trace.frame(f->cause).function) == "main.callElsewhere");
        QVERIFY(tierOf(starved, "D5") == std::nullopt);           // callers of a pool queue by design
        QVERIFY(tierOf(found(95_ms, 100), "D3") == Tier::High);   // all wait for seconds, all the time
        QVERIFY(tierOf(found(100_ms), "D3") == std::nullopt);     // for less than half of the time
        QVERIFY(tierOf(found(400_ms, 19), "D3") == std::nullopt); // few
    }
    void aLockThatIsHardlyWaitedForIsNoContention() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 200; ++i)
            story.g(100 + i)
                .bornAt(i * 40_ms)
                .createdBy(1)
                .runs(30_ms)
                .waitsOn("sync", locking, 10_us)
                .wokenBy(1)
                .runs(1_us)
                .ends();
        QVERIFY(tierOf(findingsOf(story, 10_s), "D3") == std::nullopt);
    }
    // Each hands the lock to the one that has waited longest, and queues up again.
    void aQueueThatNeverEmptiesIsAConvoy() {
        const auto found = [](int n, Time hold) {
            constexpr Time handOver = 1_us;
            constexpr int rounds = 40;
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < n; ++i) {
                Teller& g = s.g(100 + i).existed().entry("main.client").runs(1_us);
                for (int round = 0; round < rounds; ++round) {
                    const Time turn = hold + handOver;
                    const Time wait = round == 0 ? (i + 1) * turn - 1_us : (n - 1) * turn;
                    g.waitsOn("sync", locking, wait)
                        .wokenBy(i > 0       ? 99 + i
                                 : round > 0 ? 99 + n
                                             : 1,
                                 {"sync.(*Mutex).Unlock", "main.(*cache).Get"})
                        .runs(hold);
                }
                g.ends();
            }
            return findingsOf(s, 10_s);
        };
        const Findings convoy = found(30, 500_us);
        const Finding* const f = firstOf(convoy, "D5");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Medium);
        QVERIFY(numberOf(*f, "median_queue") >= 28);
        QVERIFY(std::abs(numberOf(*f, "hold_ns") - 500_us) < 5_us);
        QCOMPARE(numberOf(*f, "hand_over_ns"), 1_us);
        QVERIFY(numberOf(*f, "oldest_first_percent") >= 99);
        QVERIFY(tierOf(found(4, 500_us), "D5") == std::nullopt);  // three in the queue
        QVERIFY(tierOf(found(12, 500_us), "D5") == std::nullopt); // eleven turns are no long wait
    }
    void aCrowdThatComesOnceIsAStorm() {
        Story s;
        s.g(1).existed().runs(10_s);
        for (int i = 0; i < 100; ++i)
            s.g(100 + i)
                .entry("main.request")
                .bornAt(1_s)
                .createdBy(1, {"main.handle"})
                .waitsOn("sync", locking, (i + 1) * 1_ms)
                .wokenBy(i == 0 ? 1 : 99 + i, {"sync.(*Mutex).Unlock", "main.(*cache).Get"})
                .runs(1_ms - 1_us)
                .ends();
        const Findings findings = findingsOf(s, 10_s);
        const Finding* const f = firstOf(findings, "D5");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Info);
        QVERIFY(f->claim.starts_with("A storm"));
    }
    void locksThatOnlyTheirWaitersUnlockedAreADeadlock() {
        Story story;
        story.g(1).existed().runs(10_s);
        story.g(2)
            .bornAt(1_s)
            .createdBy(1, {"main.a"})
            .runs(1_ms)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.ab"}, 0);
        story.g(3)
            .bornAt(1_s)
            .createdBy(1, {"main.b"})
            .runs(2_ms)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.ba"}, 0);
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const f = firstOf(findings, "D15");
        QVERIFY(f != nullptr && !f->under);
        QCOMPARE(f->goroutines, 2U);
        QCOMPARE(f->tier, Tier::High);
        for (const Finding& other : findings.all)
            QVERIFY(&other == f || other.under);
    }
    // Who woke waiters at both lines holds what both lock.
    void aDeadlockOfOneLockIsAMissingUnlock() {
        const auto pattern = [](bool same) {
            Story story;
            story.g(1).existed().runs(10_s);
            const StackText other{"sync.(*Mutex).Lock", "main.(*cache).Put"};
            for (const StackText& stack : {locking, other}) {
                const std::int64_t id = stack == other ? 50 : 60;
                story.g(id).entry("main.old").runs(20_ms).ends();
                story.g(id + 1)
                    .entry("main.old")
                    .runs(1_ms)
                    .waitsOn("sync", stack, 1_ms)
                    .wokenBy(same ? 60 : id, {"sync.(*Mutex).Unlock", same ? "main.unlock" : stack.back() + "Unlock"})
                    .runs(1_ms)
                    .ends();
            }
            for (int i = 0; i < 3; ++i) {
                story.g(100 + i).bornAt(1_s).createdBy(1, {"main.a"}).runs(1_ms).waitsOn("sync", locking, 0);
                story.g(200 + i).bornAt(1_s).createdBy(1, {"main.b"}).runs(1_ms).waitsOn("sync", other, 0);
            }
            const Findings findings = findingsOf(story, 10_s);
            const Finding* const f = firstOf(findings, "D15");
            return f == nullptr ? std::pair(std::string(), false)
                                : std::pair(std::string(patternOf(*f).pattern),
                                            f->claim.find("It is one lock") != std::string::npos);
        };
        QVERIFY(pattern(true) == std::pair(std::string("missing unlock"), true));
        QVERIFY(!pattern(false).second);
    }
    void locksThatHaveNothingToDoWithEachOtherAreTwoDeadlocks() {
        const auto deadlocks = [](Time second, bool unlocked) {
            Story story;
            story.g(1).existed().runs(10_s);
            const StackText other{"sync.(*Mutex).Lock", "main.(*store).Put"};
            if (unlocked) // by goroutines of either lock's own
                for (const StackText& stack : {locking, other}) {
                    const std::int64_t id = stack == other ? 50 : 60;
                    story.g(id).entry("main.old").runs(20_ms).ends();
                    story.g(id + 1)
                        .entry("main.old")
                        .runs(1_ms)
                        .waitsOn("sync", stack, 1_ms)
                        .wokenBy(id, {"sync.(*Mutex).Unlock", stack.back() + "Unlock"})
                        .runs(1_ms)
                        .ends();
                }
            for (int i = 0; i < 3; ++i) {
                story.g(100 + i).bornAt(1_s).createdBy(1, {"main.a"}).runs(1_ms).waitsOn("sync", locking, 0);
                story.g(200 + i).bornAt(second).createdBy(1, {"main.b"}).runs(1_ms).waitsOn("sync", other, 0);
            }
            const Findings findings = findingsOf(story, 10_s);
            return std::ranges::count_if(findings.all, [](const Finding& f) { return f.detector == "D15"; });
        };
        QCOMPARE(deadlocks(1_s, true), 2);  // each has unlockers of its own
        QCOMPARE(deadlocks(5_s, false), 2); // nothing tells them apart but four seconds
        QCOMPARE(deadlocks(1_s, false), 1); // as with locks taken in opposite orders
    }
    void aLockThatSomebodyOutsideUnlocksIsNoDeadlock() {
        Story story;
        story.g(1).existed().runs(10_s);
        story.g(9).entry("main.old").waitsOn("sync", locking, 1_ms).wokenBy(1).runs(1_ms).ends();
        story.g(2).bornAt(1_s).createdBy(1).waitsOn("sync", locking, 0);
        story.g(3).bornAt(1_s).createdBy(1).waitsOn("sync", locking, 0);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::High);
        QVERIFY(tierOf(findings, "D15") == std::nullopt);
    }
    // Each has been woken often, so each looks like a worker; but those that woke them wait in the same circle.
    void goroutinesThatOnlyEverWokeEachOtherAreADeadlock() {
        const auto story = [](int turns, bool helped, bool timed) {
            const StackText put{"sync.(*Cond).Wait", "main.put"};
            const StackText take{"sync.(*Cond).Wait", "main.take"};
            const std::string cond = "sync.(*Cond).Wait";
            Story s;
            s.g(1).existed().runs(10_s);
            for (std::int64_t g = 2; g < 6; ++g) {
                const bool puts = g % 2 == 0;
                Teller& one = s.g(g).entry(puts ? "main.producer" : "main.consumer").bornAt(1_ms).createdBy(1);
                for (int i = 0; i < turns; ++i) {
                    one.waitsOn(cond, puts ? put : take, 2_ms);
                    (timed && i == 3 ? one.wokenByRuntime() : one.wokenBy(helped && i == 5 ? 1 : 7 - g)).runs(1_ms);
                }
                one.waitsOn(cond, puts ? put : take, 0);
            }
            return findingsOf(s, 10_s);
        };
        const Findings circle = story(20, false, false);
        const Finding* const f = firstOf(circle, "D15");
        QVERIFY(f != nullptr && f->tier == Tier::Medium);
        QCOMPARE(f->goroutines, std::uint64_t{4});
        QVERIFY(f->claim.find("main.put") != std::string::npos && f->claim.find("main.take") != std::string::npos);
        QVERIFY(circle.worst() == Tier::Medium);
        QVERIFY(tierOf(story(20, true, false), "D15") == std::nullopt); // somebody outside woke one, and may again
        QVERIFY(tierOf(story(20, false, true), "D15") == std::nullopt); // so may whatever woke one unseen
        QVERIFY(tierOf(story(4, false, false), "D15") == std::nullopt); // eight waits do not say who wakes
    }
};

QTEST_APPLESS_MAIN(LocksTest)
#include "tst_findings_locks.moc"
