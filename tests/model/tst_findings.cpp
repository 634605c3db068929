// SPDX-License-Identifier: GPL-3.0-or-later
// Each detector speaks where its rule holds and is silent where a guard says why; told with built traces.
#include "model/findings/catalogue.h"
#include "model/findings/findings.h"
#include "model/findings/growth.h"
#include "model/findings/pattern.h"
#include "model/findings/rules.h"
#include "model/findings/source_select.h"
#include "model/findings/threshold.h"
#include "model/findings/why_healthy.h"
#include "model/report/findings_report.h"
#include "tests/support/story.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;
using Json = nlohmann::json;

namespace {

const StackText receive{"runtime.chanrecv1", "main.receive"};
const StackText sending{"runtime.chansend1", "main.send"};
const StackText locking{"sync.(*Mutex).Lock", "main.(*cache).Get"};
const StackText selecting{"runtime.selectgo", "main.watch"};
const StackText waiting{"sync.(*WaitGroup).Wait", "main.fanOut"};

Findings findingsOf(Story& story, Time duration, FindingOptions options = {}, const Dismiss& dismiss = {}) {
    return computeFindings(computeFacts(story.told(duration)), std::move(options), dismiss);
}

/// The most important finding of a detector; null if there is none.
const Finding* firstOf(const Findings& findings, std::string_view detector) {
    const auto found = std::ranges::find(findings.all, detector, &Finding::detector);
    return found != findings.all.end() ? &*found : nullptr;
}

std::optional<Tier> tierOf(const Findings& findings, std::string_view detector) {
    const Finding* const f = firstOf(findings, detector);
    return f != nullptr ? std::optional(f->tier) : std::nullopt;
}

std::int64_t numberOf(const Finding& f, std::string_view name) {
    for (const auto& [key, value] : f.numbers)
        if (key == name)
            return std::visit([](auto v) { return static_cast<std::int64_t>(v); }, value);
    return -1;
}

/// A handler (goroutine 1) starts a goroutine each `every`, which blocks at once and for ever.
void leak(Story& story, Time duration, Time every, const char* reason, const StackText& stack,
          const std::string& function = "main.leaked") {
    story.g(1).existed().runs(duration);
    std::int64_t id = 100;
    for (Time t = every; t < duration - 1_ms; t += every)
        story.g(id++).entry(function).bornAt(t).createdBy(1, {"main.handle"}).runs(10_us).waitsOn(reason, stack, 0);
}

/// `n` goroutines that start together and block at once.
void pool(Story& story, int n, const char* reason, const StackText& stack) {
    for (int i = 0; i < n; ++i)
        story.g(100 + i)
            .entry("main.worker")
            .bornAt(1_ms)
            .createdBy(1, {"main.start"})
            .runs(10_us)
            .waitsOn(reason, stack, 0);
}

} // namespace

class FindingsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theThresholdIsATwentiethOfTheTraceWithinLimits() {
        QCOMPARE(defaultThreshold(1_s), 100_ms);
        QCOMPARE(defaultThreshold(10_s), 500_ms);
        QCOMPARE(defaultThreshold(1000_s), 10_s);
    }

    // D1
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
    void receiversOfABurstWhoseOthersEndedAreLeftBehind() {
        const auto burst = [](int stuck) {
            Story story;
            story.g(1).existed().runs(10_s);
            pool(story, stuck, "chan receive", receive);
            for (int i = 0; i < 40; ++i)
                story.g(500 + i)
                    .entry("main.worker")
                    .bornAt(1_ms)
                    .createdBy(1, {"main.start"})
                    .runs(10_us)
                    .waitsOn("chan receive", receive, 2_ms)
                    .wokenBy(1)
                    .runs(10_us)
                    .ends();
            return tierOf(findingsOf(story, 10_s), "D1");
        };
        QVERIFY(burst(3) == Tier::Medium);
        QVERIFY(burst(1) == Tier::Low); // one may be meant to stay
        QVERIFY(burst(6) == Tier::Low); // and so may be a part of a pool
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
    void anHttpConnectionIsNotALeak() {
        Story story;
        leak(story, 10_s, 300_ms, "select", {"runtime.selectgo", "net/http.(*persistConn).writeLoop"},
             "net/http.(*persistConn).writeLoop");
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
        QVERIFY(tierOf(findings, "D10") == std::nullopt);
    }
    void whoeverServesALivingConnectionMayWait() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 9; ++i) {
            story.g(100 + i)
                .entry("main.serveConnection")
                .bornAt(i * 1_s)
                .createdBy(1, {"main.accept"})
                .waitsOn("network", {"internal/poll.(*FD).Read", "net.(*conn).Read", "main.serveConnection"}, 0);
            story.g(200 + i)
                .entry("main.writer")
                .bornAt(i * 1_s + 1_ms)
                .createdBy(100 + i, {"main.serveConnection"})
                .waitsOn("chan receive", receive, 0);
        }
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::Low);
    }
    // Those who read one socket queue behind the one that waits for the network.
    void whereAFileIsDamagedNothingCountsAsOpen() {
        const auto story = [](std::optional<Time> damaged, Time then = 10_s) {
            Story s;
            leak(s, 10_s, 100_ms, "chan receive", receive);
            if (damaged)
                s.isDamaged({*damaged, then});
            if (then < 10_s)
                s.isDamaged({then, 10_s});
            return findingsOf(s, 10_s);
        };
        const Findings whole = story({});
        QCOMPARE(wholeUntil(story(5_s, 8_s).judgement->evidence.trace()), 5_s);
        QCOMPARE(firstOf(whole, "D1")->oldest, 9_s + 899_ms + 990_us);
        const Findings cut = story(5_s);
        QCOMPARE(firstOf(cut, "D1")->oldest, 4_s + 899_ms + 990_us);
        QVERIFY(firstOf(cut, "D1")->goroutines < 55); // those that came later may have been woken
        QVERIFY(blindSpotText(cut.judgement->evidence.trace(), cut.threshold()).find("after 5 s was not judged") !=
                std::string::npos);
        QVERIFY(story(300_ms).worst().value_or(Tier::Info) < Tier::Medium);
        QVERIFY(whole.worst() == Tier::High && story(0).worst() == Tier::Medium);
    }
    void aQueueOfReadersOfOneSocketWaitsForTheNetwork() {
        const StackText reading{"internal/poll.(*FD).ReadFromInet4", "net.(*UDPConn).ReadFrom", "main.serve"};
        StackText queued{"internal/poll.(*fdMutex).rwlock", "internal/poll.(*FD).readLock"};
        queued.insert(queued.end(), reading.begin(), reading.end());
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 4; ++i) {
            Teller& reader = story.g(100 + i).entry("main.serve").bornAt(1_ms).createdBy(1, {"main.main"});
            for (int k = 0; k < 200; ++k)
                reader.waitsOn("sync", queued, 20_ms).wokenBy(100 + (i + 3) % 4).runs(10_us);
            reader.waitsOn(i == 0 ? "network" : "sync", i == 0 ? reading : queued, 0);
        }
        QVERIFY(findingsOf(story, 10_s).all.empty());
    }
    // Streams of HTTP/2 and gRPC share a connection, so no goroutine of their own waits for the network.
    void aStreamThatSomebodyReadsIsALivingConnection() {
        const StackText reading{"runtime.selectgo",
                                "google.golang.org/grpc/internal/transport.(*recvBufferReader).readClient",
                                "main.follow"};
        const auto story = [&](bool read) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 30; ++i) {
                Teller& client =
                    s.g(100 + i).entry("main.follow").bornAt(i * 300_ms).createdBy(1, {"main.open"}).runs(2_ms);
                if (read)
                    client.waitsOn("select", reading, 0);
                else
                    client.ends();
                s.g(200 + i)
                    .entry("google.golang.org/grpc.newClientStreamWithParams.func4")
                    .bornAt(i * 300_ms + 1_ms)
                    .createdBy(100 + i, {"google.golang.org/grpc.newClientStreamWithParams"})
                    .runs(10_us)
                    .waitsOn("select", {"runtime.selectgo", "google.golang.org/grpc.newClientStreamWithParams.func4"},
                             0);
                s.g(300 + i)
                    .entry("google.golang.org/grpc.(*Server).serveStreams.func2.1")
                    .bornAt(i * 300_ms + 2_ms)
                    .createdBy(1, {"google.golang.org/grpc.(*Server).serveStreams.func2"})
                    .runs(10_us)
                    .waitsOn("select", {"runtime.selectgo", "main.watch"}, 0);
            }
            return findingsOf(s, 10_s);
        };
        QVERIFY(story(true).worst() == Tier::Low);
        const Findings unread = story(false);
        QVERIFY(unread.worst() == Tier::High);
        QCOMPARE(std::ranges::count_if(unread.all,
                                       [](const Finding& f) { return f.detector == "D1" && f.tier == Tier::High; }),
                 2);
    }
    // The names of a generation come last in it, so where a file was cut the newest goroutines and waits have none.
    void whatHasNoNameIsNotJudged() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int i = 0; i < 80; ++i)
            story.g(100 + i).entry("").bornAt(3_s + i * 80_ms).createdBy(1, {}).runs(1_ms).waitsOn("select", {}, 0);
        QVERIFY(findingsOf(story, 10_s).all.empty());

        // Its reader may wait for the network, and its body may be read.
        const auto connections = [](const StackText& read) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 30; ++i) {
                const Time birth = 100_ms + i * 300_ms;
                s.g(100 + i)
                    .entry("main.serve")
                    .bornAt(birth)
                    .createdBy(1, {"main.accept"})
                    .waitsOn("network", read, 0);
                s.g(200 + i)
                    .entry("main.writer")
                    .bornAt(birth + 1_ms)
                    .createdBy(100 + i, {"main.serve"})
                    .waitsOn("chan receive", receive, 0);
                s.g(300 + i)
                    .entry("net/http.(*persistConn).readLoop")
                    .bornAt(birth)
                    .createdBy(1, {"net/http.(*Transport).dialConn"})
                    .waitsOn("select", {"runtime.selectgo", "net/http.(*persistConn).readLoop"}, 0);
            }
            return findingsOf(s, 10_s);
        };
        QVERIFY(connections({}).worst() == Tier::Low);
        QVERIFY(connections({"sync.(*Cond).Wait", "", "main.serve"}).worst() == Tier::Low); // some names are missing
        const Findings busy = connections({"main.compute"});
        QVERIFY(tierOf(busy, "D11") == Tier::High);
    }
    void aFunctionThatTheUserCallsIdleIs() {
        Story story;
        leak(story, 10_s, 500_ms, "chan receive", receive);
        Rules rules;
        rules.idleFunctions.push_back({"^main\\.leaked$", "they wait for the moon"});
        const Findings findings = findingsOf(story, 10_s, {.idleFunction = idleFunctionOf(rules)});
        QVERIFY(findings.all.empty());
        QVERIFY(whyText(findings, findings.judgement->evidence.trace().findGoroutine(100)).find("rule of yours") !=
                std::string::npos);
    }

    // D6, D8
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
    void aReceiverThatIsAboutMakesItDoubtful() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        story.g(50).existed().runs(10_s);
        story.g(60).entry("main.old").waitsOn("chan send", sending, 1_ms).wokenBy(50).runs(1_ms).ends();
        const Findings findings = findingsOf(story, 10_s);
        QVERIFY(tierOf(findings, "D1") == Tier::Medium);
        QVERIFY(tierOf(findings, "D6") == std::nullopt);
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

    // D7
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
        QVERIFY(tierOf(findings, "D7") == std::nullopt);
        const auto waiters =
            std::ranges::find_if(findings.all, [](const Finding& f) { return f.primitive == Primitive::WaitGroup; });
        QVERIFY(waiters != findings.all.end() && waiters->under);
        QVERIFY(findings.all[*waiters->under].primitive == Primitive::ChanSend);
    }

    // D9, D10, D16
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
        QVERIFY(std::ranges::none_of(growing.all, [](const Finding& f) { return f.detector == "D1"; }));
        const Findings constant = story(false);
        QVERIFY(tierOf(constant, "D9") == std::nullopt);
        QVERIFY(!constant.worst() || *constant.worst() < Tier::Medium);
    }

    void aShortTraceOfThoseThatHaveNotEndedSaysLittle() {
        const auto tier = [](Time duration, Time life) {
            Story s;
            s.g(1).existed().runs(duration);
            std::int64_t id = 100;
            for (Time t = 0; t < duration - 1_ms; t += 3_ms) {
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

    // D11
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

    // D12
    void threeStuckCallsAreToBeCheckedAndTwoAreNot() {
        const auto story = [](int n, const StackText& stack) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < n; ++i)
                s.g(100 + i).entry("main.open").bornAt(1_s).createdBy(1).runs(1_ms).inSyscall(stack, 0);
            return tierOf(findingsOf(s, 10_s), "D12");
        };
        const StackText open{"syscall.Syscall6", "os.OpenFile", "main.open"};
        QVERIFY(story(3, open) == Tier::Medium);
        QVERIFY(story(2, open) == Tier::Low);
        QVERIFY(story(9, {"syscall.Syscall6", "os.(*Process).Wait", "main.open"}) == std::nullopt);
    }

    // D2
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
    void goroutinesFromBeforeTheTraceAreNoBurst() {
        Story story;
        for (int i = 1; i < 200; ++i)
            story.g(i).existed().waitsOn("", {}, 1_s).runs(1_ms).ends();
        story.g(999).existed().runs(10_s);
        QVERIFY(tierOf(findingsOf(story, 10_s), "D2") == std::nullopt);
    }

    // D3, D4
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
        QVERIFY(tierOf(findings, "D1") == std::nullopt);
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

    // D15
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

    // All together
    void cuttingTheTailNeverRaisesTheTier() {
        std::optional<Tier> last;
        for (const Time duration : {300_ms, 1_s, 3_s, 10_s}) {
            Story story;
            leak(story, duration, 100_ms, "chan receive", receive);
            const auto tier = findingsOf(story, duration).worst();
            QVERIFY(!last || (tier && *tier >= *last));
            last = tier;
        }
        QVERIFY(last == Tier::High);
    }
    void theHalvesOfATraceAgreeWithTheWhole() {
        const auto found = [](Story& story, Time duration) {
            const Findings findings = findingsOf(story, duration);
            const Finding* const f = firstOf(findings, "D1");
            const Trace& trace = findings.judgement->evidence.trace();
            return f != nullptr && f->tier >= Tier::Medium ? std::string(trace.text(trace.frame(f->site).function))
                                                           : std::string();
        };
        Story whole;
        leak(whole, 10_s, 100_ms, "chan send", sending);
        Story first;
        leak(first, 5_s, 100_ms, "chan send", sending);
        // What was stuck in the first half is older than the second.
        Story second;
        leak(second, 5_s, 100_ms, "chan send", sending);
        for (int i = 0; i < 49; ++i)
            second.g(1000 + i).existed().entry("main.leaked").waitsOn("chan send", sending, 0);
        const std::string said = found(whole, 10_s);
        QVERIFY(!said.empty());
        QCOMPARE(found(first, 5_s), said);
        QCOMPARE(found(second, 5_s), said);
    }
    void namesChangeNothingButNames() {
        const auto told = [](const char* function, const StackText& stack) {
            Story story;
            leak(story, 10_s, 200_ms, "chan receive", stack, function);
            const Findings findings = findingsOf(story, 10_s);
            std::string text;
            for (const Finding& f : findings.all)
                text += std::string(f.detector) + std::string(nameOf(f.tier)) + std::to_string(f.goroutines) +
                        std::to_string(f.oldest) + std::to_string(f.under.value_or(99)) + " ";
            return text;
        };
        QCOMPARE(told("main.leaked", receive), told("example.com/x.Aaa", {"runtime.chanrecv1", "example.com/x.zzz"}));
    }
    void noMoreThanTenStandAtTheTop() {
        Story story;
        story.g(1).existed().runs(10_s);
        for (int kind = 0; kind < 14; ++kind)
            for (int i = 0; i < 3; ++i)
                story.g(100 + 10 * kind + i)
                    .entry("main.kind" + std::to_string(kind))
                    .bornAt(i * 2_s)
                    .createdBy(1, {"main.start" + std::to_string(kind)})
                    .waitsOn("forever", {"runtime.block", "main.kind" + std::to_string(kind)}, 0);
        const Findings findings = findingsOf(story, 10_s);
        QCOMPARE(std::ranges::count_if(findings.all, [](const Finding& f) { return !f.under; }), 10);
        QCOMPARE(findings.leftOut, 4U);
    }
    void everyDetectorHasItsOwnIdAndASentence() {
        QCOMPARE(catalogue().size(), 16U);
        for (int i = 1; i <= 16; ++i) {
            const Detector* const detector = detectorNamed("D" + std::to_string(i));
            QVERIFY(detector != nullptr);
            QVERIFY(detector->says.ends_with('.'));
        }
        QVERIFY(detectorNamed("D17") == nullptr);
    }
    void nothingInATraceOfNothing() {
        Story story;
        story.g(1).existed().runs(1_ms);
        const Findings findings = findingsOf(story, 1_ms);
        QVERIFY(findings.all.empty());
        QVERIFY(nothingFoundText(findings).find("too short") != std::string::npos);
    }

    // Rules and reports
    void rulesReadBackWhatTheyWrote() {
        const Rules rules{{{"^a\\.b$", "why"}}, {{"D3", "main.f", "main.g", "ticket “12”"}}};
        std::string problem;
        QVERIFY(rulesFrom(textOf(rules), problem) == rules);
        for (const char* wrong : {"", "{}", "[]", "{\"waitscope_rules\": 2}",
                                  "{\"waitscope_rules\": 1, \"idle_functions\": [{\"function\": \"\"}]}",
                                  "{\"waitscope_rules\": 1, \"idle_functions\": [{\"function\": \"(\"}]}",
                                  "{\"waitscope_rules\": 1, \"dismissed\": [{\"detector\": \"D99\"}]}",
                                  "{\"waitscope_rules\": 1, \"dismissed\": 5}"}) {
            problem.clear();
            QVERIFY2(!rulesFrom(wrong, problem), wrong);
            QVERIFY2(!problem.empty(), wrong);
        }
    }
    void aDismissedFindingComesLastAndCountsNoMore() {
        Story story;
        leak(story, 10_s, 500_ms, "chan receive", receive);
        const auto facts = computeFacts(story.told(10_s));
        const Findings before = computeFindings(facts, {});
        QVERIFY(before.worst() == Tier::High);
        Rules rules;
        for (const Finding& f : before.all)
            rules.dismissed.push_back(dismissalOf(*facts->trace, f, "known"));
        const Findings after = computeFindings(facts, {}, dismissOf(rules));
        QVERIFY(after.worst() == std::nullopt);
        QCOMPARE(after.all.size(), before.all.size());
        QVERIFY(after.all.front().dismissed == "known");
    }
    void theDocumentHoldsWhatScriptsRead() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        const Findings findings = findingsOf(story, 10_s);
        const Json document = Json::parse(findingsJson(findings));
        const Json& first = document["findings"][0];
        for (const char* key :
             {"detector", "name", "tier", "certainty", "primitive", "site", "created_at", "function", "goroutines",
              "goroutine_ids", "oldest_ns", "before_trace", "sentence", "doubt", "numbers", "under", "pattern"})
            QVERIFY2(first.contains(key), key);
        QVERIFY(first["detector"] == Json("D1"));
        QVERIFY(first["site"]["function"] == Json("main.send"));
        QVERIFY(first["created_at"]["function"] == Json("main.handle"));
        QVERIFY(first["under"] == Json());
        QVERIFY(first["pattern"]["class"] == Json("channel"));
        QVERIFY(first["pattern"]["pattern"] == Json("unbuffered channel"));
        QCOMPARE(first["goroutine_ids"].size(), 19U);
        QVERIFY(document["threshold_ns"] == Json(500_ms));
        QVERIFY(findingsMarkdown(findings).find("| high | D1 never woken, chan send | 19 |") != std::string::npos);
        QVERIFY(findingsText(findings).find("HIGH  D1  19 goroutines") != std::string::npos);
    }
    void sarifHasALevelARuleAndALineForEachResult() {
        Story story;
        leak(story, 10_s, 500_ms, "chan send", sending);
        const Json sarif = Json::parse(findingsSarif(findingsOf(story, 10_s)));
        QVERIFY(sarif["version"] == Json("2.1.0"));
        const Json& run = sarif["runs"][0];
        QCOMPARE(run["tool"]["driver"]["rules"].size(), 16U);
        QVERIFY(!run["results"].empty());
        for (const Json& result : run["results"]) {
            QVERIFY(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
            QVERIFY(!result["message"]["text"].get<std::string>().empty());
            QVERIFY((result["kind"] == Json("fail")) == (result["level"] != Json("none")));
        }
        const Json& place = run["results"][0]["locations"][0]["physicalLocation"];
        QVERIFY(place["artifactLocation"]["uri"] == Json("file:///src/main.go"));
        QVERIFY(place["region"]["startLine"] == Json(11));
        QVERIFY(run["results"][0]["level"] == Json("error"));
    }
};

QTEST_APPLESS_MAIN(FindingsTest)
#include "tst_findings.moc"
