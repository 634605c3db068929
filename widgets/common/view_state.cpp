// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/view_state.h"

#include <algorithm>

namespace waitscope {

GoroutineIndex selectedGoroutine(const Selection& selection) {
    if (const auto* g = std::get_if<GoroutineSelection>(&selection))
        return g->goroutine;
    if (const auto* s = std::get_if<SpanSelection>(&selection))
        return s->goroutine;
    return {};
}

void ViewState::grow(std::shared_ptr<const TraceFacts> facts) {
    const bool whole = !facts_ || visible_ == facts_->trace->wholeRange();
    facts_ = std::move(facts);
    if (whole)
        visible_ = facts_->trace->wholeRange();
    // Goroutines keep their numbers while a trace grows; spans do not.
    if (!std::holds_alternative<GoroutineSelection>(selection_))
        selection_ = {};
    Q_EMIT traceChanged();
    Q_EMIT visibleRangeChanged(visible_);
    Q_EMIT selectionChanged(selection_);
}

void ViewState::show(std::shared_ptr<const TraceFacts> facts) {
    facts_ = std::move(facts);
    visible_ = facts_ ? facts_->trace->wholeRange() : TimeRange{};
    selection_ = {};
    chosen_ = {};
    hover_ = -1;
    marks_.clear();
    onset_ = -1;
    Q_EMIT traceChanged();
    Q_EMIT visibleRangeChanged(visible_);
    Q_EMIT selectionChanged(selection_);
    Q_EMIT chosenRangeChanged(chosen_);
}

void ViewState::setVisibleRange(TimeRange range) {
    if (!facts_)
        return;
    const Time whole = facts_->trace->duration;
    const Time length = std::clamp(range.length(), std::min(shortestVisible, whole), whole);
    const Time begin = std::clamp<Time>(range.begin, 0, whole - length);
    const TimeRange clipped{begin, begin + length};
    if (clipped == visible_)
        return;
    visible_ = clipped;
    Q_EMIT visibleRangeChanged(visible_);
}

void ViewState::select(const Selection& selection) {
    if (selection == selection_)
        return;
    selection_ = selection;
    Q_EMIT selectionChanged(selection_);
}

void ViewState::choose(TimeRange range) {
    if (range == chosen_)
        return;
    chosen_ = range;
    Q_EMIT chosenRangeChanged(chosen_);
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
