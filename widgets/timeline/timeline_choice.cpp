// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows the timeline shows: grouped, sorted, filtered, hidden, pinned; and which of them wait at the selected
// site.
#include "widgets/timeline/timeline_choice.h"

#include "model/lod/goroutine_filter.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/waiting_goroutines.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/taken_down.h"
#include "widgets/timeline/timeline_view.h"

#include <QScopedValueRollback>
#include <QScrollBar>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

// By goroutine: 1 if it is shown.
std::vector<std::uint8_t> shownGoroutines(const TraceFacts& facts, const TimelineChoice& choice,
                                          const std::optional<GroupSelection>& only, const std::stop_token& stop) {
    std::string problem;
    const auto filter = GoroutineFilter::parse(choice.filter.toStdString(), problem);
    std::vector<std::uint8_t> shown =
        filter ? filter->apply(facts, stop) : std::vector<std::uint8_t>(facts.trace->goroutines.size(), 1);
    for (const GoroutineIndex g : choice.hidden)
        if (g.value < shown.size())
            shown[g.value] = 0;
    if (!only)
        return shown;
    std::vector<std::uint8_t> shownOnly(shown.size());
    for (const GoroutineIndex g : *only->members)
        shownOnly[g.value] = shown[g.value];
    return shownOnly;
}

// The goroutines of a selection as a group; none if it is not about certain goroutines.
std::optional<GroupSelection> togetherOf(const TraceFacts& facts, const Selection& selection) {
    if (const auto* const group = std::get_if<GroupSelection>(&selection))
        return *group;
    auto members = goroutinesOf(facts, selection);
    if (members.empty())
        return {};
    const GoroutineIndex one = selectedGoroutine(selection); // whichever of its spans is selected
    return GroupSelection{one.known() ? goroutineText(*facts.trace, one) : selectionText(facts, selection),
                          std::make_shared<const std::vector<GoroutineIndex>>(std::move(members))};
}

} // namespace

std::shared_ptr<const GoroutineGroups> chosenGroups(const std::shared_ptr<const TraceFacts>& facts,
                                                    const TimelineChoice& choice,
                                                    const std::optional<GroupSelection>& only,
                                                    const std::stop_token& stop) {
    const std::vector<std::uint8_t> shown = shownGoroutines(*facts, choice, only, stop);
    const GroupChoice ofFacts;
    if (choice.grouping == ofFacts.grouping && choice.order == ofFacts.order &&
        std::ranges::find(shown, std::uint8_t{0}) == shown.end())
        return {facts, &facts->groups};
    return std::make_shared<const GoroutineGroups>(
        groupsOf(*facts->trace, facts->waits,
                 {.grouping = choice.grouping,
                  .order = choice.order,
                  .wanted = [&](GoroutineIndex g) { return shown[g.value] != 0; }},
                 stop));
}

QString whatIsLeftOut(const TimelineChoice& choice, const std::optional<GroupSelection>& only) {
    QStringList parts;
    if (!choice.filter.isEmpty())
        parts << choice.filter;
    if (only)
        parts << QStringLiteral("only ") + fromUtf8(only->name);
    return parts.join(QStringLiteral(", "));
}

void TimelineView::setChoice(const TimelineChoice& choice) {
    if (choice == choice_) {
        Q_EMIT choiceProblem({}); // what was not understood is gone
        return;
    }
    std::string problem;
    const auto filter = GoroutineFilter::parse(choice.filter.toStdString(), problem);
    Q_EMIT choiceProblem(fromUtf8(problem));
    if (!filter)
        return;
    choice_ = choice;
    Q_EMIT choiceChanged();
    tellArranged();
    requestRows();
}

RowsArrangement TimelineView::arrangement() const {
    if (!state_->facts())
        return {};
    return {.choice = choice_, .folds = rows_.state(0), .pinned = rows_.pinned(), .stacked = rows_.stacked()};
}

void TimelineView::arrange(const RowsArrangement& arrangement) {
    if (!state_->facts())
        return;
    const QScopedValueRollback arranging(arranging_, true);
    rows_.foldAnew(arrangement.folds);
    rows_.setStacked(arrangement.stacked);
    setPinned(arrangement.pinned);
    wantActivities();
    if (arrangement.choice == choice_)
        return;
    setChoice(arrangement.choice);
    foldsBefore_ = arrangement.folds;
}

