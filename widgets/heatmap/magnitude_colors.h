// SPDX-License-Identifier: GPL-3.0-or-later
// Which colour is a share? Viridis: its lightness rises all the way, so it reads in grey and with any colour vision.
#pragma once

#include <QColor>

#include <array>

namespace waitscope {

/// Evenly spaced from 0 to 1; straight lines in RGB between them.
constexpr std::array<QRgb, 9> magnitudeStops{qRgb(0x44, 0x01, 0x54), qRgb(0x47, 0x2d, 0x7b), qRgb(0x3b, 0x52, 0x8b),
                                             qRgb(0x2c, 0x72, 0x8e), qRgb(0x21, 0x90, 0x8c), qRgb(0x27, 0xad, 0x81),
                                             qRgb(0x5d, 0xc8, 0x63), qRgb(0xaa, 0xdc, 0x32), qRgb(0xfd, 0xe7, 0x25)};

} // namespace waitscope
