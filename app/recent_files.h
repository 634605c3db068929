// SPDX-License-Identifier: GPL-3.0-or-later
// Which traces were open lately? Kept in the user's settings.
#pragma once

#include <QStringList>

namespace waitscope {

/// The latest first; at most ten.
[[nodiscard]] QStringList recentFiles();
void rememberFile(const QString& path);

} // namespace waitscope
