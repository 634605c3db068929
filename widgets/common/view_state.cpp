// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/view_state.h"

#include <algorithm>
#include <utility>

namespace waitscope {

ViewState::ViewState(QObject* parent) : QObject(parent) {
    connect(&marks_, &TimeMarks::aChanged, this, [this] {
        if (format_ == TimeFormat::SinceA)
            Q_EMIT timesChanged();
    });
}

TimeText ViewState::times() const {
    return facts_ ? TimeText(*facts_->trace, format_, marks_.a()) : TimeText();
}

void ViewState::setTimeFormat(TimeFormat format) {
    format_ = format;
    Q_EMIT timesChanged();
}

void ViewState::grow(std::shared_ptr<const TraceFacts> facts) {
    const bool whole = !facts_ || axis_ == facts_->trace->wholeRange();
    facts_ = std::move(facts);
    const TimeRange all = facts_->trace->wholeRange();
    bounds_ = {std::min(bounds_.begin, all.begin), std::max(bounds_.end, all.end)};
    if (whole)
        axis_ = all;
    // Goroutines keep their numbers while a trace grows; spans and tasks do not.
    if (!std::holds_alternative<GoroutineSelection>(selection_) && !std::holds_alternative<GroupSelection>(selection_))
        selection_ = {};
    Q_EMIT traceChanged();
    Q_EMIT visibleRangeChanged(visibleRange());
    Q_EMIT selectionChanged(selection_);
}

void ViewState::show(std::shared_ptr<const TraceFacts> facts) {
    facts_ = std::move(facts);
    axis_ = facts_ ? facts_->trace->wholeRange() : TimeRange{};
    bounds_ = axis_;
    selection_ = {};
    chosen_ = {};
    const bool showedSome = std::exchange(only_, std::nullopt).has_value();
    hover_ = -1;
    marks_.clear();
    onset_ = -1;
    Q_EMIT traceChanged();
    Q_EMIT visibleRangeChanged(visibleRange());
    Q_EMIT selectionChanged(selection_);
    Q_EMIT chosenRangeChanged(chosen_);
    if (showedSome)
        Q_EMIT onlyChanged();
}

TimeRange ViewState::visibleRange() const {
    const Time end = facts_ ? facts_->trace->duration : 0;
    return {std::clamp<Time>(axis_.begin, 0, end), std::clamp<Time>(axis_.end, 0, end)};
}

void ViewState::setVisibleRange(TimeRange range) {
    if (!facts_)
        return;
    const Time longest = bounds_.length();
    const Time length = std::clamp(range.length(), std::min(shortestVisible, longest), longest);
    const Time begin = std::clamp<Time>(range.begin, bounds_.begin, bounds_.end - length);
    const TimeRange clipped{begin, begin + length};
    if (clipped == axis_)
        return;
    axis_ = clipped;
    Q_EMIT visibleRangeChanged(visibleRange());
}

void ViewState::setBounds(TimeRange bounds) {
    if (!facts_)
        return;
    const TimeRange all = facts_->trace->wholeRange();
    bounds_ = {std::min(bounds.begin, all.begin), std::max(bounds.end, all.end)};
    setVisibleRange(axis_);
}

void ViewState::select(const Selection& selection) {
    if (selection == selection_)
        return;
    selection_ = selection;
    Q_EMIT selectionChanged(selection_);
}

void ViewState::bringIntoSight(TimeRange range) {
    if (range.begin >= axis_.begin && range.end <= axis_.end)
        return;
    // What does not fit gets room on both sides.
    const Time length = range.length() < axis_.length() ? axis_.length() : range.length() + range.length() / 2;
    const Time middle = range.begin + range.length() / 2;
    setVisibleRange({middle - length / 2, middle - length / 2 + length});
}

void ViewState::selectInSight(SpanIndex span) {
    const TimeRange part = facts_->trace->spans.range(span);
    if (part.end <= axis_.begin || part.begin >= axis_.end)
        bringIntoSight({part.begin, part.begin});
    select(SpanSelection{facts_->trace->ownerOf(span), span});
}

void ViewState::chooseInSight(TimeRange range) {
    bringIntoSight(range);
    choose(range);
}

void ViewState::choose(TimeRange range) {
    if (range == chosen_)
        return;
    chosen_ = range;
    Q_EMIT chosenRangeChanged(chosen_);
}

void ViewState::showOnly(std::optional<GroupSelection> goroutines) {
    if (goroutines == only_)
        return;
    only_ = std::move(goroutines);
    Q_EMIT onlyChanged();
}

void ViewState::setOnset(Time time) {
    if (time == onset_)
        return;
    onset_ = time;
    Q_EMIT onsetChanged(onset_);
}

void ViewState::setHoverTime(Time time) {
    if (time == hover_)
        return;
    hover_ = time;
    Q_EMIT hoverTimeChanged(hover_);
}

} // namespace waitscope
