// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source_file.h"

#include <QFile>
#include <QFileInfo>

namespace waitscope {

std::optional<std::string> sourceFile(const std::string& path) {
    constexpr qint64 largestSource = 8 << 20;
    const QFileInfo info(QString::fromStdString(path));
    // A name in a trace is not to be trusted: no pipes and devices, and only Go.
    if (!info.isAbsolute() || !info.isFile() || info.suffix() != QStringLiteral("go") || info.size() > largestSource)
        return std::nullopt;
    QFile file(info.filePath());
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    return file.readAll().toStdString();
}

} // namespace waitscope
