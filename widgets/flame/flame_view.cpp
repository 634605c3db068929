// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flame/flame_view.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace waitscope {

namespace {

// Warm colours that no state has; equal packages have equal ones.
QColor colourOfFunction(std::string_view function) {
    const std::string_view package = function.substr(0, function.find('.', function.rfind('/') + 1));
    const std::size_t hash = std::hash<std::string_view>{}(package);
    return QColor::fromHsl(20 + static_cast<int>(hash % 40), 120 + static_cast<int>(hash / 64 % 60),
                           165 + static_cast<int>(hash / 4096 % 40));
}

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

FlameView::FlameView(Direction direction, QWidget* parent) : QWidget(parent), direction_(direction) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Flame graph"));
    followFont(this, [this] { fitHeight(); });
}

void FlameView::show(std::shared_ptr<const TraceFacts> facts, FlameTree tree) {
    facts_ = std::move(facts);
    tree_ = std::move(tree);
    zoomed_ = 0;
    fitHeight();
    update();
}

int FlameView::barHeight() const {
    return CanvasSizes(font()).high(18);
}

void FlameView::fitHeight() {
    std::uint16_t deepest = 0;
    for (const FlameNode& node : tree_.nodes)
        deepest = std::max(deepest, node.depth);
    setMinimumHeight((deepest + 1) * barHeight());
}

void FlameView::mark(const QString& text) {
    marked_ = text;
    update();
}

void FlameView::zoomTo(std::uint32_t node) {
    zoomed_ = node < tree_.nodes.size() ? node : 0;
    update();
}

// The zoomed node and those above it fill the width; below it children share what their parent has.
template <class Use> void FlameView::forEachBar(const Use& use) const {
    if (tree_.nodes.empty() || tree_.total() == 0)
        return;
    std::vector<std::uint32_t> above;
    for (std::uint32_t node = zoomed_; node != 0; node = tree_.nodes[node].parent)
        above.push_back(tree_.nodes[node].parent);
    const double whole = width();
    const int high = barHeight();
    const auto bar = [&](std::uint32_t node, double left, double wide) {
        const int level = tree_.nodes[node].depth;
        const int top = direction_ == Direction::Down ? level * high : height() - (level + 1) * high;
        return QRectF(left, top, wide, high);
    };
    for (const std::uint32_t node : above)
        use(node, bar(node, 0, whole));
    std::vector<std::pair<std::uint32_t, QRectF>> next{{zoomed_, bar(zoomed_, 0, whole)}};
    while (!next.empty()) {
        const auto [node, rect] = next.back();
        next.pop_back();
        use(node, rect);
        const FlameNode& parent = tree_.nodes[node];
        double left = rect.left();
        for (std::uint32_t child = parent.firstChild; child < parent.firstChild + parent.childCount; ++child) {
            const double wide = rect.width() * static_cast<double>(tree_.nodes[child].value) /
                                static_cast<double>(std::max<std::int64_t>(parent.value, 1));
            if (wide < 1)
                break; // the others are smaller
            next.emplace_back(child, bar(child, left, wide));
            left += wide;
        }
    }
}

std::uint32_t FlameView::nodeAt(const QPointF& position) const {
    std::uint32_t found = nowhere;
    forEachBar([&](std::uint32_t node, const QRectF& bar) {
        if (bar.contains(position))
            found = node;
    });
    return found;
}

QRectF FlameView::barOf(std::uint32_t wanted) const {
    QRectF found;
    forEachBar([&](std::uint32_t node, const QRectF& bar) {
        if (node == wanted)
            found = bar;
    });
    return found;
}

QString FlameView::nameOf(std::uint32_t node) const {
    const FlameNode& one = tree_.nodes[node];
    if (node == 0)
        return tr("all");
    return one.step.kind == FlameStep::Kind::State
               ? tr("meanwhile: %1").arg(fromUtf8(waitscope::nameOf(one.step.state)))
               : fromUtf8(facts_->trace->text(one.function));
}

QColor FlameView::colourOf(const FlameNode& node) const {
    switch (node.step.kind) {
    case FlameStep::Kind::State:
        return waitscope::colourOf(familyOf(node.step.state));
    case FlameStep::Kind::Blocker:
        return between(palette().color(QPalette::Base), waitscope::colourOf(familyOf(node.step.state)), 0.55);
    case FlameStep::Kind::Function:
        break;
    }
    return colourOfFunction(facts_->trace->text(node.function));
}

