// SPDX-License-Identifier: GPL-3.0-or-later
// The model speaks UTF-8, Qt speaks QString. Bytes of a trace that are not UTF-8 become replacement characters.
#pragma once

#include <QString>

#include <string_view>

namespace waitscope {

[[nodiscard]] inline QString fromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace waitscope
