// SPDX-License-Identifier: GPL-3.0-or-later
// What was open, and how was it looked at? A small file that opens it again, tomorrow or at a colleague's desk: the
// traces, and the view of the first as options of the command line, marks with their notes among them.
#pragma once

#include "app/view_link.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace waitscope {

struct Session {
    QStringList traces; ///< one, or two side by side: absolute paths
    ViewOptions view;
};

/// What the name of a session ends with.
inline const QString sessionEnding = QStringLiteral(".waitscope");

/// As JSON. Paths are written relative to the folder that the file is for, so that both can be moved together.
[[nodiscard]] QByteArray bytesOf(const Session& session, const QString& folder);
/// Nothing if these are not the bytes of a session, with a sentence in `problem`.
[[nodiscard]] std::optional<Session> sessionFrom(const QByteArray& bytes, const QString& folder, QString& problem);

} // namespace waitscope