void TimelineView::tellArranged() {
    arrangedMeanwhile_ = true;
    if (!arranging_)
        Q_EMIT arranged();
}

void TimelineView::requestRows() {
    const auto& facts = state_->facts();
    if (!facts)
        return;
    choosing_.request_stop();
    choosing_ = std::stop_source();
    arrangedMeanwhile_ = false;
    rowsWork_.request([facts, choice = choice_, only = state_->only(), before = rows_, stop = choosing_.get_token()] {
        auto rows = std::make_shared<TimelineRows>(facts, chosenGroups(facts, choice, only, stop));
        rows->takeOver(before);
        return rows;
    });
}

TimelineContents TimelineView::contents() const {
    const TimeMarks& marks = state_->marks();
    return {.choice = choice_,
            .look = look_,
            .only = state_->only(),
            .pinned = rows_.pinned(),
            .stacked = rows_.stacked(),
            .times = state_->timeFormat(),
            .lit = lit_,
            .rows = rowsAsked_ ? *rowsAsked_ : rows_.state(rows_.stickyHeight() + verticalScrollBar()->value()),
            .selection = state_->selection(),
            .chosen = state_->chosenRange(),
            .marks = marks.marks(),
            .a = marks.a(),
            .b = marks.b()};
}

void TimelineView::setContents(const TimelineContents& contents) {
    if (!state_->facts())
        return;
    arranging_ = true;
    setChoice(contents.choice);
    setPinned(contents.pinned);
    for (const GoroutineIndex g : contents.stacked)
        rows_.showStacks(g, true);
    state_->setTimeFormat(contents.times);
    lit_ = contents.lit;
    setLook(contents.look);
    state_->showOnly(contents.only);
    state_->choose(contents.chosen);
    state_->select(contents.selection);
    // Beside the marks that are there.
    TimeMarks& marks = state_->marks();
    for (const TimeMark& mark : contents.marks)
        if (!mark.note.isEmpty() || std::ranges::find(marks.marks(), mark.time, &TimeMark::time) == marks.marks().end())
            marks.toggle(mark.time, mark.note);
    if (contents.a)
        marks.setA(contents.a);
    if (contents.b)
        marks.setB(contents.b);
    rowsAsked_ = contents.rows;
    arranging_ = false;
    tellArranged();
    requestRows();
}

void TimelineView::showRows(TimelineRows& rows) {
    if (!state_->facts())
        return;
    const auto asked = std::exchange(rowsAsked_, {});
    const auto folds = std::exchange(foldsBefore_, {});
    // A hundred thousand groups take a while to arrange as they are by now, and to take down.
    if (arrangedMeanwhile_ && !asked && !folds) {
        takeDownAside(std::make_shared<TimelineRows>(std::move(rows)));
        return requestRows();
    }
    if (asked)
        rows.fold(*asked);
    if (folds)
        rows.foldAnew(*folds);
    auto before = std::make_shared<TimelineRows>(std::exchange(rows_, std::move(rows)));
    rows_.setSizes(before->sizes());        // as those that are there now
    if (before->pinned() != rows_.pinned()) // meanwhile
        rows_.setPinned(before->pinned());
    takeDownAside(std::pair(std::move(before), std::exchange(sums_, nullptr)));
    computing_.request_stop();
    ++activityRequest_;
    // Of the same trace as a whole the activity stays what it was; groups have other numbers now.
    std::erase_if(activities_, [](const auto& entry) { return entry.first != everyGroup; });
    focusedRow_ = -1;
    updateScrollBar();
    markGroups();
    sumUpGroups();
    if (asked)
        verticalScrollBar()->setValue(0);
    if (const GoroutineIndex g = selectedGoroutine(state_->selection()); g.known()) {
        const TimelineRow row = rows_.rowOf(g);
        if (row.kind != TimelineRow::Kind::None) {
            focusedRow_ = row.top;
            scrollTo(row);
        }
    }
    if (const TimelineRow first = asked ? rows_.rowNamed(asked->first) : TimelineRow{};
        first.kind != TimelineRow::Kind::None)
        verticalScrollBar()->setValue(first.top - rows_.stickyHeight());
    redraw();
    Q_EMIT rowsChanged();
}

