// SPDX-License-Identifier: GPL-3.0-or-later
// Draws a flame tree: who waits at the bottom, what went on meanwhile above, as wide as the time it took. A click makes
// a part as wide as the picture; Backspace or Home goes back. Draws as many boxes as fit the pixels.
#pragma once

#include "model/waits/blocker_flame.h"

#include <QAbstractScrollArea>

#include <memory>

namespace waitscope {

class FlameGraph : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit FlameGraph(QWidget* parent = nullptr);

    /// `trace` names the frames; null: nothing.
    void show(std::shared_ptr<const Trace> trace, BlockerFlame tree);
    /// What is at a point of the viewport; -1: nothing.
    [[nodiscard]] int nodeAt(const QPoint& point) const;
    [[nodiscard]] int boxes() const { return boxes_; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    [[nodiscard]] QRectF boxOf(const BlockerFlameNode& node) const;
    [[nodiscard]] QString textOf(const BlockerFlameNode& node) const;
    [[nodiscard]] bool isShown(const BlockerFlameNode& node) const;
    [[nodiscard]] int rowHeight() const;
    void focusOn(std::uint32_t node);
    void fitScrollBar();

    std::shared_ptr<const Trace> trace_;
    BlockerFlame tree_;
    std::uint32_t focus_ = 0;
    int boxes_ = 0; ///< drawn last
};

} // namespace waitscope
