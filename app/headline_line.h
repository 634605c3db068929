// SPDX-License-Identifier: GPL-3.0-or-later
// One sentence over the whole width, cut at the right where the window is narrow; a click leads to what it is about.
#pragma once

#include "app/elided_button.h"

namespace waitscope {

class HeadlineLine : public ElidedButton {
    Q_OBJECT

  public:
    explicit HeadlineLine(QWidget* parent = nullptr);
    /// The whole sentence is in the tooltip too. `edge`: colour of its left edge.
    void say(const QString& sentence, const QColor& edge);
};

} // namespace waitscope
