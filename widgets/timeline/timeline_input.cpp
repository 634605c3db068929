// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, wheel and keys of the timeline.
#include "widgets/common/copied_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_view.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace waitscope {

void TimelineView::wheelEvent(QWheelEvent* event) {
    const QPoint turned = event->angleDelta();
    // Alt turns a vertical wheel into a horizontal one on some systems; either counts.
    const double notches = static_cast<double>(turned.y() != 0 ? turned.y() : turned.x()) / wheelNotch;
    if ((event->modifiers() & Qt::ControlModifier) != 0) {
        state_->setVisibleRange(axis().zoomed(std::pow(zoomStep, notches), event->position().x()));
    } else if ((event->modifiers() & Qt::ShiftModifier) != 0 || turned.y() == 0) {
        state_->setVisibleRange(axis().moved(-notches * wheelPanStep));
    } else {
        scrollRows(verticalScrollBar()->value() - static_cast<int>(notches * 3 * rows_.sizes().header),
                   Scrolled::ByUser);
    }
    event->accept();
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
    pressedAt_ = event->pos();
    pressedTime_ = axis().timeAt(event->pos().x());
    pressedRange_ = state_->axisRange();
    pressedChosen_ = state_->chosenRange();
    pressedScroll_ = verticalScrollBar()->value();
    const bool pans = event->button() == Qt::MiddleButton ||
                      (event->button() == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier) != 0);
    if (pans)
        drag_ = Drag::Pan;
    else if (event->button() == Qt::LeftButton)
        drag_ = Drag::Press;
    // An edge of the chosen range is taken along; the other one stays.
    if (drag_ == Drag::Press && isOnAxis(event->pos().x()))
        if (const auto other = otherEdge(event->pos().x())) {
            pressedTime_ = *other;
            drag_ = Drag::Brush;
        }
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->pos();
    state_->setHoverTime(isOnAxis(at.x()) && state_->facts() ? axis().timeAt(at.x()) : -1);
    viewport()->setCursor(drag_ == Drag::None && isOnAxis(at.x()) && otherEdge(at.x()) ? Qt::SizeHorCursor
                                                                                       : Qt::ArrowCursor);
    if (drag_ == Drag::Press && pressedAt_.x() >= axis().left &&
        (at - pressedAt_).manhattanLength() >= QApplication::startDragDistance())
        drag_ = Drag::Brush;
    if (drag_ == Drag::Brush) {
        const Time other = std::clamp(axis().timeAt(at.x()), state_->visibleRange().begin, state_->visibleRange().end);
        state_->choose({std::min(pressedTime_, other), std::max(pressedTime_, other)});
    } else if (drag_ == Drag::Pan) {
        const auto by = axis().timeOf(pressedAt_.x() - at.x());
        state_->setVisibleRange({pressedRange_.begin + by, pressedRange_.end + by});
        scrollRows(pressedScroll_ + pressedAt_.y() - at.y(), Scrolled::ByUser);
    }
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
    if (drag_ == Drag::Press && event->button() == Qt::LeftButton)
        clickAt(event->pos());
    // A click of the middle button zooms to what it is on.
    const bool moved = (event->pos() - pressedAt_).manhattanLength() >= QApplication::startDragDistance();
    if (drag_ == Drag::Pan && event->button() == Qt::MiddleButton && !moved)
        if (const SpanIndex span = spanUnder(event->pos()); span.known())
            showSpan(span);
    drag_ = Drag::None;
}

// Near an edge of the chosen range: the edge that stays when this one is dragged.
std::optional<Time> TimelineView::otherEdge(int x) const {
    constexpr double reach = 4;
    const TimeRange chosen = state_->chosenRange();
    if (chosen.empty())
        return {};
    if (std::abs(axis().x(chosen.begin) - x) <= reach)
        return chosen.end;
    return std::abs(axis().x(chosen.end) - x) <= reach ? std::optional(chosen.begin) : std::nullopt;
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || event->pos().x() < axis().left)
        return;
    const Time t = axis().timeAt(event->pos().x());
    if (state_->chosenRange().contains(t))
        zoomToChosenRange();
    else if (const TimelineRow row = rowUnder(event->pos()); row.isGroup())
        toggle(row);
    else if (const auto region = regionUnder(event->pos()))
        zoomTo(region->range());
    else if (const SpanIndex span = spanUnder(event->pos()); span.known())
        showSpan(span);
}

void TimelineView::toggle(const TimelineRow& row) {
    if (row.kind == TimelineRow::Kind::Section)
        rows_.setFolded(row.section, !rows_.isFolded(row.section));
    else
        rows_.setFolded(row.group, !rows_.isFolded(row.group));
    tellArranged(); // first: how rows scroll along is part of the step
    updateScrollBar();
    wantActivities();
    redraw();
}

