// SPDX-License-Identifier: GPL-3.0-or-later
// Is a trace that was cut into slices and put together again the same trace?
#include "model/reader/load.h"
#include "tests/support/trace_writer.h"

#include <QTest>

#include <map>

using namespace waitscope;
using namespace waitscope::test;

namespace {

constexpr std::size_t smallSlices = 20'000; // bytes
constexpr std::size_t oneSlice = std::size_t{1} << 40;

std::shared_ptr<const Trace> load(std::span<const std::byte> bytes, const LoadOptions& options) {
    const LoadResult result = loadTrace(bytes, "slices", options);
    return result.trace;
}

template <class Table, class Index> std::string idOf(const Table& table, Index index) {
    return index.known() ? std::to_string(table.at(index.value).id) : std::string("?");
}

// What a goroutine did, in words that do not depend on the order in which tables were filled.
std::vector<std::string> life(const Trace& trace, GoroutineIndex g) {
    std::vector<std::string> told;
    const SpanRange own = trace.goroutines.spans(g);
    for (std::uint32_t s = own.begin; s <= own.end; ++s) {
        const SpanKind& kind = trace.spans.kind({s});
        std::string span = std::to_string(trace.spans.start({s})) + " " + std::to_string(static_cast<int>(kind.state)) +
                           " " + std::to_string(static_cast<int>(kind.origin)) + " " +
                           std::string(trace.text(kind.reason));
        if (kind.state == GoroutineState::Running)
            span += " on " + idOf(trace.processors, trace.spans.proc({s})) + " by thread " +
                    idOf(trace.threads, trace.spans.thread({s}));
        else if (kind.origin == SpanOrigin::Woken || kind.origin == SpanOrigin::Created)
            span += " by " + (trace.spans.waker({s}).isGoroutine()
                                  ? std::to_string(trace.goroutines.id(trace.spans.waker({s}).goroutine()))
                                  : std::string("nobody"));
        for (const FrameId frame : trace.stacks[trace.spans.stack({s})])
            span += " " + std::string(trace.text(trace.frame(frame).function));
        told.push_back(std::move(span));
    }
    return told;
}

std::map<std::int64_t, std::vector<std::string>> lives(const Trace& trace) {
    std::map<std::int64_t, std::vector<std::string>> all;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        all[trace.goroutines.id({g})] = life(trace, {g});
    return all;
}

} // namespace

class TestSlices : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aTraceOfManySlicesIsTheTraceOfOne() {
        const auto bytes = generatedTrace(200'000);
        const auto whole = load(bytes, {.sliceBytes = oneSlice});
        const auto sliced = load(bytes, {.sliceBytes = smallSlices});
        QVERIFY(whole && sliced);
        QVERIFY(whole->report.complete && sliced->report.complete);
        QCOMPARE(sliced->report.events, whole->report.events);
        QCOMPARE(sliced->duration, whole->duration);
        const auto told = lives(*whole);
        const auto retold = lives(*sliced);
        QCOMPARE(retold.size(), told.size());
        for (const auto& [id, life] : told)
            for (std::size_t i = 0; i < life.size(); ++i)
                QCOMPARE(QString::fromStdString(retold.at(id).at(i)), QString::fromStdString(life[i]));
        for (std::size_t p = 0; p < whole->processors.size(); ++p)
            QCOMPARE(sliced->processors[p].runs.size(), whole->processors[p].runs.size());
    }

    // Each slice has tables of all goroutines that it speaks of.
    void whereAThousandGoroutinesTakeTurnsThereAreFewerSlices() {
        const auto slicesPerMegabyte = [](const std::vector<std::byte>& bytes) {
            int joined = 0;
            LoadOptions options{.sliceBytes = 250'000}; // some batches
            options.publish = [&](const std::shared_ptr<const Trace>&) { ++joined; };
            options.publishAfter = {};
            [&] { QVERIFY(load(bytes, options)); }();
            return 1e6 * joined / static_cast<double>(bytes.size());
        };
        const double few = slicesPerMegabyte(generatedCrowd(50, 8'000));
        const double many = slicesPerMegabyte(generatedCrowd(20'000, 20));
        QVERIFY2(few > 2.5 * many && many > 0.5, qPrintable(QStringLiteral("%1, %2").arg(few).arg(many)));
    }

    void theNumberOfThreadsChangesNothing() {
        const auto bytes = generatedTrace(200'000);
        const auto one = load(bytes, {.threads = 1, .sliceBytes = smallSlices});
        for (const unsigned threads : {2U, 8U}) {
            const auto many = load(bytes, {.threads = threads, .sliceBytes = smallSlices});
            QVERIFY(many->spans.starts == one->spans.starts);
            QVERIFY(many->spans.stacks == one->spans.stacks);
            QVERIFY(many->goroutines.ids == one->goroutines.ids);
            QVERIFY(many->goroutines.firstSpans == one->goroutines.firstSpans);
            QVERIFY(lives(*many) == lives(*one));
        }
    }

    // The state of a goroutine that did nothing is told at the end of the generation, many slices after its begin.
    void whoseStateIsToldLateWasThereFromTheStart() {
        TraceWriter w(26);
        w.generation();
        const auto stack = w.stack({"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.stuck"});
        auto& thread = w.thread(0, 1000);
        thread.event(wire::ProcStatus, {0, wire::ProcRunning}).event(wire::GoStatus, {1, 0, wire::GoRunning});
        std::uint64_t ticks = 1002;
        for (; ticks < 100'000; ++ticks)
            thread.event(wire::HeapAlloc, {ticks});
        w.thread(-1, ticks).event(wire::GoStatusStack, {2, UINT64_MAX, wire::GoWaiting, stack});
        const auto trace = load(w.bytes(), {.sliceBytes = smallSlices});
        QVERIFY(trace && trace->report.complete);
        const GoroutineIndex stuck = trace->findGoroutine(2);
        QCOMPARE(trace->lifetime(stuck), trace->wholeRange());
        QCOMPARE(trace->spans.kind(trace->firstSpan(stuck)).origin, SpanOrigin::BeforeTrace);
    }

    void aSnapshotIsTheBeginOfTheTrace() {
        const auto bytes = generatedTrace(200'000);
        std::vector<std::shared_ptr<const Trace>> snapshots;
        LoadOptions options;
        options.publish = [&](std::shared_ptr<const Trace> trace) { snapshots.push_back(std::move(trace)); };
        options.publishAfter = {};
        options.threads = 2;
        options.sliceBytes = smallSlices;
        const auto whole = load(bytes, options);
        QVERIFY(whole && !whole->report.growing);
        QVERIFY(snapshots.size() > 5);
        const auto all = lives(*whole);
        Time before = 0;
        for (const auto& snapshot : snapshots) {
            QVERIFY(snapshot->report.growing);
            QVERIFY(snapshot->duration > before && snapshot->duration < whole->duration);
            before = snapshot->duration;
        }
        const Trace& middle = *snapshots[snapshots.size() / 2];
        QVERIFY(middle.goroutines.size() > 100);
        for (const auto& [id, told] : lives(middle)) {
            const auto& later = all.at(id);
            QVERIFY(later.size() >= told.size());
            // But for the last line, which says that more is to come.
            QVERIFY(std::equal(told.begin(), told.end() - 1, later.begin()));
        }
    }
};

QTEST_GUILESS_MAIN(TestSlices)
#include "tst_slices.moc"
