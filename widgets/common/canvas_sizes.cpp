// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/canvas_sizes.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

// Of DejaVu Sans, 12 pixels.
constexpr double usualLine = 13.96875;
constexpr double usualFigure = 7.625;

} // namespace

CanvasSizes::CanvasSizes(const QFont& font) {
    const QFontMetricsF metrics(font);
    lines_ = metrics.height() / usualLine;
    figures_ = metrics.horizontalAdvance(u'0') / usualFigure;
}

int CanvasSizes::high(double usual) const {
    return static_cast<int>(std::lround(usual * lines_));
}

int CanvasSizes::wide(double usual) const {
    return static_cast<int>(std::lround(usual * figures_));
}

int CanvasSizes::left(int width) const {
    constexpr int narrowest = 40;
    return std::clamp((width - right()) / 2, wide(narrowest), wide(canvasLeft));
}

} // namespace waitscope
