// SPDX-License-Identifier: GPL-3.0-or-later
// What is as large as the words of a widget becomes larger with them.
#pragma once

#include <functional>

class QWidget;

namespace waitscope {

/// Calls `fit` now, and whenever the widget has got another font, as long as it lives.
void followFont(QWidget* widget, std::function<void()> fit);

} // namespace waitscope
