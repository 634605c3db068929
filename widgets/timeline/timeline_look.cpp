// SPDX-License-Identifier: GPL-3.0-or-later
// How the timeline looks: how large, with which words, what keeps its colour, what the ruler counts from.
#include "model/lod/stack_runs.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_view.h"

#include <QScrollBar>

#include <algorithm>
#include <optional>

namespace waitscope {

void TimelineView::takeSizes() {
    sizes_ = CanvasSizes(font());
    const TimelineSizes sizes = TimelineSizes::of(sizes_, look_.thin);
    redraw();
    if (!state_->facts() || sizes == rows_.sizes())
        return rows_.setSizes(sizes);
    const auto numberAt = [&](int top) {
        return top >= 0 && top < rows_.contentHeight() ? std::optional(rows_.numberAt(top)) : std::nullopt;
    };
    // The row under the mouse, else the first one that scrolls, stays where it is.
    QScrollBar* const bar = verticalScrollBar();
    const QPoint mouse = viewport()->mapFromGlobal(QCursor::pos());
    const TimelineRow under = viewport()->rect().contains(mouse) ? rowUnder(mouse) : TimelineRow{};
    const bool isUnder = under.kind != TimelineRow::Kind::None && under.top >= rows_.stickyHeight();
    const int y = isUnder ? mouse.y() - rulerHeight() : rows_.stickyHeight();
    const auto kept = numberAt(y + bar->value());
    const int inside = kept ? y + bar->value() - rows_.rowWith(*kept).top : 0;
    const auto focused = numberAt(focusedRow_);
    rows_.setSizes(sizes);
    focusedRow_ = focused ? rows_.rowWith(*focused).top : -1;
    updateScrollBar();
    if (kept) {
        const TimelineRow row = rows_.rowWith(*kept);
        bar->setValue(row.top + std::min(inside, row.height - 1) -
                      (isUnder ? mouse.y() - rulerHeight() : rows_.stickyHeight()));
    }
    placeShowAll();
    wantActivities();
}

void TimelineView::setLook(const TimelineLook& look) {
    if (look == look_)
        return;
    look_ = look;
    takeSizes();
    Q_EMIT choiceChanged();
}

void TimelineView::setTimeFormat(TimeFormat format) {
    state_->setTimeFormat(format);
    const bool noClock = format == TimeFormat::WallClock && state_->facts() && !state_->facts()->trace->wallClock;
    if (noClock)
        Q_EMIT messageChanged(tr("This trace does not say when it began; Go 1.25 and later record it."));
    if (format == TimeFormat::SinceA && !state_->marks().a())
        Q_EMIT messageChanged(tr("There is no marker A yet: Shift+A sets it at the mouse."));
}

void TimelineView::lightUp(StateFamily state) {
    lit_.flip(static_cast<std::size_t>(state));
    redraw();
    Q_EMIT choiceChanged();
    Q_EMIT messageChanged(lit_.none() ? tr("Every state has its colour.")
                                      : tr("With their colour now: %1.").arg(fromUtf8(namesOf(lit_))));
}

void TimelineView::lightAllUp() {
    lit_.reset();
    redraw();
    Q_EMIT choiceChanged();
    Q_EMIT messageChanged(tr("Every state has its colour."));
}

void TimelineView::toggleStacks() {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (!g.known()) {
        Q_EMIT messageChanged(tr("Select a goroutine to see what it called below its row."));
        return;
    }
    rows_.reveal(g);
    rows_.showStacks(g, rows_.stackTracks(g) == 0);
    tellArranged();
    updateScrollBar();
    scrollTo(rows_.rowOf(g));
    redraw();
    if (rows_.stackTracks(g) == 0 && deepestStackOf(*state_->facts(), g, 1) == 0)
        Q_EMIT messageChanged(tr("The trace holds no stack of this goroutine."));
}

} // namespace waitscope
