// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/flame_graph.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/from_utf8.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace waitscope {

namespace {

constexpr qreal narrowestBox = 1.0; // logical pixels: what is narrower is not drawn
constexpr qreal narrowestText = 24.0;

StateFamily familyOf(BlockerState state) {
    switch (state) {
    case BlockerState::Running:
        return StateFamily::Running;
    case BlockerState::Runnable:
        return StateFamily::Runnable;
    case BlockerState::Syscall:
        return StateFamily::Syscall;
    case BlockerState::Sleep:
    case BlockerState::Timer:
        return StateFamily::Sleep;
    case BlockerState::Network:
        return StateFamily::Network;
    case BlockerState::Waiting:
    case BlockerState::NotBorn:
        return StateFamily::Other;
    case BlockerState::Unknown:
        break;
    }
    return StateFamily::Unknown;
}

QColor between(const QColor& a, const QColor& b, double share) {
    const auto mix = [&](int x, int y) { return static_cast<int>(x + (y - x) * share); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace

FlameGraph::FlameGraph(QWidget* parent) : QAbstractScrollArea(parent) {
    setAccessibleName(tr("Flame graph: who waits below, what went on meanwhile above"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
}

void FlameGraph::show(std::shared_ptr<const Trace> trace, BlockerFlame tree) {
    trace_ = std::move(trace);
    tree_ = std::move(tree);
    focus_ = 0;
    fitScrollBar();
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    viewport()->update();
}

int FlameGraph::rowHeight() const {
    return fontMetrics().height() + 4;
}

void FlameGraph::fitScrollBar() {
    const int whole = static_cast<int>(tree_.depth + 1) * rowHeight();
    verticalScrollBar()->setRange(0, std::max(0, whole - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(rowHeight());
}

QRectF FlameGraph::boxOf(const BlockerFlameNode& node) const {
    const BlockerFlameNode& focus = tree_.nodes[focus_];
    const double scale = focus.time > 0 ? viewport()->width() / static_cast<double>(focus.time) : 0;
    const double left = static_cast<double>(node.begin - focus.begin) * scale;
    const double right = left + static_cast<double>(node.time) * scale;
    const int fromBottom = static_cast<int>(node.depth + 1) * rowHeight();
    const int below = verticalScrollBar()->maximum() - verticalScrollBar()->value();
    const double clippedLeft = std::max(0.0, left); // what the focus stands on is wider than the picture
    return {clippedLeft, static_cast<double>(viewport()->height() - fromBottom + below),
            std::min<double>(viewport()->width(), right) - clippedLeft, rowHeight() - 1.0};
}

bool FlameGraph::isShown(const BlockerFlameNode& node) const {
    const BlockerFlameNode& focus = tree_.nodes[focus_];
    const bool above = node.begin >= focus.begin && node.begin + node.time <= focus.begin + focus.time;
    const bool below = node.begin <= focus.begin && node.begin + node.time >= focus.begin + focus.time;
    return above || (below && node.depth <= focus.depth);
}

QString FlameGraph::textOf(const BlockerFlameNode& node) const {
    switch (node.kind) {
    case BlockerFlameNode::Kind::All:
        return tr("all: %1").arg(fromUtf8(durationText(node.time)));
    case BlockerFlameNode::Kind::State:
        return tr("meanwhile: %1").arg(fromUtf8(nameOf(node.state)));
    case BlockerFlameNode::Kind::Waiter:
    case BlockerFlameNode::Kind::Blocker:
        break;
    }
    return fromUtf8(functionText(*trace_, node.frame));
}

void FlameGraph::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette().color(QPalette::Base));
    boxes_ = 0;
    if (!trace_ || tree_.nodes.empty() || tree_.nodes[0].time == 0)
        return;
    for (const BlockerFlameNode& node : tree_.nodes) {
        if (!isShown(node))
            continue;
        const QRectF box = boxOf(node);
        if (box.width() < narrowestBox || box.bottom() < 0 || box.top() > viewport()->height())
            continue;
        QColor colour = palette().color(QPalette::AlternateBase);
        if (node.kind == BlockerFlameNode::Kind::State)
            colour = colourOf(familyOf(node.state));
        else if (node.kind == BlockerFlameNode::Kind::Blocker)
            colour = between(palette().color(QPalette::Base), colourOf(familyOf(node.state)), 0.55);
        else if (node.kind == BlockerFlameNode::Kind::Waiter)
            colour = between(palette().color(QPalette::Base), palette().color(QPalette::Mid), 0.6);
        painter.fillRect(box.adjusted(0, 0, box.width() > 3 ? -1 : 0, 0), colour);
        ++boxes_;
        if (box.width() < narrowestText)
            continue;
        painter.setPen(readableOn(colour));
        const QRectF inside = box.adjusted(4, 0, -4, 0);
        painter.drawText(inside, Qt::AlignVCenter | Qt::AlignLeft,
                         fontMetrics().elidedText(textOf(node), Qt::ElideRight, static_cast<int>(inside.width())));
    }
}

void FlameGraph::resizeEvent(QResizeEvent*) {
    fitScrollBar();
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

int FlameGraph::nodeAt(const QPoint& point) const {
    if (!trace_ || tree_.nodes.empty())
        return -1;
    for (std::size_t n = 0; n < tree_.nodes.size(); ++n)
        if (isShown(tree_.nodes[n]) && boxOf(tree_.nodes[n]).contains(point))
            return static_cast<int>(n);
    return -1;
}

void FlameGraph::focusOn(std::uint32_t node) {
    focus_ = node;
    viewport()->update();
}

void FlameGraph::mousePressEvent(QMouseEvent* event) {
    const int node = nodeAt(event->pos());
    if (event->button() == Qt::LeftButton && node >= 0)
        focusOn(static_cast<std::uint32_t>(node));
}

void FlameGraph::keyPressEvent(QKeyEvent* event) {
    if (tree_.nodes.empty() || (event->key() != Qt::Key_Backspace && event->key() != Qt::Key_Home)) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    focusOn(event->key() == Qt::Key_Home ? 0 : tree_.nodes[focus_].parent);
}

bool FlameGraph::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const int at = nodeAt(help->pos());
    if (at < 0) {
        QToolTip::hideText();
        return true;
    }
    const BlockerFlameNode& node = tree_.nodes[static_cast<std::size_t>(at)];
    const double percent = 100.0 * static_cast<double>(node.time) / static_cast<double>(tree_.nodes[0].time);
    QString text = textOf(node) + u'\n' + fromUtf8(durationText(node.time)) + QStringLiteral(" · ") +
                   fromUtf8(percentText(percent));
    if (node.frame.known())
        text += u'\n' + fromUtf8(fullPlaceText(*trace_, node.frame));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

} // namespace waitscope
