// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold of findings whatever the trace: where it ends, how fast it leaks, what its functions are called,
// and that it is asked twice.
#include "model/findings/why_healthy.h"
#include "model/reader/memory_room.h"
#include "model/report/findings_report.h"
#include "tests/support/findings_story.h"
#include "tests/support/recordings.h"

#include <QTest>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

using Bytes = std::vector<std::byte>;

/// The file's bytes, decompressed where it is compressed.
Bytes rawBytesOf(const std::string& path) {
    Bytes stored = bytesOf(path);
    if (!path.ends_with(".zst"))
        return stored;
    Bytes raw;
    std::vector<std::byte> chunk(ZSTD_DStreamOutSize());
    ZSTD_DStream* const stream = ZSTD_createDStream();
    for (ZSTD_inBuffer in{stored.data(), stored.size(), 0}; in.pos < in.size;) {
        ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
        if (ZSTD_isError(ZSTD_decompressStream(stream, &out, &in)) != 0)
            break;
        raw.insert(raw.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(out.pos));
    }
    ZSTD_freeDStream(stream);
    return raw;
}

std::optional<Findings> findingsIn(std::span<const std::byte> bytes, const LoadOptions& options = {}) {
    const auto trace = loadTrace(bytes, "recorded", options).trace;
    return trace ? std::optional(computeFindings(computeFacts(trace), {})) : std::nullopt;
}

/// The functions that are accused of being stuck or growing at a tier or above; the place where they wait if it is not
/// known what they run. That a machine was busy (D13, D14) or a lock contended (D3 to D5) holds of the time that was
/// seen, and of no other.
std::set<std::string> accusations(const Findings& findings, Tier least) {
    constexpr std::array<std::string_view, 6> ofTheirTime{"D2", "D3", "D4", "D5", "D13", "D14"};
    const Trace& trace = findings.judgement->evidence.trace();
    std::set<std::string> said;
    for (const Finding& f : findings.all)
        if (f.tier >= least && std::ranges::find(ofTheirTime, f.detector) == ofTheirTime.end())
            said.insert(std::string(trace.text(f.function).empty() ? trace.text(trace.frame(f.site).function)
                                                                   : trace.text(f.function)));
    return said;
}

/// What stays of findings when names are left out.
std::string withoutNames(const Findings& findings) {
    std::string text;
    for (const Finding& f : findings.all)
        text += std::string(f.detector) + std::string(nameOf(f.tier)) + std::to_string(f.goroutines) + "," +
                std::to_string(f.oldest) + "," + std::to_string(f.since) + "," + std::to_string(f.under.value_or(99)) +
                " ";
    return text;
}

/// One row for each own recording, and for each of the newest Go's recordings where those are there.
void recordedRows() {
    QTest::addColumn<QString>("file");
    for (const std::string& file : recordings())
        if (file.find("/traces/") == std::string::npos || file.find("/go1.26/") != std::string::npos)
            QTest::newRow(file.substr(file.rfind('/') + 1).c_str()) << QString::fromStdString(file);
}

} // namespace

class LawsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
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
    void ofRecordedTracesTwiceTheLeakIsTwiceTheSlope() {
        const auto slope = [](const char* file) {
            const auto findings = findingsIn(bytesOf(std::string(WAITSCOPE_TEST_DATA) + "/" + file));
            const Finding* const f = findings ? firstOf(*findings, "D10") : nullptr;
            if (f == nullptr || f->tier != Tier::High ||
                findings->judgement->evidence.trace().text(f->function) != "main.answer")
                return 0.0;
            const auto growth = std::ranges::find(f->numbers, "growth_per_second", &Number::first);
            return growth != f->numbers.end() ? std::get<double>(growth->second) : 0.0;
        };
        const double once = slope("leak-30-a-second.trace.zst");
        QVERIFY(std::abs(once - 30) < 0.05 * 30);
        QVERIFY(std::abs(slope("leak-60-a-second.trace.zst") - 2 * once) < 0.05 * 2 * once);
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
    void ofARecordedTraceNamesChangeNothingButNames_data() { recordedRows(); }
    void ofARecordedTraceNamesChangeNothingButNames() {
        QFETCH(const QString, file);
        Bytes bytes = rawBytesOf(file.toStdString());
        const auto before = findingsIn(bytes);
        QVERIFY(before);
        // Functions of the program, but for main.main, which is never judged. Names of files are names too.
        constexpr std::string_view from = "main.";
        constexpr std::string_view kept = "main.main";
        const auto is = [&](std::size_t at, std::string_view text) {
            return at + text.size() <= bytes.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
        };
        for (std::size_t i = 0; i + from.size() <= bytes.size(); ++i)
            if (is(i, from) && !is(i, kept))
                bytes[i + 1] = std::byte{'o'};
        const auto after = findingsIn(bytes);
        QVERIFY(after);
        QCOMPARE(withoutNames(*after), withoutNames(*before));
    }

    void aRecordedTraceTwiceIsTheSameText_data() { recordedRows(); }
    void aRecordedTraceTwiceIsTheSameText() {
        QFETCH(const QString, file);
        const Bytes bytes = bytesOf(file.toStdString());
        const auto once = findingsIn(bytes);
        const auto again = findingsIn(bytes, {.threads = 1});
        QVERIFY(once && again);
        QVERIFY(findingsJson(*once) == findingsJson(*again));
        QVERIFY(findingsSarif(*once) == findingsSarif(*again));
    }

    void nobodyIsCalledHealthyWhoIsPartOfAFinding_data() { recordedRows(); }
    void nobodyIsCalledHealthyWhoIsPartOfAFinding() {
        QFETCH(const QString, file);
        const auto findings = findingsIn(bytesOf(file.toStdString()));
        QVERIFY(findings);
        const Trace& trace = findings->judgement->evidence.trace();
        std::set<std::uint32_t> accused;
        for (const Finding& f : findings->all)
            for (const GoroutineIndex g : f.members)
                if (f.tier >= Tier::Medium)
                    accused.insert(g.value);
        const auto step = static_cast<std::uint32_t>(trace.goroutines.size() / 500 + 1);
        for (std::uint32_t g = 0; g < trace.goroutines.size(); g += step) {
            const std::string why = whyText(*findings, {g});
            int answers = 0;
            for (const char* answer :
                 {"Part of a finding: ", "It counts as stuck", "Listed, but no alarm: ", "Healthy", "Not judged: "})
                answers += why.find(answer) != std::string::npos ? 1 : 0;
            const bool both =
                why.starts_with("Part of a finding: ") && why.find("It counts as stuck") != std::string::npos;
            QVERIFY2(answers == 1 || (answers == 2 && both), why.c_str());
            QVERIFY2(accused.contains(g) == why.starts_with("Part of a finding: "), why.c_str());
        }
    }

    // What a half accuses the whole does not call healthy: there is something left to check at the same place.
    void theHalvesOfARecordedTraceDoNotContradictTheWhole_data() { recordedRows(); }
    void theHalvesOfARecordedTraceDoNotContradictTheWhole() {
        QFETCH(const QString, file);
        const Bytes bytes = rawBytesOf(file.toStdString());
        const auto whole = findingsIn(bytes);
        QVERIFY(whole);
        const Trace& trace = whole->judgement->evidence.trace();
        if (trace.generations.size() < 2)
            QSKIP("it is of one piece");
        const std::set<std::string> said = accusations(*whole, Tier::Medium);
        const Time middle = trace.generations[trace.generations.size() / 2].start;
        for (const TimeRange half : {TimeRange{0, middle}, TimeRange{middle + 1, trace.duration}}) {
            const auto part = findingsIn(bytes, {.range = half, .memory = memoryFor(bytes.size()) - 1});
            if (!part || !part->judgement->evidence.trace().report.part)
                continue; // the half is nearly all of it
            for (const std::string& high : accusations(*part, Tier::High))
                QVERIFY2(said.contains(high), high.c_str());
        }
    }

    void cuttingTheTailOfARecordedTraceRaisesNoTier_data() { recordedRows(); }
    void cuttingTheTailOfARecordedTraceRaisesNoTier() {
        QFETCH(const QString, file);
        const Bytes bytes = rawBytesOf(file.toStdString());
        const auto whole = findingsIn(bytes);
        QVERIFY(whole);
        for (const Tier tier : {Tier::Medium, Tier::High}) {
            const std::set<std::string> said = accusations(*whole, tier);
            for (const std::size_t quarters : {1U, 2U, 3U}) {
                const auto cut = findingsIn(std::span(bytes).first(bytes.size() / 4 * quarters));
                if (!cut)
                    continue; // nothing is left
                for (const std::string& more : accusations(*cut, tier))
                    QVERIFY2(said.contains(more),
                             (std::string(nameOf(tier)) + " in " + std::to_string(quarters) + "/4: " + more).c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(LawsTest)
#include "tst_findings_laws.moc"
