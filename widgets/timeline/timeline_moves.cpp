// SPDX-License-Identifier: GPL-3.0-or-later
// Where the timeline goes: to a row, to the selection, to who woke or created it, from span to span, from mark to mark.
#include "model/report/span_text.h"
#include "model/waits/longest_wait.h"
#include "model/waits/wake_up.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_view.h"

#include <QScrollBar>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

namespace waitscope {

namespace {

constexpr double selectedShare = 0.6; // of the window, after zooming to a span

// From the first to the last instant of what is selected, which may be one; nothing of what has no certain time.
std::optional<TimeRange> rangeOf(const TraceFacts& facts, const Selection& selection) {
    const Trace& trace = *facts.trace;
    if (const auto* const span = std::get_if<SpanSelection>(&selection))
        return trace.spans.range(span->span);
    if (const auto* const task = std::get_if<TaskSelection>(&selection))
        return trace.tasks.range(task->task.value);
    std::optional<TimeRange> all;
    for (const GoroutineIndex g : goroutinesOf(facts, selection)) {
        const TimeRange life = trace.lifetime(g);
        all = all ? TimeRange{std::min(all->begin, life.begin), std::max(all->end, life.end)} : life;
    }
    return all;
}

} // namespace

void TimelineView::zoomToSelection() {
    if (!state_->facts())
        return;
    const auto what = rangeOf(*state_->facts(), state_->selection());
    if (!what)
        return showWholeTrace();
    const TimeRange before = state_->axisRange();
    zoomTo(*what);
    if (state_->axisRange() == before)
        showWholeTrace();
}

void TimelineView::zoomTo(TimeRange range) {
    const auto margin = static_cast<Time>(static_cast<double>(range.length()) * (1 / selectedShare - 1) / 2);
    state_->setVisibleRange({range.begin - margin, range.end + margin});
}

void TimelineView::zoomToChosenRange() {
    if (state_->chosenRange().empty())
        return;
    state_->setVisibleRange(state_->chosenRange());
    state_->choose({});
}

void TimelineView::chooseVisible() {
    if (state_->facts())
        state_->choose(state_->visibleRange());
}

void TimelineView::chooseSelected() {
    if (!state_->facts())
        return;
    const auto what = rangeOf(*state_->facts(), state_->selection());
    if (what && !what->empty())
        state_->choose(*what);
    else
        Q_EMIT messageChanged(what ? tr("What is selected is one instant, not a range.")
                                   : tr("Select a span, a goroutine or a task to choose its time."));
}

void TimelineView::showWholeTrace() {
    if (state_->facts())
        state_->setVisibleRange(state_->facts()->trace->wholeRange());
}

void TimelineView::zoomBy(double factor) {
    if (state_->facts())
        state_->setVisibleRange(axis().zoomed(factor, zoomCentre()));
}

void TimelineView::moveBy(double share) {
    if (state_->facts())
        state_->setVisibleRange(axis().moved(share));
}

void TimelineView::scrollRows(int value, Scrolled who) {
    if (who == Scrolled::ByUser)
        verticalScrollBar()->setSliderPosition(value); // which triggers an action, as the bar under the mouse does
    else
        verticalScrollBar()->setValue(value);
}

void TimelineView::scrollTo(const TimelineRow& row, Scrolled who) {
    if (row.kind == TimelineRow::Kind::None || row.top < rows_.stickyHeight())
        return;
    const int top = verticalScrollBar()->value();
    if (row.top < top + rows_.stickyHeight() || row.top + row.height > top + rowsHeight())
        scrollRows(row.top - rowsHeight() / 3, who);
}

void TimelineView::selectSpan(SpanIndex span) {
    state_->selectInSight(span);
}

void TimelineView::showSpan(SpanIndex span) {
    selectSpan(span);
    zoomToSelection();
}

void TimelineView::selectNeighbour(int direction) {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (!g.known()) {
        Q_EMIT messageChanged(tr("Select a goroutine to go to what it did next."));
        return;
    }
    const SpanRange own = state_->facts()->trace->goroutines.spans(g);
    const SpanIndex span = selectedSpan();
    // From a goroutine as a whole one comes to the first and the last that is in sight.
    const SpanRange seen = state_->facts()->trace->spansIn(g, state_->visibleRange());
    const std::int64_t next = span.known()    ? std::int64_t{span.value} + direction
                              : direction < 0 ? std::int64_t{seen.end} - 1
                                              : std::int64_t{seen.begin};
    if (next < own.begin || next >= own.end) {
        Q_EMIT messageChanged(direction < 0 ? tr("Nothing is known of it before this.")
                                            : tr("This is the last that is known of it."));
        return;
    }
    selectSpan({static_cast<std::uint32_t>(next)});
}

void TimelineView::goToWaker() {
    const auto facts = state_->facts();
    if (!facts)
        return;
    if (std::holds_alternative<TaskSelection>(state_->selection())) // its wait is one of many
        return wakerWork_.request([facts, task = state_->selection()] { return waitOf(*facts, task); });
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    goToWakerOf(selectedSpan().known() || !g.known() ? selectedSpan() : facts->trace->lastSpan(g));
}

void TimelineView::goToWakerOf(SpanIndex span) {
    if (!span.known()) {
        Q_EMIT messageChanged(tr("Select a wait, a goroutine or a task to go to who woke it."));
        return;
    }
    const Trace& trace = *state_->facts()->trace;
    const GoroutineIndex g = trace.ownerOf(span);
    if (trace.spans.state(span) == GoroutineState::Waiting && trace.isOpen(g, span)) {
        Q_EMIT messageChanged(tr("Nothing has woken this goroutine: its wait lasts to the end of the trace."));
        return;
    }
    // A span that is not the end of a wait came after one: why it came so late is asked of that one.
    SpanIndex wait = endedWaitOf(trace, g, span);
    if (!wait.known())
        wait = lastEndedWait(trace, g, span);
    if (!wait.known()) {
        Q_EMIT messageChanged(tr("It waited for nothing before this."));
        return;
    }
    const WakeUp wake = wakeUpAfter(*state_->facts(), wait);
    if (!wake.goroutine.known()) {
        selectSpan(wait);
        Q_EMIT messageChanged(fromUtf8(wakeUpText(*state_->facts(), wait, wake)));
        return;
    }
    const SpanIndex then = trace.spanAt(wake.goroutine, trace.spans.end(wait));
    if (then.known())
        selectSpan(then);
    else
        state_->select(GoroutineSelection{wake.goroutine});
    Q_EMIT messageChanged(fromUtf8(wakeUpText(*state_->facts(), wait, wake)));
}

void TimelineView::goToLongestTask() {
    if (!state_->facts())
        return;
    const Tasks& tasks = state_->facts()->trace->tasks;
    // Longest first, then by begin, which is the order they are in.
    using Place = std::pair<Time, std::uint32_t>;
    const auto placeOf = [&](std::uint32_t t) { return Place{-tasks.range(t).length(), t}; };
    const auto* const selected = std::get_if<TaskSelection>(&state_->selection());
    const Place after = selected != nullptr ? placeOf(selected->task.value) : Place{INT64_MIN, 0};
    constexpr Place none{INT64_MAX, 0};
    Place found = none;
    for (std::uint32_t t = 0; t < tasks.size(); ++t)
        if (const Place place = placeOf(t); place > after && place < found)
            found = place;
    if (found == none) {
        Q_EMIT messageChanged(tasks.empty() ? tr("This program made no tasks (runtime/trace.NewTask).")
                                            : tr("No task is shorter than this one."));
        return;
    }
    selectTask({found.second});
    zoomToSelection();
}

void TimelineView::goToLongestWait() {
    if (!state_->facts())
        return;
    const SpanIndex selected = selectedSpan();
    const bool goesOn = selected.known() && selected == walk_.last;
    if (!goesOn)
        walk_ = {state_->selection(), state_->rangeOfInterest(), {}};
    walkWork_.request([facts = state_->facts(), walk = walk_] {
        std::vector<GoroutineIndex> goroutines = goroutinesOf(*facts, walk.of);
        if (goroutines.empty())
            goroutines = goroutinesOf(*facts->trace, facts->waits, false);
        return longestWaitOf(*facts, goroutines, walk.range, {.idleToo = false, .after = walk.last});
    });
}

void TimelineView::showLongestWait(SpanIndex wait) {
    if (!wait.known()) {
        Q_EMIT messageChanged(walk_.last.known() ? tr("No wait is shorter than this one.")
                                                 : tr("Nothing waits here but what is idle by nature."));
        return;
    }
    walk_.last = wait;
    showSpan(wait);
}

void TimelineView::goToCreator() {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (!g.known())
        return;
    const Trace& trace = *state_->facts()->trace;
    const Waker creator = trace.creator(g);
    if (!creator.isGoroutine()) {
        Q_EMIT messageChanged(fromUtf8(missingCreationText(trace, g)));
        return;
    }
    const SpanIndex then = trace.spanAt(creator.goroutine(), trace.lifetime(g).begin);
    if (then.known())
        selectSpan(then);
    else
        state_->select(GoroutineSelection{creator.goroutine()});
}

bool TimelineView::showGroup(const QString& name, bool select) {
    if (!state_->facts())
        return false;
    const std::string wanted = name.toStdString();
    const auto& groups = rows_.groups();
    const auto found = std::ranges::find(groups, wanted, &GoroutineGroup::name);
    if (found == groups.end())
        return false;
    const auto group = static_cast<std::size_t>(found - groups.begin());
    const TimelineRow row = rows_.rowOfGroup(group);
    focusedRow_ = row.top;
    scrollTo(row);
    if (select)
        selectGroup(group);
    redraw();
    return true;
}

Time TimelineView::markPlace() const {
    if (state_->hoverTime() >= 0)
        return state_->hoverTime();
    const TimeRange visible = state_->visibleRange();
    return selectedSpan().known() ? state_->facts()->trace->spans.start(selectedSpan())
                                  : visible.begin + visible.length() / 2;
}

void TimelineView::toggleMark() {
    if (!state_->facts())
        return;
    // A mark under the mouse is a mark some pixels wide.
    const Time place = markPlace();
    const auto reach = axis().timeOf(4);
    for (const TimeMark& mark : state_->marks().marks())
        if (std::abs(mark.time - place) <= reach)
            return state_->marks().toggle(mark.time);
    state_->marks().toggle(place);
}

void TimelineView::markWithNote(const QString& note) {
    if (state_->facts() && !note.isEmpty())
        state_->marks().toggle(markPlace(), note);
}

void TimelineView::setMarker(bool second) {
    if (!state_->facts())
        return;
    if (second)
        state_->marks().setB(markPlace());
    else
        state_->marks().setA(markPlace());
}

void TimelineView::goToMark(int direction) {
    if (!state_->facts())
        return;
    const TimeRange visible = state_->visibleRange();
    const Time middle = visible.begin + visible.length() / 2;
    const auto mark = direction < 0 ? state_->marks().before(middle) : state_->marks().behind(middle);
    if (mark)
        state_->setVisibleRange({*mark - visible.length() / 2, *mark + visible.length() - visible.length() / 2});
    else
        Q_EMIT messageChanged(direction < 0 ? tr("There is no mark before this.")
                                            : tr("There is no mark behind this."));
}

} // namespace waitscope
