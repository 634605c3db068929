// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/navigation_history.h"

#include <utility>

namespace waitscope {

namespace {

constexpr std::size_t mostSteps = 1000;

} // namespace

NavigationHistory::NavigationHistory(ViewState* state, int mergeWithin, QObject* parent)
    : QObject(parent), state_(state), mergeWithin_(mergeWithin) {
    connect(state_, &ViewState::traceChanged, this, &NavigationHistory::restart);
    connect(state_, &ViewState::visibleRangeChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::selectionChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::chosenRangeChanged, this, &NavigationHistory::record);
    connect(state_, &ViewState::onlyChanged, this, &NavigationHistory::record);
    restart();
}

NavigationHistory::Place NavigationHistory::here() const {
    return {state_->axisRange(), state_->selection(), state_->chosenRange(), state_->only()};
}

void NavigationHistory::restart() {
    places_.clear();
    if (state_->facts())
        places_.push_back(here());
    at_ = 0;
    lastWasRange_ = false;
    Q_EMIT changed();
}

void NavigationHistory::record() {
    if (restoring_ || places_.empty())
        return;
    const Place now = here();
    if (now == places_[at_])
        return;
    const bool isRange = now.selection == places_[at_].selection;
    // A selection that moves the range along with it, or is looked at alone at once, is one step too.
    const bool goesOn =
        isRange && lastWasRange_ && at_ > 0 && sinceRange_.isValid() && sinceRange_.elapsed() < mergeWithin_;
    places_.resize(at_ + 1);
    if (goesOn) {
        places_[at_] = now;
    } else {
        if (places_.size() == mostSteps)
            places_.erase(places_.begin());
        places_.push_back(now);
        at_ = places_.size() - 1;
    }
    lastWasRange_ = true;
    sinceRange_.restart();
    Q_EMIT changed();
}

void NavigationHistory::go(std::size_t place) {
    at_ = place;
    lastWasRange_ = false;
    restoring_ = true;
    state_->select(places_[at_].selection);
    state_->choose(places_[at_].chosen);
    state_->showOnly(places_[at_].only);
    state_->setVisibleRange(places_[at_].range); // last, because a selection may move it
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
