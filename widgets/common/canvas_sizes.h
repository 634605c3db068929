// SPDX-License-Identifier: GPL-3.0-or-later
// How large are the parts of a canvas? They follow the font of its words: heights its lines, widths its figures. All
// canvases of a window have one font, so that they have one axis with the same edges.
#pragma once

class QFont;

namespace waitscope {

/// Between the left edge of a canvas and time: room for row labels. In logical pixels with the usual font (12 pixels
/// high), as all lengths below.
constexpr int canvasLeft = 220;
/// And between the end of the axis and the right edge: room for a row's open wait, or for the heatmap's colour scale.
constexpr int canvasRight = 96;

class CanvasSizes {
  public:
    CanvasSizes() = default; ///< of the usual font
    /// Measures the font; cheap enough for once a change, not for once a mouse move.
    explicit CanvasSizes(const QFont& font);

    /// What is so high, or so wide, with the usual font; in logical pixels.
    [[nodiscard]] int high(double usual) const;
    [[nodiscard]] int wide(double usual) const;
    /// `canvasLeft` of a canvas of this width: a narrow one has as much room for time as for labels.
    [[nodiscard]] int left(int width) const;
    [[nodiscard]] int right() const { return wide(canvasRight); }

    friend bool operator==(const CanvasSizes&, const CanvasSizes&) = default;

  private:
    double lines_ = 1;   ///< the height of a line in that of the usual font
    double figures_ = 1; ///< the width of a figure in that of the usual font
};

} // namespace waitscope
