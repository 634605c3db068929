// SPDX-License-Identifier: GPL-3.0-or-later
// When did it begin? The whole trace in one strip: how many goroutines lived, by state, and the heap above them; the
// visible range with handles; marks, hits of a search, and where the trouble began. A drag of a handle changes the
// range, one inside moves it, one outside chooses another; a click jumps.
#pragma once

#include "model/lod/groups.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/time_axis.h"
#include "widgets/common/view_state.h"

#include <QImage>
#include <QWidget>

#include <stop_token>

namespace waitscope {

class OverviewStrip : public QWidget {
    Q_OBJECT

  public:
    explicit OverviewStrip(ViewState* state, QWidget* parent = nullptr);
    ~OverviewStrip() override;

    [[nodiscard]] const Activity& activity() const { return activity_; }
    [[nodiscard]] TimeAxis axis() const;
    [[nodiscard]] QSize sizeHint() const override { return {600, height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    enum class Grip { None, Begin, End, Middle, Outside };
    void traceChanged();
    void paintLine(QPainter& painter, int line, const QString& text) const; ///< of the words at the left
    void drawActivityImage();
    void paintHeap(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    void paintRange(QPainter& painter) const;
    [[nodiscard]] Grip gripAt(double x) const;

    ViewState* state_;
    CanvasSizes sizes_;
    Activity activity_;
    std::stop_source stop_;
    LatestResult<Activity> work_;
    QImage image_; ///< the strip without what moves over it; none: to be drawn
    Grip grip_ = Grip::None;
    Time pressed_ = 0;
    TimeRange pressedRange_;
    bool moved_ = false;
};

} // namespace waitscope