void TimelineView::moveFocus(const TimelineRow& row, Scrolled who) {
    if (row.kind == TimelineRow::Kind::None)
        return;
    focusedRow_ = row.top;
    scrollTo(row, who);
    redraw();
    if (row.kind == TimelineRow::Kind::Group)
        Q_EMIT groupFocused(fromUtf8(rows_.groups()[row.group].name));
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        if (const QString text = copiedText(*state_); !text.isEmpty())
            QApplication::clipboard()->setText(text);
        return;
    }
    if (!state_->facts() || !(goKey(*event) || rowKey(*event)))
        QAbstractScrollArea::keyPressEvent(event);
}

// Keys that move through time.
bool TimelineView::goKey(const QKeyEvent& event) {
    // With Alt only this one of two linked traces moves; Alt and other keys are of the menus.
    const bool moves =
        event.key() == Qt::Key_W || event.key() == Qt::Key_A || event.key() == Qt::Key_S || event.key() == Qt::Key_D;
    const Qt::KeyboardModifiers allowed =
        Qt::ShiftModifier | Qt::KeypadModifier | (moves ? Qt::AltModifier : Qt::NoModifier);
    if ((event.modifiers() & ~allowed) != 0)
        return false;
    switch (event.key()) {
    case Qt::Key_W:
        zoomBy(zoomStep);
        return true;
    case Qt::Key_S:
        zoomBy(1 / zoomStep);
        return true;
    case Qt::Key_A:
        moveBy(-panStep);
        return true;
    case Qt::Key_D:
        moveBy(panStep);
        return true;
    case Qt::Key_F:
        zoomToSelection();
        return true;
    case Qt::Key_Z:
        zoomToChosenRange();
        return true;
    case Qt::Key_0:
    case Qt::Key_Home:
        showWholeTrace();
        return true;
    case Qt::Key_U:
        goToWaker();
        return true;
    case Qt::Key_Period:
        selectNeighbour(1);
        return true;
    case Qt::Key_Comma:
        selectNeighbour(-1);
        return true;
    case Qt::Key_Escape:
        return takeBack();
    default:
        return false;
    }
}

// Keys that move through rows.
bool TimelineView::rowKey(const QKeyEvent& event) {
    const TimelineRow row = rows_.rowAt(std::max(0, focusedRow_));
    switch (event.key()) {
    case Qt::Key_Down:
        moveFocus(focusedRow_ < 0 ? row : rows_.rowBelow(row));
        return true;
    case Qt::Key_Up:
        moveFocus(rows_.rowAbove(row));
        return true;
    case Qt::Key_PageDown:
        moveFocus(rows_.rowAt(std::min(row.top + rowsHeight(), rows_.contentHeight() - 1)));
        return true;
    case Qt::Key_PageUp:
        moveFocus(rows_.rowAt(std::max(0, row.top - rowsHeight())));
        return true;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        break;
    default:
        return false;
    }
    if (row.goroutine.known()) {
        const Time middle = state_->visibleRange().begin + state_->visibleRange().length() / 2;
        const TimeRange life = state_->facts()->trace->lifetime(row.goroutine);
        const SpanIndex span = state_->facts()->trace->spanAt(
            row.goroutine, std::clamp(middle, life.begin, std::max(life.begin, life.end - 1)));
        ownSelection_ = true;
        if (span.known())
            state_->select(SpanSelection{row.goroutine, span});
        ownSelection_ = false;
    } else if (row.kind == TimelineRow::Kind::Group || row.kind == TimelineRow::Kind::Section) {
        const bool folded =
            row.kind == TimelineRow::Kind::Group ? rows_.isFolded(row.group) : rows_.isFolded(row.section);
        const bool chooses = event.key() != Qt::Key_Left && event.key() != Qt::Key_Right;
        if (chooses && row.isGroup())
            selectGroup(row.group);
        if (event.key() == Qt::Key_Left ? !folded : event.key() == Qt::Key_Right ? folded : true)
            toggle(row);
    } else {
        selectAt(row, {static_cast<int>(zoomCentre()), 0});
    }
    return true;
}

bool TimelineView::takeBack() {
    if (drag_ != Drag::None) {
        if (drag_ == Drag::Brush)
            state_->choose(pressedChosen_);
        if (drag_ == Drag::Pan) {
            state_->setVisibleRange(pressedRange_);
            scrollRows(pressedScroll_, Scrolled::ByUser);
        }
        drag_ = Drag::None;
    } else if (!state_->chosenRange().empty()) {
        state_->choose({});
    } else if (!std::holds_alternative<std::monostate>(state_->selection())) {
        state_->select({});
    } else if (!choice_.filter.isEmpty() || state_->only()) {
        TimelineChoice choice = choice_;
        choice.filter.clear();
        setChoice(choice);
        state_->showOnly({});
    } else {
        return false;
    }
    redraw();
    return true;
}

} // namespace waitscope
