// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace waitscope {

namespace {

constexpr qsizetype mostFiles = 10;

QString key() {
    return QStringLiteral("recentFiles");
}

} // namespace

QStringList recentFiles() {
    return QSettings().value(key()).toStringList();
}

void rememberFile(const QString& path) {
    QStringList files = recentFiles();
    const QString absolute = QFileInfo(path).absoluteFilePath();
    files.removeAll(absolute);
    files.prepend(absolute);
    QSettings().setValue(key(), files.mid(0, mostFiles));
}

} // namespace waitscope
