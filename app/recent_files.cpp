// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recent_files.h"

#include <QFileInfo>
#include <QSettings>
#include <QVariantMap>

namespace waitscope {

namespace {

constexpr qsizetype mostFiles = 10;

QString key() {
    return QStringLiteral("recentFiles");
}

QString verdictsKey() {
    return QStringLiteral("recentVerdicts"); // by path
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

QString recentVerdict(const QString& path) {
    return QSettings().value(verdictsKey()).toMap().value(path).toString();
}

void rememberVerdict(const QString& path, const QString& verdict) {
    const QStringList files = recentFiles();
    const QVariantMap before = QSettings().value(verdictsKey()).toMap();
    QVariantMap verdicts;
    for (const QString& file : files)
        if (before.contains(file))
            verdicts[file] = before[file];
    if (const QString absolute = QFileInfo(path).absoluteFilePath(); files.contains(absolute))
        verdicts[absolute] = verdict;
    QSettings().setValue(verdictsKey(), verdicts);
}

} // namespace waitscope
