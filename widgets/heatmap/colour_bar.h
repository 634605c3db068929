// SPDX-License-Identifier: GPL-3.0-or-later
// What do the colours of the heatmap mean? Its scale, in one line of the toolbar.
#pragma once

#include <QWidget>

namespace waitscope {

class ColourBar : public QWidget {
    Q_OBJECT

  public:
    explicit ColourBar(QWidget* parent = nullptr);

    /// What the share is of: "waiting".
    void setStates(const QString& states);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    [[nodiscard]] int textWidth(const QString& text) const;
};

} // namespace waitscope
