// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/holdups/utilization_graph.h"

#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int viewHeight = 150;
constexpr int labelHeight = 16; // of the windows, below the field
constexpr int labelWidth = 48;  // of the percents, left of it

} // namespace

UtilizationGraph::UtilizationGraph(QWidget* parent) : QWidget(parent) {
    followFont(this, [this] {
        sizes_ = CanvasSizes(font());
        setMinimumHeight(sizes_.high(viewHeight));
    });
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Minimum mutator utilization"));
}

void UtilizationGraph::show(std::vector<UtilizationPoint> points) {
    points_ = std::move(points);
    setAccessibleDescription(points_.empty() ? QString()
                                             : tr("%1 at worst in windows of %2, %3 in the whole trace")
                                                   .arg(fromUtf8(percentText(points_.front().percent)),
                                                        fromUtf8(durationText(points_.front().window)),
                                                        fromUtf8(percentText(points_.back().percent))));
    update();
}

QRectF UtilizationGraph::field() const {
    return QRectF(rect()).adjusted(sizes_.wide(labelWidth), 8, -12, -sizes_.high(labelHeight) - 2);
}

QPointF UtilizationGraph::placeOf(const UtilizationPoint& point) const {
    const QRectF area = field();
    const double first = std::log10(static_cast<double>(points_.front().window));
    const double last = std::log10(static_cast<double>(points_.back().window));
    const double share = last > first ? (std::log10(static_cast<double>(point.window)) - first) / (last - first) : 0.0;
    return {area.left() + share * area.width(), area.bottom() - point.percent / 100 * area.height()};
}

void UtilizationGraph::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.fillRect(rect(), colours.background);
    if (points_.empty()) {
        painter.setPen(colours.fadedText);
        painter.drawText(rect(), Qt::AlignCenter, tr("The trace says nothing of its processors."));
        return;
    }
    const QRectF area = field();
    for (const int percent : {0, 25, 50, 75, 100}) {
        const double y = area.bottom() - percent / 100.0 * area.height();
        painter.setPen(colours.line);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(colours.fadedText);
        painter.drawText(QRectF(0, y - sizes_.high(8), sizes_.wide(labelWidth) - 6, sizes_.high(16)),
                         Qt::AlignRight | Qt::AlignVCenter, tr("%1 %").arg(percent));
    }
    double free = area.left() - sizes_.wide(labelWidth);
    for (const UtilizationPoint& point : points_) {
        const bool isDecade = std::fmod(std::log10(static_cast<double>(point.window)) + 1e-9, 1.0) < 1e-6;
        if (!isDecade)
            continue;
        const double x = placeOf(point).x();
        painter.setPen(colours.line);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        const QString label = fromUtf8(durationText(point.window));
        const double width = painter.fontMetrics().horizontalAdvance(label);
        const double left = std::min(x - width / 2, area.right() - width);
        if (left < free)
            continue;
        painter.setPen(colours.fadedText);
        painter.drawText(QPointF(left, area.bottom() + sizes_.high(labelHeight - 3)), label);
        free = left + width + 8;
    }
    QPolygonF curve;
    for (const UtilizationPoint& point : points_)
        curve << placeOf(point);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colourOf(StateFamily::Running), 2));
    painter.drawPolyline(curve);
    painter.setBrush(colourOf(StateFamily::Running));
    for (const QPointF& place : curve)
        painter.drawEllipse(place, 2.5, 2.5);
}

bool UtilizationGraph::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || points_.empty())
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const auto nearest = std::ranges::min_element(
        points_, {}, [&](const UtilizationPoint& point) { return std::abs(placeOf(point).x() - help->pos().x()); });
    QToolTip::showText(help->globalPos(),
                       tr("In the worst %1 of the trace the program had %2 of the processors")
                           .arg(fromUtf8(durationText(nearest->window)), fromUtf8(percentText(nearest->percent))),
                       this);
    return true;
}

} // namespace waitscope
