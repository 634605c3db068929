// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/length_histogram_view.h"

#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

constexpr int viewHeight = 78;
constexpr int axisHeight = 16;

} // namespace

LengthHistogramView::LengthHistogramView(QWidget* parent) : QWidget(parent) {
    setFixedHeight(viewHeight);
    setAccessibleName(tr("Histogram of the lengths of waits"));
    setCursor(Qt::CrossCursor);
}

void LengthHistogramView::show(const LengthHistogram& histogram) {
    histogram_ = histogram;
    const auto& counts = histogram_.counts;
    const auto isFull = [](std::uint64_t count) { return count > 0; };
    first_ = static_cast<int>(std::ranges::find_if(counts, isFull) - counts.begin());
    end_ = static_cast<int>(std::find_if(counts.rbegin(), counts.rend(), isFull).base() - counts.begin());
    update();
}

TimeRange LengthHistogramView::chosen() const {
    if (chosenFirst_ < 0)
        return {0, INT64_MAX};
    return {chosenFirst_ == 0 ? 0 : LengthHistogram::beginOf(chosenFirst_), LengthHistogram::beginOf(chosenEnd_)};
}

QRectF LengthHistogramView::field() const {
    return QRectF(rect()).adjusted(8, 4, -8, -axisHeight);
}

double LengthHistogramView::xOf(int bin) const {
    return field().left() + field().width() * (bin - first_) / std::max(1, end_ - first_);
}

int LengthHistogramView::binAt(double x) const {
    const double share = (x - field().left()) / std::max(1.0, field().width());
    return std::clamp(first_ + static_cast<int>(share * (end_ - first_)), first_, std::max(first_, end_ - 1));
}

void LengthHistogramView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.fillRect(rect(), colours.background);
    if (first_ >= end_) {
        painter.setPen(colours.fadedText);
        painter.drawText(rect(), Qt::AlignCenter, tr("no waits"));
        return;
    }
    const std::uint64_t most = *std::ranges::max_element(histogram_.counts);
    for (int bin = first_; bin < end_; ++bin) {
        const std::uint64_t count = histogram_.counts[static_cast<std::size_t>(bin)];
        if (count == 0)
            continue;
        // One wait of a million is seen too.
        const double height = std::max(1.0, field().height() * static_cast<double>(count) / static_cast<double>(most));
        const bool isChosen = chosenFirst_ < 0 || (bin >= chosenFirst_ && bin < chosenEnd_);
        painter.fillRect(
            QRectF(xOf(bin), field().bottom() - height, std::max(1.0, xOf(bin + 1) - xOf(bin) - 1), height),
            isChosen ? colours.selection : colours.line);
    }
    painter.setPen(colours.fadedText);
    // A label a decade, where there is room.
    double free = field().left();
    const int begin = (first_ + LengthHistogram::binsPerDecade - 1) / LengthHistogram::binsPerDecade;
    for (int decade = begin; decade * LengthHistogram::binsPerDecade <= end_; ++decade) {
        const int bin = decade * LengthHistogram::binsPerDecade;
        const QString label = fromUtf8(durationText(LengthHistogram::beginOf(bin)));
        const double width = painter.fontMetrics().horizontalAdvance(label);
        const double x = std::min(xOf(bin), field().right() - width);
        if (x < free)
            continue;
        painter.drawText(QPointF(x, height() - 4), label);
        free = x + width + 8;
    }
}

void LengthHistogramView::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->button() == Qt::LeftButton && first_ < end_ ? binAt(event->position().x()) : -1;
    if (pressed_ >= 0 && std::exchange(chosenFirst_, -1) >= 0)
        Q_EMIT chosenChanged();
    update();
}

void LengthHistogramView::mouseMoveEvent(QMouseEvent* event) {
    if (pressed_ < 0)
        return;
    const int bin = binAt(event->position().x());
    chosenFirst_ = std::min(pressed_, bin);
    chosenEnd_ = std::max(pressed_, bin) + 1;
    Q_EMIT chosenChanged();
    update();
}

void LengthHistogramView::mouseReleaseEvent(QMouseEvent*) {
    pressed_ = -1;
}

bool LengthHistogramView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && first_ < end_) {
        const auto* const help = static_cast<QHelpEvent*>(event);
        const int bin = binAt(help->pos().x());
        QToolTip::showText(help->globalPos(),
                           tr("%1 waits from %2 to %3\nDrag to list only waits of some lengths; click for all")
                               .arg(fromUtf8(countText(histogram_.counts[static_cast<std::size_t>(bin)])),
                                    fromUtf8(durationText(LengthHistogram::beginOf(bin))),
                                    fromUtf8(durationText(LengthHistogram::beginOf(bin + 1)))),
                           this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace waitscope
