// SPDX-License-Identifier: GPL-3.0-or-later
// Where results go: standard output, or a file that is there whole or not at all.
#pragma once

#include <QByteArray>
#include <QString>

#include <string>
#include <string_view>

namespace waitscope {

/// Writes to `path`, or to standard output if it is empty or "-". A file is written beside its place and renamed when
/// it is complete, so that nobody ever reads half of it. On failure false, with a sentence in `problem`.
[[nodiscard]] bool writeResult(std::string_view bytes, const QString& path, std::string& problem);

} // namespace waitscope
