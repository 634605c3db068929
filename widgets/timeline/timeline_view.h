// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as a widget: one canvas with a scroll bar, and what mouse and keys do to it. What it looks like is the
// painter's business, where rows are the layout's.
#pragma once

#include "widgets/common/view_state.h"
#include "widgets/timeline/timeline_painter.h"
#include "widgets/timeline/timeline_rows.h"

#include <QAbstractScrollArea>
#include <QTimer>

#include <memory>
#include <stop_token>
#include <unordered_map>

namespace waitscope {

class TimelineView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit TimelineView(ViewState* state, QWidget* parent = nullptr);
    ~TimelineView() override;

    /// What the last frame read of the trace.
    [[nodiscard]] std::size_t lastFrameWork() const { return painter_.lastWork(); }
    [[nodiscard]] const TimelineRows& rows() const { return rows_; }
    /// The range chosen by dragging; empty if none is.
    [[nodiscard]] TimeRange brushedRange() const { return brushed_; }

    void zoomToSelection();
    void zoomToBrushedRange();
    void showWholeTrace();
    /// Goes to the goroutine that ended the selected wait, if one did.
    void goToWaker();
    void selectNeighbour(int direction); ///< -1: the span before, 1: behind, in the row of the selected one

  Q_SIGNALS:
    /// For the status line: what has just been found out or could not be done.
    void messageChanged(const QString& message);
    void brushedRangeChanged(waitscope::TimeRange range);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

  private:
    void traceChanged();
    void selectionChanged();
    void updateScrollBar();
    void scrollTo(const TimelineRow& row);
    void moveFocus(const TimelineRow& row);
    void toggle(std::size_t group);
    void clickAt(const QPoint& position);
    void selectSpan(SpanIndex span);
    void showSpan(SpanIndex span);
    bool cancelOne();
    bool goKey(const QKeyEvent& event);
    bool rowKey(const QKeyEvent& event);
    [[nodiscard]] TimelineFrame frame() const;
    [[nodiscard]] TimeAxis axis() const { return TimelinePainter::axisOf(frame()); }
    [[nodiscard]] bool isOnAxis(int x) const;
    [[nodiscard]] double zoomCentre() const;
    [[nodiscard]] TimelineRow rowUnder(const QPoint& position) const;
    [[nodiscard]] int rowsHeight() const { return std::max(0, viewport()->height() - TimelinePainter::rulerHeight); }
    [[nodiscard]] SpanIndex spanUnder(const QPoint& position) const;
    [[nodiscard]] SpanIndex selectedSpan() const;

    // Activity of folded groups is computed in the background for the visible range; until it is there, the last one
    // is drawn, stretched to where it belongs.
    void wantActivities();
    void computeActivities();

    ViewState* state_;
    TimelinePainter painter_;
    TimelineRows rows_;
    std::unordered_map<std::size_t, Activity> activities_;
    std::stop_source computing_;
    QTimer activityTimer_;
    std::uint64_t activityRequest_ = 0;

    TimeRange brushed_;
    Time hover_ = -1;
    int focusedRow_ = -1;
    bool ownSelection_ = false; ///< the selection that changes is made here

    enum class Drag { None, Press, Brush, Pan } drag_ = Drag::None;
    QPoint pressedAt_;
    Time pressedTime_ = 0;
    TimeRange pressedRange_;
    int pressedScroll_ = 0;
};

} // namespace waitscope
