// SPDX-License-Identifier: GPL-3.0-or-later
// Of a damaged file everything is read that can be, and the report says what is missing, where, and what it means.
#include "tests/support/file_bytes.h"
#include "tests/support/trace_writer.h"

#include "model/reader/generation.h"
#include "model/reader/memory_room.h"
#include "model/report/range_text.h"
#include "model/report/stats.h"
#include "model/report/warning_lines.h"

#include <QTest>

#include <cstdlib>
#include <unistd.h>

using namespace waitscope;
using namespace waitscope::test;

namespace {

// Five generations of one thread on which a goroutine runs, waits and is woken by another.
Bytes fiveGenerations(int version = 26, std::uint64_t firstTicks = 1'000'000) {
    TraceWriter writer(version);
    constexpr std::uint64_t second = 15'625'000;
    for (std::uint64_t n = 1; n <= 5; ++n) {
        writer.generation(n);
        const std::uint64_t work = writer.stack({"main.work"});
        const std::uint64_t sleep = writer.string("sleep");
        for (const std::int64_t other : {2, 3})
            writer.thread(other, firstTicks + n * second)
                .event(wire::GoStatus, {static_cast<std::uint64_t>(other), UINT64_MAX, wire::GoWaiting});
        auto& thread = writer.thread(1, firstTicks + n * second);
        thread.event(wire::ProcStatus, {0, wire::ProcRunning});
        thread.event(wire::GoStatus, {1, 1, wire::GoRunning});
        for (std::uint64_t i = 0; i < 200; ++i) {
            thread.event(wire::GoBlock, {sleep, work}, 1000);
            if (i == 0)
                thread.event(wire::GoUnblock, {1, 1, 0}, 1000);
            else
                thread.event(wire::GoUnblock, {1, 2 * i + 1, 0}, 1000);
            thread.event(wire::GoStart, {1, 2 * i + 2}, 1000);
        }
    }
    return writer.bytes();
}

struct Place {
    std::size_t header = 0; ///< of the batch
    BatchFrame frame;
};

// Where the batches of a file are.
std::vector<Place> batchesOf(const Bytes& bytes, int version) {
    const auto source = TraceBytes::of(bytes, {});
    std::vector<Place> places;
    for (std::size_t at = 16;;) {
        BatchFrame frame;
        const FrameRead read = readFrame(*source, at, version, frame);
        if (read == FrameRead::GenerationEnd) {
            ++at;
            continue;
        }
        if (read != FrameRead::Batch)
            return places;
        places.push_back({at, frame});
        at = frame.begin + frame.size;
    }
}

std::string pathIn(const char* name) {
    return std::string(std::getenv("HOME")) + "/" + name;
}

void write(const std::string& path, std::span<const std::byte> bytes) {
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

bool says(const LoadResult& result, const char* what) {
    return said(result).find(what) != std::string::npos;
}

} // namespace

class TestSalvage : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theStoryItselfIsWhole() {
        for (const int version : {22, 26}) {
            const auto result = load(fiveGenerations(version));
            QVERIFY2(result.trace && result.trace->report.complete, said(result).c_str());
            QVERIFY(result.trace->report.warnings.empty());
            QCOMPARE(result.trace->generations.size(), std::size_t{5});
        }
    }

