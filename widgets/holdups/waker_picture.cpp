// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/holdups/waker_picture.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <map>

namespace waitscope {

namespace {

constexpr int margin = 16;
constexpr int narrowestBox = 104;
constexpr int widestBox = 190;
constexpr int boxHeight = 38;
constexpr int columnGap = 96; // room for lines and their times
constexpr int loopWidth = 84; // right of the last column, for its loops and their times
constexpr int rowGap = 22;
constexpr double thinnest = 1;
constexpr double thickest = 7;

void paintArrow(QPainter& painter, const QPointF& from, const QPointF& to, double width) {
    const double length = std::hypot(to.x() - from.x(), to.y() - from.y());
    if (length < 1)
        return;
    const QPointF along = (to - from) / length;
    const QPointF across(-along.y(), along.x());
    const double size = 5 + width;
    painter.drawLine(from, to - along * size);
    QPainterPath head(to);
    head.lineTo(to - along * size + across * size / 2);
    head.lineTo(to - along * size - across * size / 2);
    painter.fillPath(head, painter.pen().color());
}

// Where the line from the middle of a box towards `to` leaves it.
QPointF borderTowards(const QRectF& box, const QPointF& to) {
    const QPointF way = to - box.center();
    const double reach = std::max(std::abs(way.x()) / (box.width() / 2), std::abs(way.y()) / (box.height() / 2));
    return reach > 0 ? box.center() + way / reach : box.center();
}

} // namespace

WakerPicture::WakerPicture(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Who waits for whom"));
    followFont(this, [this] { updateGeometry(); });
}

void WakerPicture::show(std::shared_ptr<const Trace> trace, WakerGraph graph) {
    trace_ = std::move(trace);
    graph_ = std::move(graph);
    chooseLinks();
    placeBoxes();
    updateGeometry();
    update();
}

// Of those with most time as many as there is room for their boxes.
void WakerPicture::chooseLinks() {
    links_.clear();
    boxes_.clear();
    const auto isThere = [&](std::uint32_t node) {
        return std::ranges::find(boxes_, node, &Box::node) != boxes_.end();
    };
    for (const WakerLink& link : graph_.links) {
        const std::size_t more =
            (isThere(link.waiter) ? 0U : 1U) + (isThere(link.waker) || link.waker == link.waiter ? 0U : 1U);
        if (boxes_.size() + more > mostBoxes)
            continue;
        for (const std::uint32_t node : {link.waiter, link.waker})
            if (!isThere(node))
                boxes_.push_back({.node = node});
        links_.push_back(link);
    }
}

void WakerPicture::placeBoxes() {
    // A knot stands in one column: its members share what the first of them has.
    std::map<std::uint32_t, int> columnOf;
    const auto standsWith = [&](std::uint32_t node) {
        const std::uint32_t knot = graph_.nodes[node].knot;
        return knot == nowhere ? node : graph_.knots[knot].nodes.front();
    };
    for (std::size_t round = 0; round < boxes_.size(); ++round) // at most as many as there are boxes in a row
        for (const WakerLink& link : links_) {
            const std::uint32_t from = standsWith(link.waiter);
            const std::uint32_t to = standsWith(link.waker);
            if (from != to)
                columnOf[to] = std::max(columnOf[to], columnOf[from] + 1);
        }
    std::ranges::stable_sort(boxes_, {}, [&](const Box& box) { return std::pair(standsWith(box.node), box.node); });
    std::map<int, int> height;
    columns_ = 0;
    rows_ = 0;
    for (Box& box : boxes_) {
        box.column = columnOf[standsWith(box.node)];
        box.row = height[box.column]++;
        columns_ = std::max(columns_, box.column + 1);
        rows_ = std::max(rows_, box.row + 1);
    }
}

QSize WakerPicture::sizeHint() const {
    if (boxes_.empty())
        return {200, 48};
    const CanvasSizes sizes(font());
    return {margin + sizes.wide(columns_ * narrowestBox + (columns_ - 1) * columnGap + loopWidth),
            2 * margin + sizes.high(rows_ * boxHeight + (rows_ - 1) * rowGap)};
}

// All of it is seen without scrolling if that leaves room for names.
int WakerPicture::boxWidth() const {
    const CanvasSizes sizes(font());
    const int room = width() - margin - sizes.wide((columns_ - 1) * columnGap + loopWidth);
    return std::clamp(room / std::max(columns_, 1), sizes.wide(narrowestBox), sizes.wide(widestBox));
}

QRectF WakerPicture::boxOf(std::uint32_t node) const {
    const auto box = std::ranges::find(boxes_, node, &Box::node);
    if (box == boxes_.end())
        return {};
    const CanvasSizes sizes(font());
    return QRectF(margin + box->column * (boxWidth() + sizes.wide(columnGap)),
                  margin + box->row * sizes.high(boxHeight + rowGap), boxWidth(), sizes.high(boxHeight));
}

std::uint32_t WakerPicture::nodeAt(const QPointF& position) const {
    for (const Box& box : boxes_)
        if (boxOf(box.node).contains(position))
            return box.node;
    return nowhere;
}

double WakerPicture::widthOf(const WakerLink& link) const {
    return thinnest + (thickest - thinnest) * static_cast<double>(link.total) / static_cast<double>(graph_.total);
}

void WakerPicture::paintLink(QPainter& painter, const WakerLink& link) const {
    const CanvasColours colours = canvasColours(isDark(palette()));
    const std::uint32_t knot = graph_.nodes[link.waiter].knot;
    const bool tied = knot != nowhere && knot == graph_.nodes[link.waker].knot;
    const double width = widthOf(link);
    const QColor colour = tied ? colourOf(StateFamily::Lock) : colours.fadedText;
    painter.setPen(QPen(colour, width));
    const QRectF from = boxOf(link.waiter);
    const QRectF to = boxOf(link.waker);
    QPointF middle;
    if (link.waiter == link.waker) { // a loop at its upper right corner, above the lines that leave it
        const QRectF loop(from.right() - 10, from.top() - 11, 26, 22);
        painter.drawArc(loop, -120 * 16, 240 * 16);
        middle = {loop.right() + 4, loop.center().y() + 1};
    } else {
        const QPointF begin = borderTowards(from, to.center());
        const QPointF end = borderTowards(to, from.center());
        // Of two that wait for each other both lines are seen.
        const QPointF way = end - begin;
        const double length = std::max(1.0, std::hypot(way.x(), way.y()));
        const QPointF aside = QPointF(-way.y(), way.x()) / length * 6;
        paintArrow(painter, begin + aside, end + aside, width);
        middle = (begin + end) / 2 + aside;
    }
    const QString time = fromUtf8(durationText(link.total));
    const QFontMetricsF metrics(painter.font());
    QRectF label(0, 0, metrics.horizontalAdvance(time) + 4, metrics.height());
    if (link.waiter == link.waker)
        label.moveTo(middle.x(), middle.y() - label.height() / 2);
    else
        label.moveCenter(middle);
    painter.fillRect(label, colours.background);
    painter.setPen(colours.text);
    painter.drawText(label, Qt::AlignCenter, time);
}

void WakerPicture::paintBox(QPainter& painter, const Box& box) const {
    const CanvasColours colours = canvasColours(isDark(palette()));
    const WakerNode& node = graph_.nodes[box.node];
    const QRectF area = boxOf(box.node);
    const bool tied = node.knot != nowhere;
    painter.setPen(QPen(tied ? colourOf(StateFamily::Lock) : colours.line, tied ? 2 : 1));
    painter.setBrush(colours.headerBand);
    painter.drawRoundedRect(area, 4, 4);
    painter.setPen(colours.text);
    const QString name =
        node.function.known() ? fromUtf8(shortFunction(trace_->text(node.function))) : tr("not recorded");
    const QRectF inside = area.adjusted(6, 3, -6, -3);
    const auto fitted = [&](const QString& text) {
        return painter.fontMetrics().elidedText(text, Qt::ElideMiddle, static_cast<int>(inside.width()));
    };
    painter.drawText(inside, Qt::AlignTop | Qt::AlignLeft, fitted(name));
    painter.setPen(colours.fadedText);
    painter.drawText(inside, Qt::AlignBottom | Qt::AlignLeft,
                     fitted(tr("awaited %1").arg(fromUtf8(durationText(node.awaited)))));
}

void WakerPicture::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.fillRect(rect(), colours.background);
    if (boxes_.empty()) {
        painter.setPen(colours.fadedText);
        painter.drawText(rect(), Qt::AlignCenter, trace_ ? tr("No goroutine waited for another one here.") : QString());
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = painter.font();
    font.setPointSizeF(font.pointSizeF() * 0.9);
    painter.setFont(font);
    for (const WakerLink& link : links_)
        paintLink(painter, link);
    for (const Box& box : boxes_)
        paintBox(painter, box);
}

void WakerPicture::mouseReleaseEvent(QMouseEvent* event) {
    if (const std::uint32_t node = nodeAt(event->position()); event->button() == Qt::LeftButton && node != nowhere)
        Q_EMIT functionChosen(graph_.nodes[node].function);
}

bool WakerPicture::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const std::uint32_t at = nodeAt(help->pos());
    if (at == nowhere) {
        QToolTip::hideText();
        return true;
    }
    const WakerNode& node = graph_.nodes[at];
    QToolTip::showText(help->globalPos(),
                       tr("%1\nits goroutines waited %2 for goroutines\ngoroutines waited %3 for them")
                           .arg(fromUtf8(trace_->text(node.function)), fromUtf8(durationText(node.waited)),
                                fromUtf8(durationText(node.awaited))),
                       this);
    return true;
}

} // namespace waitscope
