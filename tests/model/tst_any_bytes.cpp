// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the bytes are: every prefix of small traces of all versions, thousands of damaged copies, and the files that
// broke the reader once. None may crash, cost more than its size allows, or give a trace whose books do not balance.
// (packaging/fuzz goes on from here.)
#include "model/report/stats.h"
#include "tests/support/allocations.h"
#include "tests/support/books.h"
#include "tests/support/recordings.h"
#include "tests/support/trace_writer.h"

#include <QTest>

#include <array>
#include <cstring>
#include <random>

using namespace waitscope;
using namespace waitscope::test;

namespace {

using Bytes = std::vector<std::byte>;

// All of it takes minutes; the sanitizers, for whose sake it is there, get it. The daily build takes every nth.
#if defined(__SANITIZE_ADDRESS__)
constexpr int mutations = 20'000;
constexpr std::size_t betweenPrefixes = 1;
#else
constexpr int mutations = 2'000;
constexpr std::size_t betweenPrefixes = 5;
#endif
// Loading in slices costs twice as much again as loading.
constexpr std::size_t betweenSliced = 8;

struct Sample {
    std::string name;
    Bytes bytes;
};

// Small traces of every version: recorded ones and, with few events, written ones.
std::vector<Sample> smallTraces() {
    std::vector<Sample> samples;
    for (const char* ending : {".trace", ".trace.gz", ".trace.zst"})
        for (const std::string& file : filesBelow(WAITSCOPE_TEST_DATA, ending))
            samples.push_back({file.substr(file.rfind('/') + 1), bytesOf(file)});
    for (const int version : {22, 23, 25, 26}) {
        TraceWriter w(version);
        for (std::uint64_t generation = 1; generation <= 3; ++generation) {
            w.generation();
            const auto stack = w.stack({"runtime.gopark", "main.f"});
            const std::uint64_t clock = generation * 10'000;
            w.thread(1, clock)
                .event(wire::ProcStatus, {0, wire::ProcRunning})
                .event(wire::GoStatus, {1, 1, wire::GoRunning})
                .event(wire::UserRegionBegin, {0, w.string("region"), stack})
                .event(wire::GoSyscallBegin, {1, stack})
                .event(wire::GoSyscallEndBlocked)
                .event(wire::ProcStart, {1, 1})
                .event(wire::GoStart, {1, 1})
                .event(wire::UserTaskBegin, {generation, 0, w.string("task"), stack})
                .event(wire::GoCreate, {10 + generation, stack, stack})
                .event(wire::GoBlock, {w.string("sync"), stack})
                .event(wire::GoStart, {10 + generation, 1})
                .event(wire::GoUnblock, {1, 2, stack})
                .event(wire::GoDestroy)
                .event(wire::GoStart, {1, 3})
                .event(wire::UserTaskEnd, {generation, stack});
            w.thread(2, clock)
                .event(wire::ProcStatus, {1, wire::ProcIdle})
                .event(wire::ProcSteal, {0, 2, 1}, 5)
                .event(wire::HeapAlloc, {4096});
        }
        samples.push_back({"written 1." + std::to_string(version), w.bytes()});
    }
    return samples;
}

// What a load costs is bounded by the bytes there are, whatever they say. A compressed file may hold a thousand times
// its size.
std::string whatIsWrongWith(const Sample& sample, std::span<const std::byte> bytes) {
    // Tables that every load has; each thread that orders has some of its own.
    constexpr std::size_t always = std::size_t{600} << 10;
    constexpr std::size_t memoryPerByte = 64;
    constexpr std::size_t stepsPerByte = 16;
    startCountingAllocations();
    const LoadResult result = loadTrace(bytes, "input", {.threads = 1});
    const std::size_t memory = mostAllocated();
    const bool compressed = sample.name.ends_with(".gz") || sample.name.ends_with(".zst");
    if (!compressed && memory > always + memoryPerByte * bytes.size())
        return std::to_string(memory) + " bytes of memory for a file of " + std::to_string(bytes.size());
    if (static_cast<bool>(result.trace) == result.error.has_value())
        return "there is neither a trace nor an error, or both";
    if (!result.trace)
        return result.error->message.empty() ? "an error without a sentence" : "";
    if (!compressed && result.trace->report.steps > stepsPerByte * bytes.size())
        return std::to_string(result.trace->report.steps) + " steps for a file of " + std::to_string(bytes.size());
    return whatDoesNotAddUp(*result.trace);
}

// A copy with one to four injuries, of the kinds that files come to: bits flip, bytes are overwritten, stretches are
// lost, doubled, moved or filled with zeros, and numbers become too large.
Bytes damagedCopy(const Bytes& whole, std::mt19937_64& random) {
    Bytes bytes = whole;
    const auto upTo = [&](std::size_t n) { return static_cast<std::size_t>(random() % (n + 1)); };
    const auto placeOf = [&](std::size_t at) { return bytes.begin() + static_cast<std::ptrdiff_t>(at); };
    constexpr std::array hugeNumber{std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                    std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                    std::byte{0xff}, std::byte{0x01}};
    for (std::size_t injuries = 1 + upTo(3); injuries > 0 && !bytes.empty(); --injuries) {
        const std::size_t at = upTo(bytes.size() - 1);
        const std::size_t length = 1 + upTo(std::min(bytes.size() - at - 1, std::size_t{1} << upTo(9)));
        switch (random() % 8) {
        case 0:
        case 1:
            bytes[at] ^= std::byte(1U << (random() % 8));
            break;
        case 2:
            bytes[at] = std::byte(random());
            break;
        case 3:
            bytes.erase(placeOf(at), placeOf(at + length));
            break;
        case 4: {
            const Bytes doubled(placeOf(at), placeOf(at + length));
            const std::size_t to = upTo(bytes.size());
            bytes.insert(placeOf(to), doubled.begin(), doubled.end());
            break;
        }
        case 5:
            std::fill(placeOf(at), placeOf(at + length), std::byte{0});
            break;
        case 6:
            std::rotate(placeOf(at), placeOf(at + length / 2), placeOf(at + length));
            break;
        default:
            bytes.insert(placeOf(at), hugeNumber.begin(), hugeNumber.end());
            break;
        }
    }
    return bytes;
}

} // namespace

