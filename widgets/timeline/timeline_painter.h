// SPDX-License-Identifier: GPL-3.0-or-later
// How does a timeline look? One painter for the widget and for exported pictures.
//
// Rows of states are written as scanlines into an image of device pixels and shown with one blit; text, marks and lines
// are drawn over it. What is read of the trace is bounded by the pixels (`lastWork`).
#pragma once

#include "model/facts.h"
#include "model/lod/group_activities.h"
#include "model/lod/stack_runs.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"
#include "widgets/common/selection.h"
#include "widgets/common/time_axis.h"
#include "widgets/common/time_marks.h"
#include "widgets/common/time_text.h"
#include "widgets/timeline/activity_stack.h"
#include "widgets/timeline/drawn_words.h"
#include "widgets/timeline/timeline_rows.h"

#include <QFont>
#include <QHash>
#include <QImage>
#include <QRect>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

class QPainter;

namespace waitscope {

/// Everything a frame depends on besides the trace.
struct TimelineFrame {
    TimeRange range;
    QRect area;        ///< logical pixels: labels, ruler and rows
    CanvasSizes sizes; ///< of the font that is painted with; the rows have their own
    bool words = true; ///< on spans, regions and stacks
    int scrollY = 0;   ///< of the rows below those that stay
    qreal devicePixelRatio = 1;
    bool dark = false;
    bool hasFocus = false;
    Selection selection;
    int focusedRow = -1; ///< top of the row the keyboard is on
    Time hover = -1;
    Time onset = -1;   ///< when the chosen finding began
    TimeRange brushed; ///< the range being chosen
    TimeText times;
    StateFamilies lit;                ///< the states that keep their colour; none: all do
    const TimeMarks* marks = nullptr; ///< may be null
    /// By goroutine and by group: 1 for who waited at the selected site; empty: no site is selected.
    std::span<const std::uint8_t> marked;
    std::span<const std::uint8_t> groupsMarked;
    /// How the goroutines of a folded group (or all) spent their time; may be empty or of another range while it is
    /// computed.
    std::function<const Activity*(std::size_t group)> activityOf;

    [[nodiscard]] SpanIndex selectedSpan() const { return waitscope::selectedSpan(selection); }
    [[nodiscard]] GoroutineIndex selectedGoroutine() const { return waitscope::selectedGoroutine(selection); }
    [[nodiscard]] int labelWidth() const { return sizes.left(area.width()); }
    [[nodiscard]] int rightWidth() const { return sizes.right(); } ///< of the column of open waits
};

/// What is under a place of a goroutine's row, `y` from its top, where its stacks are; none elsewhere.
[[nodiscard]] FrameId stackFrameAt(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row, int y,
                                   TimeRange cell);

class TimelinePainter {
  public:
    void paint(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows, const TimelineFrame& frame);
    /// The same into an image of its own, but for what `paintHover` paints over it.
    void draw(const QFont& font, const TraceFacts& facts, const TimelineRows& rows, const TimelineFrame& frame);
    [[nodiscard]] const QImage& image() const { return image_; }
    /// The line at the time under the mouse, with its time on the ruler.
    void paintHover(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows, const TimelineFrame& frame);
    /// What the last frame read of the trace; bounded by its pixels.
    [[nodiscard]] std::size_t lastWork() const { return work_.itemsRead; }
    /// The time axis of a frame: from the labels to the column of open waits.
    [[nodiscard]] static TimeAxis axisOf(const TimelineFrame& frame) {
        return {.range = frame.range,
                .left = static_cast<double>(frame.area.left() + frame.labelWidth()),
                .width =
                    static_cast<double>(std::max(1, frame.area.width() - frame.labelWidth() - frame.rightWidth()))};
    }

  private:
    struct Canvas; // one frame's way through the functions below
    [[nodiscard]] static Canvas canvasOf(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows,
                                         const TimelineFrame& frame);
    void prepareImage(const TimelineFrame& frame);

    // What is made of states, in device pixels: timeline_painter.cpp
    void drawStrips(Canvas& canvas);
    void paintOverStrips(Canvas& canvas);
    void paintStrip(Canvas& canvas, const TimelineRow& row);
    void paintCells(Canvas& canvas, int top, int height);
    void paintLoad(Canvas& canvas, int top, int height);
    void paintActivity(Canvas& canvas, const TimelineRow& row, const Activity& activity);

    // What was recorded besides states: timeline_tracks.cpp
    void paintNotes(Canvas& canvas, const TimelineRow& row);
    void paintRuntimeWork(Canvas& canvas, const TimelineRow& row);
    void paintRegions(Canvas& canvas, const TimelineRow& row);
    void paintRegionNames(Canvas& canvas, const TimelineRow& row);
    void paintLogs(Canvas& canvas, const TimelineRow& row);
    void paintThread(Canvas& canvas, const TimelineRow& row);
    void paintHeap(Canvas& canvas, const TimelineRow& row);
    void paintRunnable(Canvas& canvas, const TimelineRow& row);
    void paintTask(Canvas& canvas, const TimelineRow& row, TaskIndex which);
    void paintOutsideOfTask(Canvas& canvas, const TimelineRow& row);
    void paintColumn(Canvas& canvas, double from, double to, QRgb colour);
    void fillLines(Canvas& canvas, int top, int height);

    // What it called: timeline_stacks.cpp
    void paintStacks(Canvas& canvas, const TimelineRow& row);
    void paintStackNames(Canvas& canvas, const TimelineRow& row);
    const std::vector<StackRun>& stackRuns(const Canvas& canvas, GoroutineIndex g);

    // Words: timeline_labels.cpp
    void paintRow(Canvas& canvas, const TimelineRow& row);
    void paintRowText(Canvas& canvas, const TimelineRow& row);
    void paintRowWords(Canvas& canvas, const TimelineRow& row, QRect box, const Activity* all);
    void paintOpenWait(Canvas& canvas, const TimelineRow& row);
    void paintSpanNames(Canvas& canvas, const TimelineRow& row);
    void paintSelectedSpan(Canvas& canvas, const TimelineRow& row);
    void paintEnds(Canvas& canvas, const TimelineRow& row);

    // What lies over all rows: timeline_overlays.cpp
    void paintCollector(Canvas& canvas);
    void paintRuler(Canvas& canvas);
    void paintMarks(Canvas& canvas);
    void paintLinks(Canvas& canvas);
    void paintLink(Canvas& canvas, Time time, GoroutineIndex from, GoroutineIndex to, const QString& text);

    StripWork work_;
    std::vector<StripCell> cells_;
    std::vector<QRgb> line_;                                    ///< one line of pixels of the axis; 0: nothing there
    StateColours plain_{};                                      ///< of this frame
    std::map<GoroutineIndex, std::vector<StackRun>> stackRuns_; ///< of this frame
    StateColours striped_{};                                    ///< the darker ones of stripes, where a state has some
    std::vector<QRgb> stripes_;                                 ///< the other colours of a striped line
    QImage image_;
    DrawnWords words_;
    DrawnWords smallWords_; ///< of regions
};

} // namespace waitscope
