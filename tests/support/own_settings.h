// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of a test: neither read from those of whoever runs it, nor left behind.
#pragma once

#include <QCoreApplication>
#include <QSettings>

namespace waitscope::test {

/// From now on the program's settings are files in this folder.
inline void keepSettingsIn(const QString& folder) {
    QCoreApplication::setApplicationName(QStringLiteral("waitscope"));
    QCoreApplication::setOrganizationName(QStringLiteral("waitscope"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
}

} // namespace waitscope::test
