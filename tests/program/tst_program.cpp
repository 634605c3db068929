// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a user runs it: what comes out, where, and with which exit code.
#include "model/reader/memory_room.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace waitscope;

namespace {

const QString data = QStringLiteral(WAITSCOPE_TEST_DATA);
const QString sample = QStringLiteral(WAITSCOPE_SOURCE "/resources/lru-burst-mutex.trace.zst");
const QString fixed = QStringLiteral(WAITSCOPE_SOURCE "/resources/lru-burst-rwmutex.trace.zst");

struct Run {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
};

Run run(const QStringList& arguments, const QByteArray& input = {}, const QStringList& environment = {}) {
    QProcess process;
    QStringList env = QProcess::systemEnvironment();
    env.removeIf([](const QString& line) {
        return line.startsWith(QStringLiteral("DISPLAY=")) || line.startsWith(QStringLiteral("WAYLAND_DISPLAY=")) ||
               line.startsWith(QStringLiteral("QT_QPA_PLATFORM="));
    });
    process.setEnvironment(env + environment);
    process.start(QStringLiteral(WAITSCOPE_PROGRAM), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QJsonObject objectOf(const QByteArray& json) {
    return QJsonDocument::fromJson(json).object();
}

} // namespace

class TestProgram : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aTimelineIsWrittenAsADrawingToo() {
        const QString path = folder_.filePath(QStringLiteral("timeline.svg"));
        const Run drawing = run({QStringLiteral("timeline"), sample, QStringLiteral("-o"), path,
                                 QStringLiteral("--group"), QStringLiteral("state"), QStringLiteral("--sort"),
                                 QStringLiteral("name"), QStringLiteral("--range"), QStringLiteral("0..100ms")});
        QCOMPARE(drawing.exitCode, 0);
        const QByteArray svg = contentOf(path);
        QVERIFY(svg.startsWith("<?xml"));
        for (const char* text : {"state at the end", "ordered by name", "lru-burst-mutex", "ended in the trace"})
            QVERIFY2(svg.contains(text), text);
    }

    void theIncidentPageAndItsPictureAreWrittenAndSayHow() {
        const auto compared = [&](const QString& name) {
            return run({QStringLiteral("compare"), sample, fixed, QStringLiteral("-o"), folder_.filePath(name)});
        };
        QCOMPARE(compared(QStringLiteral("incident.html")).exitCode, 0);
        const QByteArray page = contentOf(folder_.filePath(QStringLiteral("incident.html")));
        QVERIFY(page.startsWith("<!DOCTYPE html>"));
        for (const char* text :
             {"main.(*FeatureCache).Get", "prefers-color-scheme: dark", "data:image/png;base64,iVBOR",
              "May they be compared?", "incident.html", "Waitscope 0."})
            QVERIFY2(page.contains(text), text);
        QVERIFY(!page.contains("<script") && !page.contains("url(") && !page.contains("href="));
        QCOMPARE(compared(QStringLiteral("incident.html")).exitCode, 0);
        QCOMPARE(contentOf(folder_.filePath(QStringLiteral("incident.html"))), page);

        const QString picture = folder_.filePath(QStringLiteral("incident.png"));
        QCOMPARE(compared(QStringLiteral("incident.png")).exitCode, 0);
        const QImage image(picture);
        QCOMPARE(image.size(), QSize(1600, 1300));
        const QJsonObject facts = objectOf(run({QStringLiteral("info"), picture, QStringLiteral("--json")}).out);
        QVERIFY(facts[QStringLiteral("Title")].toString().startsWith(QStringLiteral("lock-blocked time")));
        QVERIFY(facts[QStringLiteral("Command")].toString().startsWith(QStringLiteral("waitscope compare ")));
        QCOMPARE(facts[QStringLiteral("B-Trace")].toString(), QFileInfo(fixed).fileName());

        QCOMPARE(compared(QStringLiteral("incident.gif")).exitCode, 2);
        QCOMPARE(
            run({QStringLiteral("compare"), sample, fixed, QStringLiteral("-o"), QStringLiteral("/no/such/x.html")})
                .exitCode,
            4);
        QCOMPARE(
            run({QStringLiteral("compare"), sample, QStringLiteral("/no/such.trace"), QStringLiteral("-o"), picture})
                .exitCode,
            3);
    }

    void helpAndVersionGoToStandardOutput() {
        const Run help = run({QStringLiteral("--help")});
        QCOMPARE(help.exitCode, 0);
        for (const char* command : {"stats", "waits", "findings", "compare", "heatmap", "timeline", "demo"})
            QVERIFY2(help.out.contains(command), command);
        const Run version = run({QStringLiteral("--version")});
        QCOMPARE(version.exitCode, 0);
        QVERIFY(version.out.startsWith("waitscope 0."));
    }

    void aTraceThatDoesNotFitIsRefusedWithTheNamesOfTheCommandsThatReadAPart() {
        const auto sentence = QByteArray::fromStdString(refusalOf("large.trace", 1'000'000'000, {.bytes = 1}, true));
        const QByteArray naming = sentence.left(sentence.indexOf(" take --range"));
        for (const char* command : {"stats", "findings", "info", "timeline", "waits", "heatmap", "export", "compare"}) {
            const Run help = run({QString::fromLatin1(command), QStringLiteral("--help")});
            QVERIFY2(help.out.contains("--range") == naming.contains(command), command);
        }
    }

    void reportsNeedNoWindowsAndWhatDrawsSaysWhatIsMissing() {
        // The linker would take the libraries of windows along, and each report would wait for them (main.cpp).
        const QByteArray program = contentOf(QStringLiteral(WAITSCOPE_PROGRAM));
        QVERIFY(program.contains("libQt6Core") && !program.contains("libQt6Gui"));
        const QString alone = folder_.filePath(QStringLiteral("waitscope"));
        QVERIFY(QFile::copy(QStringLiteral(WAITSCOPE_PROGRAM), alone));
        const auto exitCode = [&](const QStringList& arguments, const char* said) {
            QProcess process;
            process.start(alone, arguments);
            return process.waitForFinished() && process.readAllStandardError().contains(said) ? process.exitCode() : -1;
        };
        QCOMPARE(exitCode({QStringLiteral("stats"), sample}, ""), 0);
        QCOMPARE(exitCode({sample}, "waitscope-window cannot be started: No such file"), 2);
        QCOMPARE(exitCode({QStringLiteral("timeline"), sample, QStringLiteral("-o"), QStringLiteral("x.png")},
                          "install both"),
                 2);
    }

    void statsPrintsOneObjectThatNamesItsTrace() {
        const Run stats = run({QStringLiteral("stats"), sample, QStringLiteral("--json")});
        QCOMPARE(stats.exitCode, 0);
        const QJsonObject object = objectOf(stats.out);
        QCOMPARE(object[QStringLiteral("goroutines_by_function")][QStringLiteral("main.handleRecommendation")].toInt(),
                 2300);
        QCOMPARE(object[QStringLiteral("trace")][QStringLiteral("sha256")].toString().size(), 64);
        QVERIFY(stats.err.isEmpty());
        QCOMPARE(run({QStringLiteral("stats"), sample}).exitCode, 0);
    }

    void theSameInputGivesTheSameBytes() {
        for (const QStringList& command : {QStringList{QStringLiteral("stats"), sample, QStringLiteral("--json")},
                                           QStringList{QStringLiteral("waits"), sample, QStringLiteral("--json")}}) {
            const Run first = run(command);
            QCOMPARE(first.exitCode, 0);
            QCOMPARE(run(command, {}, {QStringLiteral("LC_ALL=de_DE.UTF-8"), QStringLiteral("TZ=Asia/Tokyo")}).out,
                     first.out);
        }
    }

    void standardInputIsATraceToo() {
        const Run piped =
            run({QStringLiteral("stats"), QStringLiteral("-"), QStringLiteral("--json")}, contentOf(sample));
        QCOMPARE(piped.exitCode, 0);
        QCOMPARE(
            objectOf(piped.out)[QStringLiteral("duration_ns")].toDouble(),
            objectOf(
                run({QStringLiteral("stats"), sample, QStringLiteral("--json")}).out)[QStringLiteral("duration_ns")]
                .toDouble());
    }

    void aComparisonSaysWhatChangedOfWhat() {
        const QString fixed = QStringLiteral(WAITSCOPE_SOURCE "/resources/lru-burst-rwmutex.trace.zst");
        const QStringList command{QStringLiteral("compare"), sample, fixed};
        const Run json = run(command + QStringList{QStringLiteral("--json")});
        QCOMPARE(json.exitCode, 0);
        const QJsonObject object = objectOf(json.out);
        QVERIFY(object[QStringLiteral("headline")].toString().startsWith(QStringLiteral("lock-blocked time")));
        const QJsonObject row = object[QStringLiteral("rows")].toArray().first().toObject();
        QCOMPARE(row[QStringLiteral("verdict")].toString(), QStringLiteral("disappeared"));
        QCOMPARE(object[QStringLiteral("requests")][QStringLiteral("b")].toInt(), 2300);
        // The sample of the program is the same pair.
        QCOMPARE(run({QStringLiteral("demo"), QStringLiteral("compare"), QStringLiteral("--json")}).out, json.out);
        const QStringList failing{QStringLiteral("--fail-on"), QStringLiteral("regressed")};
        QCOMPARE(run(command + failing).exitCode, 0);
        const Run back = run(QStringList{QStringLiteral("compare"), fixed, sample} + failing);
        QCOMPARE(back.exitCode, 1);
        QVERIFY(back.out.contains("new  lock"));
        const QString page = folder_.filePath(QStringLiteral("page.md"));
        QCOMPARE(run(command + QStringList{QStringLiteral("-o"), page}).exitCode, 0);
        QVERIFY(contentOf(page).contains("| disappeared | lock"));
        QVERIFY(contentOf(page).contains("waitscope compare "));
    }

    void aComparisonWithABrokenTraceShowsWhatCanBeShown() {
        const QString whole = sample;
        const QString cut = folder_.filePath(QStringLiteral("cut.trace.zst"));
        QFile file(cut);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray bytes = contentOf(sample);
        file.write(bytes.left(bytes.size() * 3 / 4));
        file.close();
        const Run half = run({QStringLiteral("compare"), whole, cut, QStringLiteral("--json")});
        QCOMPARE(half.exitCode, 0);
        QVERIFY(half.err.contains("warning"));
        QVERIFY(!objectOf(half.out)[QStringLiteral("rows")].toArray().isEmpty());
        QVERIFY(!objectOf(half.out)[QStringLiteral("warnings")].toArray().isEmpty());
        const Run nothing = run({QStringLiteral("compare"), whole, QStringLiteral("/no/such/file")});
        QCOMPARE(nothing.exitCode, 3);
        QVERIFY(nothing.err.contains("/no/such/file"));
        const Run runs = run({QStringLiteral("compare"), QStringLiteral("A=") + whole, QStringLiteral("A=") + whole,
                              QStringLiteral("B=") + whole, QStringLiteral("B=") + whole});
        QCOMPARE(runs.exitCode, 0);
        QVERIFY(runs.out.contains("means of 2 and 2 runs"));
        const Run same = run({QStringLiteral("compare"), whole, whole});
        QCOMPARE(same.exitCode, 0);
        QVERIFY(same.out.contains("every difference is 0"));
    }

    void waitsNameTheLockTheLineAndHowMany() {
        const Run waits = run({QStringLiteral("waits"), sample, QStringLiteral("--json")});
        QCOMPARE(waits.exitCode, 0);
        const QJsonObject row = objectOf(waits.out)[QStringLiteral("rows")].toArray().first().toObject();
        QCOMPARE(row[QStringLiteral("primitive")].toString(), QStringLiteral("mutex"));
        QCOMPARE(row[QStringLiteral("site")][QStringLiteral("function")].toString(),
                 QStringLiteral("main.(*FeatureCache).Get"));
        QVERIFY(row[QStringLiteral("goroutines")].toInt() > 2200);
        QVERIFY(run({QStringLiteral("waits"), sample, QStringLiteral("--csv")}).out.startsWith("primitive,"));
        QVERIFY(run({QStringLiteral("waits"), sample}).out.contains("FeatureCache"));
    }

    void findingsNameTheLockAndFailABuildOnlyIfAsked() {
        const QStringList command{QStringLiteral("findings"), sample};
        const Run json = run(command + QStringList{QStringLiteral("--json")});
        QCOMPARE(json.exitCode, 0);
        const QJsonObject first = objectOf(json.out)[QStringLiteral("findings")].toArray().first().toObject();
        QCOMPARE(first[QStringLiteral("detector")].toString(), QStringLiteral("D3"));
        QCOMPARE(first[QStringLiteral("tier")].toString(), QStringLiteral("high"));
        QCOMPARE(first[QStringLiteral("site")][QStringLiteral("function")].toString(),
                 QStringLiteral("main.(*FeatureCache).Get"));
        QCOMPARE(run(command + QStringList{QStringLiteral("--json")}, {}, {QStringLiteral("LC_ALL=de_DE.UTF-8")}).out,
                 json.out);
        QCOMPARE(run(command + QStringList{QStringLiteral("--fail-on"), QStringLiteral("high")}).exitCode, 1);
        QCOMPARE(run(command + QStringList{QStringLiteral("--fail-on"), QStringLiteral("medium")}).exitCode, 1);
        QCOMPARE(
            run({QStringLiteral("findings"), fixed, QStringLiteral("--fail-on"), QStringLiteral("medium")}).exitCode,
            0);
        QCOMPARE(
            objectOf(run(command + QStringList{QStringLiteral("--sarif")}).out)[QStringLiteral("version")].toString(),
            QStringLiteral("2.1.0"));
        QVERIFY(run(command + QStringList{QStringLiteral("--markdown")}).out.startsWith("## Findings in "));
        QVERIFY(run(command).out.contains("HIGH  D3"));
    }

    // If this fails because findings got better: look at the difference, then let the program write the file again.
    void theFindingsOfTheSampleAreTheGoldenText() {
        QByteArray golden = contentOf(data + QStringLiteral("/findings-lru-burst-mutex.json"));
        QVERIFY(!golden.isEmpty());
        QCOMPARE(run({QStringLiteral("findings"), sample, QStringLiteral("--json")}).out, golden);
    }

    void aRulesFileDismissesAndAWrongOneIsUsage() {
        QTemporaryDir folder;
        const auto write = [&](const QByteArray& text) {
            QFile file(folder.filePath(QStringLiteral("rules.json")));
            return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
        };
        const QStringList command{QStringLiteral("findings"),  sample,
                                  QStringLiteral("--fail-on"), QStringLiteral("medium"),
                                  QStringLiteral("--rules"),   folder.filePath(QStringLiteral("rules.json"))};
        QVERIFY(write(
            "{\"waitscope_rules\": 1, \"dismissed\": ["
            "{\"detector\": \"D3\", \"reason\": \"known\"}, {\"detector\": \"D14\", \"reason\": \"load test\"}]}"));
        const Run dismissed = run(command);
        QCOMPARE(dismissed.exitCode, 0);
        QVERIFY(dismissed.out.contains("Dismissed: known"));
        QVERIFY(write("{\"waitscope_rules\": 1, \"idle_functions\": [{\"function\": \"(\"}]}"));
        const Run wrong = run(command);
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY(wrong.err.contains("rules.json"));
        QVERIFY(wrong.out.isEmpty());
        QCOMPARE(
            run({QStringLiteral("findings"), sample, QStringLiteral("--threshold"), QStringLiteral("soon")}).exitCode,
            2);
        QCOMPARE(run({QStringLiteral("findings"), sample, QStringLiteral("--fail-on"), QStringLiteral("x")}).exitCode,
                 2);
    }

    void waitsByGoroutineHaveARowForEach() {
        const Run waits = run({QStringLiteral("waits"), sample, QStringLiteral("--json"), QStringLiteral("--by"),
                               QStringLiteral("goroutine")});
        const QJsonArray rows = objectOf(waits.out)[QStringLiteral("rows")].toArray();
        QVERIFY(rows.size() > 2300);
        QVERIFY(rows.first()[QStringLiteral("goroutine")][QStringLiteral("id")].toInt() > 0);
    }

    void aRangeCountsOnlyWhatLiesInIt() {
        const Run part = run({QStringLiteral("waits"), sample, QStringLiteral("--json"), QStringLiteral("--range"),
                              QStringLiteral("0.5s..600ms")});
        QCOMPARE(part.exitCode, 0);
        const QJsonArray range = objectOf(part.out)[QStringLiteral("range_ns")].toArray();
        QCOMPARE(range[0].toDouble(), 5e8);
        QCOMPARE(range[1].toDouble(), 6e8);
    }

    void picturesNeedNoDisplayAndCarryTheirFacts_data() {
        QTest::addColumn<QString>("command");
        QTest::newRow("heatmap") << QStringLiteral("heatmap");
        QTest::newRow("timeline") << QStringLiteral("timeline");
    }
    void picturesNeedNoDisplayAndCarryTheirFacts() {
        QFETCH(QString, command);
        const QString path = folder_.filePath(command + QStringLiteral(".png"));
        const Run made = run({command, sample, QStringLiteral("-o"), path, QStringLiteral("--size"),
                              QStringLiteral("800x500"), QStringLiteral("--scale"), QStringLiteral("2")});
        QCOMPARE(made.exitCode, 0);
        QVERIFY2(made.err.isEmpty(), made.err.constData());
        const QImage picture(path);
        QCOMPARE(picture.size(), QSize(1600, 1000));
        QVERIFY(!picture.textKeys().isEmpty());
        const QString again = folder_.filePath(QStringLiteral("again.png"));
        QCOMPARE(run({command, sample, QStringLiteral("-o"), again, QStringLiteral("--size"), QStringLiteral("800x500"),
                      QStringLiteral("--scale"), QStringLiteral("2")},
                     {}, {QStringLiteral("QT_SCALE_FACTOR=2"), QStringLiteral("LC_ALL=de_DE.UTF-8")})
                     .exitCode,
                 0);
        QCOMPARE(contentOf(again), contentOf(path));
    }

    void theGridBehindTheHeatmapIsThereAsCsvAndJson() {
        const QString csv = folder_.filePath(QStringLiteral("grid.csv"));
        QCOMPARE(run({QStringLiteral("heatmap"), sample, QStringLiteral("-o"), csv}).exitCode, 0);
        QVERIFY(contentOf(csv).startsWith("row,label,goroutines,first_goroutine,"));
        const QString json = folder_.filePath(QStringLiteral("grid.json"));
        QCOMPARE(run({QStringLiteral("heatmap"), sample, QStringLiteral("-o"), json}).exitCode, 0);
        QCOMPARE(objectOf(contentOf(json))[QStringLiteral("mode")].toString(), QStringLiteral("lifetime"));
    }

    void everyModeIsAPictureAndAGrid() {
        for (const char* mode : {"lifetime", "population", "age", "latency", "site", "strategy"}) {
            const QString json = folder_.filePath(QStringLiteral("mode.json"));
            QCOMPARE(run({QStringLiteral("heatmap"), sample, QStringLiteral("-o"), json, QStringLiteral("--mode"),
                          QString::fromLatin1(mode), QStringLiteral("--size"), QStringLiteral("480x320")})
                         .exitCode,
                     0);
            QCOMPARE(objectOf(contentOf(json))[QStringLiteral("mode")].toString(), QString::fromLatin1(mode));
            const QString svg = folder_.filePath(QStringLiteral("mode.svg"));
            QCOMPARE(run({QStringLiteral("heatmap"), sample, QStringLiteral("-o"), svg, QStringLiteral("--mode"),
                          QString::fromLatin1(mode)})
                         .exitCode,
                     0);
            QVERIFY(contentOf(svg).contains("lru-burst-mutex"));
        }
    }

    void aPictureTellsWhatItIsAndItsCommandMakesItAgain() {
        const QString first = folder_.filePath(QStringLiteral("told.png"));
        const QStringList asked{QStringLiteral("--mode"),     QStringLiteral("lifetime"), QStringLiteral("--metric"),
                                QStringLiteral("age"),        QStringLiteral("--sort"),   QStringLiteral("wait"),
                                QStringLiteral("--palette"),  QStringLiteral("cividis"),  QStringLiteral("--max"),
                                QStringLiteral("--contains"), QStringLiteral("handle"),   QStringLiteral("--range"),
                                QStringLiteral("0..1s"),      QStringLiteral("--preset"), QStringLiteral("slide")};
        QCOMPARE(run(QStringList{QStringLiteral("heatmap"), sample, QStringLiteral("-o"), first} + asked).exitCode, 0);
        const Run told = run({QStringLiteral("info"), first});
        QCOMPARE(told.exitCode, 0);
        QVERIFY(told.out.startsWith("Title: "));
        for (const char* fact : {"Trace: lru-burst-mutex.trace.zst", "SHA-256: ", "Format: ", "Callouts: ", "Legend: ",
                                 "Goroutines: 2,300 of", "Command: waitscope heatmap"})
            QVERIFY2(told.out.contains(fact), fact);
        QStringList command = objectOf(run({QStringLiteral("info"), first, QStringLiteral("--json")}).out)
                                  .value(QStringLiteral("Command"))
                                  .toString()
                                  .split(u' ');
        const QString again = folder_.filePath(QStringLiteral("told-again.png"));
        command.removeFirst();
        command[1] = sample;
        command[3] = again;
        QCOMPARE(run(command).exitCode, 0);
        QCOMPARE(contentOf(again), contentOf(first));
        QCOMPARE(QImage(first).size(), QSize(2560, 1440));
    }

    void infoOfWhatSaysNothingIsASentence() {
        for (const QString& path : {sample, QStringLiteral("/no/such.png"), QStringLiteral("/tmp")}) {
            const Run failed = run({QStringLiteral("info"), path});
            QCOMPARE(failed.exitCode, 3);
            QVERIFY(failed.err.contains(path.toUtf8()));
        }
        const QString blank = folder_.filePath(QStringLiteral("blank.png"));
        QImage picture(10, 10, QImage::Format_RGB32);
        picture.fill(Qt::white);
        QVERIFY(picture.save(blank));
        QCOMPARE(run({QStringLiteral("info"), blank}).exitCode, 3);
    }

    void manyTracesAreAPictureEachAndOneThatFailsKeepsNoOther() {
        const QString folder = folder_.filePath(QStringLiteral("pictures"));
        QVERIFY(QDir().mkpath(folder));
        const QString broken = folder_.filePath(QStringLiteral("broken.trace"));
        QFile file(broken);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("hello");
        file.close();
        const Run made = run({QStringLiteral("heatmap"), data + QStringLiteral("/small-go1.26.trace"), broken,
                              data + QStringLiteral("/small-go1.26.trace.gz"), sample, QStringLiteral("-o"), folder,
                              QStringLiteral("--size"), QStringLiteral("480x320")});
        QCOMPARE(made.exitCode, 3);
        QVERIFY2(made.err.contains("[4/4]"), made.err.constData());
        QVERIFY(made.err.contains("1 of 4 traces have no picture"));
        QCOMPARE(QDir(folder).entryList(QDir::Files),
                 (QStringList{QStringLiteral("lru-burst-mutex.png"), QStringLiteral("small-go1.26-2.png"),
                              QStringLiteral("small-go1.26.png")}));
        QCOMPARE(run({QStringLiteral("heatmap"), sample, sample, QStringLiteral("-o"),
                      folder_.filePath(QStringLiteral("one.png"))})
                     .exitCode,
                 2);
        QCOMPARE(
            run({QStringLiteral("heatmap"), sample, QStringLiteral("-o"), QStringLiteral("/no/such/folder/")}).exitCode,
            4);
    }

    void aHeatmapSaysWhatIsWrongWithAQuestion_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<int>("exitCode");
        const auto row = [](const char* name, const QStringList& options, int exitCode) {
            QTest::newRow(name) << options << exitCode;
        };
        row("mode", {QStringLiteral("--mode"), QStringLiteral("heat")}, 2);
        row("metric", {QStringLiteral("--metric"), QStringLiteral("pain")}, 2);
        row("metric of another mode",
            {QStringLiteral("--mode"), QStringLiteral("age"), QStringLiteral("--metric"), QStringLiteral("age")}, 2);
        row("order of another mode",
            {QStringLiteral("--mode"), QStringLiteral("latency"), QStringLiteral("--sort"), QStringLiteral("wait")}, 2);
        row("group of another mode", {QStringLiteral("--group"), QStringLiteral("log")}, 2);
        row("range outside", {QStringLiteral("--range"), QStringLiteral("1h..")}, 2);
        row("rows", {QStringLiteral("--rows"), QStringLiteral("9..3")}, 2);
        row("threshold", {QStringLiteral("--threshold"), QStringLiteral("soon")}, 2);
        row("preset and size",
            {QStringLiteral("--preset"), QStringLiteral("slide"), QStringLiteral("--size"), QStringLiteral("800x600")},
            2);
        row("nothing matches", {QStringLiteral("--filter"), QStringLiteral("nosuchfunction")}, 0);
        row("rows beyond the last", {QStringLiteral("--rows"), QStringLiteral("900000..900001")}, 0);
    }
    void aHeatmapSaysWhatIsWrongWithAQuestion() {
        QFETCH(QStringList, options);
        QFETCH(int, exitCode);
        const Run asked = run(QStringList{QStringLiteral("heatmap"), sample, QStringLiteral("-o"),
                                          folder_.filePath(QStringLiteral("question.png"))} +
                              options);
        QCOMPARE(asked.exitCode, exitCode);
        QVERIFY(!asked.err.isEmpty()); // a picture without goroutines is one, but said to be
    }

    void damageIsAWarningAndStillExitsWithZero() {
        const QByteArray whole = contentOf(data + QStringLiteral("/small-go1.26.trace"));
        const Run cut = run({QStringLiteral("stats"), QStringLiteral("-"), QStringLiteral("--json")},
                            whole.first(whole.size() - 200));
        QCOMPARE(cut.exitCode, 0);
        QVERIFY(cut.err.contains("warning"));
        QCOMPARE(objectOf(cut.out)[QStringLiteral("complete")].toBool(true), false);
    }

    void badInputGetsASentenceAndExitCodeThree_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("empty") << QStringLiteral("empty") << QByteArray() << QByteArray("empty");
        QTest::newRow("text") << QStringLiteral("text") << QByteArray("hello\n") << QByteArray("looks like text");
        QTest::newRow("html") << QStringLiteral("page") << QByteArray("<html>404</html>") << QByteArray("HTML");
        QTest::newRow("header only") << QStringLiteral("header") << QByteArray("go 1.26 trace\0\0\0", 16)
                                     << QByteArray("no events");
    }
    void badInputGetsASentenceAndExitCodeThree() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        const QString path = folder_.filePath(name);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        const QString picture = folder_.filePath(QStringLiteral("never.png"));
        for (const QStringList& command :
             {QStringList{QStringLiteral("stats"), path}, QStringList{QStringLiteral("waits"), path},
              QStringList{QStringLiteral("heatmap"), path, QStringLiteral("-o"), picture},
              QStringList{QStringLiteral("timeline"), path, QStringLiteral("-o"), picture}}) {
            const Run failed = run(command);
            QCOMPARE(failed.exitCode, 3);
            QVERIFY2(failed.err.contains(says), failed.err.constData());
            QVERIFY(failed.out.isEmpty());
        }
        QVERIFY(!QFile::exists(picture));
    }

