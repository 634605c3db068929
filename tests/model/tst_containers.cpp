// SPDX-License-Identifier: GPL-3.0-or-later
// A trace is found and read the same in whatever it is wrapped.
#include "tests/support/file_bytes.h"
#include "tests/support/trace_writer.h"

#include <QTest>

using namespace waitscope;
using namespace waitscope::test;

namespace {

void addRow(const char* name, const Bytes& bytes, int warnings = 0) {
    QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
                        << warnings;
}

Bytes chunked(const Bytes& body, std::size_t each) {
    Bytes out;
    for (std::size_t at = 0; at < body.size(); at += each) {
        const std::size_t size = std::min(each, body.size() - at);
        const Bytes line = asBytes(QByteArray::number(static_cast<qulonglong>(size), 16).toStdString() + "\r\n");
        out = joined({out, line,
                      Bytes(body.begin() + static_cast<std::ptrdiff_t>(at),
                            body.begin() + static_cast<std::ptrdiff_t>(at + size)),
                      asBytes("\r\n")});
    }
    return joined({out, asBytes("0\r\n\r\n")});
}

// The bytes as several frames.
Bytes frames(const Bytes& content, std::size_t each, bool saysSize) {
    Bytes out;
    for (std::size_t at = 0; at < content.size(); at += each)
        out = joined({out, zstd(std::span(content).subspan(at, std::min(each, content.size() - at)), saysSize)});
    return out;
}

const char* const chunkedHeader = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n";

} // namespace

class TestContainers : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aTraceIsReadTheSameInWhateverItIsWrapped_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("warnings");
        const Bytes trace = smallTrace();
        const Bytes readme = tarMember("README", asBytes("A dump of the service.\n"));
        const Bytes archive = tar({readme, tarMember("data/no-telling-name", trace), readme});
        addRow("raw", trace);
        addRow("tar", archive);
        addRow("tar.gz", gzip(archive));
        addRow("tar.zst", zstd(archive));
        addRow("a gzip in a tar", tar({readme, tarMember("t", gzip(trace))}));
        addRow("a zstd in a tar in a gzip", gzip(tar({tarMember("t", zstd(trace)), readme})));
        addRow("a gzip in a zstd", zstd(gzip(trace)));
        addRow("many frames of zstd", frames(trace, 1000, true));
        addRow("many frames that do not say their size", frames(trace, 1000, false));
        addRow("skippable frames between frames",
               joined({asBytes({"\x51\x2a\x4d\x18\x03\x00\x00\x00xyz", 11}), frames(trace, 5000, true)}));
        addRow("an HTTP response", joined({asBytes("HTTP/1.1 200 OK\r\nX-Go: 1\r\n\r\n"), trace}), 1);
        addRow("a chunked HTTP response", joined({asBytes(chunkedHeader), chunked(trace, 777)}), 1);
        addRow("a chunked HTTP response of gzip", joined({asBytes(chunkedHeader), chunked(gzip(trace), 100)}), 1);
        addRow("a gzip behind an HTTP header",
               joined({asBytes("HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n"), gzip(trace)}), 1);
        addRow("log lines in front", joined({asBytes("2026/11/24 12:00:00 tracing\n"), trace}), 1);
    }
    void aTraceIsReadTheSameInWhateverItIsWrapped() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, warnings);
        const auto expected = load(smallTrace());
        const auto result = load(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY2(result.trace->report.complete, said(result).c_str());
        QCOMPARE(static_cast<int>(result.trace->report.warnings.size()), warnings);
        QCOMPARE(result.trace->report.events, expected.trace->report.events);
        QVERIFY(result.trace->spans.starts == expected.trace->spans.starts);
        QVERIFY(result.trace->spans.stacks == expected.trace->spans.stacks);
    }

    void framesKeepTheirOrderWhateverTheNumberOfThreads() {
        const Bytes trace = generatedTrace(300'000);
        const auto raw = load(trace);
        for (const bool saysSize : {true, false}) {
            const Bytes wrapped = frames(trace, 10'000, saysSize);
            for (const unsigned threads : {1U, 2U, 8U}) {
                const auto result = load(wrapped, {.threads = threads});
                QVERIFY2(result.trace && result.trace->report.complete, said(result).c_str());
                QVERIFY(result.trace->spans.starts == raw.trace->spans.starts);
            }
        }
    }

    void aDamagedFrameCostsItselfOnly() {
        const Bytes trace = generatedTrace(300'000);
        constexpr std::size_t each = 100'000;
        Bytes wrapped = frames(trace, each, true);
        const std::size_t first = zstd(std::span(trace).first(each)).size();
        const std::size_t second = zstd(std::span(trace).subspan(each, each)).size();
        wrapped[first + second / 2] ^= std::byte{0xff};
        const auto whole = load(trace);
        const auto result = load(wrapped);
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY(!result.trace->report.complete);
        QVERIFY2(said(result).find("zstd") != std::string::npos, said(result).c_str());
        QCOMPARE(result.trace->duration, whole.trace->duration);
        QVERIFY(result.trace->report.events > whole.trace->report.events / 4);
    }

    void anArchiveWithoutATraceSaysSo() {
        const auto result = load(tar({tarMember("a.txt", asBytes("nothing")), tarMember("b", asBytes("{}"))}));
        QVERIFY(!result.trace);
        QVERIFY2(said(result).find("tar archive without a Go execution trace in it (2 files)") != std::string::npos,
                 said(result).c_str());
    }

    void ofSeveralTracesInAnArchiveTheFirstIsReadAndTheOthersAreNamed() {
        const auto result =
            load(tar({tarMember("old.trace", smallTrace("1.22")), tarMember("new.trace", smallTrace())}));
        QVERIFY2(result.trace, said(result).c_str());
        QCOMPARE(result.trace->formatVersion, 22);
        QVERIFY2(said(result).find("2 traces") != std::string::npos, said(result).c_str());
        QVERIFY2(said(result).find("new.trace") != std::string::npos, said(result).c_str());
    }

    void anArchiveThatIsCutOffGivesWhatItHolds() {
        const Bytes archive = tar({tarMember("t", smallTrace("1.22"))});
        const auto result = load(std::span(archive).first(archive.size() / 2));
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY2(said(result).find("tar archive is damaged") != std::string::npos, said(result).c_str());
    }

    void aChunkedResponseThatIsCutOffGivesWhatItHolds() {
        const Bytes response = joined({asBytes(chunkedHeader), chunked(smallTrace("1.22"), 777)});
        const auto result = load(std::span(response).first(response.size() * 3 / 4));
        QVERIFY2(result.trace, said(result).c_str());
        QVERIFY2(said(result).find("middle of a chunk") != std::string::npos, said(result).c_str());
    }

    void manyZerosBehindAHeaderEndInASentence() {
        // The reader looks for a batch in all of them, and gives the memory back as it goes.
        const Bytes zeros(std::size_t{200} << 20);
        const Bytes bomb = zstd(joined({asBytes({"go 1.26 trace\0\0\0", 16}), zeros}));
        const auto result = load(bomb);
        QVERIFY(!result.trace);
        QVERIFY2(said(result).find("no events") != std::string::npos, said(result).c_str());
    }
};

QTEST_APPLESS_MAIN(TestContainers)
#include "tst_containers.moc"
