// SPDX-License-Identifier: GPL-3.0-or-later
// Real files, whole and broken, through the one entrance of the reader.
#include "tests/support/books.h"
#include "tests/support/recordings.h"

#include <QTest>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace waitscope;
using namespace waitscope::test;

namespace {

LoadResult loadBytes(std::span<const std::byte> bytes) {
    return loadTrace(bytes, "bytes");
}

LoadResult loadText(std::string_view text) {
    return loadBytes(std::as_bytes(std::span(text)));
}

void checkBooks(const Trace& trace) {
    const std::string wrong = whatDoesNotAddUp(trace);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void addRows(const std::vector<std::string>& files) {
    QTest::addColumn<QString>("file");
    for (const std::string& file : files)
        QTest::newRow(file.substr(file.rfind('/', file.rfind('/') - 1) + 1).c_str()) << QString::fromStdString(file);
}

} // namespace

class TestLoad : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aRecordedTraceIsReadWholeAndItsTimesAddUp_data() { addRows(recordings()); }
    void aRecordedTraceIsReadWholeAndItsTimesAddUp() {
        QFETCH(QString, file);
        const LoadResult result = loadTrace(file.toStdString());
        QVERIFY2(result.trace, result.error ? result.error->message.c_str() : "");
        QVERIFY2(result.trace->report.complete, result.trace->report.error.c_str());
        QVERIFY(result.trace->report.warnings.empty());
        QVERIFY(result.trace->goroutines.size() > 0);
        QCOMPARE(result.trace->identity.sha256.size(), std::size_t{64});
        checkBooks(*result.trace);
    }

    void theSameFileGivesTheSameTraceWhateverItIsWrappedIn() {
        const std::string folder = WAITSCOPE_TEST_DATA;
        const auto raw = loadTrace(folder + "/small-go1.26.trace");
        QVERIFY(raw.trace);
        for (const char* wrapped : {"/small-go1.26.trace.zst", "/small-go1.26.trace.gz"}) {
            const auto other = loadTrace(folder + wrapped);
            QVERIFY(other.trace);
            const Spans& ours = raw.trace->spans;
            const Spans& theirs = other.trace->spans;
            QVERIFY(theirs.starts == ours.starts);
            QVERIFY(theirs.stacks == ours.stacks);
            for (std::uint32_t row = 0; row < ours.size(); ++row)
                QCOMPARE(theirs.link({row}), ours.link({row}));
        }
    }

