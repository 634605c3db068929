// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/length_axis.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"

#include <QPainter>

#include <algorithm>

namespace waitscope {

int LengthAxis::height(const QFont& font) {
    return CanvasSizes(font).high(16);
}

void LengthAxis::fit(std::initializer_list<const LengthHistogram*> histograms) {
    const auto isFull = [](std::uint64_t count) { return count > 0; };
    first = LengthHistogram::binCount;
    end = 0;
    for (const LengthHistogram* const histogram : histograms) {
        const auto& counts = histogram->counts;
        if (counts.empty())
            continue;
        first = std::min(first, static_cast<int>(std::ranges::find_if(counts, isFull) - counts.begin()));
        end = std::max(end,
                       static_cast<int>(std::find_if(counts.rbegin(), counts.rend(), isFull).base() - counts.begin()));
    }
    if (first >= end)
        first = end = 0;
}

double LengthAxis::xOf(int bin) const {
    return field.left() + field.width() * (bin - first) / std::max(1, end - first);
}

int LengthAxis::binAt(double x) const {
    const double share = (x - field.left()) / std::max(1.0, field.width());
    return std::clamp(first + static_cast<int>(share * (end - first)), first, std::max(first, end - 1));
}

void LengthAxis::paintLabels(QPainter& painter, const QColor& colour) const {
    painter.setPen(colour);
    double free = field.left();
    const int begin = (first + LengthHistogram::binsPerDecade - 1) / LengthHistogram::binsPerDecade;
    for (int decade = begin; decade * LengthHistogram::binsPerDecade <= end; ++decade) {
        const int bin = decade * LengthHistogram::binsPerDecade;
        const QString label = fromUtf8(durationText(LengthHistogram::beginOf(bin)));
        const double width = painter.fontMetrics().horizontalAdvance(label);
        const double x = std::min(xOf(bin), field.right() - width);
        if (x < free)
            continue;
        painter.drawText(QPointF(x, field.bottom() + painter.fontMetrics().ascent() + 1), label);
        free = x + width + 8;
    }
}

bool LengthAxis::paintGround(QPainter& painter, QRect whole, const CanvasColours& colours,
                             const QString& nothing) const {
    painter.fillRect(whole, colours.background);
    if (!empty())
        return true;
    painter.setPen(colours.fadedText);
    painter.drawText(whole, Qt::AlignCenter, nothing);
    return false;
}

} // namespace waitscope
