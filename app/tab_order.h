// SPDX-License-Identifier: GPL-3.0-or-later
// In which order do keys go through what stands side by side, and which part of it gets them first?
#pragma once

#include <vector>

class QWidget;

namespace waitscope {

/// As they are read: column by column, each from above.
void sortAsRead(std::vector<QWidget*>& widgets, const QWidget* within);

/// Tab goes through all of the first section, then through the second, and so on.
void orderTab(const std::vector<QWidget*>& sections);

/// Gives the keys to the first of a canvas or panel that can have them.
void giveKeysTo(QWidget* content);

} // namespace waitscope
