// SPDX-License-Identifier: GPL-3.0-or-later
// Which traces were open lately? Kept in the user's settings.
#pragma once

#include <QStringList>

namespace waitscope {

/// The latest first; at most ten.
[[nodiscard]] QStringList recentFiles();
void rememberFile(const QString& path);

/// What was found in one of them, in a few words; empty if that is not known.
[[nodiscard]] QString recentVerdict(const QString& path);
/// Of others than recent files nothing is kept.
void rememberVerdict(const QString& path, const QString& verdict);

} // namespace waitscope
