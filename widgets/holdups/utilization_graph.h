// SPDX-License-Identifier: GPL-3.0-or-later
// How much of the processors does the collector leave to the program at worst? A curve over the length of the window
// that one looks through, on a logarithmic axis: at its left the longest pause, at its right the mean.
#pragma once

#include "model/waits/mutator_utilization.h"
#include "widgets/common/canvas_sizes.h"

#include <QWidget>

#include <vector>

namespace waitscope {

class UtilizationGraph : public QWidget {
    Q_OBJECT

  public:
    explicit UtilizationGraph(QWidget* parent = nullptr);

    /// Empty: it says that nothing is known.
    void show(std::vector<UtilizationPoint> points);
    /// Where a point of the curve is drawn.
    [[nodiscard]] QPointF placeOf(const UtilizationPoint& point) const;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    [[nodiscard]] QRectF field() const;

    std::vector<UtilizationPoint> points_;
    CanvasSizes sizes_;
};

} // namespace waitscope
