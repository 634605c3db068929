// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/navigation_history.h"

#include "widgets/timeline/timeline_view.h"

#include <QScrollBar>

#include <utility>

namespace waitscope {

namespace {

constexpr std::size_t mostSteps = 1000;

} // namespace

NavigationHistory::NavigationHistory(ViewState* state, TimelineView* timeline, const Merging& merging, QObject* parent)
    : QObject(parent), state_(state), timeline_(timeline), merging_(merging) {
    connect(state_, &ViewState::traceChanged, this, &NavigationHistory::restart);
    connect(state_, &ViewState::visibleRangeChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::selectionChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::chosenRangeChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::onlyChanged, this, &NavigationHistory::record);
    if (timeline_ != nullptr) {
        connect(timeline_, &TimelineView::arranged, this, &NavigationHistory::rowsArranged);
        connect(timeline_, &TimelineView::rowsChanged, this, &NavigationHistory::rowsCame);
        // The action comes first, with the place to be as the position of the slider.
        connect(timeline_->verticalScrollBar(), &QScrollBar::actionTriggered, this, &NavigationHistory::record);
        connect(timeline_->verticalScrollBar(), &QScrollBar::valueChanged, this, &NavigationHistory::scrolledAlong);
    }
    restart();
}

NavigationHistory::Place NavigationHistory::here() const {
    Place place{state_->axisRange(), state_->selection(), state_->chosenRange(), state_->only(), rows_};
    if (scrollWhenRowsCome_)
        place.scroll = *scrollWhenRowsCome_;
    else if (timeline_ != nullptr)
        place.scroll = {timeline_->verticalScrollBar()->sliderPosition(), timeline_->rows().sizes().row};
    return place;
}

NavigationHistory::Change NavigationHistory::changeFrom(const Place& before, const Place& now) {
    // A selection that moves the range along with it, or is looked at alone at once, is one step too.
    if (now.rows == before.rows)
        return now.selection == before.selection ? Change::Movement : Change::Other;
    RowsArrangement typed = *before.rows;
    typed.choice.filter = now.rows->choice.filter;
    return typed == *now.rows ? Change::Typing : Change::Other;
}

void NavigationHistory::restart() {
    places_.clear();
    scrollWhenRowsCome_ = {};
    rows_ =
        std::make_shared<const RowsArrangement>(timeline_ != nullptr ? timeline_->arrangement() : RowsArrangement());
    if (state_->facts())
        places_.push_back(here());
    at_ = 0;
    last_ = {};
    Q_EMIT changed();
}

void NavigationHistory::rowsArranged() {
    if (RowsArrangement now = timeline_->arrangement(); now != *rows_)
        rows_ = std::make_shared<const RowsArrangement>(std::move(now));
    record();
}

// Groups are folded anew when they are others: that is part of the step that made them.
void NavigationHistory::rowsCame() {
    if (places_.empty())
        return;
    if (RowsArrangement now = timeline_->arrangement(); now != *rows_)
        rows_ = std::make_shared<const RowsArrangement>(std::move(now));
    places_[at_].rows = rows_;
    if (const auto scroll = std::exchange(scrollWhenRowsCome_, {}))
        scrollTo(*scroll);
}

void NavigationHistory::scrolledAlong() {
    if (restoring_ || places_.empty())
        return;
    Place now = here();
    const Scroll scroll = std::exchange(now.scroll, places_[at_].scroll);
    if (now == places_[at_]) // else what they scroll along with is a step that is still to come
        places_[at_].scroll = scroll;
}

void NavigationHistory::scrollTo(const Scroll& scroll) {
    if (timeline_ == nullptr)
        return;
    // Of rows that were less or more high, pixels say nothing.
    if (scroll.rowHeight == timeline_->rows().sizes().row)
        timeline_->verticalScrollBar()->setValue(scroll.pixels);
    places_[at_].scroll = here().scroll; // which may be less far
}

void NavigationHistory::record() {
    if (restoring_ || places_.empty())
        return;
    const Place now = here();
    if (now == places_[at_])
        return;
    const Change change = changeFrom(places_[at_], now);
    const bool isSoon =
        sinceLast_.isValid() && sinceLast_.elapsed() < (change == Change::Typing ? merging_.typing : merging_.movement);
    const bool goesOn = at_ > 0 && last_ && isSoon &&
                        (change == Change::Movement || (change == Change::Typing && last_ == Change::Typing));
    places_.resize(at_ + 1);
    if (goesOn) {
        places_[at_] = now;
    } else {
        if (places_.size() == mostSteps)
            places_.erase(places_.begin());
        places_.push_back(now);
        at_ = places_.size() - 1;
    }
    last_ = change;
    sinceLast_.restart();
    Q_EMIT changed();
}

void NavigationHistory::go(std::size_t place) {
    at_ = place;
    last_ = {};
    restoring_ = true;
    const Place wanted = places_[at_]; // rows that come meanwhile are written there
    const bool rowsWillCome =
        scrollWhenRowsCome_ || wanted.rows->choice != rows_->choice || wanted.only != state_->only();
    state_->select(wanted.selection);
    state_->choose(wanted.chosen);
    if (timeline_ != nullptr && wanted.rows != rows_)
        timeline_->arrange(*wanted.rows);
    rows_ = wanted.rows;
    state_->showOnly(wanted.only);
    state_->setVisibleRange(wanted.range); // last, because a selection may move it
    if (rowsWillCome)
        scrollWhenRowsCome_ = wanted.scroll;
    else
        scrollTo(wanted.scroll);
    restoring_ = false;
    Q_EMIT changed();
}

void NavigationHistory::back() {
    if (canGoBack())
        go(at_ - 1);
}

void NavigationHistory::forward() {
    if (canGoForward())
        go(at_ + 1);
}

} // namespace waitscope
