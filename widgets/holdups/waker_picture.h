// SPDX-License-Identifier: GPL-3.0-or-later
// The waker graph, drawn: functions as boxes, lines from those that wait to those that they wait for, as thick as the
// waiting; who is waited for stands further right. The boxes of a knot stand in one column, with a frame around them.
#pragma once

#include "model/waits/waker_graph.h"

#include <QRectF>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

namespace waitscope {

class WakerPicture : public QWidget {
    Q_OBJECT

  public:
    /// The boxes that are drawn: those of the links with most time.
    static constexpr std::size_t mostBoxes = 12;

    explicit WakerPicture(QWidget* parent = nullptr);

    /// `trace` names the functions; null: nothing.
    void show(std::shared_ptr<const Trace> trace, WakerGraph graph);
    /// Where the function of a node is; empty if it is not drawn.
    [[nodiscard]] QRectF boxOf(std::uint32_t node) const;
    /// The node whose box is there; `nowhere` if there is none.
    [[nodiscard]] std::uint32_t nodeAt(const QPointF& position) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

  Q_SIGNALS:
    void functionChosen(waitscope::StringId function);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    struct Box {
        std::uint32_t node = 0;
        int column = 0;
        int row = 0;
    };
    [[nodiscard]] int boxWidth() const;
    void chooseLinks();
    void placeBoxes();
    [[nodiscard]] double widthOf(const WakerLink& link) const;
    void paintLink(QPainter& painter, const WakerLink& link) const;
    void paintBox(QPainter& painter, const Box& box) const;

    std::shared_ptr<const Trace> trace_;
    WakerGraph graph_;
    std::vector<WakerLink> links_; ///< that are drawn
    std::vector<Box> boxes_;
    int columns_ = 0;
    int rows_ = 0;
};

} // namespace waitscope