    void whatCannotBeReadIsNamed_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("missing") << QStringLiteral("/no/such/file") << QByteArray("no such file");
        QTest::newRow("folder") << QStringLiteral("/tmp") << QByteArray("folder");
        QTest::newRow("program") << QStringLiteral(WAITSCOPE_PROGRAM) << QByteArray("ELF");
    }
    void whatCannotBeReadIsNamed() {
        QFETCH(QString, path);
        QFETCH(QByteArray, says);
        const Run failed = run({QStringLiteral("stats"), path, QStringLiteral("--json")});
        QCOMPARE(failed.exitCode, 3);
        QVERIFY2(failed.err.contains(says), failed.err.constData());
    }

    void wrongUsageIsExitCodeTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        const auto add = [](const char* name, const char* arguments) {
            QStringList list = QString::fromLatin1(arguments).split(u' ');
            list.replaceInStrings(QStringLiteral("SAMPLE"), sample);
            QTest::newRow(name) << list;
        };
        add("unknown option", "stats SAMPLE --nope");
        add("no trace", "stats");
        add("no output", "heatmap SAMPLE");
        add("output of no known kind", "heatmap SAMPLE -o x.bmp");
        add("size of nothing", "heatmap SAMPLE -o x.png --size 0x0");
        add("absurd size", "heatmap SAMPLE -o x.png --size 1000000x1000000");
        add("negative size", "timeline SAMPLE -o x.png --size=-5");
        add("size of words", "timeline SAMPLE -o x.png --size big");
        add("absurd scale", "timeline SAMPLE -o x.png --scale 99");
        add("range of one time", "waits SAMPLE --range 1s");
        add("range behind the end", "waits SAMPLE --range 100s..200s");
        add("range of words", "waits SAMPLE --range now..then");
        add("unknown grouping", "waits SAMPLE --by colour");
        add("two formats", "waits SAMPLE --json --csv");
        add("unknown grouping", "timeline SAMPLE -o x.png --group colour");
        add("unknown order", "timeline SAMPLE -o x.svg --sort taste");
        add("window's unknown order", "SAMPLE --sort taste");
        add("nothing to compare with", "compare SAMPLE");
        add("nothing to compare", "compare");
        add("comparison of no known kind", "compare SAMPLE SAMPLE -o x.bmp");
        add("request of no known kind", "compare SAMPLE SAMPLE --requests goroutine main");
        add("request that is nowhere", "compare SAMPLE SAMPLE --requests task checkout");
        add("runs of one side", "compare A=SAMPLE A=SAMPLE");
        add("sides and none", "compare A=SAMPLE SAMPLE");
        add("range of neither", "compare SAMPLE SAMPLE --range 100s..200s");
        add("a sample without a comparison", "demo mutex --json");
        add("broken pattern", "heatmap SAMPLE -o x.png --filter (");
        add("broken filter", "timeline SAMPLE -o x.png --filter on:lunch");
        add("hidden nobody", "timeline SAMPLE -o x.png --only g999999");
        add("mark behind the end", "timeline SAMPLE -o x.png --mark 999999s");
    }
    void wrongUsageIsExitCodeTwo() {
        QFETCH(QStringList, arguments);
        const Run wrong = run(arguments);
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY(!wrong.err.isEmpty());
        QVERIFY(wrong.out.isEmpty());
    }

    void outputThatCannotBeWrittenIsExitCodeFour() {
        const Run missing =
            run({QStringLiteral("timeline"), sample, QStringLiteral("-o"), QStringLiteral("/no/such/folder/x.png")});
        QCOMPARE(missing.exitCode, 4);
        QVERIFY(missing.err.contains("/no/such/folder/x.png"));
        if (QFile::exists(QStringLiteral("/dev/full"))) {
            QProcess full;
            full.setStandardOutputFile(QStringLiteral("/dev/full"));
            full.start(QStringLiteral(WAITSCOPE_PROGRAM), {QStringLiteral("stats"), sample, QStringLiteral("--json")});
            QVERIFY(full.waitForFinished());
            QCOMPARE(full.exitCode(), 4);
        }
    }

    void withoutADisplayTheWindowSaysWhatWorks() {
        const Run window = run({sample});
        QCOMPARE(window.exitCode, 2);
        QVERIFY(window.err.contains("no display"));
        QVERIFY(window.err.contains("heatmap"));
        const Run dead = run({sample}, {}, {QStringLiteral("DISPLAY=:98765")});
        QCOMPARE(dead.exitCode, 2);
    }

  private:
    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestProgram)
#include "tst_program.moc"