// None if what is selected has no row of its own.
std::optional<PinnedRow> TimelineView::selectedRow() const {
    const Selection& selection = state_->selection();
    if (const GoroutineIndex g = selectedGoroutine(selection); g.known())
        return g;
    if (const auto* const processor = std::get_if<ProcessorSelection>(&selection))
        return processor->processor;
    if (const auto* const thread = std::get_if<ThreadSelection>(&selection))
        return thread->thread;
    if (const auto* const task = std::get_if<TaskSelection>(&selection))
        return task->task;
    const auto* const group = std::get_if<GroupSelection>(&selection);
    return group != nullptr && rows_.hasGroup(group->name) ? std::optional<PinnedRow>(group->name) : std::nullopt;
}

void TimelineView::pinSelected() {
    const auto row = selectedRow();
    if (!row) {
        Q_EMIT messageChanged(tr("Select a goroutine, a group, a processor, a thread or a task to pin its row."));
        return;
    }
    std::vector<PinnedRow> pinned = rows_.pinned();
    if (std::erase(pinned, *row) == 0)
        pinned.push_back(*row);
    setPinned(std::move(pinned));
    wantActivities(); // of a group
}

void TimelineView::setPinned(std::vector<PinnedRow> pinned) {
    rows_.setPinned(std::move(pinned));
    focusedRow_ = -1;
    tellArranged();
    updateScrollBar();
    redraw();
}

void TimelineView::hideSelected() {
    if (!state_->facts())
        return;
    TimelineChoice choice = choice_;
    const TimelineRow row = rows_.rowAt(std::max(0, focusedRow_));
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (row.isGroup())
        choice.hidden.insert(choice.hidden.end(), rows_.groups()[row.group].members.begin(),
                             rows_.groups()[row.group].members.end());
    else if (g.known())
        choice.hidden.push_back(g);
    if (choice == choice_) {
        Q_EMIT messageChanged(tr("Select a goroutine or a group to hide it."));
        return;
    }
    setChoice(choice);
    const std::size_t hidden = choice_.hidden.size();
    Q_EMIT messageChanged(hidden == 1
                              ? tr("1 goroutine is hidden; Shift+H shows it.")
                              : tr("%1 goroutines are hidden; Shift+H shows them.").arg(fromUtf8(countText(hidden))));
}

void TimelineView::showOnlySelected() {
    if (state_->facts())
        state_->showOnly(togetherOf(*state_->facts(), state_->selection()));
}

void TimelineView::showEverything() {
    TimelineChoice choice = choice_;
    choice.filter.clear();
    choice.hidden.clear();
    setChoice(choice);
    state_->showOnly({});
}

void TimelineView::showHidden() {
    TimelineChoice choice = choice_;
    choice.hidden.clear();
    setChoice(choice);
}

void TimelineView::foldAll(bool fold) {
    if (!state_->facts())
        return;
    rows_.setAllFolded(fold);
    focusedRow_ = -1;
    tellArranged();
    updateScrollBar();
    wantActivities();
    redraw();
}

// The goroutines of a site, a group or a task are looked up in the background; until they are known none is marked.
void TimelineView::findSelected() {
    marked_.clear();
    groupsMarked_.clear();
    const Selection& selection = state_->selection();
    const bool several = std::holds_alternative<SiteSelection>(selection) ||
                         std::holds_alternative<GroupSelection>(selection) ||
                         std::holds_alternative<TaskSelection>(selection);
    if (!several || !state_->facts())
        return markWork_.cancel();
    markWork_.request([facts = state_->facts(), selection] {
        std::vector<std::uint8_t> marked(facts->trace->goroutines.size());
        for (const GoroutineIndex g : goroutinesOf(*facts, selection))
            marked[g.value] = 1;
        if (const auto* const site = std::get_if<SiteSelection>(&selection))
            for (const WaitingGoroutine& one :
                 goroutinesWaitingAt(*facts, site->primitive, site->site, facts->trace->wholeRange(), true))
                marked[one.goroutine.value] = 1;
        return marked;
    });
}

void TimelineView::markGroups() {
    groupsMarked_.clear();
    redraw();
    if (marked_.empty())
        return;
    std::size_t first = rows_.groups().size();
    for (std::size_t i = 0; i < rows_.groups().size(); ++i) {
        const bool any =
            std::ranges::any_of(rows_.groups()[i].members, [&](GoroutineIndex g) { return marked_[g.value] != 0; });
        groupsMarked_.push_back(any ? 1 : 0);
        if (any && first == rows_.groups().size())
            first = i;
    }
    if (first < rows_.groups().size())
        scrollTo(rows_.rowOfGroup(first));
}

} // namespace waitscope
