// SPDX-License-Identifier: GPL-3.0-or-later
// Which open waits count as never woken, and at which tier? (D1)
#include "model/findings/threshold.h"
#include "model/findings/why_healthy.h"
#include "tests/support/findings_story.h"

#include <QTest>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class NeverWokenTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theThresholdIsATwentiethOfTheTraceWithinLimits() {
        QCOMPARE(defaultThreshold(1_s), 100_ms);
        QCOMPARE(defaultThreshold(10_s), 500_ms);
        QCOMPARE(defaultThreshold(1000_s), 10_s);
    }
    void receiversThatCameOneAfterAnotherAreALeak() {
        Story story;
        leak(story, 10_s, 500_ms, "chan receive", receive);
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const f = firstOf(findings, "D1");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::High);
        QVERIFY(f->primitive == Primitive::ChanReceive);
        QCOMPARE(f->goroutines, 19U);
        QCOMPARE(f->oldest, 9_s + 499_ms + 990_us);
        QCOMPARE(f->since, 500_ms + 10_us);
        QVERIFY(f->claim.find("19 goroutines") != std::string::npos);
    }
    // An iterator that is pulled from (iter.Pull) is switched to for each value; its waits have neither reason nor
    // stack.
    void iteratorsThatAreNotStoppedAreALeak() {
        const auto found = [](Time last, bool asks = false) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int i = 0; i < 10; ++i) {
                Teller& body = story.g(100 + i)
                                   .bornAt(i * 900_ms)
                                   .entry(asks ? "main.ask" : "runtime.corostart")
                                   .createdBy(1, {"iter.Pull[...]", "main.firstTwo", "main.handle"});
                body.runs(1_ms).waitsOn("", {}, 100_ms).wokenBy(1).runs(1_ms).waitsOn("", {}, last);
                if (last > 0)
                    body.wokenBy(1).runs(1_ms).ends();
            }
            return findingsOf(story, 10_s);
        };
        const Findings leak = found(0);
        const Finding* const f = firstOf(leak, "D1");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::High);
        QCOMPARE(f->goroutines, 10U);
        QVERIFY(f->claim.find("main.firstTwo") != std::string::npos);
        QVERIFY(tierOf(found(200_ms), "D1") == std::nullopt);  // stopped
        QVERIFY(tierOf(found(0, true), "D1") == std::nullopt); // who asks an iterator waits for what it does
    }
    // A program that starts what it keeps looks the same in a trace of its begin.
    void receiversThatCallsStillRunningStartedAreToBeCheckedInAShortTrace() {
        const auto tier = [](Time duration, bool returned) {
            Story story;
            Teller& handler = story.g(1).existed().runs(duration - 10_ms);
            if (returned)
                handler.waitsOn("chan receive", {"runtime.chanrecv1", "main.next"}, 0);
            for (int i = 0; i < 15; ++i)
                story.g(100 + i)
                    .bornAt((i + 1) * 100_ms)
                    .createdBy(1, {"main.handle"})
                    .runs(10_us)
                    .waitsOn("chan receive", receive, 0);
            return tierOf(findingsOf(story, duration), "D1");
        };
        QVERIFY(tier(1900_ms, false) == Tier::Medium);
        QVERIFY(tier(1900_ms, true) == Tier::High);
        QVERIFY(tier(2_s, false) == Tier::High);
    }
    void receiversThatStartedTogetherMayBeAPool() {
        Story few;
        few.g(1).existed().runs(10_s);
        pool(few, 60, "chan receive", receive);
        QVERIFY(tierOf(findingsOf(few, 10_s), "D1") == Tier::Low);
        Story many;
        many.g(1).existed().runs(10_s);
        pool(many, 120, "chan receive", receive);
        QVERIFY(tierOf(findingsOf(many, 10_s), "D1") == Tier::Medium);
    }
    // A program starts what it keeps within a while, and then no more of it.
    void receiversOfWhichNoMoreCameAreKept() {
        enum Starter { GoesOn, HasReturned, HasReturnedFromALibrary };
        const auto tier = [](Time apart, int n, int served, Starter starter = GoesOn) {
            Story s;
            s.g(1).existed().runs(8_s);
            if (starter == GoesOn)
                s.g(1).waitsOn("sync", {"sync.(*WaitGroup).Wait", "main.start", "main.main"}, 2_s);
            else if (starter == HasReturned)
                s.g(1).waitsOn("select", {"runtime.selectgo", "main.serve", "main.main"}, 2_s);
            else
                s.g(1).waitsOn("sync", {"sync.(*WaitGroup).Wait", "main.start", "main.main"}, 2_s);
            const StackText creation = starter == HasReturnedFromALibrary
                                           ? StackText{"sync.(*WaitGroup).Go", "main.start", "main.main"}
                                           : StackText{"main.start", "main.main"};
            for (int i = 0; i < n; ++i) {
                Teller& g = s.g(100 + i).entry("main.subscriber").bornAt(i * apart).createdBy(1, creation);
                if (i < served)
                    g.waitsOn("chan receive", receive, 5_s).wokenBy(1).runs(10_us);
                g.waitsOn("chan receive", receive, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D1");
        };
        QVERIFY(tier(250_ms, 12, 0) == Tier::Low);  // within 2.75 s, and none for 7.25 s
        QVERIFY(tier(480_ms, 12, 0) == Tier::Low);  // within 5.28 s, and none for as long as nine of them took
        QVERIFY(tier(550_ms, 12, 0) == Tier::High); // within 6.05 s, and none for as long as seven of them took
        QVERIFY(tier(25_ms, 90, 0) == Tier::Low);
        QVERIFY(tier(20_ms, 120, 0) == Tier::Medium); // so many are seldom meant
        QVERIFY(tier(25_ms, 90, 0, HasReturnedFromALibrary) == Tier::Low);
        QVERIFY(tier(250_ms, 12, 0, HasReturned) == Tier::Medium); // calls that left something behind
        QVERIFY(tier(100_ms, 25, 0, HasReturned) == Tier::Medium);
        QVERIFY(tier(100_ms, 25, 1, HasReturned) == Tier::Low);    // one is served at this line
        QVERIFY(tier(250_ms, 30, 0, HasReturned) == Tier::Medium); // none for as long as eleven of them took
        QVERIFY(tier(280_ms, 30, 0, HasReturned) == Tier::High);   // none for as long as seven of them took
    }
    // Whoever is asked for is served at the same line as those that nobody asks for.
    void whereAQuarterIsInUseTheOthersAreToBeChecked() {
        const auto tier = [](int inUse) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 40; ++i) {
                Teller& g = s.g(100 + i).entry("main.actor").bornAt(i * 240_ms).createdBy(1, {"main.start"});
                if (i % 4 < inUse)
                    for (int letter = 0; letter < 5; ++letter)
                        g.waitsOn("chan receive", receive, 1_ms).wokenBy(1).runs(10_us);
                g.waitsOn("chan receive", receive, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D1");
        };
        QVERIFY(tier(0) == Tier::High);
        QVERIFY(tier(1) == Tier::Medium);
    }
    void ofWhoWasThereBeforeTheTraceItCountsWhetherOthersAreServed() {
        const auto tier = [](const std::string& function, int served) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 150 + served; ++i) {
                Teller& g = s.g(100 + i).existed();
                const StackText waiting{"runtime.selectgo", function};
                if (i < served)
                    for (int letter = 0; letter < 5; ++letter)
                        g.waitsOn("select", waiting, 1_s).wokenBy(1).runs(10_us);
                g.waitsOn("select", waiting, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D1");
        };
        QVERIFY(tier("main.subscriber", 0) == Tier::Medium);
        QVERIFY(tier("main.subscriber", 30) == Tier::Medium);
        QVERIFY(tier("main.subscriber", 40) == Tier::Low);
        QVERIFY(tier("module.example/lib.keepalive", 0) == Tier::Low); // a library's, and no more of them come
    }
    // Each was started by a goroutine of its own.
    void whoBelongsToAGoroutineInItsCallIsAsHealthyAsThatOne() {
        const auto tier = [](bool stays) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 90; ++i) {
                const Time birth = i * 110_ms;
                Teller& owner =
                    s.g(100 + i).entry("main.session").bornAt(birth).createdBy(1, {"main.serve"}).runs(2_ms);
                if (stays)
                    owner.waitsOn("sleep", {"time.Sleep", "main.session"}, 0);
                else
                    owner.ends();
                s.g(500 + i)
                    .entry("main.watch")
                    .bornAt(birth + 1_ms)
                    .createdBy(100 + i, {"main.session"})
                    .waitsOn("chan receive", receive, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D1");
        };
        QVERIFY(tier(true) == Tier::Low);
        QVERIFY(tier(false) == Tier::High);
    }
    void receiversOfABurstWhoseOthersEndedAreLeftBehind() {
        const StackText elsewhere{"runtime.chanrecv1", "main.answer"};
        const auto burst = [](int stuck, const std::string& entry = "main.worker", const StackText& ended = receive) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int i = 0; i < stuck; ++i)
                story.g(100 + i)
                    .entry(entry)
                    .bornAt(1_ms)
                    .createdBy(1, {"main.start"})
                    .runs(10_us)
                    .waitsOn("chan receive", receive, 0);
            for (int i = 0; i < 40; ++i)
                story.g(500 + i)
                    .entry(entry)
                    .bornAt(1_ms)
                    .createdBy(1, {"main.start"})
                    .runs(10_us)
                    .waitsOn("chan receive", ended, 2_ms)
                    .wokenBy(1)
                    .runs(10_us)
                    .ends();
            return tierOf(findingsOf(story, 10_s), "D1");
        };
        QVERIFY(burst(3) == Tier::Medium);
        QVERIFY(burst(1) == Tier::Low); // one may be meant to stay
        QVERIFY(burst(6) == Tier::Low); // and so may be a part of a pool
        QVERIFY(burst(3, "main.worker", elsewhere) == Tier::Medium);
        // A library handles short questions and long ones in goroutines that it starts at one line.
        QVERIFY(burst(3, "net/http.(*conn).serve", elsewhere) == Tier::Low);
        QVERIFY(burst(3, "net/http.(*conn).serve") == Tier::Medium);
    }
    void aReceiverIsLeftAloneWhereNothingGoesOn() {
        const auto tier = [](const auto& tell, const StackText& at = receive) {
            Story story;
            story.g(1).existed().entry("main.main").runs(1_ms).waitsOn("sleep", {"time.Sleep", "main.main"}, 4_s);
            story.g(1).runs(1_ms);
            story.g(2).entry("main.serve").bornAt(100_ms).createdBy(1).runs(10_ms);
            story.g(3).entry("main.work").bornAt(105_ms).createdBy(2, {"main.serve"}).runs(1_ms);
            story.g(3).waitsOn("chan receive", at, 0);
            tell(story);
            return tierOf(findingsOf(story, 4_s + 3_ms), "D1");
        };
        const auto served = [](Story& s) { s.g(2).ends(); };
        QVERIFY(tier(served) == Tier::Medium);
        // In a library that was asked for something the program's own line is missing.
        QVERIFY(tier(served, {"runtime.chanrecv1", "module.example/pool.(*Pool).keep"}) == Tier::Low);
        // Whoever started it may still wake it.
        QVERIFY(tier([](Story& s) { s.g(2).waitsOn("select", selecting, 0); }) == Tier::Low);
        const auto beside = [&](const auto& tellOfAnother) {
            return tier([&](Story& s) {
                s.g(2).ends();
                tellOfAnother(s.g(4).entry("main.other").bornAt(50_ms).createdBy(1).runs(1_ms));
            });
        };
        QVERIFY(beside([](Teller& t) { t.waitsOn("chan receive", receive, 0); }) == Tier::Medium);
        QVERIFY(beside([](Teller& t) { t.ends(); }) == Tier::Medium);
        // So may what a peer, a time or a system call wakes, and what goes on.
        QVERIFY(beside([](Teller& t) {
                    t.waitsOn("network", {"internal/poll.runtime_pollWait", "main.accept"}, 0);
                }) == Tier::Low);
        QVERIFY(beside([](Teller& t) { t.waitsOn("sleep", {"time.Sleep", "main.poll"}, 0); }) == Tier::Low);
        QVERIFY(beside([](Teller& t) { t.inSyscall({"syscall.read", "main.read"}, 0); }) == Tier::Low);
        QVERIFY(beside([](Teller& t) { t.runs(3_s + 800_ms, 1).ends(); }) == Tier::Low);
        QVERIFY(beside([](Teller& t) {
                    t.waitsOn("select", selecting, 3_s).runs(1_ms).waitsOn("select", selecting, 0);
                }) == Tier::Low);
        QVERIFY(tier([](Story& s) {
                    s.g(2).ends();
                    s.g(1).waitsOn("chan receive", receive, 0);
                }) == Tier::Medium);
    }
    void aReceiverThatWasServedBeforeWaitsForWork() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 8; ++i)
            story.g(100 + i)
                .entry("main.worker")
                .bornAt(i * 1_s)
                .createdBy(1, {"main.start"})
                .waitsOn("chan receive", receive, 1_ms)
                .wokenBy(1)
                .runs(10_us)
                .waitsOn("chan receive", receive, 0);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
        const Trace& trace = findings.judgement->evidence.trace();
        QVERIFY(whyText(findings, trace.findGoroutine(100)).find("finished 1 wait at this line before") !=
                std::string::npos);
    }
    void aWaitNoLongerThanThoseThatEndedIsUsual() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 6; ++i)
            story.g(50 + i).entry("main.other").waitsOn("chan receive", receive, 3_s).wokenBy(1).runs(1_ms).ends();
        for (int i = 0; i < 8; ++i)
            story.g(100 + i).bornAt(6_s + i * 100_ms).createdBy(1).waitsOn("chan receive", receive, 0);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
        QVERIFY(whyText(findings, findings.judgement->evidence.trace().findGoroutine(100))
                    .find("99 of 100 of the 6 waits") != std::string::npos);
    }
    void aWaitYoungerThanTheThresholdIsNotStuck() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 30; ++i)
            story.g(100 + i).bornAt(9_s + 600_ms).createdBy(1).waitsOn("chan send", sending, 0);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
        Story again;
        again.g(1).existed().runs(10_s);
        for (int i = 0; i < 30; ++i)
            again.g(100 + i).bornAt(9_s + 600_ms).createdBy(1).waitsOn("chan send", sending, 0);
        QVERIFY(tierOf(findingsOf(again, 10_s, {.threshold = 200_ms}), "D1").has_value());
    }
    void oneLockThatIsNeverGivenBackIsEnough() {
        Story story;
        story.g(1).existed().runs(10_s);
        story.g(2).bornAt(1_s).createdBy(1).runs(1_ms).waitsOn("sync", locking, 0);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::High);
        QVERIFY(tierOf(findings, "D15") == std::nullopt); // one alone is no set
    }
    void aLockBehindOnceIsNotOne() {
        Story story;
        story.g(1).existed().runs(10_s);
        story.g(2).bornAt(1_s).createdBy(1).waitsOn(
            "sync", {"sync.(*Mutex).Lock", "sync.(*Once).doSlow", "sync.(*Once).Do", "main.get"}, 0);
        QVERIFY(tierOf(findingsOf(story, 10_s), "D1") == Tier::Low);
    }
    void aProgramMayKeepAFewGoroutinesForEver() {
        const auto tier = [](Time apart, bool left, const StackText& stack) {
            Story story;
            Teller& creator = story.g(2).existed().entry("main.run").runs(5_s);
            if (left)
                creator.ends();
            for (int i = 0; i < 15; ++i)
                story.g(100 + i)
                    .entry("main.keep")
                    .bornAt(1_ms + i * apart)
                    .createdBy(2, {"main.run"})
                    .runs(10_us)
                    .waitsOn("forever", stack, 0);
            return tierOf(findingsOf(story, 10_s), "D1");
        };
        const StackText block{"runtime.block", "main.keep"};
        QVERIFY(tier(1_us, false, block) == Tier::Low);
        QVERIFY(tier(1_us, true, block) == Tier::Medium);
        QVERIFY(tier(300_ms, false, block) == Tier::High);
        QVERIFY(tier(1_us, false, receive) == Tier::Medium); // a nil channel is never meant
    }
    void nothingWakesANilChannel() {
        Story story;
        leak(story, 10_s, 1_s, "forever", receive);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(firstOf(findings, "D1")->primitive == Primitive::NilChan);
        QVERIFY(tierOf(findings, "D1") == Tier::High);
    }
    void aShortTraceLowersTheTier() {
        Story story;
        leak(story, 400_ms, 20_ms, "chan receive", receive);
        QVERIFY(tierOf(findingsOf(story, 400_ms), "D1") == Tier::Medium);
    }
    void mainIsNeverJudged() {
        Story story;
        story.g(1).existed().entry("main.main").waitsOn("sync", locking, 0);
        story.g(2).existed().runs(10_s);
        QVERIFY(findingsOf(story, 10_s).all.empty());
    }
    void idsSideBySideSayThatGoroutinesCameTogetherBeforeTheTrace() {
        const auto claim = [](int step) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int i = 0; i < 60; ++i)
                story.g(100 + i * step).existed().entry("main.get").waitsOn("", locking, 0);
            return firstOf(findingsOf(story, 10_s), "D1")->claim;
        };
        QVERIFY(claim(1).find("probably created together") != std::string::npos);
        QVERIFY(claim(2).find("probably created together") == std::string::npos);
    }
};

QTEST_APPLESS_MAIN(NeverWokenTest)
#include "tst_findings_never_woken.moc"