    void aMissingMiddleCostsItsGenerationsOnly_data() {
        QTest::addColumn<int>("version");
        QTest::newRow("1.22") << 22;
        QTest::newRow("1.26") << 26;
    }
    void aMissingMiddleCostsItsGenerationsOnly() {
        QFETCH(int, version);
        Bytes bytes = fiveGenerations(version);
        const auto whole = load(bytes);
        const auto places = batchesOf(bytes, version);
        std::size_t from = 0;
        std::size_t to = 0;
        for (const Place& place : places) {
            from = from == 0 && place.frame.generation == 2 ? place.header + 30 : from;
            to = to == 0 && place.frame.generation == 4 ? place.header - 30 : to;
        }
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(to));
        const auto result = load(bytes);
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY(!result.trace->report.complete);
        QCOMPARE(result.trace->duration, whole.trace->duration);
        QVERIFY2(says(result, "incomplete"), said(result).c_str());
        QVERIFY(result.trace->report.events > whole.trace->report.events * 5 / 10);
        const auto& warning = result.trace->report.warnings.front();
        QVERIFY2(warning.byteOffset && warning.affected, said(result).c_str());
        QVERIFY(*warning.byteOffset >= 16 && warning.affected->length() > 0);
    }

    void aFlippedBitInABatchHeaderLosesNothing_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<int>("field");
        for (const int version : {22, 26}) {
            const std::string v = "1." + std::to_string(version);
            QTest::newRow((v + " type").c_str()) << version << 0;
            QTest::newRow((v + " generation").c_str()) << version << 1;
            QTest::newRow((v + " length, too small").c_str()) << version << 2;
            QTest::newRow((v + " length, too large").c_str()) << version << 3;
        }
    }
    void aFlippedBitInABatchHeaderLosesNothing() {
        QFETCH(int, version);
        QFETCH(int, field);
        Bytes bytes = fiveGenerations(version);
        const auto whole = load(bytes);
        Place event; // the events of generation 3
        for (const Place& place : batchesOf(bytes, version))
            if (place.frame.generation == 3 && place.frame.thread == 1)
                event = place;
        QVERIFY(event.frame.size > 1000);
        const auto low = event.frame.begin; // the last byte of the length stands in front of the data
        switch (field) {
        case 0:
            bytes[event.header] ^= std::byte{0x40};
            break;
        case 1:
            bytes[event.header + 1] ^= std::byte{0x10};
            break;
        case 2:
            bytes[low - 1] = std::byte{static_cast<unsigned char>(std::to_integer<unsigned>(bytes[low - 1]) - 1)};
            break;
        default:
            bytes[low - 1] = std::byte{static_cast<unsigned char>(std::to_integer<unsigned>(bytes[low - 1]) + 1)};
            break;
        }
        const auto result = load(bytes);
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY(!result.trace->report.warnings.empty());
        QCOMPARE(result.trace->report.events, whole.trace->report.events);
        QVERIFY(result.trace->spans.starts == whole.trace->spans.starts);
    }

    void garbageBetweenBatchesIsSkippedAndMentioned() {
        Bytes bytes = fiveGenerations(22);
        const auto whole = load(bytes);
        const std::size_t at = batchesOf(bytes, 22)[4].header;
        const Bytes garbage = asBytes("2026/11/24 12:00:00 a line of a log that went into the same file\n");
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), garbage.begin(), garbage.end());
        const auto result = load(bytes);
        QVERIFY2(result.trace, said(result).c_str());
        QCOMPARE(result.trace->report.events, whole.trace->report.events);
        QVERIFY2(says(result, "65 bytes"), said(result).c_str());
        QCOMPARE(result.trace->report.warnings.front().byteOffset.value_or(0), std::uint64_t{at});
    }

    void aBatchWithAnImpossibleClockDoesNotStretchTheTrace() {
        for (const bool late : {false, true}) {
            Bytes bytes = fiveGenerations(26, 1'000'000'000'000);
            const auto whole = load(bytes);
            for (const Place& place : batchesOf(bytes, 26))
                if (place.frame.generation == 3 && place.frame.thread == 1) {
                    // Type, generation and thread take a byte each; then the clock, of which the sixth byte is the
                    // last.
                    QVERIFY(std::to_integer<unsigned>(bytes[place.header + 8]) < 0x80);
                    bytes[place.header + 8] = late ? std::byte{0x7f} : std::byte{0x01};
                }
            const auto result = load(bytes);
            QVERIFY2(result.trace, said(result).c_str());
            QVERIFY2(says(result, "clock of a batch"), said(result).c_str());
            QVERIFY(result.trace->duration < 2 * whole.trace->duration);
        }
    }

    void twoTracesOneAfterTheOtherGiveTheFirstAndCountTheSecond() {
        for (const char* version : {"1.21", "1.22", "1.26"}) {
            const auto alone = load(smallTrace(version));
            const auto result = load(joined({smallTrace(version), smallTrace("1.25")}));
            QVERIFY2(result.trace, said(result).c_str());
            QCOMPARE(result.trace->report.events, alone.trace->report.events);
            QVERIFY2(result.trace->report.complete, said(result).c_str());
            QVERIFY2(says(result, "Another trace (go 1.25 trace) begins at byte"), said(result).c_str());
            QCOMPARE(result.trace->report.warnings.back().byteOffset.value_or(0),
                     std::uint64_t{smallTrace(version).size()});
        }
    }

    void anEmptyTraceInFrontOfAWholeOneIsPassedOver() {
        const auto result = load(joined({asBytes({"go 1.26 trace\0\0\0", 16}), smallTrace()}));
        QVERIFY2(result.trace, said(result).c_str());
        QCOMPARE(result.trace->report.events, load(smallTrace()).trace->report.events);
    }

    void textBehindATraceIsNoDamage() {
        const auto result = load(joined({smallTrace(), asBytes("exit status 2\nFAIL example.com/service 1.2s\n")}));
        QVERIFY(result.trace && result.trace->report.complete);
        QVERIFY2(says(result, "looks like text"), said(result).c_str());
    }

    void aCutOffFileSaysHowMuchOfItsEndIsMissing() {
        const Bytes bytes = fiveGenerations();
        const auto result = load(std::span(bytes).first(bytes.size() - 1));
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY2(says(result, "the last "), said(result).c_str());
        const LoadWarning& warning = result.trace->report.warnings.front();
        QCOMPARE(warning.generation.value_or(0), std::uint64_t{5});
        QVERIFY(warning.affected);
        QCOMPARE(warning.affected->end, result.trace->duration);
        QVERIFY(warning.affected->begin > 0);
        QCOMPARE(result.trace->report.error, warning.text);
        QVERIFY(statsJson(*result.trace).find("\"affected_ns\"") != std::string::npos);
        QVERIFY(warningLines(*result.trace).starts_with("# warning: "));
    }

    void aV1FileCutOffAnywhereIsReadUpToThere() {
        const Bytes bytes = smallTrace("1.21");
        const auto whole = load(bytes);
        std::size_t read = 0;
        std::size_t withoutItsClock = 0;
        for (std::size_t size = bytes.size() / 50; size < bytes.size(); size += bytes.size() / 50) {
            const auto result = load(std::span(bytes).first(size));
            if (!result.trace)
                continue;
            ++read;
            withoutItsClock += says(result, "3 GHz") ? 1 : 0;
            QVERIFY(result.trace->report.events <= whole.trace->report.events);
        }
        QVERIFY(read > 20);
        QVERIFY(withoutItsClock > 5);
    }

    void aHoleInAV1FileIsSteppedOver() {
        for (const std::string& file : filesBelow(WAITSCOPE_SHARED "/traces/broken", "-hole.trace")) {
            if (file.find("go1.19") == std::string::npos && file.find("go1.21") == std::string::npos)
                continue;
            const auto result = loadTrace(file);
            QVERIFY2(result.trace, said(result).c_str());
            QVERIFY2(says(result, "cannot be read"), said(result).c_str());
            QVERIFY(!says(result, "3 GHz")); // its end is there
            QVERIFY(result.trace->report.events > 1000);
        }
    }

    void whatIsNotKnownIsCounted() {
        TraceWriter writer(26);
        writer.generation();
        const std::uint64_t reason = writer.string("waiting for Godot");
        auto& thread = writer.thread(1, 100);
        thread.event(wire::ProcStatus, {0, wire::ProcRunning});
        thread.event(wire::GoStatus, {1, 1, wire::GoRunning});
        thread.event(wire::GoBlock, {reason, 0}, 1000);
        thread.event(99, {}, 10);
        const auto result = load(writer.bytes());
        QVERIFY2(result.trace, said(result).c_str());
        const auto& unknown = result.trace->report.unknown;
        QCOMPARE(unknown.size(), std::size_t{2});
        QCOMPARE(unknown[0].kind, UnknownThing::Kind::EventType);
        QCOMPARE(unknown[0].name, std::string("99"));
        QCOMPARE(unknown[0].count, std::uint64_t{1});
        QCOMPARE(unknown[1].kind, UnknownThing::Kind::WaitReason);
        QCOMPARE(unknown[1].name, std::string("waiting for Godot"));
        QVERIFY2(says(result, "unknown type 99"), said(result).c_str());
    }

    void aFileThatShrinksWhileItIsMappedGivesWhatIsLeft() {
        const std::string path = pathIn("shrinks.trace");
        const Bytes bytes = generatedTrace(200'000);
        write(path, bytes);
        LoadError error;
        const auto source = TraceBytes::open(path, {}, error);
        QVERIFY(source);
        QCOMPARE(::truncate(path.c_str(), static_cast<off_t>(bytes.size() / 2)), 0);
        std::size_t sum = 0;
        for (std::size_t at = 0; at < source->stored().size(); at += 512)
            sum += std::to_integer<std::size_t>(source->stored()[at]);
        QVERIFY(sum > 0);
        QVERIFY(source->ensure(bytes.size()) < bytes.size());
        QVERIFY2(source->damage().find("shrank") != std::string::npos, source->damage().c_str());
    }

    void aFileThatIsCutShortDuringALoadNeverEndsTheProgram() {
        const std::string path = pathIn("cut-short.trace");
        const Bytes bytes = generatedTrace(400'000);
        for (int round = 0; round < 8; ++round) {
            write(path, bytes);
            int snapshots = 0;
            int cut = -1;
            LoadOptions options;
            options.sliceBytes = 20'000;
            options.publishAfter = {};
            options.publish = [&](const std::shared_ptr<const Trace>&) { // in the middle of the load, on its thread
                if (snapshots++ == round)
                    cut = ::truncate(path.c_str(), round % 2 == 0 ? 4096 : static_cast<off_t>(bytes.size() / 3));
            };
            const LoadResult result = loadTrace(path, options);
            QCOMPARE(cut, 0);
            QVERIFY2(!said(result).empty(), "a file that shrank is never whole");
            QCOMPARE(static_cast<bool>(result.trace), !result.error);
        }
    }

    void aFileThatGrowsWhileItIsReadSaysSo() {
        const std::string path = pathIn("grows.trace");
        const Bytes bytes = smallTrace();
        write(path, bytes);
        LoadError error;
        const auto source = TraceBytes::open(path, {}, error);
        std::ofstream(path, std::ios::binary | std::ios::app) << "more";
        QVERIFY2(source->damage().find("grew") != std::string::npos, source->damage().c_str());
    }

    void whatWouldNotFitIntoMemoryIsRefusedWithWhatWouldHelp() {
        const Bytes trace = generatedTrace(300'000);
        for (const Bytes& bytes : {trace, zstd(trace)}) {
            const auto result = load(bytes, {.memory = 1'000'000});
            QVERIFY(!result.trace);
            QVERIFY2(says(result, "is not loaded") && says(result, "on a machine with"), said(result).c_str());
        }
        QVERIFY(load(trace, {.memory = memoryFor(trace.size()) + 1}).trace);
        QVERIFY(memoryRoom().bytes > 0);
    }

    void ofATraceThatWouldNotFitOnlyTheGenerationsOfARangeAreRead() {
        const Bytes trace = fiveGenerations();
        const std::uint64_t memory = memoryFor(trace.size()) / 2; // for two of five generations
        for (const Bytes& bytes : {trace, zstd(trace)}) {
            const auto whole = load(bytes).trace;
            const auto begin = [&](std::size_t generation) { return whole->generations[generation].start; };
            // Two generations, and not the one that begins where the range ends.
            const auto result = load(bytes, {.range = TimeRange{begin(2) + 1, begin(4)}, .memory = memory});
            QVERIFY2(result.trace, said(result).c_str());
            const Trace& part = *result.trace;
            QCOMPARE(part.generations.size(), std::size_t{2});
            QVERIFY(part.report.part == (TimeRange{begin(2), begin(2) + part.duration}));
            QVERIFY2(says(result, "was read. Times count from there"), said(result).c_str());
            QVERIFY(part.report.steps * 2 < whole->report.steps);
            // The same spans as in the whole, except that what was before is not known.
            const GoroutineIndex g = part.findGoroutine(1);
            const SpanRange spans = part.goroutines.spans(g);
            QVERIFY(part.preExisting(g));
            QCOMPARE(part.lifetime(g), (TimeRange{0, part.duration}));
            for (std::uint32_t s = spans.begin + 1; s + 1 < spans.end; ++s) {
                const Time inFile = begin(2) + part.spans.start({s});
                const SpanIndex same = whole->spanAt(whole->findGoroutine(1), inFile);
                QCOMPARE(whole->spans.start(same), inFile);
                QVERIFY(whole->spans.state(same) == part.spans.state({s}));
            }
            std::string problem;
            QCOMPARE(rangeOption({1, 5}, part),
                     std::to_string(begin(2) + 1) + "ns.." + std::to_string(begin(2) + 5) + "ns");
            QVERIFY(rangeFrom(rangeOption({1, 5}, part), part, problem) == (TimeRange{1, 5}));
            QVERIFY(rangeFrom("", part, problem) == part.wholeRange());
        }
    }

    void aTraceThatFitsIsReadWholeWhateverTheRange() {
        const auto whole = load(fiveGenerations(), {.range = TimeRange{0, 1}}).trace;
        QVERIFY(!whole->report.part);
        QCOMPARE(whole->generations.size(), std::size_t{5});
    }

    void aPartThatWouldNotFitEitherIsRefusedToo() {
        const Bytes trace = fiveGenerations();
        const auto result = load(trace, {.range = askedRange("0s.."), .memory = memoryFor(trace.size()) / 2});
        QVERIFY(!result.trace);
        QVERIFY2(says(result, "is not loaded") && says(result, "--range"), said(result).c_str());
    }

    void adversarialFilesCostBoundedWork_data() {
        QTest::addColumn<QByteArray>("bytes");
        const auto file = [](const char* name, auto write) {
            TraceWriter writer(26);
            write(writer);
            const Bytes bytes = writer.bytes();
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<qsizetype>(bytes.size()));
        };
        file("many threads", [](TraceWriter& writer) {
            writer.generation();
            for (std::int64_t t = 1; t < 100'000; ++t)
                writer.thread(t, 100).event(wire::GoStatus,
                                            {static_cast<std::uint64_t>(t), UINT64_MAX, wire::GoRunnable});
        });
        file("many generations", [](TraceWriter& writer) {
            for (std::uint64_t g = 1; g < 3'000; ++g) {
                writer.generation(g);
                writer.thread(1, 100 + g).event(wire::GoStatus, {1, UINT64_MAX, wire::GoWaiting});
            }
        });
        file("enormous ids", [](TraceWriter& writer) {
            writer.generation();
            for (std::uint64_t i = 0; i < 1'000; ++i)
                writer.thread(static_cast<std::int64_t>(UINT64_MAX / 2 - i), 100)
                    .event(wire::GoStatus, {UINT64_MAX / 2 - i * 1'000'003, UINT64_MAX, wire::GoWaiting})
                    .event(wire::ProcStatus, {UINT64_MAX / 2 - i, wire::ProcIdle});
        });
        QByteArray ones("go 1.26 trace\0\0\0", 16);
        ones += QByteArray(1 << 20, '\1');
        QTest::newRow("nothing but begins of batches") << ones;
        QByteArray headers;
        for (int i = 0; i < 50'000; ++i)
            headers += QByteArray("go 1.26 trace\0\0\0", 16);
        QTest::newRow("nothing but headers") << headers;
        QByteArray old("go 1.21 trace\0\0\0", 16);
        for (int i = 0; i < 300'000; ++i)
            old += QByteArray("\x41\1\1\x3f", 4);
        QTest::newRow("batches that make no sense") << old;
    }
    void adversarialFilesCostBoundedWork() {
        QFETCH(QByteArray, bytes);
        const auto before = std::chrono::steady_clock::now();
        const auto result = load(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
        const auto took = std::chrono::steady_clock::now() - before;
        QCOMPARE(static_cast<bool>(result.trace), !result.error);
        // Far more than it takes, far less than anything quadratic would, sanitizers or not.
        QVERIFY2(took < std::chrono::seconds(60), qPrintable(QString::number(took / std::chrono::milliseconds(1))));
        qInfo("%lld ms, %s", static_cast<long long>(took / std::chrono::milliseconds(1)),
              said(result).substr(0, 100).c_str());
    }
};

QTEST_APPLESS_MAIN(TestSalvage)
#include "tst_salvage.moc"
