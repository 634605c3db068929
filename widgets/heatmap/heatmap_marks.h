// SPDX-License-Identifier: GPL-3.0-or-later
// What colours cannot say: unknown states, lone stuck goroutines, what was there before the trace and what stays open,
// the names of sections, the bands of a population, and the letters of callouts. Items on QCustomPlot's layers.
#pragma once

#include "widgets/common/qcp.h"
#include "widgets/heatmap/heatmap_contents.h"

namespace waitscope {

/// QCustomPlot maps and clips vertical coordinates one unit above the rectangle of their axes.
[[nodiscard]] QRect cellsIn(const QCPAxisRect& rect);

/// Hatches and dots on cells, hatches before the first and arrows behind the last bin.
class CellMarks : public QCPAbstractItem {
  public:
    explicit CellMarks(QCustomPlot* plot) : QCPAbstractItem(plot) { setClipToAxisRect(false); }

    void show(const HeatmapContents& contents);
    void setLook(const HeatmapLook& look) { look_ = look; }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override;

  private:
    // Stretches of equal cells or rows, so that painting costs what is seen.
    struct Stretch {
        std::uint32_t row = 0;
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };
    static void grow(std::vector<Stretch>& stretches, std::uint32_t row, bool belongs);
    void drawArrows(QCPPainter* painter, const QRect& canvas, double top, double bottom, double rowHeight) const;
    [[nodiscard]] double y(double place) const;

    HeatmapContents contents_;
    HeatmapLook look_;
    std::vector<Stretch> unknown_;
    std::vector<Stretch> standingOut_;
    std::vector<Stretch> before_; ///< of rows
    std::vector<Stretch> open_;   ///< of rows
};

/// The bands of mode Population, one upon the other, with their numbers.
class PopulationBands : public QCPAbstractItem {
  public:
    explicit PopulationBands(QCustomPlot* plot) : QCPAbstractItem(plot) { setClipToAxisRect(true); }
    void show(const HeatmapContents& contents) { contents_ = contents; }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override;

  private:
    HeatmapContents contents_;
};

/// Left of the cells: the names of sections, or of the bands of a population.
class SectionNames : public QCPAbstractItem {
  public:
    explicit SectionNames(QCustomPlot* plot) : QCPAbstractItem(plot) { setClipToAxisRect(false); }
    void show(const HeatmapContents& contents) { contents_ = contents; }
    void setLook(const HeatmapLook& look) { look_ = look; }
    /// Room from `left` on, in units of the plot.
    void setRoom(int left, int width) {
        left_ = left;
        width_ = width;
    }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override;

  private:
    void drawSections(QCPPainter* painter, const QRect& canvas) const;
    void drawGroups(QCPPainter* painter, const QRect& canvas) const;

    HeatmapContents contents_;
    HeatmapLook look_;
    int left_ = 0;
    int width_ = 0;
};

/// A line at the time of each callout, with its letter in the strip above the cells.
class CalloutMarks : public QCPAbstractItem {
  public:
    explicit CalloutMarks(QCustomPlot* plot) : QCPAbstractItem(plot) { setClipToAxisRect(false); }
    void show(const HeatmapContents& contents) { contents_ = contents; }
    void setLook(const HeatmapLook& look) { look_ = look; }
    /// The height of the strip.
    [[nodiscard]] static int stripHeight(const QFont& font);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override;

  private:
    HeatmapContents contents_;
    HeatmapLook look_;
};

} // namespace waitscope
