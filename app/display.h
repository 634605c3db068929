// SPDX-License-Identifier: GPL-3.0-or-later
// Is there a display to open a window on? Asked before Qt is, because Qt ends the program if there is none.
#pragma once

namespace waitscope {

[[nodiscard]] bool hasDisplay();

/// Makes Qt draw into memory: no display, one pixel a unit whatever the user's screen is. Before any QGuiApplication.
void drawWithoutDisplay();

} // namespace waitscope
