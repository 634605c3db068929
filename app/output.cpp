// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/output.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace waitscope {

namespace {

bool writeAll(QFileDevice& file, std::string_view bytes) {
    return file.write(bytes.data(), static_cast<qint64>(bytes.size())) == static_cast<qint64>(bytes.size());
}

} // namespace

bool writeResult(std::string_view bytes, const QString& path, std::string& problem) {
    if (path.isEmpty() || path == QLatin1String("-")) {
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        if (written && std::fflush(stdout) == 0)
            return true;
        problem = std::string("Standard output could not be written: ") + std::strerror(errno) + ".";
        return false;
    }
    errno = 0;
    // Qt calls a full disk an unknown error; the system's own reason is better where there is one.
    const auto fails = [&](const QString& why) {
        const QString reason = errno != 0 ? QString::fromLocal8Bit(std::strerror(errno)) : why;
        problem = (path + QStringLiteral(" could not be written: ") + reason + QStringLiteral(".")).toStdString();
        return false;
    };
    // A device or a pipe cannot be replaced by a file of its name; it is written as it is.
    const QFileInfo info(path);
    if (info.exists() && !info.isFile() && !info.isDir()) {
        QFile device(path);
        if (!device.open(QIODevice::WriteOnly) || !writeAll(device, bytes) || !device.flush())
            return fails(device.errorString());
        device.close();
        return device.error() == QFileDevice::NoError || fails(device.errorString());
    }
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !writeAll(file, bytes) || !file.commit())
        return fails(file.errorString());
    return true;
}

} // namespace waitscope
