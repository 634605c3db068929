// SPDX-License-Identifier: GPL-3.0-or-later
// What is under the mouse, and what does a click on it select?
#include "model/report/span_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_tooltip.h"
#include "widgets/timeline/timeline_view.h"

#include <QContextMenuEvent>
#include <QScrollBar>

#include <algorithm>

namespace waitscope {

std::optional<Region> TimelineView::regionUnder(const QPoint& position) const {
    const TimelineRow row = rowUnder(position);
    if (!row.goroutine.known() || !isOnAxis(position.x()))
        return {};
    const Trace& trace = *state_->facts()->trace;
    const Time t = axis().timeAt(position.x());
    for (std::size_t track = 0; track < rows_.regionTracks(row.goroutine); ++track) {
        const int below = heightInRow(row, position.y()) - rows_.sizes().trackTop(track);
        if (below < 0 || below >= rows_.sizes().track)
            continue;
        const auto places = state_->facts()->notes.regions(row.goroutine, track);
        const auto place =
            std::ranges::upper_bound(places, t, {}, [&](std::uint32_t p) { return trace.regions[p].end; });
        if (place != places.end() && trace.regions[*place].begin <= t)
            return trace.regions[*place];
    }
    return {};
}

// What is under the mouse is selected first: the menu is about it.
void TimelineView::contextMenuEvent(QContextMenuEvent* event) {
    if (!state_->facts())
        return;
    QPoint position = event->pos();
    const TimelineRow focused = rows_.rowAt(std::max(0, focusedRow_));
    if (event->reason() == QContextMenuEvent::Mouse) {
        const TimelineRow row = rowUnder(position);
        moveFocus(row, Scrolled::Along);
        selectIn(row, position);
    } else {
        position = {sizes_.left(viewport()->width()),
                    rulerHeight() + focused.top + focused.height -
                        (focused.top < rows_.stickyHeight() ? 0 : verticalScrollBar()->value())};
    }
    const Time under = state_->hoverTime();
    Q_EMIT menuRequested(viewport()->mapToGlobal(position));
    state_->setHoverTime(under); // the menu takes the mouse away
}

void TimelineView::selectIn(const TimelineRow& row, const QPoint& position) {
    if (row.isGroup())
        return selectGroup(row.group);
    ownSelection_ = row.goroutine.known();
    selectAt(row, position);
    ownSelection_ = false;
}

void TimelineView::clickAt(const QPoint& position) {
    const TimelineRow row = rowUnder(position);
    if (row.kind == TimelineRow::Kind::None || !state_->facts())
        return;
    moveFocus(row, Scrolled::Along); // one step with what is selected
    if (row.kind == TimelineRow::Kind::Section)
        return toggle(row);
    if (row.isGroup()) {
        // Its mark folds, its strip selects, its name does both.
        const int markWidth = sizes_.wide(22);
        if (position.x() >= markWidth)
            selectGroup(row.group);
        if (!isOnAxis(position.x()))
            toggle(row);
        return;
    }
    selectIn(row, position);
}

void TimelineView::selectGroup(std::size_t group) {
    const GoroutineGroup& chosen = rows_.groups()[group];
    if (chosen.task.known())
        return selectTask(chosen.task);
    // The members stay where they are: among the groups, which are never changed.
    state_->select(GroupSelection{
        chosen.name, std::shared_ptr<const std::vector<GoroutineIndex>>(rows_.sharedGroups(), &chosen.members)});
}

void TimelineView::selectTask(TaskIndex task) {
    state_->select(TaskSelection{task});
    state_->choose(state_->facts()->trace->tasks.range(task.value));
}

// The stop of the world under a place of the collector's row, else the mark phase.
void TimelineView::chooseCollection(int x) {
    const TimeRange cell{axis().timeAt(x), axis().timeAt(x + 1)};
    for (const auto* ranges : {&state_->facts()->collector.stops, &state_->facts()->collector.marks}) {
        const auto found = std::ranges::upper_bound(*ranges, cell.begin, {}, &TimeRange::end);
        if (found == ranges->end() || found->begin >= cell.end)
            continue;
        state_->choose(*found);
        Q_EMIT messageChanged(collectorTooltip(*state_->facts(), *found, state_->times()).section(u'\n', 0, 0));
        return;
    }
}

// What is at a place of a row: a span; a region, which is the goroutine in its time; a task with its time; of a
// processor or a thread who ran on it, or all of it.
void TimelineView::selectAt(const TimelineRow& row, const QPoint& position) {
    if (const auto region = regionUnder(position)) {
        state_->select(GoroutineSelection{row.goroutine});
        state_->choose(region->range());
        Q_EMIT messageChanged(fromUtf8(regionText(*state_->facts()->trace, *region)));
    } else if (row.goroutine.known()) {
        const SpanIndex span = spanUnder(position);
        if (span.known())
            state_->select(SpanSelection{row.goroutine, span});
        else
            state_->select(GoroutineSelection{row.goroutine});
    } else if (row.kind == TimelineRow::Kind::Collector && isOnAxis(position.x())) {
        chooseCollection(position.x());
    } else if (row.kind == TimelineRow::Kind::Task) {
        selectTask(row.task);
    } else if (row.kind == TimelineRow::Kind::Processor || row.kind == TimelineRow::Kind::Thread) {
        if (const SpanIndex run = isOnAxis(position.x()) ? runUnder(row, position.x()) : SpanIndex{}; run.known())
            selectSpan(run);
        else if (row.kind == TimelineRow::Kind::Processor)
            state_->select(ProcessorSelection{row.processor});
        else
            state_->select(ThreadSelection{row.thread});
    }
}

// Who ran on a processor, or on the one that a thread held.
SpanIndex TimelineView::runUnder(const TimelineRow& row, int x) const {
    TimeRange cell{axis().timeAt(x), axis().timeAt(x + 1)};
    ProcIndex processor = row.processor;
    if (row.kind == TimelineRow::Kind::Thread) {
        const ThreadRun* const held = longestRunIn(state_->facts()->notes.runs(row.thread), cell);
        if (held == nullptr)
            return {};
        processor = held->processor;
        cell = cell.clippedTo(held->range);
    }
    return runAt(*state_->facts()->trace, processor, cell.begin, cell.end);
}

} // namespace waitscope