class TestAnyBytes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyPrefixOfASmallTraceIsReadWithoutHarm_data() {
        QTest::addColumn<int>("sample");
        for (int i = 0; i < static_cast<int>(samples_.size()); ++i)
            QTest::newRow(samples_[static_cast<std::size_t>(i)].name.c_str()) << i;
        QVERIFY(samples_.size() >= 10);
    }
    void everyPrefixOfASmallTraceIsReadWithoutHarm() {
        QFETCH(int, sample);
        const Sample& whole = samples_[static_cast<std::size_t>(sample)];
        QVERIFY(loadTrace(whole.bytes, "whole").trace->report.complete);
        for (std::size_t size = 0; size <= whole.bytes.size(); size += betweenPrefixes) {
            const std::string wrong = whatIsWrongWith(whole, std::span(whole.bytes).first(size));
            QVERIFY2(wrong.empty(), (std::to_string(size) + " bytes: " + wrong).c_str());
        }
    }

    void aDamagedCopyIsReadWithoutHarm() {
        std::mt19937_64 random(1);
        for (int i = 0; i < mutations; ++i) {
            const Sample& whole = samples_[random() % samples_.size()];
            const Bytes damaged = damagedCopy(whole.bytes, random);
            std::string wrong = whatIsWrongWith(whole, damaged);
            if (wrong.empty() && static_cast<std::size_t>(i) % betweenSliced == 0)
                wrong = whatIsWrongWithLoading(damaged);
            QVERIFY2(wrong.empty(), ("copy " + std::to_string(i) + " of " + whole.name + ": " + wrong).c_str());
        }
    }

    void whatBrokeTheReaderOnceDoesNoMore() {
        const auto files = filesBelow(WAITSCOPE_TEST_DATA "/fuzz", "");
        QVERIFY(!files.empty());
        for (const std::string& file : files) {
            const std::string wrong = whatIsWrongWithLoading(bytesOf(file));
            QVERIFY2(wrong.empty(), (file + ": " + wrong).c_str());
        }
    }

    void theTraceIsTheSameWhateverTheThreadsAndSlices() {
        auto files = recordings();
        for (const std::string& file : files) {
            const Bytes bytes = bytesOf(file);
            constexpr std::size_t small = 60'000;
            if (bytes.size() > small)
                continue;
            const auto stats = [&](unsigned threads, std::size_t sliceBytes) {
                return statsJson(*loadTrace(bytes, "file", {.threads = threads, .sliceBytes = sliceBytes}).trace);
            };
            const std::string one = stats(1, 0);
            QVERIFY2(stats(2, 0) == one && stats(8, 0) == one, file.c_str());
            QVERIFY2(stats(1, 20'000) == one && stats(8, 3'000) == one, file.c_str());
        }
    }

    void fourTimesTheEventsCostFourTimesTheSteps() {
        const auto stepsFor = [](std::size_t events) {
            return static_cast<double>(loadTrace(generatedTrace(events), "generated").trace->report.steps);
        };
        const double few = stepsFor(30'000);
        const double many = stepsFor(120'000);
        QVERIFY(few >= 30'000);
        QVERIFY2(many < 4.4 * few, std::to_string(many / few).c_str());
    }

  private:
    std::vector<Sample> samples_ = smallTraces();
};

QTEST_APPLESS_MAIN(TestAnyBytes)
#include "tst_any_bytes.moc"
