// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/lengths_of_both.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"
#include "widgets/compare/side_colours.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPolygonF>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace waitscope {
namespace {

constexpr int viewHeight = 84;

std::uint64_t waitsOf(const LengthHistogram& lengths) {
    return std::accumulate(lengths.counts.begin(), lengths.counts.end(), std::uint64_t{0});
}

double shareIn(const LengthHistogram& lengths, int bin) {
    const std::uint64_t all = waitsOf(lengths);
    return all == 0 ? 0 : static_cast<double>(lengths.counts[static_cast<std::size_t>(bin)]) / static_cast<double>(all);
}

} // namespace

LengthsOfBoth::LengthsOfBoth(QWidget* parent) : QWidget(parent) {
    followFont(this, [this] { setFixedHeight(CanvasSizes(font()).high(viewHeight)); });
    setAccessibleName(tr("How long the waits of A and of B are"));
}

void LengthsOfBoth::show(const Both<LengthHistogram>& lengths) {
    lengths_ = lengths;
    setAccessibleDescription(
        tr("%1 finished waits in A, %2 in B")
            .arg(fromUtf8(countText(waitsOf(lengths.a))), fromUtf8(countText(waitsOf(lengths.b)))));
    update();
}

LengthAxis LengthsOfBoth::axis() const {
    LengthAxis axis;
    axis.fit({&lengths_.a, &lengths_.b});
    axis.field = QRectF(rect()).adjusted(8, fontMetrics().height() + 2, -8, -LengthAxis::height(font()));
    return axis;
}

void LengthsOfBoth::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    const LengthAxis axis = this->axis();
    if (!axis.paintGround(painter, rect(), colours, tr("no finished waits")))
        return;
    double most = 0;
    for (const Side side : {Side::A, Side::B})
        for (int bin = axis.first; bin < axis.end && !lengths_.of(side).counts.empty(); ++bin)
            most = std::max(most, shareIn(lengths_.of(side), bin));
    const auto top = [&](Side side, int bin) {
        const double share = shareIn(lengths_.of(side), bin);
        // One wait of a million is seen too.
        return axis.field.bottom() - (share > 0 ? std::max(2.0, axis.field.height() * share / most) : 0);
    };
    if (!lengths_.a.counts.empty()) {
        QColor fill = colourOf(Side::A);
        fill.setAlpha(150);
        for (int bin = axis.first; bin < axis.end; ++bin)
            painter.fillRect(
                QRectF(QPointF(axis.xOf(bin), top(Side::A, bin)), QPointF(axis.xOf(bin + 1), axis.field.bottom())),
                fill);
    }
    if (!lengths_.b.counts.empty()) {
        QPolygonF outline{axis.field.bottomLeft()};
        for (int bin = axis.first; bin < axis.end; ++bin)
            outline << QPointF(axis.xOf(bin), top(Side::B, bin)) << QPointF(axis.xOf(bin + 1), top(Side::B, bin));
        outline << axis.field.bottomRight();
        painter.setPen(QPen(colourOf(Side::B), 2));
        painter.drawPolyline(outline);
    }
    axis.paintLabels(painter, colours.fadedText);
    const double line = fontMetrics().height();
    double x = axis.field.left();
    for (const Side side : {Side::A, Side::B}) {
        const QString text =
            tr("%1: %2 waits").arg(letterOf(side)).arg(fromUtf8(countText(waitsOf(lengths_.of(side)))));
        painter.fillRect(QRectF(x, line / 2 - 4, 10, 10), colourOf(side));
        painter.setPen(colours.text);
        painter.drawText(QPointF(x + 14, line - 3), text);
        x += 14 + fontMetrics().horizontalAdvance(text) + 16;
    }
}

bool LengthsOfBoth::event(QEvent* event) {
    const LengthAxis axis = this->axis();
    if (event->type() != QEvent::ToolTip || axis.empty())
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const int bin = axis.binAt(help->pos().x());
    const auto waits = [&](Side side) {
        const auto& counts = lengths_.of(side).counts;
        return fromUtf8(countText(counts.empty() ? 0 : counts[static_cast<std::size_t>(bin)]));
    };
    QToolTip::showText(help->globalPos(),
                       tr("From %1 to %2\nA: %3 waits\nB: %4 waits")
                           .arg(fromUtf8(durationText(LengthHistogram::beginOf(bin))),
                                fromUtf8(durationText(LengthHistogram::beginOf(bin + 1))), waits(Side::A),
                                waits(Side::B)),
                       this);
    return true;
}

} // namespace waitscope
