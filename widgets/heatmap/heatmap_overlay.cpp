// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_overlay.h"

#include "widgets/common/colours.h"
#include "widgets/common/flags.h"

#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace waitscope {

HeatmapOverlay::HeatmapOverlay(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heatmap"));
}

void HeatmapOverlay::setCanvas(QRect canvas) {
    canvas_ = canvas;
    update();
}

void HeatmapOverlay::setHover(std::optional<double> x) {
    if (x == hover_)
        return;
    // Only the two lines change.
    for (const auto& old : {hover_, x})
        if (old)
            update(static_cast<int>(std::floor(*old)) - 2, 0, 5, height());
    hover_ = x;
}

void HeatmapOverlay::setOnset(std::optional<double> x, const QString& label) {
    if (x == onset_ && label == onsetLabel_)
        return;
    onset_ = x;
    onsetLabel_ = label;
    update();
}

void HeatmapOverlay::setInside(double begin, double end) {
    if (begin == insideBegin_ && end == insideEnd_)
        return;
    insideBegin_ = begin;
    insideEnd_ = end;
    update();
}

void HeatmapOverlay::setSelectedRows(std::vector<Row> rows) {
    selected_ = std::move(rows);
    update();
}

void HeatmapOverlay::setTimes(std::vector<TimeLine> lines, std::optional<std::pair<double, double>> chosen) {
    lines_ = std::move(lines);
    chosen_ = chosen;
    update();
}

void HeatmapOverlay::setBrush(QRectF brush) {
    if (brush == brush_)
        return;
    brush_ = brush;
    update();
}

void HeatmapOverlay::setComputing(bool computing) {
    if (computing == computing_)
        return;
    computing_ = computing;
    update();
}

void HeatmapOverlay::setMessage(const QString& message) {
    if (message == message_)
        return;
    message_ = message;
    setAccessibleDescription(message);
    update();
}

// Light and dark lines side by side are seen on every colour; the triangle finds a row of one pixel.
void HeatmapOverlay::paintRows(QPainter& painter) const {
    for (const Row& selected : selected_) {
        const double top = std::max<double>(selected.top, canvas_.top());
        const double bottom = std::min<double>(selected.bottom, canvas_.bottom() + 1);
        if (bottom < top || top > canvas_.bottom() + 1 || bottom < canvas_.top())
            continue;
        const double x = canvas_.left() - 1;
        const double middle = (top + bottom) / 2;
        painter.setRenderHint(QPainter::Antialiasing, false);
        if (selected_.size() == 1) {
            const QRectF row(canvas_.left(), top - 1, canvas_.width(), bottom - top + 2);
            painter.setPen(QPen(Qt::black, 1));
            painter.drawRect(row.adjusted(0, -1, -1, 0));
            painter.setPen(QPen(Qt::white, 1));
            painter.drawRect(row.adjusted(1, 0, -2, -1));
        } else { // many rows have a bar each beside the cells
            painter.fillRect(QRectF(x - 6, top, 6, std::max(1.0, bottom - top)), palette().color(QPalette::Highlight));
            continue;
        }
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(palette().color(QPalette::Window), 1));
        painter.setBrush(palette().color(QPalette::Highlight));
        painter.drawPolygon(QPolygonF({{x - 10, middle - 7}, {x, middle}, {x - 10, middle + 7}}));
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void HeatmapOverlay::paintTimes(QPainter& painter) const {
    if (chosen_) {
        QColor veil = palette().color(QPalette::Highlight);
        veil.setAlpha(48);
        painter.fillRect(QRectF(chosen_->first, canvas_.top(), chosen_->second - chosen_->first, canvas_.height()),
                         veil);
        painter.setPen(palette().color(QPalette::Highlight));
        for (const double x : {chosen_->first, chosen_->second})
            painter.drawLine(QPointF(x, canvas_.top()), QPointF(x, canvas_.bottom()));
    }
    std::vector<Flag> flags;
    for (const TimeLine& line : lines_) {
        painter.setPen(QPen(line.colour, 1, Qt::DashLine));
        painter.drawLine(QPointF(line.x, canvas_.top()), QPointF(line.x, canvas_.bottom()));
        flags.push_back({line.x, line.text, line.colour});
    }
    paintFlags(painter, std::move(flags), canvas_.top());
}

void HeatmapOverlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QColor accent = palette().color(QPalette::Highlight);
    if (computing_) {
        QColor veil = palette().color(QPalette::Window);
        veil.setAlpha(110);
        painter.fillRect(canvas_, veil);
        painter.fillRect(canvas_.left(), canvas_.top(), canvas_.width(), 3, accent);
    }
    const QColor beside = palette().color(QPalette::Mid);
    const double right = canvas_.right() + 1;
    if (insideBegin_ > canvas_.left() + 0.5)
        paintBeside(
            painter,
            QRectF(canvas_.left(), canvas_.top(), std::min(insideBegin_, right) - canvas_.left(), canvas_.height()),
            beside);
    if (insideEnd_ < right - 0.5 && insideEnd_ > 0) {
        const double from = std::max<double>(insideEnd_, canvas_.left());
        paintBeside(painter, QRectF(from, canvas_.top(), right - from, canvas_.height()), beside);
    }
    paintTimes(painter);
    paintRows(painter);
    if (!brush_.isEmpty()) {
        QColor veil = accent;
        veil.setAlpha(70);
        painter.fillRect(brush_, veil);
        painter.setPen(QPen(accent, 2));
        painter.drawRect(brush_);
    }
    if (onset_ && *onset_ >= canvas_.left() && *onset_ <= canvas_.right() + 1) {
        painter.setPen(QPen(onsetColour, 2, Qt::DashLine));
        painter.drawLine(QPointF(*onset_, canvas_.top()), QPointF(*onset_, canvas_.bottom()));
        // The callout stands on whichever side has room.
        const int width = painter.fontMetrics().horizontalAdvance(onsetLabel_) + 12;
        const double left = *onset_ + width + 4 <= canvas_.right() ? *onset_ + 4 : *onset_ - width - 4;
        const QRectF box(left, canvas_.top() + 4, width, painter.fontMetrics().height() + 4);
        painter.fillRect(box, onsetColour);
        painter.setPen(readableOn(onsetColour));
        painter.drawText(box, Qt::AlignCenter, onsetLabel_);
    }
    if (hover_ && *hover_ >= canvas_.left() && *hover_ <= canvas_.right() + 1) {
        const double x = std::floor(*hover_);
        painter.fillRect(QRectF(x, canvas_.top(), 1, canvas_.height()), Qt::white);
        painter.fillRect(QRectF(x + 1, canvas_.top(), 1, canvas_.height()), Qt::black);
    }
    if (!message_.isEmpty()) {
        painter.setPen(palette().color(QPalette::WindowText));
        QFont large = font();
        large.setPointSizeF(large.pointSizeF() * 1.2);
        painter.setFont(large);
        painter.drawText(rect().adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap, message_);
    }
}

} // namespace waitscope
