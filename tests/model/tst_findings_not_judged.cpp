// SPDX-License-Identifier: GPL-3.0-or-later
// What is left alone: connections and whoever serves them, what a damaged file does not say, what the user
// allows.
#include "model/findings/rules.h"
#include "model/findings/why_healthy.h"
#include "model/report/findings_report.h"
#include "tests/support/findings_story.h"

#include <QTest>

#include <algorithm>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class NotJudgedTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
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
        QVERIFY(whole.worst() == Tier::High && whole.unsure() == nullptr);
        // What would have ended a wait may be missing with the end of the file.
        QVERIFY(cut.worst() == Tier::Low && story(0).worst() == Tier::Low);
        QVERIFY(cut.unsure() == &cut.all.front());
        QCOMPARE(nothingFoundIn(cut), "Not sure without the end of the file: " +
                                          headlineText(cut.judgement->evidence.trace(), cut.all.front()));
        QVERIFY(firstOf(cut, "D1")->doubt.ends_with(
            "The end of the file is missing, and with it what may have ended this."));
    }
    void withoutTheEndOfAFileOnlyWhatHoldsForEverIsMoreThanLow() {
        const auto tier = [](const char* reason, const StackText& stack) {
            Story s;
            leak(s, 10_s, 100_ms, reason, stack);
            s.isDamaged({9_s + 500_ms, 10_s});
            return findingsOf(s, 10_s).worst();
        };
        QVERIFY(tier("sync", locking) == Tier::Medium && tier("chan send", sending) == Tier::Medium);
        QVERIFY(tier("chan receive", receive) == Tier::Low && tier("select", selecting) == Tier::Low);
        QVERIFY(tier("forever", {"runtime.block", "main.keep"}) == Tier::Medium);
    }
    void withoutTheEndOfAFileWhoOutlivedTheirLikeAreMedium() {
        const auto tier = [](bool othersEnded) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 90; ++i) {
                const auto born = [&](int id) -> Teller& {
                    return s.g(id).entry("main.load").bornAt(i * 100_ms).createdBy(1, {"main.start"});
                };
                born(100 + i).waitsOn("chan receive", receive, 0);
                if (othersEnded)
                    born(500 + i).waitsOn("chan receive", receive, 20_ms).wokenBy(1).runs(10_us).ends();
            }
            s.isDamaged({9_s + 500_ms, 10_s});
            return findingsOf(s, 10_s).worst();
        };
        QVERIFY(tier(true) == Tier::Medium);
        QVERIFY(tier(false) == Tier::Low);
    }
    void growthIsNotSureInAFileWhoseEndIsMissing() {
        const auto tier = [](bool network, bool cut) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 95; ++i) {
                Teller& g = s.g(100 + i).entry("main.load").bornAt(i * 100_ms).createdBy(1, {"main.start"}).runs(1_ms);
                if (network)
                    g.waitsOn("network", {"internal/poll.(*FD).Read", "net.(*conn).Read", "main.load"}, 0);
                else
                    g.waitsOn("chan receive", receive, 0);
            }
            if (cut)
                s.isDamaged({9_s + 500_ms, 10_s});
            return tierOf(findingsOf(s, 10_s), "D10");
        };
        QVERIFY(tier(false, false) == Tier::High && tier(false, true) == Tier::Low);
        QVERIFY(tier(true, false) == Tier::Medium && tier(true, true) == Tier::Low);
    }
    void growthThatEndsBehindDamageIsNoGrowth() {
        const auto story = [](bool damaged) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 60; ++i)
                s.g(100 + i)
                    .entry("main.session")
                    .bornAt(i * 80_ms)
                    .createdBy(1, {"main.serve"})
                    .waitsOn("chan receive", receive, 9_s - i * 80_ms)
                    .wokenBy(1)
                    .runs(1_ms)
                    .ends();
            if (damaged)
                s.isDamaged({5_s, 10_s});
            return findingsOf(s, 10_s);
        };
        QVERIFY(tierOf(story(false), "D10") == std::nullopt);
        QVERIFY(tierOf(story(true), "D10") == std::nullopt);
    }
    // Those who read one socket queue behind the one that waits for the network.
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
        const auto story = [](bool read, const char* reader = "readClient") {
            const StackText reading{
                "runtime.selectgo",
                std::string("google.golang.org/grpc/internal/transport.(*recvBufferReader).") + reader, "main.follow"};
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
        QVERIFY(story(true, "readMessageClient").worst() == Tier::Low); // its name since gRPC 1.66
        const Findings unread = story(false);
        QVERIFY(unread.worst() == Tier::High);
        QCOMPARE(std::ranges::count_if(unread.all,
                                       [](const Finding& f) { return f.detector == "D1" && f.tier == Tier::High; }),
                 2);
    }
    // A process that was started with a context has a goroutine that ends when somebody has waited for the process.
    void whoWatchesAProcessWaitsAsLongAsSomebodyWaitsForIt() {
        const auto worst = [](bool awaited) {
            Story s;
            s.g(1).existed().runs(10_s);
            for (int i = 0; i < 10; ++i) {
                Teller& starter = s.g(100 + i).entry("main.start").bornAt(i * 800_ms).createdBy(1).runs(2_ms);
                if (awaited)
                    starter.inSyscall({"syscall.Syscall6", "os.(*Process).blockUntilWaitable", "os.(*Process).Wait",
                                       "os/exec.(*Cmd).Wait", "main.start"},
                                      0);
                else
                    starter.ends();
                s.g(200 + i)
                    .entry("os/exec.(*Cmd).Start.gowrap2")
                    .bornAt(i * 800_ms + 1_ms)
                    .createdBy(100 + i, {"os/exec.(*Cmd).Start", "main.start"})
                    .waitsOn("select", {"runtime.selectgo", "os/exec.(*Cmd).watchCtx", "os/exec.(*Cmd).Start.gowrap2"},
                             0);
            }
            return findingsOf(s, 10_s).worst().value_or(Tier::Info);
        };
        QVERIFY(worst(true) <= Tier::Low);
        QVERIFY(worst(false) == Tier::High);
    }
    // One goroutine of the runtime's library hands signals on; who waits for one with a context is the program's own.
    void aContextThatEndsWithASignalIsJudgedAsAnyOther() {
        Story story;
        leak(story, 10_s, 300_ms, "select", {"runtime.selectgo", "os/signal.NotifyContext.func1"},
             "os/signal.NotifyContext.func1");
        QVERIFY(tierOf(findingsOf(story, 10_s), "D1") == Tier::High);
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
};

QTEST_APPLESS_MAIN(NotJudgedTest)
#include "tst_findings_not_judged.moc"
