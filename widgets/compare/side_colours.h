// SPDX-License-Identifier: GPL-3.0-or-later
// Which colour and letter is each of two traces? Blue and orange are told apart by nearly every eye; the letter says
// the same.
#pragma once

#include "model/compare/both.h"

#include <QChar>
#include <QColor>

namespace waitscope {

[[nodiscard]] inline QColor colourOf(Side side) {
    return side == Side::A ? QColor(0x00, 0x72, 0xB2) : QColor(0xE6, 0x9F, 0x00);
}
[[nodiscard]] constexpr QChar letterOf(Side side) {
    return side == Side::A ? QChar(u'A') : QChar(u'B');
}

} // namespace waitscope
