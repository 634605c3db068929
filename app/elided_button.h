// SPDX-License-Identifier: GPL-3.0-or-later
// A button that says a sentence: cut with "…" where it has no room, so that long words do not make the window wide.
#pragma once

#include <QPushButton>

namespace waitscope {

class ElidedButton : public QPushButton {
    Q_OBJECT

  public:
    explicit ElidedButton(QWidget* parent = nullptr);
    /// What of the text has room now.
    [[nodiscard]] QString shownText() const;

  protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace waitscope
