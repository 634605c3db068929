// SPDX-License-Identifier: GPL-3.0-or-later
// How does a grid become a picture? The one painter of the heatmap: QCustomPlot with our axes, colours and marks, used
// by the view in the window and by the exported picture.
//
// Across is time in nanoseconds, down is the place of a goroutine in the order of rows, first on top. A cell is never
// smaller than a device pixel: whoever asks for a grid takes its size from `canvas()`.
#pragma once

#include "model/heatmap/lifetime_grid.h"

#include <QColor>
#include <QFont>
#include <QRect>
#include <QString>

#include <memory>

class QImage;
class QPalette;
class QWidget;

namespace waitscope {

struct HeatmapLook {
    QColor paper;  ///< around the cells
    QColor nobody; ///< where no goroutine of the row is alive
    QColor ink;    ///< texts and axes
    QColor faint;  ///< hatches and frames
    QFont font;

    [[nodiscard]] static HeatmapLook of(const QPalette& palette, const QFont& font);
    /// White paper: all pictures, whatever the window looks like.
    [[nodiscard]] static HeatmapLook light(const QFont& font);
};

/// What is drawn.
struct HeatmapContents {
    std::shared_ptr<const Trace> trace;
    std::shared_ptr<const Grid> grid;
    std::uint32_t firstPlace = 0; ///< of the grid's first goroutine in the order of all rows
    QString order;                ///< as in "ordered by …"
};

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
    /// Stretches what is there to another range or other rows, until the grid for them comes.
    void setTimeRange(TimeRange range);
    void setPlaces(double first, double end);
    /// The widget is painted with the next frame.
    void update();

    /// Where the cells are, in units of the widget.
    [[nodiscard]] QRect canvas() const;
    /// The same for a picture of this size.
    QRect layOut(QSize size);
    /// Paints everything into a rectangle of a picture (in units of its device pixel ratio).
    void paint(QImage& picture, QRect where);

    [[nodiscard]] Time timeAt(double x) const; ///< clipped to the range
    [[nodiscard]] double xOf(Time t) const;
    [[nodiscard]] double placeAt(double y) const; ///< may lie outside
    [[nodiscard]] double yOf(double place) const;

  private:
    class Private;
    std::unique_ptr<Private> d_;
};

} // namespace waitscope
