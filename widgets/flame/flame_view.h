// SPDX-License-Identifier: GPL-3.0-or-later
// A tree of functions as bars: as wide as their share, callees below callers, or, upwards, flames on a floor. A click
// zooms to a bar, Escape or a click on the bar of everything zooms out; what is searched for is marked.
#pragma once

#include "model/facts.h"
#include "model/waits/flame_tree.h"

#include <QScrollArea>
#include <QString>
#include <QWidget>

#include <memory>

namespace waitscope {

class FlameView : public QWidget {
    Q_OBJECT

  public:
    [[nodiscard]] int barHeight() const;

    enum class Direction : std::uint8_t { Down, Up };
    explicit FlameView(Direction direction, QWidget* parent = nullptr);

    void show(std::shared_ptr<const TraceFacts> facts, FlameTree tree);
    [[nodiscard]] const FlameTree& tree() const { return tree_; }
    /// Marks functions whose name contains the text.
    void mark(const QString& text);
    void zoomTo(std::uint32_t node);
    [[nodiscard]] std::uint32_t zoomedTo() const { return zoomed_; }
    /// The bar under a point; nowhere if there is none.
    [[nodiscard]] std::uint32_t nodeAt(const QPointF& position) const;
    [[nodiscard]] QRectF barOf(std::uint32_t node) const;

  Q_SIGNALS:
    /// Callers and callees of this function are wanted.
    void aroundWanted(const QString& function);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

  private:
    [[nodiscard]] QString nameOf(std::uint32_t node) const;
    [[nodiscard]] QString textOf(std::uint32_t node) const;
    [[nodiscard]] QColor colourOf(const FlameNode& node) const;
    void fitHeight();
    /// Calls `use(node, bar)` for every bar that is at least a pixel wide. O(bars drawn · children).
    template <class Use> void forEachBar(const Use& use) const;

    Direction direction_;
    std::shared_ptr<const TraceFacts> facts_;
    FlameTree tree_;
    QString marked_;
    std::uint32_t zoomed_ = 0;
};

} // namespace waitscope
