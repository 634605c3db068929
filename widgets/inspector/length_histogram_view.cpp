// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/length_histogram_view.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
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

} // namespace

LengthHistogramView::LengthHistogramView(QString what, QWidget* parent) : QWidget(parent), what_(std::move(what)) {
    followFont(this, [this] { setFixedHeight(CanvasSizes(font()).high(viewHeight)); });
    setAccessibleName(tr("Histogram of the lengths of %1").arg(what_));
    setCursor(Qt::CrossCursor);
}

void LengthHistogramView::show(const LengthHistogram& histogram) {
    histogram_ = histogram;
    axis_.fit({&histogram_});
    update();
}

TimeRange LengthHistogramView::chosen() const {
    if (chosenFirst_ < 0)
        return {0, INT64_MAX};
    return {chosenFirst_ == 0 ? 0 : LengthHistogram::beginOf(chosenFirst_), LengthHistogram::beginOf(chosenEnd_)};
}

LengthAxis LengthHistogramView::axis() const {
    LengthAxis axis = axis_;
    axis.field = QRectF(rect()).adjusted(8, 4, -8, -LengthAxis::height(font()));
    return axis;
}

void LengthHistogramView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    const LengthAxis axis = this->axis();
    if (!axis.paintGround(painter, rect(), colours, tr("no %1").arg(what_)))
        return;
    const std::uint64_t most = *std::ranges::max_element(histogram_.counts);
    for (int bin = axis.first; bin < axis.end; ++bin) {
        const std::uint64_t count = histogram_.counts[static_cast<std::size_t>(bin)];
        if (count == 0)
            continue;
        // One wait of a million is seen too.
        const double height =
            std::max(1.0, axis.field.height() * static_cast<double>(count) / static_cast<double>(most));
        const bool isChosen = chosenFirst_ < 0 || (bin >= chosenFirst_ && bin < chosenEnd_);
        painter.fillRect(QRectF(axis.xOf(bin), axis.field.bottom() - height,
                                std::max(1.0, axis.xOf(bin + 1) - axis.xOf(bin) - 1), height),
                         isChosen ? colours.selection : colours.line);
    }
    axis.paintLabels(painter, colours.fadedText);
}

void LengthHistogramView::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->button() == Qt::LeftButton && !axis_.empty() ? axis().binAt(event->position().x()) : -1;
    if (pressed_ >= 0 && std::exchange(chosenFirst_, -1) >= 0)
        Q_EMIT chosenChanged();
    update();
}

void LengthHistogramView::mouseMoveEvent(QMouseEvent* event) {
    if (pressed_ < 0)
        return;
    const int bin = axis().binAt(event->position().x());
    chosenFirst_ = std::min(pressed_, bin);
    chosenEnd_ = std::max(pressed_, bin) + 1;
    Q_EMIT chosenChanged();
    update();
}

void LengthHistogramView::mouseReleaseEvent(QMouseEvent*) {
    pressed_ = -1;
}

bool LengthHistogramView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !axis_.empty()) {
        const auto* const help = static_cast<QHelpEvent*>(event);
        const int bin = axis().binAt(help->pos().x());
        QToolTip::showText(help->globalPos(),
                           tr("%1 %2 from %3 to %4\nDrag to list only those of some lengths; click for all")
                               .arg(fromUtf8(countText(histogram_.counts[static_cast<std::size_t>(bin)])), what_,
                                    fromUtf8(durationText(LengthHistogram::beginOf(bin))),
                                    fromUtf8(durationText(LengthHistogram::beginOf(bin + 1)))),
                           this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace waitscope
