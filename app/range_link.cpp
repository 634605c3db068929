// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/range_link.h"

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

TimeRange holdingBoth(TimeRange one, TimeRange other) {
    return {std::min(one.begin, other.begin), std::max(one.end, other.end)};
}

TimeRange wholeOf(const ViewState& state) {
    return state.facts() ? state.facts()->trace->wholeRange() : TimeRange{};
}

} // namespace

RangeLink::RangeLink(ViewState* a, ViewState* b, QObject* parent) : QObject(parent), a_(a), b_(b) {
    for (ViewState* const state : {a_, b_}) {
        connect(state, &ViewState::traceChanged, this, [this] {
            if (on_ || held_)
                setBounds(); // a trace that is loading got longer
        });
        connect(state, &ViewState::visibleRangeChanged, this, [this, state] { moved(state); });
    }
}

void RangeLink::align(Time a, Time b) {
    align(alignedAt(a, b, alignment_));
}

void RangeLink::stretch(bool stretched) {
    stretched_ = stretched;
    if (!a_->facts() || !b_->facts())
        return;
    align(stretched ? stretchedOver(wholeOf(*a_), wholeOf(*b_)) : alignedAsSeen(a_->axisRange(), b_->axisRange()));
}

void RangeLink::align(const Alignment& alignment) {
    alignment_ = alignment;
    on_ = true;
    setBounds();
    moved(a_);
    Q_EMIT changed();
}

void RangeLink::suspend() {
    held_ = false;
    if (std::exchange(on_, false))
        Q_EMIT changed();
}

void RangeLink::resume() {
    align(stretched_ ? stretchedOver(a_->axisRange(), b_->axisRange())
                     : alignedAsSeen(a_->axisRange(), b_->axisRange()));
}

void RangeLink::hold() {
    if (!on_)
        return;
    on_ = false;
    held_ = true;
    heldA_ = a_->axisRange();
    heldB_ = b_->axisRange();
    Q_EMIT changed();
}

bool RangeLink::movedWhileHeld() const {
    return held_ && (a_->axisRange() != heldA_ || b_->axisRange() != heldB_);
}

void RangeLink::letGo() {
    if (!held_)
        return;
    const bool moved = movedWhileHeld();
    held_ = false;
    if (moved)
        return resume();
    on_ = true;
    Q_EMIT changed();
}

void RangeLink::swap() {
    std::swap(a_, b_);
    std::swap(heldA_, heldB_);
    alignment_ = swapped(alignment_);
}

Time RangeLink::timeBeside(const ViewState* of, Time time) const {
    return of == a_ ? timeOfB(time, alignment_) : timeOfA(time, alignment_);
}

TimeRange RangeLink::wholeOfBoth() const {
    return holdingBoth(wholeOf(*a_), rangeOfA(wholeOf(*b_), alignment_));
}

// Each axis goes as far as both traces do, so that a pixel is as long in both wherever they are.
void RangeLink::setBounds() {
    const bool before = std::exchange(following_, true);
    a_->setBounds(wholeOfBoth());
    b_->setBounds(holdingBoth(wholeOf(*b_), rangeOfB(wholeOf(*a_), alignment_)));
    following_ = before;
}

void RangeLink::moved(ViewState* mover) {
    if (!on_ || following_)
        return;
    following_ = true;
    if (mover == a_)
        b_->setVisibleRange(rangeOfB(a_->axisRange(), alignment_));
    else
        a_->setVisibleRange(rangeOfA(b_->axisRange(), alignment_));
    following_ = false;
}

} // namespace waitscope
