// SPDX-License-Identifier: GPL-3.0-or-later
// How does a grid become a picture? The one painter of the heatmap: QCustomPlot with our axes, colours and marks, used
// by the view in the window and by the exported picture.
//
// Across is time in nanoseconds; down, or up where quantities rise, are the places of the grid. A cell is never smaller
// than a device pixel: whoever asks for a grid takes its size from `canvas()`.
#pragma once

#include "widgets/heatmap/heatmap_contents.h"

#include <QRect>

#include <functional>
#include <memory>

class QPaintDevice;
class QPainter;
class QWidget;

namespace waitscope {

class TimeText;

class HeatmapPlot {
  public:
    explicit HeatmapPlot(QWidget* parent);
    ~HeatmapPlot();
    HeatmapPlot(const HeatmapPlot&) = delete;
    HeatmapPlot& operator=(const HeatmapPlot&) = delete;

    [[nodiscard]] QWidget* widget() const;

    void setLook(const HeatmapLook& look);
    /// Where the cells begin, from the left edge; everything on the left fits into it.
    void setLeft(int left);
    /// Shows a grid at its own range and rows, or nothing.
    void show(const HeatmapContents& contents);
    /// How instants are written; at first, from the start of the trace.
    void setTimes(const TimeText& times);
    /// Other callouts on what is there.
    void setCallouts(const std::vector<Callout>& callouts);
    /// Stretches what is there to another range or other rows, until the grid for them comes.
    void setTimeRange(TimeRange range);
    void setPlaces(double first, double end);
    /// The widget is painted with the next frame.
    void update();

    /// Where the cells are, in units of the widget.
    [[nodiscard]] QRect canvas() const;
    /// The same for a picture of this size.
    QRect layOut(QSize size);
    /// The same without a plot, on any thread: margins depend on the font only.
    [[nodiscard]] static QRect canvasIn(QSize size, int left, const QFont& font);
    /// Paints everything into a rectangle of a picture, in units of the device, after what is `around` it: one painter
    /// does both, because a file format may allow but one.
    void paint(QPaintDevice& device, QRect where, const std::function<void(QPainter&)>& around);

    [[nodiscard]] Time timeAt(double x) const; ///< clipped to the range
    [[nodiscard]] double xOf(Time t) const;
    [[nodiscard]] double placeAt(double y) const; ///< may lie outside
    [[nodiscard]] double yOf(double place) const;
    /// The row of the grid that is drawn there; none (`rows.size()`) where there is none.
    [[nodiscard]] std::uint32_t rowAt(double x, double y) const;

  private:
    class Private;
    std::unique_ptr<Private> d_;
};

} // namespace waitscope
