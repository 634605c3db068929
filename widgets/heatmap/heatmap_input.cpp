// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, wheel and keys of the heatmap, and what a cell says of itself.
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/copied_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_overlay.h"
#include "widgets/heatmap/heatmap_plot.h"
#include "widgets/heatmap/heatmap_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace waitscope {

namespace {

constexpr double brushLength = 6; ///< pixels; a shorter drag is a click

// What a drag chooses: across a stretch of time, or rows down. All of the other direction.
QRectF brushed(QRectF drag, const QRect& canvas) {
    if (drag.width() >= drag.height())
        return {std::max<double>(drag.left(), canvas.left()), static_cast<double>(canvas.top()),
                std::min<double>(drag.right(), canvas.right() + 1) - std::max<double>(drag.left(), canvas.left()),
                static_cast<double>(canvas.height())};
    return {static_cast<double>(canvas.left()), std::max<double>(drag.top(), canvas.top()),
            static_cast<double>(canvas.width()),
            std::min<double>(drag.bottom(), canvas.bottom() + 1) - std::max<double>(drag.top(), canvas.top())};
}

} // namespace

bool HeatmapView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == field_) {
        if (event->type() == QEvent::Resize)
            fitCanvas();
        return false;
    }
    switch (event->type()) {
    case QEvent::MouseMove:
        hover(static_cast<QMouseEvent*>(event)->position());
        return true;
    case QEvent::Leave:
        mouse_.reset();
        state_->setHoverTime(-1);
        return false;
    case QEvent::MouseButtonPress:
        overlay_->setFocus(Qt::MouseFocusReason);
        return press(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonRelease: {
        const QPointF at = static_cast<QMouseEvent*>(event)->position();
        panFrom_.reset();
        overlay_->setBrush({});
        if (const auto from = std::exchange(axisPressed_, {}))
            chooseRows(std::min(from->y(), at.y()), std::max(from->y(), at.y()));
        if (const auto from = std::exchange(pressed_, {})) {
            if ((at - *from).manhattanLength() < brushLength)
                click(at);
            else
                brush(QRectF(*from, at).normalized());
        }
        return true;
    }
    case QEvent::MouseButtonDblClick:
        if (static_cast<QMouseEvent*>(event)->button() != Qt::LeftButton ||
            !click(static_cast<QMouseEvent*>(event)->position()))
            return false;
        Q_EMIT stackRequested();
        return true;
    case QEvent::Wheel:
        return wheel(*static_cast<QWheelEvent*>(event));
    case QEvent::KeyPress: {
        auto& press = *static_cast<QKeyEvent*>(event);
        if (press.matches(QKeySequence::Copy)) {
            if (const QString text = copiedText(*state_); !text.isEmpty())
                QApplication::clipboard()->setText(text);
            return true;
        }
        const bool plain = (press.modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
        return plain && key(press.key());
    }
    case QEvent::ToolTip: {
        const auto& help = *static_cast<QHelpEvent*>(event);
        if (const auto cell = cellAt(help.pos()))
            QToolTip::showText(help.globalPos(),
                               QStringLiteral("<p style='white-space:pre'>%1</p>").arg(tooltip(*cell).toHtmlEscaped()),
                               overlay_);
        else
            QToolTip::hideText();
        return true;
    }
    default:
        return false;
    }
}

std::optional<HeatmapView::Cell> HeatmapView::cellAt(QPointF position) const {
    if (!answer_.grid || answer_.grid->empty() || !plot_->canvas().contains(position.toPoint()))
        return {};
    if (!answer_.grid->range.contains(plot_->timeAt(position.x())))
        return {}; // beside a shorter trace
    const std::uint32_t row = plot_->rowAt(position.x(), position.y());
    if (row >= answer_.grid->rows.size())
        return {};
    return Cell{row, plot_->timeAt(position.x())};
}

// Shift and the left button, or the middle one, take hold of the picture; the left one alone selects or brushes.
bool HeatmapView::press(const QMouseEvent& event) {
    const bool left = event.button() == Qt::LeftButton;
    const QRect canvas = plot_->canvas();
    const bool onAxis = event.position().x() < canvas.left() && event.position().y() >= canvas.top() &&
                        event.position().y() <= canvas.bottom();
    if (left && onAxis)
        axisPressed_ = event.position();
    else if (event.button() == Qt::MiddleButton || (left && event.modifiers().testFlag(Qt::ShiftModifier)))
        panFrom_ = Grip{event.position().x(), state_->axisRange()};
    else if (left)
        pressed_ = event.position();
    else
        return false;
    return true;
}

void HeatmapView::hover(QPointF position) {
    mouse_ = position;
    if (panFrom_) {
        const auto by = static_cast<Time>((panFrom_->x - position.x()) * axis().nanosecondsPerPixel());
        state_->setVisibleRange({panFrom_->range.begin + by, panFrom_->range.end + by});
    }
    if (axisPressed_)
        overlay_->setBrush(rowsOfDrag(position));
    if (pressed_ && (position - *pressed_).manhattanLength() >= brushLength)
        overlay_->setBrush(brushed(QRectF(*pressed_, position).normalized(), plot_->canvas()));
    const bool inside = answer_.grid && plot_->canvas().contains(position.toPoint());
    state_->setHoverTime(inside ? plot_->timeAt(position.x()) : -1);
}

bool HeatmapView::takeBackDrag() {
    const auto pan = std::exchange(panFrom_, {});
    const bool drags = pan || pressed_ || axisPressed_;
    if (pan)
        state_->setVisibleRange(pan->range);
    pressed_.reset();
    axisPressed_.reset();
    overlay_->setBrush({});
    return drags;
}

QRectF HeatmapView::rowsOfDrag(QPointF to) const {
    const QRect canvas = plot_->canvas();
    const double top = std::max<double>(std::min(axisPressed_->y(), to.y()), canvas.top());
    const double bottom = std::min<double>(std::max(axisPressed_->y(), to.y()), canvas.bottom() + 1);
    return {0, top, static_cast<double>(canvas.right() + 1), std::max(1.0, bottom - top)};
}

bool HeatmapView::click(QPointF position) {
    const auto cell = cellAt(position);
    if (!cell)
        return false;
    const GridRow& row = answer_.grid->rows[cell->row];
    if (answer_.grid->mode == HeatmapMode::Site && row.site.known()) {
        state_->select(SiteSelection{row.primitive, row.site});
        return true;
    }
    const Occupants occupants = occupantsAt(*state_->facts(), *answer_.grid, cell->row, cell->time);
    if (occupants.span.known())
        state_->select(SpanSelection{occupants.longest, occupants.span});
    else if (occupants.goroutines == 1)
        state_->select(GoroutineSelection{answer_.grid->goroutinesOf(cell->row).front()});
    else
        return false;
    return true;
}

void HeatmapView::brush(QRectF drag) {
    const QRectF chosen = brushed(drag, plot_->canvas());
    if (!answer_.grid || answer_.grid->empty() || chosen.width() < 1 || chosen.height() < 1)
        return;
    if (drag.width() >= drag.height()) {
        state_->setVisibleRange({plot_->timeAt(chosen.left()), plot_->timeAt(chosen.right())});
    } else if (namedOf(settings_.mode).goroutineRows) {
        const double first = std::floor(plot_->placeAt(chosen.top()));
        setPlaces(first, std::max(1.0, std::ceil(plot_->placeAt(chosen.bottom())) - first));
    }
}

bool HeatmapView::wheel(const QWheelEvent& event) {
    // With Alt some platforms turn the wheel by a right angle.
    const QPoint angle = event.angleDelta();
    const double notches = (angle.y() != 0 ? angle.y() : angle.x()) / wheelNotch;
    const Qt::KeyboardModifiers keys = event.modifiers();
    const QPointF at = event.position();
    if (keys.testFlag(Qt::AltModifier) || (keys.testFlag(Qt::ControlModifier) && keys.testFlag(Qt::ShiftModifier)))
        zoomRows(std::pow(zoomStep, notches), at.y());
    else if (keys.testFlag(Qt::ControlModifier))
        state_->setVisibleRange(axis().zoomed(std::pow(zoomStep, notches), at.x()));
    else if (keys.testFlag(Qt::ShiftModifier) || angle.y() == 0)
        state_->setVisibleRange(axis().moved(-notches * wheelPanStep));
    else
        scrollRows(-notches);
    return true;
}

bool HeatmapView::key(int key) {
    const QPointF at = mouse_.value_or(QPointF(plot_->canvas().center()));
    switch (key) {
    case Qt::Key_W:
        state_->setVisibleRange(axis().zoomed(zoomStep, at.x()));
        return true;
    case Qt::Key_S:
        state_->setVisibleRange(axis().zoomed(1 / zoomStep, at.x()));
        return true;
    case Qt::Key_A:
        state_->setVisibleRange(axis().moved(-panStep));
        return true;
    case Qt::Key_D:
        state_->setVisibleRange(axis().moved(panStep));
        return true;
    case Qt::Key_Home:
    case Qt::Key_0:
        if (state_->facts())
            state_->setVisibleRange(state_->facts()->trace->wholeRange());
        setPlaces(0, 0);
        return true;
    case Qt::Key_Escape:
        return takeBackDrag();
    case Qt::Key_Up:
        scrollRows(-1);
        return true;
    case Qt::Key_Down:
        scrollRows(1);
        return true;
    default:
        return false;
    }
}

TimeAxis HeatmapView::axis() const {
    const QRect canvas = plot_->canvas();
    return {.range = state_->axisRange(),
            .left = static_cast<double>(canvas.left()),
            .width = static_cast<double>(canvas.width())};
}

std::uint32_t HeatmapView::placesTotal() const {
    return goroutines_ ? static_cast<std::uint32_t>(goroutines_->size()) : 0;
}

void HeatmapView::zoomRows(double factor, double y) {
    if (!namedOf(settings_.mode).goroutineRows)
        return;
    const double shown = placeCount_ > 0 ? placeCount_ : placesTotal();
    // Closer than 32 pixels a row there is nothing more to see.
    const double least = std::max(1.0, std::floor(plot_->canvas().height() / 32.0));
    const double count = std::max(std::round(shown * factor), std::min(least, shown));
    const double share = (y - plot_->canvas().top()) / std::max(1, plot_->canvas().height());
    setPlaces(firstPlace_ + (shown - count) * std::clamp(share, 0.0, 1.0), count);
}

void HeatmapView::scrollRows(double steps) {
    if (placeCount_ > 0)
        setPlaces(firstPlace_ + steps * std::max<double>(placeCount_ / 10, answer_.grid ? answer_.grid->perRow : 1),
                  placeCount_);
}

void HeatmapView::setPlaces(double first, double count) {
    if (!namedOf(settings_.mode).goroutineRows)
        return;
    const double total = placesTotal();
    if (count <= 0 || count >= total)
        first = count = 0;
    else
        first = std::clamp(std::round(first), 0.0, total - count);
    if (first == firstPlace_ && count == placeCount_)
        return;
    firstPlace_ = first;
    placeCount_ = count;
    showPlaces();
    plot_->update();
    askSoon();
}

QString HeatmapView::tooltip(const Cell& cell) const {
    const HeatmapMode mode = answer_.grid->mode;
    return mode == HeatmapMode::Lifetime || mode == HeatmapMode::Strategy ? tooltipOfGoroutines(cell)
                                                                          : tooltipOfCount(cell);
}

QString HeatmapView::tooltipOfGoroutines(const Cell& cell) const {
    const TraceFacts& facts = *state_->facts();
    const Trace& trace = *facts.trace;
    const Grid& grid = *answer_.grid;
    const TimeText times = state_->times();
    const auto goroutines = grid.goroutinesOf(cell.row);
    const std::size_t index = grid.cell(cell.row, grid.binAt(cell.time));
    const TimeRange bin = grid.binRange(grid.binAt(cell.time));
    const QString states = fromUtf8(textOf(grid.metric.states));
    const Occupants now = occupantsAt(facts, grid, cell.row, cell.time);
    QStringList lines;
    if (grid.mode == HeatmapMode::Strategy)
        lines.push_back(fromUtf8(grid.rows[cell.row].label));
    if (goroutines.size() == 1) {
        if (!now.span.known()) // else its span says it
            lines.push_back(fromUtf8(goroutineText(trace, goroutines.front())));
    } else {
        lines.push_back(fromUtf8(rowLabel(trace, grid, cell.row)));
        lines.push_back(QStringLiteral("%1 to %2")
                            .arg(trace.goroutines.id(goroutines.front()))
                            .arg(trace.goroutines.id(goroutines.back())));
    }
    const QString where = QStringLiteral("%1 … %2 (%3)")
                              .arg(times.text(bin.begin), times.text(bin.end), fromUtf8(durationText(bin.length())));
    const QString value = fromUtf8(valueText(grid, grid.values[index]));
    if ((grid.marks[index] & StateUnknown) != 0)
        lines.push_back(where + QStringLiteral(": state not recorded"));
    else if (grid.alive[index] == 0)
        lines.push_back(where + (grid.mode == HeatmapMode::Lifetime ? QStringLiteral(": not alive")
                                                                    : QStringLiteral(": not there")));
    else if (grid.metric.measure == Measure::States)
        lines.push_back(QStringLiteral("%1: %2 of it %3").arg(where, value, states));
    else
        lines.push_back(QStringLiteral("%1: %2, %3").arg(where, fromUtf8(metricText(grid.mode, grid.metric)), value));
    if (goroutines.size() > 1) {
        lines.push_back(
            QStringLiteral("at %1: %2 alive, %3 %4")
                .arg(times.text(cell.time), fromUtf8(countText(now.alive)), fromUtf8(countText(now.inStates)), states));
    }
    if (now.span.known()) {
        const QString who = goroutines.size() > 1 ? QStringLiteral("longest: ") : QString();
        lines.push_back(who + fromUtf8(spanText(facts, now.longest, now.span)));
        const bool before = trace.spans.kind(now.span).origin == SpanOrigin::BeforeTrace;
        QString since = before ? QStringLiteral("since before the trace")
                               : QStringLiteral("since ") + times.text(trace.spans.start(now.span));
        if (const FrameId site = facts.waits.of(trace, now.span).site; site.known())
            since += QStringLiteral(" at ") + fromUtf8(siteText(trace, site));
        lines.push_back(since);
    }
    return lines.join('\n');
}

QString HeatmapView::tooltipOfCount(const Cell& cell) const {
    const TraceFacts& facts = *state_->facts();
    const Grid& grid = *answer_.grid;
    const TimeText times = state_->times();
    const GridRow& row = grid.rows[cell.row];
    const std::uint32_t b = grid.binAt(cell.time);
    const TimeRange bin = grid.binRange(b);
    const QString value = fromUtf8(valueText(grid, grid.values[grid.cell(cell.row, b)]));
    QStringList lines{fromUtf8(rowLabel(*facts.trace, grid, cell.row))};
    lines.push_back(QStringLiteral("%1 … %2 (%3): %4 %5")
                        .arg(times.text(bin.begin), times.text(bin.end), fromUtf8(durationText(bin.length())), value,
                             grid.mode == HeatmapMode::Processor ? QStringLiteral("processors")
                             : grid.mode == HeatmapMode::Latency && row.high > 0
                                 ? QStringLiteral("waits end")
                                 : QStringLiteral("goroutines (mean)")));
    if (grid.mode == HeatmapMode::Population)
        lines.push_back(
            QStringLiteral("%1 goroutines in all: %2 at the begin of the range, %3 at its end")
                .arg(fromUtf8(countText(row.count)), fromUtf8(countText(row.atBegin)), fromUtf8(countText(row.atEnd))));
    if (grid.mode == HeatmapMode::Site) {
        lines.push_back(QStringLiteral("%1 goroutines in all, %2 still wait when the trace ends")
                            .arg(fromUtf8(countText(row.count)), fromUtf8(countText(row.openAtEnd))));
        const Occupants now = occupantsAt(facts, grid, cell.row, cell.time);
        if (now.span.known() && now.inStates > 0)
            lines.push_back(QStringLiteral("longest: ") + fromUtf8(spanText(facts, now.longest, now.span)));
    }
    return lines.join('\n');
}

} // namespace waitscope
