// SPDX-License-Identifier: GPL-3.0-or-later
// Light or dark? Complete palettes for Qt's Fusion style: every group and role, because a half-set palette has
// placeholder text on black and disabled buttons that look enabled.
#pragma once

#include <QPalette>

#include <cstdint>

namespace waitscope {

enum class Theme : std::uint8_t { System, Light, Dark };

[[nodiscard]] QPalette paletteOf(bool dark);

/// Whether what lies behind text is dark.
[[nodiscard]] bool isDark(const QPalette& palette);

/// Sets style and palette of the application. System: what the desktop's palette is.
void applyTheme(Theme theme);

/// Puts the style sheets of all widgets on again: Qt keeps the colours and the font that they were put on with.
void renewStyleSheets();

} // namespace waitscope
