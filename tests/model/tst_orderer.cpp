// SPDX-License-Identifier: GPL-3.0-or-later
// The order of events where timestamps do not decide it: the situations of Go's own golden tests (go-trace-format H.2),
// written out again.
#include "model/reader/load.h"
#include "tests/support/trace_writer.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::test;

namespace {

constexpr std::uint64_t noThread = UINT64_MAX;

LoadResult load(TraceWriter& writer) {
    return loadTrace(writer.bytes(), "written");
}

} // namespace

class TestOrderer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aWrittenTraceComesBackAsItWasTold_data() {
        QTest::addColumn<int>("version");
        for (const int version : {22, 23, 25, 26})
            QTest::newRow(std::to_string(version).c_str()) << version;
    }
    void aWrittenTraceComesBackAsItWasTold() {
        QFETCH(int, version);
        TraceWriter w(version);
        w.generation();
        const auto create = w.stack({"main.serve", "main.main"});
        const auto entry = w.stack({"main.work"});
        const auto blocked = w.stack({"runtime.chanrecv1", "main.work"});
        w.thread(7, 100)
            .event(wire::ProcStatus, {0, wire::ProcRunning})
            .event(wire::GoStatus, {1, 7, wire::GoRunning})
            .event(wire::GoCreate, {2, entry, create}, 10)
            .event(wire::GoBlock, {w.string("chan receive"), create}, 10)
            .event(wire::GoStart, {2, 1}, 10)
            .event(wire::GoUnblock, {1, 1, blocked}, 10)
            .event(wire::GoDestroy, {}, 10)
            .event(wire::GoStart, {1, 2}, 10);
        const auto result = load(w);
        QVERIFY2(result.trace, result.error ? result.error->message.c_str() : "");
        const Trace& trace = *result.trace;
        QVERIFY2(trace.report.complete, trace.report.error.c_str());
        QCOMPARE(trace.goroutines.size(), std::size_t{2});
        QCOMPARE(trace.function({1}), std::string_view("main.work"));
        QVERIFY(trace.preExisting({0}) && !trace.preExisting({1}));
        QCOMPARE(trace.goroutines.spans({0}).size(), 4U); // running, waiting, runnable, running
        const SpanIndex wait{trace.firstSpan({0}).value + 1};
        QCOMPARE(trace.spans.state(wait), GoroutineState::Waiting);
        QCOMPARE(trace.text(trace.spans.kind(wait).reason), std::string_view("chan receive"));
        QCOMPARE(trace.spans.range(wait).length(), Time(20 * 64));
        const Waker waker = trace.spans.waker({wait.value + 1});
        QVERIFY(waker.isGoroutine());
        QCOMPARE(waker.goroutine().value, 1U);
        QCOMPARE(trace.wallClock.has_value(), version >= 25);
    }

    void sequenceNumbersStartAgainInEveryGeneration() {
        TraceWriter w(22);
        w.generation();
        w.thread(0).event(wire::ProcStatus, {0, 1}).event(wire::GoStatus, {1, 0, 2}).event(wire::GoStop, {0, 0});
        w.thread(1).event(wire::ProcStatus, {1, 1}).event(wire::GoStart, {1, 1}).event(wire::GoStop, {0, 0});
        w.generation();
        w.thread(1, 3).event(wire::ProcStatus, {1, 1}).event(wire::GoStart, {1, 2});
        w.thread(0, 5)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, noThread, 1})
            .event(wire::GoStart, {1, 1})
            .event(wire::GoStop, {0, 0});
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
    }

    void aProcessorTakenOutOfASystemCallIsFollowed_data() {
        QTest::addColumn<bool>("bare");
        QTest::newRow("by a thread that runs a goroutine") << false;
        QTest::newRow("by a bare thread") << true;
    }
    void aProcessorTakenOutOfASystemCallIsFollowed() {
        QFETCH(bool, bare);
        TraceWriter w(22);
        w.generation();
        w.thread(0)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::GoSyscallBegin, {1, 0})
            .event(wire::GoSyscallEndBlocked);
        auto& thief = w.thread(1);
        if (!bare)
            thief.event(wire::ProcStatus, {2, 1}).event(wire::GoStatus, {2, 1, 2});
        thief.event(wire::ProcSteal, {0, 2, 0});
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
        QCOMPARE(result.trace->spans.state(result.trace->lastSpan(result.trace->findGoroutine(1))),
                 GoroutineState::Runnable);
    }

    void whichSystemCallLostItsProcessorFollowsFromTheSequenceNotTheTime() {
        TraceWriter w(22);
        w.generation();
        w.thread(0)
            .event(wire::ProcStatus, {0, 1}, 0)
            .event(wire::GoStatus, {1, 0, 2}, 0)
            .event(wire::GoSyscallBegin, {1, 0}, 0)
            .event(wire::GoSyscallEnd, {}, 0)
            .event(wire::GoSyscallBegin, {2, 0}, 0)
            .event(wire::GoSyscallEndBlocked, {}, 0);
        w.thread(1)
            .event(wire::ProcStatus, {2, 1}, 0)
            .event(wire::GoStatus, {2, 1, 2}, 0)
            .event(wire::ProcSteal, {0, 3, 0}, 0);
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
    }

    void aThreadMayTakeItsOwnProcessorBack() {
        TraceWriter w(22);
        w.generation();
        w.thread(0)
            .event(wire::ProcStatus, {0, 1}, 0)
            .event(wire::GoStatus, {1, 0, 2}, 0)
            .event(wire::GoSyscallBegin, {1, 0}, 0)
            .event(wire::ProcSteal, {0, 2, 0}, 0)
            .event(wire::ProcStart, {0, 3}, 0)
            .event(wire::GoSyscallEndBlocked, {}, 0);
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
    }

    void anAbandonedProcessorIsStolenFromNobody() {
        TraceWriter w(22);
        w.generation();
        w.thread(0).event(wire::ProcStatus, {1, 1}).event(wire::GoStatus, {1, 0, 3}).event(wire::GoSyscallEndBlocked);
        w.thread(1)
            .event(wire::ProcStatus, {2, 1})
            .event(wire::GoStatus, {2, 1, 2})
            .event(wire::ProcStatus, {0, 4})
            .event(wire::ProcSteal, {0, 1, 0});
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
    }

    void aCallbackGoroutineComesAndGoesWithoutAProcessor() {
        TraceWriter w(22);
        w.generation();
        w.thread(0)
            .event(wire::GoCreateSyscall, {4})
            .event(wire::GoSyscallEndBlocked)
            .event(wire::ProcStatus, {0, 2})
            .event(wire::ProcStart, {0, 1})
            .event(wire::GoStatus, {4, noThread, 1})
            .event(wire::GoStart, {4, 1})
            .event(wire::GoSyscallBegin, {2, 0})
            .event(wire::GoDestroySyscall)
            .event(wire::GoCreateSyscall, {4})
            .event(wire::GoDestroySyscall);
        const auto result = load(w);
        QVERIFY2(result.trace && result.trace->report.complete, result.trace ? result.trace->report.error.c_str() : "");
        QCOMPARE(result.trace->goroutines.size(), std::size_t{2}); // the id is used twice
        QVERIFY(!result.trace->aliveAtEnd({0}) && !result.trace->aliveAtEnd({1}));
    }

    void coroutinesHandTheThreadOver() {
        TraceWriter w(23);
        w.generation();
        const auto entry = w.stack({"main.next"});
        w.thread(0)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::GoCreateBlocked, {2, entry, entry})
            .event(wire::GoSwitch, {2, 1}, 10)
            .event(wire::GoSwitchDestroy, {1, 1}, 10);
        const auto result = load(w);
        QVERIFY2(result.trace && result.trace->report.complete, result.trace ? result.trace->report.error.c_str() : "");
        QVERIFY(!result.trace->aliveAtEnd({1}));
        QCOMPARE(result.trace->spans.state(result.trace->lastSpan({0})), GoroutineState::Running);
    }

    void aTaskKeepsItsNameAcrossGenerations() {
        TraceWriter w(22);
        w.generation();
        w.thread(0)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::UserTaskBegin, {2, 0, w.string("my task"), 0});
        w.generation();
        w.thread(0, 50)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::UserTaskEnd, {2, 0});
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
        QCOMPARE(result.trace->tasks.size(), std::size_t{1});
        QCOMPARE(result.trace->text(result.trace->tasks[0].type), std::string_view("my task"));
        QVERIFY(result.trace->tasks[0].ended);
    }

    void eventsThatNoOrderCanExplainLeaveAGap() {
        TraceWriter w(26);
        w.generation();
        w.thread(0)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::GoStop, {w.string("preempted"), 0})
            .event(wire::GoStart, {99, 5}); // nobody ever created it
        const auto result = load(w);
        QVERIFY(result.trace);
        QVERIFY(!result.trace->report.complete);
        const GoroutineIndex unheardOf = result.trace->findGoroutine(99);
        QCOMPARE(result.trace->spans.state(result.trace->firstSpan(unheardOf)), GoroutineState::Unknown);
        QVERIFY(result.trace->report.warnings.front().byteOffset.value_or(0) > 16);
        QCOMPARE(result.trace->report.warnings.front().generation.value_or(0), std::uint64_t{1});
    }

    void aGoroutineFromBeforeTheTraceHasWaitedSinceItsStart() {
        TraceWriter w(26);
        w.generation();
        const auto stack = w.stack({"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.stuck"});
        w.thread(0, 1000)
            .event(wire::ProcStatus, {0, 1})
            .event(wire::GoStatus, {1, 0, 2})
            .event(wire::HeapAlloc, {5}, 5000);
        w.thread(-1, 6000).event(wire::GoStatusStack, {2, noThread, 4, stack});
        const auto result = load(w);
        QVERIFY(result.trace && result.trace->report.complete);
        const Trace& trace = *result.trace;
        const GoroutineIndex g = trace.findGoroutine(2);
        QCOMPARE(trace.lifetime(g), trace.wholeRange());
        QCOMPARE(trace.spans.kind(trace.firstSpan(g)).origin, SpanOrigin::BeforeTrace);
        QCOMPARE(trace.function(g), std::string_view("main.stuck"));
    }

    void theGeneratedTraceOfTheBenchmarksIsWhole() {
        const auto result = loadTrace(generatedTrace(30'000), "generated");
        QVERIFY2(result.trace && result.trace->report.complete, result.trace ? result.trace->report.error.c_str() : "");
        QVERIFY(result.trace->report.events >= 30'000);
    }
};

QTEST_APPLESS_MAIN(TestOrderer)
#include "tst_orderer.moc"
