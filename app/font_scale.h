// SPDX-License-Identifier: GPL-3.0-or-later
// How large is everything? Words have the system's size times a step that is kept in the settings; rows, labels and
// buttons are as large as their words. Pictures are made for who reads them: they do not depend on it.
#pragma once

namespace waitscope {

/// Percent of the system's size, as kept; 100 at first.
[[nodiscard]] int fontScale();
/// Gives the application's font that size. Once the application is there.
void applyFontScale();
/// The next larger or smaller step (1, -1), or the system's size (0): applied and kept. Returns it.
int stepFontScale(int direction);

} // namespace waitscope