QString FlameView::textOf(std::uint32_t node) const {
    const FlameNode& one = tree_.nodes[node];
    const auto value = [&](std::int64_t v) {
        return tree_.of == FlameOf::Waits ? fromUtf8(durationText(v))
                                          : tr("%1 samples").arg(fromUtf8(countText(static_cast<std::uint64_t>(v))));
    };
    return tr("%1: %2, %3; itself %4")
        .arg(nameOf(node), value(one.value),
             fromUtf8(percentText(100.0 * static_cast<double>(one.value) / static_cast<double>(tree_.total()))),
             value(one.self));
}

void FlameView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.fillRect(rect(), colours.background);
    if (tree_.total() == 0) {
        painter.setPen(colours.fadedText);
        painter.drawText(QRect(0, 0, width(), 60), Qt::AlignCenter,
                         tree_.of == FlameOf::CpuSamples ? tr("No CPU sample here: was the profiler on?")
                                                         : tr("No waits here."));
        return;
    }
    const QFontMetrics metrics = painter.fontMetrics();
    forEachBar([&](std::uint32_t node, const QRectF& bar) {
        const QString name = nameOf(node);
        const bool isMarked = !marked_.isEmpty() && node != 0 && name.contains(marked_, Qt::CaseInsensitive);
        const QColor colour = isMarked    ? colours.selection
                              : node == 0 ? colours.headerBand
                                          : colourOf(tree_.nodes[node]);
        painter.fillRect(bar.adjusted(0, 0, -1, -1), colour);
        if (bar.width() < 24)
            return;
        const bool isFunction = node != 0 && tree_.nodes[node].step.kind != FlameStep::Kind::State;
        const QString text = node == 0    ? textOf(0)
                             : isFunction ? fromUtf8(shortFunction(facts_->trace->text(tree_.nodes[node].function)))
                                          : name;
        painter.setPen(readableOn(colour));
        painter.drawText(bar.adjusted(4, 0, -4, -1), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(text, Qt::ElideRight, static_cast<int>(bar.width()) - 8));
    });
}

void FlameView::mouseReleaseEvent(QMouseEvent* event) {
    if (const std::uint32_t node = nodeAt(event->position()); event->button() == Qt::LeftButton && node != nowhere)
        zoomTo(node);
}

void FlameView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && zoomed_ != 0)
        return zoomTo(0);
    if (tree_.nodes.empty())
        return QWidget::keyPressEvent(event);
    // Away from everything: the largest one that stands on this one; towards it: what this one stands on; left and
    // right: the neighbours.
    const FlameNode& now = tree_.nodes[zoomed_];
    const FlameNode& parent = tree_.nodes[now.parent];
    const bool down = direction_ == Direction::Down;
    switch (event->key()) {
    case Qt::Key_Down:
    case Qt::Key_Up:
        if ((event->key() == Qt::Key_Down) != down)
            zoomTo(now.parent);
        else if (now.childCount > 0)
            zoomTo(now.firstChild);
        break;
    case Qt::Key_Right:
        if (zoomed_ != 0 && zoomed_ + 1 < parent.firstChild + parent.childCount)
            zoomTo(zoomed_ + 1);
        break;
    case Qt::Key_Left:
        if (zoomed_ != 0 && zoomed_ > parent.firstChild)
            zoomTo(zoomed_ - 1);
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    setAccessibleDescription(textOf(zoomed_));
}

void FlameView::contextMenuEvent(QContextMenuEvent* event) {
    const std::uint32_t node = nodeAt(event->pos());
    if (node == nowhere || node == 0 || tree_.nodes[node].step.kind == FlameStep::Kind::State)
        return;
    const QString function = fromUtf8(facts_->trace->text(tree_.nodes[node].function));
    QMenu menu(this);
    if (direction_ == Direction::Down)
        menu.addAction(tr("Callers and callees of %1").arg(function), this,
                       [this, function] { Q_EMIT aroundWanted(function); });
    menu.addAction(tr("Copy the name"), this, [function] { QApplication::clipboard()->setText(function); });
    menu.exec(event->globalPos());
}

bool FlameView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const std::uint32_t node = nodeAt(help->pos());
    QString text = node == nowhere ? QString() : textOf(node);
    if (node != nowhere && tree_.nodes[node].step.frame.known())
        text += u'\n' + fromUtf8(fullPlaceText(*facts_->trace, tree_.nodes[node].step.frame));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

} // namespace waitscope
