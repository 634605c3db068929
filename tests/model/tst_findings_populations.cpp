// SPDX-License-Identifier: GPL-3.0-or-later
// How many goroutines are there? Bursts (D2), tickers (D9), growth and steady load (D10), loops that outlive their
// callers (D16).
#include "model/findings/growth.h"
#include "model/findings/pattern.h"
#include "tests/support/findings_story.h"

#include <QTest>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class PopulationsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aBurstIsAFactAndNotAFault() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 200; ++i)
            story.g(100 + i).bornAt(3_s + i * 20_us).createdBy(1, {"main.handle"}).runs(1_ms).ends();
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const f = firstOf(findings, "D2");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Info);
        QCOMPARE(f->goroutines, 200U);
        QCOMPARE(numberOf(*f, "survivors"), 0);
    }
    void burstsThatLeftNothingBehindAreOneRemarkForTheirLine() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int caller = 0; caller < 3; ++caller)
            for (int i = 0; i < 100 + caller; ++i)
                story.g(1000 * (caller + 1) + i)
                    .bornAt(caller * 3_s + i * 20_us)
                    .createdBy(1, {"main.serve", "main.caller" + std::to_string(caller)})
                    .runs(1_ms)
                    .ends();
        for (int i = 0; i < 100; ++i)
            story.g(5000 + i).bornAt(5_s + i * 20_us).createdBy(1, {"main.other"}).runs(1_ms).ends();
        const Findings findings = findingsOf(story, 10_s);
        QCOMPARE(findings.all.size(), std::size_t{4});
        QCOMPARE(std::ranges::count_if(findings.all, [](const Finding& f) { return !f.under; }), 2);
        for (const Finding& f : findings.all)
            if (f.under)
                QCOMPARE(findings.all[*f.under].goroutines, 102U);
    }
    void aBurstNamesWhoCreatedIt() {
        const auto claim = [](int parents, bool inTask) {
            Story story;
            story.g(1).existed().runs(10_s);
            for (int p = 0; p < parents; ++p) {
                Teller& parent = story.g(10 + p).entry("main.handle").createdBy(1).runs(1_s);
                if (inTask)
                    parent.beginsTask(7, "import");
                parent.runs(9_s);
            }
            for (int i = 0; i < 200; ++i)
                story.g(100 + i).bornAt(3_s + i * 20_us).createdBy(10 + i % parents, {"main.handle"}).runs(1_ms).ends();
            return firstOf(findingsOf(story, 10_s), "D2")->claim;
        };
        QVERIFY(claim(1, false).find(" by goroutine 10 (main.handle); ") != std::string::npos);
        QVERIFY(claim(4, false).find(" by 4 goroutines; ") != std::string::npos);
        QVERIFY(claim(1, true).find(" in the task “import”; ") != std::string::npos);
    }
    void aSteadyStreamIsNoBurst() {
        Story story;
        story.g(1).existed().runs(10_s);
        std::int64_t id = 100;
        for (Time t = 0; t < 10_s - 2_ms; t += 500_us)
            story.g(id++).bornAt(t).createdBy(1, {"main.handle"}).runs(10_us).ends();
        QVERIFY(tierOf(findingsOf(story, 10_s), "D2") == std::nullopt);
    }
    void goroutinesFromBeforeTheTraceAreNoBurst() {
        Story story;
        for (int i = 1; i < 200; ++i)
            story.g(i).existed().waitsOn("", {}, 1_s).runs(1_ms).ends();
        story.g(999).existed().runs(10_s);
        QVERIFY(tierOf(findingsOf(story, 10_s), "D2") == std::nullopt);
    }
    void twiceTheLeakIsTwiceTheSlope() {
        const auto slope = [](Time every) {
            Story story;
            leak(story, 10_s, every, "chan receive", receive);
            const Findings findings = findingsOf(story, 10_s);
            const Finding* const f = firstOf(findings, "D10");
            return f != nullptr ? numberOf(*f, "growth_per_second") : -1;
        };
        QCOMPARE(slope(20_ms), 50);
        QCOMPARE(slope(10_ms), 100);
    }
    void growthThatStoppedSaysLess() {
        const auto tier = [](Time until, bool served) {
            Story s;
            s.g(1).existed().runs(10_s);
            std::int64_t id = 100;
            for (Time t = 0; t < until; t += 50_ms) {
                Teller& g = s.g(id++).entry("main.serve").bornAt(t).createdBy(1, {"main.handle"});
                if (served)
                    g.waitsOn("chan receive", receive, 10_ms).wokenBy(1).runs(10_us);
                g.waitsOn("chan receive", receive, 0);
            }
            const Findings findings = findingsOf(s, 10_s);
            return std::pair(tierOf(findings, "D10"), tierOf(findings, "D1"));
        };
        QVERIFY(tier(10_s, false).first == Tier::High);
        QVERIFY(tier(10_s, true).first == Tier::High);
        QVERIFY(tier(8_s, false).first == Tier::Low); // who looks at each of them says more
        QVERIFY(tier(8_s, false).second == Tier::Medium);
        QVERIFY(tier(8_s, true).first == Tier::Low); // sessions, of which no more came
    }
    void whereAsManyEndAsComeTheNumberHasSettled() {
        Story s;
        s.g(1).existed().runs(10_s);
        std::int64_t id = 100;
        for (Time t = 0; t < 10_s - 1_ms; t += 20_ms) { // each for 7 s: for most of the trace the number rises
            Teller& g = s.g(id++).entry("main.serve").bornAt(t).createdBy(1, {"main.handle"});
            if (t + 7_s < 10_s)
                g.waitsOn("select", selecting, 7_s).wokenBy(1).runs(10_us).ends();
            else
                g.waitsOn("select", selecting, 0);
        }
        const auto tier = tierOf(findingsOf(s, 10_s), "D10");
        QVERIFY(!tier || *tier <= Tier::Low);
    }
    void thoseThatAreHandedWorkMayGrowInNumber() {
        const auto tier = [](int servings, int leaves = 1'000, Time every = 100_ms) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; (i + 5) * every < 10_s; ++i) {
                const Time birth = i * every;
                Teller& g = s.g(100 + i).entry("main.session").bornAt(birth).createdBy(1, {"main.handle"});
                for (int k = 0; k < servings && birth + (k + 1) * 701_ms < 10_s; ++k)
                    g.waitsOn("chan receive", receive, 700_ms).wokenBy(1).runs(10_us);
                if (i % leaves == leaves - 1 && birth < 5_s)
                    g.ends();
                else
                    g.waitsOn("chan receive", receive, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D10");
        };
        QVERIFY(tier(100, 3) == Tier::Low);
        QVERIFY(tier(100, 1'000, 300_ms) == Tier::Low);
        // Nobody leaves, and more come to the end as before: subscribers that nobody closes have each message too.
        QVERIFY(tier(100) == Tier::Medium);
        QVERIFY(tier(1) == Tier::High); // all of them were served once, long ago
    }
    // A pool fills up, and peers come as they like; whoever dials again and again and never hangs up is to be checked.
    void connectionsThatTheProgramOpensAndNeverClosesAreToBeChecked() {
        const auto tier = [](Time every, bool accepted, bool oneEnds, Time last = 10_s, int answers = 0) {
            const StackText reading{"internal/poll.(*FD).Read", "net.(*conn).Read", "main.hear"};
            Story s;
            Teller& opener = s.g(1).existed().entry("main.open");
            if (accepted)
                opener.waitsOn("network", {"internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.open"}, 0);
            else
                opener.runs(10_s);
            std::int64_t id = 100;
            for (Time t = every; t < last - 1_ms; t += every) {
                Teller& g = s.g(id++).entry("main.hear").bornAt(t).createdBy(1, {"main.open"}).runs(10_us);
                for (int i = 0; i < answers; ++i) // over all of its life, or right away
                    g.waitsOn("network", reading, answers > 5 ? (last - t) / (answers + 1) : 1_ms)
                        .wokenByRuntime()
                        .runs(1_us);
                if (oneEnds && id == 150)
                    g.waitsOn("network", reading, 1_s).wokenByRuntime().runs(1_us).ends();
                else
                    g.waitsOn("network", reading, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D10");
        };
        QVERIFY(tier(100_ms, false, false) == Tier::Medium);
        QVERIFY(tier(100_ms, false, false, 9_s + 500_ms) == Tier::Medium);
        QVERIFY(tier(100_ms, false, false, 8_s + 800_ms) == std::nullopt); // the last of its peers was called
        QVERIFY(tier(100_ms, true, false) == std::nullopt);
        QVERIFY(tier(100_ms, false, true) == std::nullopt);
        QVERIFY(tier(300_ms, false, false) == std::nullopt);          // 33 may be a pool
        QVERIFY(tier(100_ms, false, false, 10_s, 3) == Tier::Medium); // they shook hands
        QVERIFY(tier(100_ms, false, false, 10_s, 8) == std::nullopt); // they are in use
    }
    void whatGrowsIsSaidToWaitWhereMostOfThemDo() {
        Story s;
        s.g(1).existed().runs(10_s);
        for (int i = 0; i < 95; ++i) {
            Teller& g = s.g(100 + i).entry("main.serve").bornAt(i * 100_ms).createdBy(1, {"main.accept"}).runs(1_ms);
            if (i < 5)
                g.waitsOn("select", {"runtime.selectgo", "main.idle"}, 0);
            else
                g.waitsOn("chan receive", {"runtime.chanrecv1", "main.handle"}, 0);
        }
        const Findings findings = findingsOf(s, 10_s);
        const Finding* const f = firstOf(findings, "D10");
        QVERIFY(f != nullptr && f->primitive == Primitive::ChanReceive);
        const Trace& trace = findings.judgement->evidence.trace();
        QVERIFY(trace.text(trace.frame(f->site).function) == "main.handle");
    }
    void steadyLoadIsExplainedByLittlesLaw() {
        Story story;
        story.g(1).existed().runs(10_s);
        std::int64_t id = 100;
        for (Time t = 0; t < 10_s; t += 10_ms) {
            Teller& g = story.g(id++).entry("main.serve").bornAt(t).createdBy(1, {"main.handle"});
            if (t + 500_ms < 10_s)
                g.waitsOn("select", selecting, 500_ms).wokenBy(1).runs(10_us).ends();
            else
                g.waitsOn("select", selecting, 0);
        }
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const f = firstOf(findings, "D10");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Info);
        QVERIFY(f->claim.find("steady load") != std::string::npos);
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
    }
    void aTrendIsAMedianOfSlopes() {
        std::vector<double> rising;
        for (int i = 0; i < 48; ++i)
            rising.push_back(3 * i + (i == 20 ? 1000 : 0));
        const Trend trend = trendOf(rising);
        QCOMPARE(trend.slope, 3.0);
        QVERIFY(trend.z > 3);
        QVERIFY(trend.lowest <= 3 && trend.highest >= 3);
        const std::vector<double> flat(48, 7);
        QCOMPARE(trendOf(flat).z, 0.0);
        QCOMPARE(trendOf(flat).slope, 0.0);
    }
    void tickersThatGrowAreATimerLeakAndConstantOnesAreNot() {
        const auto story = [](bool grow) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 40; ++i) {
                const Time birth = grow ? i * 240_ms : 1_ms;
                Teller& g = s.g(100 + i).entry("main.tick").bornAt(birth).createdBy(1, {"main.handle"});
                for (Time t = birth; t + 51_ms < 10_s; t += 50_ms + 11_us)
                    g.waitsOn("chan receive", receive, 50_ms).wokenByRuntime().runs(10_us);
                g.waitsOn("chan receive", receive, 0);
            }
            return findingsOf(s, 10_s);
        };
        const Findings growing = story(true);
        QVERIFY(tierOf(growing, "D9") == Tier::Medium);
        // What stands above it is explained by it.
        const Finding* const timers = firstOf(growing, "D9");
        QVERIFY(timers->under);
        QVERIFY(patternOf(growing.all[*timers->under]).pattern == patternOf(*timers).pattern);
        QVERIFY(std::ranges::none_of(growing.all, [](const Finding& f) { return f.detector == "D1"; }));
        const Findings constant = story(false);
        QVERIFY(tierOf(constant, "D9") == std::nullopt);
        QVERIFY(!constant.worst() || *constant.worst() < Tier::Medium);
    }
    // A timer's callback runs in a goroutine that nobody created.
    void callbacksOfTimersAreAFactUnlessTheirRateRises() {
        const auto found = [](Time gap, bool rises, const std::string& function) {
            Story s;
            s.g(1).existed().runs(10_s);
            std::int64_t id = 100;
            for (Time t = 100_ms; t < 10_s; t += rises ? std::max<Time>(4_ms, gap - gap * t / 11_s) : gap)
                s.g(id++).entry(function).bornAt(t).runs(10_us).ends();
            return findingsOf(s, 10_s);
        };
        const Findings steady = found(20_ms, false, "main.fire");
        const Finding* const f = firstOf(steady, "D9");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Info);
        QCOMPARE(numberOf(*f, "callbacks_per_second"), 49);
        QVERIFY(tierOf(found(20_ms, true, "main.fire"), "D9") == Tier::Medium);
        QVERIFY(tierOf(found(200_ms, false, "main.fire"), "D9") == std::nullopt);
        QVERIFY(tierOf(found(20_ms, false, "context.(*timerCtx).fire"), "D9") == std::nullopt);
    }
    // Most requests end soon; a few of their loops stay and do nothing but wake.
    void loopsThatOutliveTheirLikeAreGhosts() {
        const auto tier = [](int stay, bool useful) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 60; ++i) {
                const Time birth = i * 100_ms;
                Teller& g = s.g(100 + i).entry("main.retry").bornAt(birth).createdBy(1, {"main.handle"}).runs(10_us);
                const bool stays = i % 10 == 0 && i / 10 < stay;
                for (Time t = birth; t + 400_ms < (stays ? 10_s : birth + 700_ms); t += 300_ms + 11_us)
                    g.waitsOn("select", selecting, 300_ms).wokenByRuntime().runs(10_us);
                if (stays)
                    g.waitsOn("select", selecting, 0);
                else
                    g.ends();
                if (stays && useful) // somebody waits for it now and then
                    s.g(300 + i)
                        .entry("main.other")
                        .bornAt(birth)
                        .createdBy(1)
                        .waitsOn("chan receive", receive, 9_s + 500_ms - birth)
                        .wokenBy(100 + i)
                        .runs(1_us)
                        .ends();
            }
            return tierOf(findingsOf(s, 10_s), "D16");
        };
        QVERIFY(tier(6, false) == Tier::Medium);
        QVERIFY(tier(4, false) == std::nullopt);
        QVERIFY(tier(6, true) == std::nullopt);
    }
    void aShortTraceOfThoseThatHaveNotEndedSaysLittle() {
        const auto tier = [](Time duration, Time life, Time every = 3_ms) {
            Story s;
            s.g(1).existed().runs(duration);
            std::int64_t id = 100;
            for (Time t = 0; t < duration - 1_ms; t += every) {
                Teller& g = s.g(id++).entry("main.delayed").bornAt(t).createdBy(1, {"main.handle"});
                g.waitsOn("sleep", {"time.Sleep", "main.delayed"}, 0);
            }
            for (Time t = 0; life > 0 && t < duration / 2; t += 30_ms) // some of the same kind have ended
                s.g(id++)
                    .entry("main.delayed")
                    .bornAt(t)
                    .createdBy(1, {"main.handle"})
                    .waitsOn("sleep", {"time.Sleep", "main.delayed"}, life)
                    .runs(1_us)
                    .ends();
            return tierOf(findingsOf(s, duration), "D10");
        };
        QVERIFY(tier(400_ms, 0) == Tier::Low);
        QVERIFY(tier(400_ms, 5_ms) == Tier::Medium);
        QVERIFY(tier(4_s, 0) == Tier::High);
        QVERIFY(tier(3900_ms, 0, 60_ms) == Tier::Medium); // a few, none ended yet: it may be the begin of any load
        QVERIFY(tier(3900_ms, 0, 3_ms) == Tier::High);    // so many
        QVERIFY(tier(4_s, 0, 60_ms) == Tier::High);
    }
    void loopsThatAPeerAnswersAreNoGhosts() {
        const auto tier = [](bool answered) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 12; ++i) {
                Teller& g = s.g(100 + i).entry("main.client").bornAt(i * 500_ms).createdBy(1, {"main.open"});
                for (Time t = i * 500_ms; t + 60_ms < 10_s; t += 51_ms + 20_us) {
                    g.waitsOn("sleep", {"time.Sleep", "main.client"}, 50_ms).wokenByRuntime().runs(10_us);
                    if (answered)
                        g.waitsOn("network", {"internal/poll.(*FD).Read", "net.(*conn).Read", "main.client"}, 1_ms)
                            .wokenByRuntime()
                            .runs(10_us);
                }
                g.waitsOn("sleep", {"time.Sleep", "main.client"}, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D16");
        };
        QVERIFY(tier(false) == Tier::Medium);
        QVERIFY(tier(true) == std::nullopt);
    }
    void whoTickedAndIsStuckNowKeepsWakingNoMore() {
        const auto tier = [](Time until) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 12; ++i) {
                Teller& g = s.g(100 + i).entry("main.retry").bornAt(i * 500_ms).createdBy(1, {"main.open"});
                for (Time t = i * 500_ms; t + 60_ms < until; t += 50_ms + 10_us)
                    g.waitsOn("sleep", {"time.Sleep", "main.retry"}, 50_ms).wokenByRuntime().runs(10_us);
                if (until < 10_s)
                    g.waitsOn("chan send", {"runtime.chansend1", "main.retry"}, 0);
                else
                    g.waitsOn("sleep", {"time.Sleep", "main.retry"}, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D16");
        };
        QVERIFY(tier(10_s) == Tier::Medium);
        QVERIFY(tier(9_s) == std::nullopt);
    }
    // Clients come to a proxy as they like, and for each it dials once.
    void whoDialsForEachPeerIsOpenedByPeersToo() {
        const auto tier = [](bool stays) {
            Story s;
            s.g(1)
                .existed()
                .entry("main.accept")
                .waitsOn("network", {"internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.accept"}, 0);
            for (int i = 0; i < 99; ++i) {
                Teller& relay =
                    s.g(100 + i).entry("main.relay").bornAt(i * 100_ms + 1_ms).createdBy(1, {"main.accept"}).runs(2_ms);
                if (stays)
                    relay.waitsOn("sync", {"sync.(*WaitGroup).Wait", "main.relay"}, 0);
                else
                    relay.ends();
                s.g(300 + i)
                    .entry("main.copy")
                    .bornAt(i * 100_ms + 2_ms)
                    .createdBy(100 + i, {"main.relay"})
                    .waitsOn("network", {"internal/poll.(*FD).Read", "net.(*conn).Read", "main.copy"}, 0);
            }
            return findingsOf(s, 10_s).worst().value_or(Tier::Info);
        };
        QVERIFY(tier(true) <= Tier::Low);
        QVERIFY(tier(false) == Tier::Medium); // what it dialled stays when its own work is done
    }
    void loopsThatEndAfterAWhileAreNoGhosts() {
        const auto tier = [](Time life) {
            Story s;
            s.g(1).existed().runs(1_s);
            for (int i = 0; i < 90; ++i) {
                const Time birth = i * 10_ms;
                Teller& g = s.g(100 + i).entry("main.session").bornAt(birth).createdBy(1, {"main.handle"});
                Time t = birth;
                for (; t + 60_ms < 1_s && t < birth + life; t += 50_ms + 11_us)
                    g.waitsOn("select", selecting, 50_ms).wokenByRuntime().runs(10_us);
                if (t >= birth + life)
                    g.ends();
                else
                    g.waitsOn("select", selecting, 0);
            }
            return tierOf(findingsOf(s, 1_s), "D16");
        };
        QVERIFY(tier(400_ms) == std::nullopt); // forty at any time, none older than 400 ms
        QVERIFY(tier(10_s) == Tier::Medium);
    }
};

QTEST_APPLESS_MAIN(PopulationsTest)
#include "tst_findings_populations.moc"