    void damagedFilesGiveTheGenerationsTheyHold_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("generations");
        // From expect.json of the shared files: cut or wrapped files of the versions that are read.
        const std::map<std::string, int> expected{
            {"go1.22-cut-75", 1},     {"go1.22-cut-99", 1},     {"go1.22-cut-1-byte", 1}, {"go1.23-cut-99", 1},
            {"go1.23-cut-1-byte", 1}, {"go1.26-cut-25", 1},     {"go1.26-cut-50", 3},     {"go1.26-cut-75", 3},
            {"go1.26-cut-99", 4},     {"go1.26-cut-1-byte", 4}, {"version-99", 2},        {"gzip.trace", 2},
            {"zstd-3-frames", 2}};
        QTest::newRow("nothing beside the checkout") << QString() << 0;
        for (const std::string& file : filesBelow(WAITSCOPE_SHARED "/traces/broken", ""))
            for (const auto& [name, generations] : expected)
                if (file.find("/" + name) != std::string::npos)
                    QTest::newRow(name.c_str()) << QString::fromStdString(file) << generations;
    }
    void damagedFilesGiveTheGenerationsTheyHold() {
        QFETCH(QString, file);
        QFETCH(int, generations);
        if (file.isEmpty())
            return;
        const LoadResult result = loadTrace(file.toStdString());
        QVERIFY2(result.trace, result.error ? result.error->message.c_str() : "");
        QVERIFY(result.trace->generations.size() >= static_cast<std::size_t>(generations));
        checkBooks(*result.trace);
    }

    void noBrokenFileCrashesTheReader() {
        for (const std::string& file : filesBelow(WAITSCOPE_SHARED "/traces/broken", "")) {
            const LoadResult result = loadTrace(file);
            QCOMPARE(static_cast<bool>(result.trace), !result.error);
            if (result.trace)
                checkBooks(*result.trace);
        }
    }

    void whatIsNoTraceIsSaidToBeWhatItLooksLike_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << QByteArray() << "empty";
        QTest::newRow("text") << QByteArray("panic: out of cheese\n") << "text";
        QTest::newRow("html") << QByteArray("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>") << "HTML";
        QTest::newRow("elf") << QByteArray("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\0", 17) << "ELF";
        QTest::newRow("png") << QByteArray("\211PNG\r\n\032\n\0\0\0\rIHDR", 16) << "PNG";
        QTest::newRow("json") << QByteArray("{\"error\": \"not found\"}") << "JSON";
        QTest::newRow("zeros") << QByteArray(4096, '\0') << "zero bytes";
        QTest::newRow("header only") << QByteArray("go 1.26 trace\0\0\0", 16) << "no events";
        QTest::newRow("half a header") << QByteArray("go 1.26 tra") << "not a Go execution trace";
        QTest::newRow("1.9") << QByteArray("go 1.9 trace\0\0\0\0", 16) << "are not read";
        QTest::newRow("1.19 without its end") << QByteArray("go 1.19 trace\0\0\0", 16) << "end of the file is missing";
        QTest::newRow("1.20") << QByteArray("go 1.20 trace\0\0\0", 16) << "no Go ever wrote";
        QTest::newRow("zeros behind a header")
            << QByteArray("go 1.26 trace\0\0\0", 16) + QByteArray(4096, '\0') << "no events";
    }
    void whatIsNoTraceIsSaidToBeWhatItLooksLike() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        const LoadResult result = loadText({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        QVERIFY(!result.trace);
        QVERIFY2(QString::fromStdString(result.error->message).contains(says), result.error->message.c_str());
    }

    void aTraceBehindAnErrorPageIsFoundAndTheRestIsMentioned() {
        auto bytes = bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace");
        const auto alone = loadBytes(bytes);
        const std::string_view page = "<html><body>retrying</body></html>\n";
        const auto front = std::as_bytes(std::span(page));
        bytes.insert(bytes.begin(), front.begin(), front.end());
        const auto found = loadBytes(bytes);
        QVERIFY(found.trace);
        QCOMPARE(found.trace->report.events, alone.trace->report.events);
        QCOMPARE(found.trace->report.warnings.size(), std::size_t{1});
    }

    void whatCannotBeOpenedIsNamed() {
        const auto missing = loadTrace(std::string("/no/such/file.trace"));
        QVERIFY(missing.error && missing.error->kind == LoadError::Kind::Unreadable);
        QVERIFY(missing.error->message.find("/no/such/file.trace") != std::string::npos);
        const auto folder = loadTrace(std::string("/tmp"));
        QVERIFY(folder.error && folder.error->message.find("folder") != std::string::npos);
    }

    void aStoppedLoadSaysThatItWasCancelled() {
        std::stop_source stop;
        stop.request_stop();
        const auto result =
            loadTrace(std::string(WAITSCOPE_TEST_DATA "/small-go1.26.trace"), {.stop = stop.get_token()});
        QVERIFY(!result.trace);
        QCOMPARE(result.error->kind, LoadError::Kind::Cancelled);
    }

    void aNamedPipeThatNobodyWritesToCanBeCancelled() {
        const std::string pipe = std::string(std::getenv("HOME")) + "/pipe";
        ::unlink(pipe.c_str());
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        std::stop_source stop;
        LoadResult result;
        std::jthread loading([&] { result = loadTrace(pipe, {.stop = stop.get_token()}); });
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
        loading.join();
        QVERIFY(!result.trace);
        QCOMPARE(result.error->kind, LoadError::Kind::Cancelled);
    }

    void aNamedPipeIsReadWhenSomebodyWrites() {
        const std::string pipe = std::string(std::getenv("HOME")) + "/pipe2";
        ::unlink(pipe.c_str());
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        const auto bytes = bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace");
        std::jthread writing([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(80));
            std::ofstream out(pipe, std::ios::binary);
            out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        });
        const auto result = loadTrace(pipe);
        QVERIFY(result.trace && result.trace->report.complete);
    }

    void progressEndsWithAllBytesRead() {
        LoadProgress progress;
        const auto bytes = bytesOf(WAITSCOPE_TEST_DATA "/small-go1.26.trace");
        QVERIFY(loadTrace(bytes, "bytes", {.progress = &progress}).trace);
        QCOMPARE(progress.stage.load(), LoadStage::Building);
    }
};

QTEST_APPLESS_MAIN(TestLoad)
#include "tst_load.moc"
