// SPDX-License-Identifier: GPL-3.0-or-later
// How does a line open in the user's editor?
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace waitscope {

struct Editor {
    QString name;
    QString command; ///< with {file} and {line}; no shell reads it
};

/// Those that are known: the one of the settings, $VISUAL, VS Code, GoLand, vim in a terminal.
[[nodiscard]] QList<Editor> knownEditors();
/// As the settings have it; else the first known one whose program is there; else empty.
[[nodiscard]] QString editorCommand();
void rememberEditorCommand(const QString& command);

/// The program and its arguments: words of the command with {file} and {line} put in, or the file added if the command
/// names none. Empty for an empty command.
[[nodiscard]] QStringList editorArguments(const QString& command, const QString& file, int line);

/// Starts it. On failure false, with a sentence in `problem`.
[[nodiscard]] bool openInEditor(const QString& command, const QString& file, int line, QString& problem);

} // namespace waitscope
