// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/editor.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>

namespace waitscope {

namespace {

const QString settingsKey = QStringLiteral("editor");
const QString inTerminal = QStringLiteral("x-terminal-emulator -e %1 +{line} {file}");

QString tr(const char* text) {
    return QCoreApplication::translate("Editor", text);
}

/// $VISUAL holds a command; editors of the terminal need one.
QString commandOf(const QString& visual) {
    const QString program = QFileInfo(visual.section(u' ', 0, 0)).fileName();
    for (const char* const terminal : {"vi", "vim", "nvim", "nano", "micro"})
        if (program == QLatin1String(terminal))
            return inTerminal.arg(visual);
    if (program == QLatin1String("code") || program == QLatin1String("codium"))
        return visual + QStringLiteral(" -g {file}:{line}");
    if (program.startsWith(QLatin1String("emacs")) || program == QLatin1String("gvim"))
        return visual + QStringLiteral(" +{line} {file}");
    return visual + QStringLiteral(" {file}");
}

bool isThere(const QString& command) {
    const QStringList words = QProcess::splitCommand(command);
    return !words.isEmpty() && !QStandardPaths::findExecutable(words.front()).isEmpty();
}

} // namespace

QList<Editor> knownEditors() {
    QList<Editor> editors;
    if (QString own = QSettings().value(settingsKey).toString(); !own.isEmpty())
        editors << Editor{tr("as set"), own};
    if (const QString visual = qEnvironmentVariable("VISUAL"); !visual.isEmpty())
        editors << Editor{QStringLiteral("$VISUAL"), commandOf(visual)};
    editors << Editor{QStringLiteral("VS Code"), QStringLiteral("code -g {file}:{line}")}
            << Editor{QStringLiteral("GoLand"), QStringLiteral("goland --line {line} {file}")}
            << Editor{tr("vim in a terminal"), inTerminal.arg(QStringLiteral("vim"))};
    return editors;
}

QString editorCommand() {
    const QList<Editor> editors = knownEditors();
    if (QString own = QSettings().value(settingsKey).toString(); !own.isEmpty())
        return own; // even if it is not there: then that is said
    for (const Editor& editor : editors)
        if (isThere(editor.command))
            return editor.command;
    return {};
}

void rememberEditorCommand(const QString& command) {
    QSettings().setValue(settingsKey, command.trimmed());
}

QStringList editorArguments(const QString& command, const QString& file, int line) {
    QStringList words = QProcess::splitCommand(command);
    bool named = false;
    for (QString& word : words) {
        named |= word.contains(QStringLiteral("{file}"));
        word.replace(QStringLiteral("{line}"), QString::number(line)); // first: a file may be called {line}
        word.replace(QStringLiteral("{file}"), file);
    }
    if (!words.isEmpty() && !named)
        words << file;
    return words;
}

bool openInEditor(const QString& command, const QString& file, int line, QString& problem) {
    QStringList words = editorArguments(command, file, line);
    if (words.isEmpty()) {
        problem = tr("No editor is set, and none of the known ones is there. Go → Editor sets one.");
        return false;
    }
    const QString program = words.takeFirst();
    if (QProcess::startDetached(program, words))
        return true;
    problem = tr("The editor did not start: %1. Go → Editor sets another.").arg(program);
    return false;
}

} // namespace waitscope
