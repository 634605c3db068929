// SPDX-License-Identifier: GPL-3.0-or-later
// The plan of the house holds: imports point one way, the model knows no Qt, nothing unplanned stands at the top.
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

namespace {

const QString root = QStringLiteral(WAITSCOPE_SOURCE);

QStringList sourcesBelow(const QString& room) {
    QStringList files;
    for (QDirIterator it(root + u'/' + room, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files,
                         QDirIterator::Subdirectories);
         it.hasNext();)
        files << it.next();
    return files;
}

QString contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QStringList includesOf(const QString& path) {
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"),
                                            QRegularExpression::MultilineOption);
    QStringList names;
    for (auto it = include.globalMatch(contentOf(path)); it.hasNext();)
        names << it.next().captured(1);
    return names;
}

} // namespace

class TestHouse : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void importsPointFromAppToWidgetsToModel_data() {
        QTest::addColumn<QString>("room");
        QTest::addColumn<QStringList>("allowed");
        const QString app = QStringLiteral("app"), widgets = QStringLiteral("widgets"), model = QStringLiteral("model");
        QTest::newRow("app") << app << QStringList{app, widgets, model};
        QTest::newRow("widgets") << widgets << QStringList{widgets, model};
        QTest::newRow("model") << model << QStringList{model};
    }
    void importsPointFromAppToWidgetsToModel() {
        QFETCH(QString, room);
        QFETCH(QStringList, allowed);
        const QStringList files = sourcesBelow(room);
        QVERIFY(files.size() > 5);
        for (const QString& file : files)
            for (const QString& name : includesOf(file)) {
                const QString first = name.section(u'/', 0, 0);
                const bool ours = name.contains(u'/') && QDir(root).exists(first);
                QVERIFY2(!ours || allowed.contains(first), qPrintable(file + QStringLiteral(" includes ") + name));
                QVERIFY2(!name.startsWith(QStringLiteral("..")),
                         qPrintable(file + QStringLiteral(" includes ") + name));
            }
    }

    void theModelKnowsNoQt() {
        for (const QString& file : sourcesBelow(QStringLiteral("model")))
            for (const QString& name : includesOf(file))
                QVERIFY2(!name.startsWith(u'Q') && !name.startsWith(QStringLiteral("qt")) &&
                             name != QLatin1String("qcustomplot.h"),
                         qPrintable(file + QStringLiteral(" includes ") + name));
    }

    void dataFlowsOneWayFromTheReaderToTheTrace() {
        // What is made of a trace comes later: only the words of numbers are everybody's.
        const QString trace = QStringLiteral("trace"), build = QStringLiteral("build");
        const QList<std::pair<QString, QStringList>> mayInclude{
            {trace, {trace}},
            {build, {build, trace}},
            {QStringLiteral("reader"), {QStringLiteral("reader"), build, trace}}};
        for (const auto& [folder, allowed] : mayInclude)
            for (const QString& file : sourcesBelow(QStringLiteral("model/") + folder))
                for (const QString& name : includesOf(file))
                    QVERIFY2(!name.startsWith(QStringLiteral("model/")) || allowed.contains(name.section(u'/', 1, 1)) ||
                                 name == QLatin1String("model/report/text.h"),
                             qPrintable(file + QStringLiteral(" includes ") + name));
    }

    void onlyItsWrapperIncludesQCustomPlot() {
        for (const char* room : {"app", "widgets", "tests"})
            for (const QString& file : sourcesBelow(QLatin1String(room)))
                if (!file.endsWith(QStringLiteral("/qcp.h")))
                    QVERIFY2(!includesOf(file).contains(QStringLiteral("qcustomplot.h")), qPrintable(file));
    }

    void theTopLevelHoldsOnlyWhatThePlanNames() {
        const QStringList planned{QStringLiteral("app"),
                                  QStringLiteral("widgets"),
                                  QStringLiteral("model"),
                                  QStringLiteral("resources"),
                                  QStringLiteral("tests"),
                                  QStringLiteral("packaging"),
                                  QStringLiteral("README.md"),
                                  QStringLiteral("CMakeLists.txt"),
                                  QStringLiteral("CMakePresets.json"),
                                  QStringLiteral("LICENSE"),
                                  QStringLiteral(".ci"),
                                  QStringLiteral(".clang-format"),
                                  QStringLiteral(".clang-tidy"),
                                  QStringLiteral(".gitignore"),
                                  QStringLiteral(".git"),
                                  QStringLiteral("build")};
        for (const QString& name : QDir(root).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot))
            QVERIFY2(planned.contains(name), qPrintable(name));
    }

    void everySourceFileBeginsWithItsLicence() {
        for (const char* room : {"app", "widgets", "model", "tests"})
            for (const QString& file : sourcesBelow(QLatin1String(room)))
                QVERIFY2(contentOf(file).startsWith(QStringLiteral("// SPDX-License-Identifier: GPL-3.0-or-later\n")),
                         qPrintable(file));
    }

    void theScriptsCanRun() {
        for (const char* script : {"packaging/run", "packaging/test", "packaging/setup", "packaging/tidy", ".ci/run"}) {
            const QString path = root + u'/' + QLatin1String(script);
            QVERIFY2(QFileInfo(path).isExecutable(), script);
            QCOMPARE(QProcess::execute(QStringLiteral("bash"), {QStringLiteral("-n"), path}), 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestHouse)
#include "tst_house.moc"
