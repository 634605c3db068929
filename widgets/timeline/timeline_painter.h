// SPDX-License-Identifier: GPL-3.0-or-later
// How does a timeline look? One painter for the widget and for exported pictures.
//
// Rows of states are written as scanlines into an image of device pixels and shown with one blit; text, marks and lines
// are drawn over it. What is read of the trace is bounded by the pixels (`lastWork`).
#pragma once

#include "model/facts.h"
#include "widgets/common/colours.h"
#include "widgets/common/time_axis.h"
#include "widgets/timeline/timeline_rows.h"

#include <QFont>
#include <QHash>
#include <QImage>
#include <QRect>

#include <functional>

class QPainter;

namespace waitscope {

/// Everything a frame depends on besides the trace.
struct TimelineFrame {
    TimeRange range;
    QRect area;      ///< logical pixels: labels, ruler and rows
    int scrollY = 0; ///< of the rows below the ruler
    qreal devicePixelRatio = 1;
    bool dark = false;
    bool hasFocus = false;
    SpanIndex selectedSpan;
    GoroutineIndex selectedGoroutine;
    int focusedRow = -1; ///< top of the row the keyboard is on
    Time hover = -1;
    Time onset = -1;   ///< when the chosen finding began
    TimeRange brushed; ///< the range being chosen
    /// How the goroutines of a folded group spent their time; may be empty or of another range while it is computed.
    std::function<const Activity*(std::size_t group)> activityOf;
};

class TimelinePainter {
  public:
    static constexpr int rulerHeight = 26;

    void paint(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows, const TimelineFrame& frame);
    /// What the last frame read of the trace; bounded by its pixels.
    [[nodiscard]] std::size_t lastWork() const { return work_.itemsRead; }
    /// The time axis of a frame: from the labels to the column of open waits.
    [[nodiscard]] static TimeAxis axisOf(const TimelineFrame& frame) {
        return {.range = frame.range,
                .left = static_cast<double>(frame.area.left() + canvasLeft),
                .width = static_cast<double>(std::max(1, frame.area.width() - canvasLeft - canvasRight))};
    }

  private:
    struct Canvas; // one frame's way through the functions below
    void paintStrips(Canvas& canvas);
    void paintCells(Canvas& canvas, int top, int height);
    void paintLoad(int top, int height);
    void paintActivity(Canvas& canvas, const TimelineRow& row, const Activity& activity);
    void paintRowText(Canvas& canvas, const TimelineRow& row);
    void paintOpenWait(Canvas& canvas, const TimelineRow& row);
    void paintSpanNames(Canvas& canvas, const TimelineRow& row);
    void paintEnds(Canvas& canvas, const TimelineRow& row);
    void paintCollector(Canvas& canvas);
    void paintRuler(Canvas& canvas);
    void paintMarks(Canvas& canvas);

    StripWork work_;
    std::vector<StripCell> cells_;
    QImage image_;
};

} // namespace waitscope
