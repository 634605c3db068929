// SPDX-License-Identifier: GPL-3.0-or-later
// Goroutines that wait for others: for the other side of a channel (D6), for Done (D7), after their callers
// returned (D8), for a body to be read (D11), for the answer of a peer (D17).
#include "model/findings/callouts.h"
#include "model/findings/pattern.h"
#include "model/findings/source_select.h"
#include "tests/support/findings_story.h"

#include <QTest>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class PeersTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void sendersWithoutAReceiverAreSaidToHaveNone() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::High);
        const Finding* const f = firstOf(findings, "D6");
        QVERIFY(f != nullptr && f->under);
        QVERIFY(findings.all[*f->under].detector == "D1");
        QVERIFY(f->claim.find("nobody was ever seen receiving there") != std::string::npos);
    }
    // Each one that has got in lets the next one in when it leaves, until some leave without.
    void aChannelWhosePassersMakeRoomForEachOtherIsASemaphore() {
        const auto pattern = [](bool byOthers) {
            const StackText entering{"runtime.chansend1", "main.limited"};
            Story s;
            s.g(1).existed().runs(10_s);
            s.g(2).existed().entry("main.drain").runs(10_s);
            for (int i = 0; i < 60; ++i) {
                Teller& g = s.g(100 + i).entry("main.request").bornAt(i * 100_ms).createdBy(1, {"main.serve"});
                if (i < 20)
                    g.runs(1_ms).waitsOn("chan send", entering, 50_ms);
                if (i < 20)
                    g.wokenBy(byOthers ? 2 : i == 0 ? 1 : 99 + i).runs(100_ms).ends();
                else
                    g.runs(1_ms).waitsOn("chan send", entering, 0);
            }
            const Findings findings = findingsOf(s, 10_s);
            const Finding* const f = firstOf(findings, "D1");
            return f == nullptr ? std::string() : std::string(patternOf(*f).pattern);
        };
        QCOMPARE(pattern(false), std::string("semaphore"));
        QCOMPARE(pattern(true), std::string("unbuffered channel"));
    }
    void aFirstResultWonWhereSeveralCallersLeftTheirOthers() {
        const auto says = [](int callers) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int c = 0; c < callers; ++c) {
                const std::int64_t caller = 1000 * (c + 1);
                s.g(caller).entry("main.race").bornAt(c * 100_ms).createdBy(1).runs(50_ms).ends();
                for (int i = 1; i <= 5; ++i) {
                    Teller& g =
                        s.g(caller + i).entry("main.try").bornAt(c * 100_ms + 1_ms).createdBy(caller, {"main.race"});
                    g.runs(i * 1_ms);
                    if (i == 1)
                        g.ends();
                    else
                        g.waitsOn("chan send", {"runtime.chansend1", "main.try"}, 0);
                }
            }
            const Findings findings = findingsOf(s, 10_s);
            const Finding* const f = firstOf(findings, "D6");
            return f != nullptr && f->claim.find("first result") != std::string::npos;
        };
        QVERIFY(says(4));
        QVERIFY(!says(1)); // one that ended of five says nothing
    }
    void aReceiverThatIsAboutMakesItDoubtful() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        story.g(50).existed().runs(10_s);
        story.g(60).entry("main.old").waitsOn("chan send", sending, 1_ms).wokenBy(50).runs(1_ms).ends();
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::Medium);
        QVERIFY(tierOf(findings, "D6") == std::nullopt);
    }
    void whereEachMessageHasASenderOfItsOwnThereIsAPeer() {
        const auto found = [](Time last) {
            Story s;
            leak(s, 10_s, 500_ms, "chan receive", receive);
            s.g(60)
                .entry("main.other")
                .runs(1_us)
                .waitsOn("chan receive", receive, last - 20_us)
                .wokenBy(50)
                .runs(1_ms)
                .ends();
            s.g(50).bornAt(last - 100_us).createdBy(1).runs(200_us).ends();
            return tierOf(findingsOf(s, 10_s), "D6");
        };
        QVERIFY(found(9_s) == Tier::High);
        QVERIFY(found(9_s + 900_ms) == std::nullopt);
    }
    void callersThatReturnedLeftTheirGoroutinesBehind() {
        Story story;
        for (int i = 0; i < 10; ++i) {
            story.g(10 + i).entry("main.request").bornAt(i * 900_ms).runs(1_ms).ends();
            story.g(100 + i)
                .entry("main.watch")
                .bornAt(i * 900_ms + 500_us)
                .createdBy(10 + i, {"main.request"})
                .runs(10_us)
                .waitsOn("select", selecting, 0);
        }
        const auto facts = computeFacts(story.told(10_s));
        QVERIFY(tierOf(computeFindings(facts, {}), "D8") == Tier::High);
        const auto source = [](const char* text) {
            return [text](const std::string&) { return std::optional<std::string>(std::string(10, '\n') + text); };
        };
        // The select is in line 11 of the story's file.
        const Findings listens =
            computeFindings(facts, {.source = source("select {\ncase <-c:\ncase <-ctx.Done():\n}\n")});
        QVERIFY(tierOf(listens, "D8") == std::nullopt);
        const Findings deaf = computeFindings(facts, {.source = source("select {\ncase <-c:\n}\n<-ctx.Done()\n")});
        QVERIFY(firstOf(deaf, "D8")->certainty == Certainty::Strong);
    }
    // A goroutine that serves one request after the other does not leave its loop, so only what it says of itself tells
    // that a request is over.
    void aQuestionThatIsNotAnsweredAsThoseOfOthersWereIsToBeChecked() {
        enum Kind { AskOnce, AskAgain, OfALibrary, StartedByAListener, OfAProxy };
        const auto tier = [](int silent, Time usual, Kind kind = AskOnce) {
            const StackText reading{"internal/poll.(*FD).Read", "net.(*conn).Read",
                                    kind == OfALibrary ? "net/http.(*t).read" : "main.ask"};
            Story s;
            Teller& creator = s.g(1).existed();
            if (kind == StartedByAListener)
                creator.waitsOn("network", {"internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.serve"}, 0);
            else
                creator.runs(10_s);
            for (int i = 0; i < 60; ++i) {
                if (kind == OfAProxy) // which waits, for each connection, until both directions are done
                    s.g(200 + i)
                        .entry("main.splice")
                        .bornAt(i * 50_ms - 1_us + 1_ms)
                        .createdBy(1)
                        .runs(1_ms)
                        .waitsOn("sync", {"sync.(*WaitGroup).Wait", "main.askAll", "main.splice"}, 0);
                Teller& g = s.g(100 + i)
                                .entry("main.fly")
                                .bornAt(i * 50_ms + 2_ms)
                                .createdBy(kind == OfAProxy ? 200 + i : 1, {"main.askAll"})
                                .runs(10_us);
                if (kind == AskAgain)
                    g.waitsOn("network", reading, 1_ms).wokenByRuntime().runs(10_us);
                if (i < 60 - silent)
                    g.waitsOn("network", reading, usual).wokenByRuntime().runs(10_us).ends();
                else
                    g.waitsOn("network", reading, 0);
            }
            return tierOf(findingsOf(s, 10_s), "D17");
        };
        QVERIFY(tier(2, 10_ms) == Tier::Medium);
        QVERIFY(tier(1, 10_ms) == Tier::Low);
        QVERIFY(tier(2, 500_ms) == std::nullopt);            // seven seconds are not twenty times as long
        QVERIFY(tier(2, 10_ms, AskAgain) == std::nullopt);   // a connection that has been used, and is kept
        QVERIFY(tier(2, 10_ms, OfALibrary) == std::nullopt); // which may keep them
        QVERIFY(tier(2, 10_ms, StartedByAListener) == std::nullopt);
        QVERIFY(tier(2, 10_ms, OfAProxy) == std::nullopt);
        QVERIFY(tier(45, 10_ms) == std::nullopt); // fifteen others say little
    }
    void whoAsksAgainAndAgainAndGetsNoAnswerAnyMoreIsToBeChecked() {
        enum Doer { Asks, Serves, AskedBefore };
        const StackText reading{"internal/poll.(*FD).Read", "net.(*conn).Read", "main.exchange", "main.poll"};
        const auto found = [&](Doer doer, int questions = 8) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 3; ++i) {
                Teller& g = s.g(100 + i).entry("main.poll");
                if (doer == AskedBefore)
                    g.existed();
                else
                    g.bornAt(i * 10_ms).createdBy(1, {"main.start"});
                for (int n = 0; n < questions; ++n) {
                    if (doer != Serves)
                        g.waitsOn("sleep", {"time.Sleep", "main.poll"}, 100_ms).wokenByRuntime().runs(10_us);
                    g.waitsOn("network", reading, 3_ms).wokenByRuntime().runs(10_us);
                }
                g.waitsOn("network", reading, 0);
            }
            return findingsOf(s, 10_s);
        };
        const Findings findings = found(Asks);
        const Finding* const f = firstOf(findings, "D17");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::Medium);
        QCOMPARE(f->goroutines, 3U);
        QVERIFY(f->claim.find("answers before came within 3 ms") != std::string::npos);
        QVERIFY(patternOf(*f).pattern == "call without a deadline");
        QVERIFY(tierOf(found(Serves), "D17") == std::nullopt);
        QVERIFY(tierOf(found(AskedBefore), "D17") == Tier::Low);
        QVERIFY(tierOf(found(Asks, 4), "D17") == std::nullopt);
    }
    void whereAModuleWaitsTheOwnLineIsSaidToo() {
        Story s;
        leak(s, 10_s, 500_ms, "chan receive", {"runtime.chanrecv1", "module.example/lib.Wait", "main.await"});
        const Findings findings = findingsOf(s, 10_s);
        const Finding* const f = firstOf(findings, "D1");
        QVERIFY(f != nullptr);
        const Trace& trace = findings.judgement->evidence.trace();
        QVERIFY(trace.text(trace.frame(f->site).function) == "module.example/lib.Wait");
        QVERIFY(trace.text(trace.frame(f->cause).function) == "main.await");
        QVERIFY(calloutsOf(findings).all.front().text.find(" See main.await ") != std::string::npos);
    }
    void aTaskOrRegionThatEndedIsACallerThatReturned() {
        enum class Annotated { Not, Task, Region, OpenTask };
        const auto story = [](Annotated how) {
            Story s;
            Teller& server = s.g(10).existed().entry("main.serve");
            for (int i = 0; i < 10; ++i) {
                const auto task = static_cast<std::uint64_t>(i + 1);
                server.runs(100_us);
                if (how == Annotated::Task || how == Annotated::OpenTask)
                    server.beginsTask(task, "checkout");
                if (how == Annotated::Region)
                    server.beginsRegion("checkout");
                server.runs(1_ms);
                if (how == Annotated::Task)
                    server.endsTask(task);
                if (how == Annotated::Region)
                    server.endsRegion("checkout");
                server.waitsOn("chan receive", {"runtime.chanrecv1", "main.serve"}, 800_ms).wokenByRuntime();
                s.g(100 + i)
                    .entry("main.watch")
                    .bornAt(i * 801_ms + i * 101_us + 600_us)
                    .createdBy(10, {"main.serve"})
                    .runs(10_us)
                    .waitsOn("select", selecting, 0);
            }
            server.runs(1_us).waitsOn("chan receive", {"runtime.chanrecv1", "main.serve"}, 0);
            return findingsOf(s, 10_s);
        };
        QVERIFY(tierOf(story(Annotated::Not), "D8") == std::nullopt);
        QVERIFY(tierOf(story(Annotated::OpenTask), "D8") == std::nullopt);
        const Findings task = story(Annotated::Task);
        QVERIFY(tierOf(task, "D8") == Tier::High);
        QVERIFY(firstOf(task, "D8")->claim.find("The tasks “checkout”") != std::string::npos);
        QCOMPARE(numberOf(*firstOf(task, "D8"), "work_ended"), 10);
        const Findings region = story(Annotated::Region);
        QVERIFY(firstOf(region, "D8")->claim.find("The regions “checkout”") != std::string::npos);
    }
    void aSelectIsReadToItsBrace() {
        QCOMPARE(listensToDone("select {\ncase <-ctx.Done():\n}", 1), std::optional(true));
        QCOMPARE(listensToDone("select { // case <-ctx.Done():\ncase <-c:\n}", 1), std::optional(false));
        QCOMPARE(listensToDone("select {\ncase v := <-c:\n x(\"case <-ctx.Done():\")\n}", 1), std::optional(false));
        QCOMPARE(listensToDone("<-ctx.Done()", 1), std::optional(true));
        QCOMPARE(listensToDone("x", 5), std::optional<bool>());
        QCOMPARE(listensToDone("select {\ncase \"", 1), std::optional(false)); // cut in a literal
    }
    void aWaitGroupWithoutChildrenIsNeverDone() {
        Story story;
        leak(story, 10_s, 1_s, "sync", waiting);
        QVERIFY(tierOf(findingsOf(story, 10_s), "D7") == Tier::High);
    }
    void aWaitGroupWhoseChildrenAreStuckIsExplainedByThem() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 9; ++i) {
            story.g(100 + i)
                .entry("main.fanOut")
                .bornAt(i * 1_s)
                .createdBy(1, {"main.handle"})
                .runs(2_ms)
                .waitsOn("sync", waiting, 0);
            for (int k = 0; k < 3; ++k)
                story.g(200 + 10 * i + k)
                    .entry("main.child")
                    .bornAt(i * 1_s + 1_ms)
                    .createdBy(100 + i, {"main.fanOut"})
                    .runs(10_us)
                    .waitsOn("chan send", sending, 0);
        }
        const Findings findings = findingsOf(story, 10_s);
        const Finding* const never = firstOf(findings, "D7");
        QVERIFY(never != nullptr && never->under);
        QVERIFY(findings.all[*never->under].primitive == Primitive::ChanSend);
        QCOMPARE(never->goroutines, 9U);
        QCOMPARE(numberOf(*never, "children_alive"), 27);
        QVERIFY(never->claim.find("27 children are alive: in chan send at main.send main.go:11 (27).") !=
                std::string::npos);
        const auto waiters =
            std::ranges::find_if(findings.all, [](const Finding& f) { return f.primitive == Primitive::WaitGroup; });
        QVERIFY(waiters != findings.all.end() && waiters->under);
        QVERIFY(findings.all[*waiters->under].primitive == Primitive::ChanSend);
    }
    void whoCouldCallDoneIsAChildOrSiblingFromBeforeTheWait() {
        enum class Other { ChildBefore, ChildAfter, Sibling, SiblingAfter, Twin, Ended };
        const auto claim = [](Other other) {
            Story s;
            s.g(1).existed().entry("main.handle").runs(10_s);
            for (int i = 0; i < 6; ++i) {
                const Time birth = i * 1_s;
                s.g(100 + i)
                    .entry("main.fanOut")
                    .bornAt(birth)
                    .createdBy(1, {"main.handle"})
                    .runs(2_ms)
                    .waitsOn("sync", waiting, 0);
                const bool child = other == Other::ChildBefore || other == Other::ChildAfter || other == Other::Ended;
                const bool after = other == Other::ChildAfter || other == Other::SiblingAfter;
                Teller& g = s.g(200 + i)
                                .entry(other == Other::Twin ? "main.fanOut" : "main.child")
                                .bornAt(birth + (after ? 5_ms : 1_ms))
                                .createdBy(child ? 100 + i : 1, {child ? "main.fanOut" : "main.handle"})
                                .runs(1_ms);
                if (other == Other::Ended)
                    g.ends();
                else if (other == Other::Twin)
                    g.waitsOn("sync", waiting, 0);
                else
                    g.waitsOn("sleep", {"time.Sleep", "main.child"}, 0);
            }
            const Findings findings = findingsOf(s, 10_s);
            const Finding* const f = firstOf(findings, "D7");
            return f != nullptr ? f->claim : std::string();
        };
        const std::string left = "no child is left that could call Done";
        QVERIFY(claim(Other::ChildBefore).find("6 children are alive: in sleep at main.child") != std::string::npos);
        QVERIFY(claim(Other::Sibling).find("6 children are alive: in sleep at main.child") != std::string::npos);
        QVERIFY(claim(Other::ChildAfter).find(left) != std::string::npos);
        // The last one's came too late for any of them, the others' may belong to the next waits.
        QVERIFY(claim(Other::SiblingAfter).find("5 children are alive") != std::string::npos);
        QVERIFY(claim(Other::Twin).find(left) != std::string::npos); // it waits for the same itself
        QVERIFY(claim(Other::Ended).find(left) != std::string::npos);
    }
    void fiveWaitsWithoutChildrenAreHighTwoAreToBeChecked() {
        const auto tier = [](int n) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < n; ++i)
                s.g(100 + i)
                    .entry("main.fanOut")
                    .bornAt(i * 1_s)
                    .createdBy(1, {"main.handle"})
                    .waitsOn("sync", waiting, 0);
            return tierOf(findingsOf(s, 10_s), "D7");
        };
        QVERIFY(tier(5) == Tier::High);
        QVERIFY(tier(4) == Tier::Medium);
        QVERIFY(tier(2) == Tier::Medium);
        QVERIFY(tier(1) == Tier::Low);
    }
    void aBodyThatNobodyReadsLeadsToItsCaller() {
        const StackText body{"runtime.selectgo", "net/http.(*persistConn).readLoop"};
        const auto story = [&](bool read) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 5; ++i) {
                s.g(100 + i)
                    .entry("net/http.(*persistConn).readLoop")
                    .bornAt(1_s)
                    .createdBy(1, {"net/http.(*Transport).dialConn"})
                    .runs(2_ms)
                    .waitsOn("select", body, 0);
                Teller& caller = s.g(200 + i).entry("main.load").bornAt(1_s).createdBy(1, {"main.handle"});
                caller
                    .waitsOn("select",
                             {"runtime.selectgo", "net/http.(*persistConn).roundTrip", "net/http.(*Client).Do",
                              "main.loadFeatures"},
                             1_ms)
                    .wokenBy(100 + i, {"net/http.(*persistConn).readLoop"})
                    .runs(10_us);
                if (read)
                    caller.waitsOn("network",
                                   {"internal/poll.(*FD).Read", "net/http.(*bodyEOFSignal).Read", "main.load"}, 0);
                else
                    caller.ends();
            }
            return findingsOf(s, 10_s);
        };
        const Findings unread = story(false);
        const Finding* const f = firstOf(unread, "D11");
        QVERIFY(f != nullptr);
        QCOMPARE(f->tier, Tier::High);
        QCOMPARE(f->goroutines, 5U);
        const Trace& trace = unread.judgement->evidence.trace();
        QVERIFY(trace.text(trace.frame(f->cause).function) == "main.loadFeatures");
        QVERIFY(tierOf(story(true), "D11") == std::nullopt);
    }
};

QTEST_APPLESS_MAIN(PeersTest)
#include "tst_findings_peers.moc"
