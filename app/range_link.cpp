// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/range_link.h"

namespace waitscope {

RangeLink::RangeLink(ViewState* a, ViewState* b, QObject* parent) : QObject(parent), a_(a), b_(b) {
    connect(a_, &ViewState::visibleRangeChanged, this,
            [this](TimeRange range) { follow(b_, rangeOfB(range, alignment_)); });
    connect(b_, &ViewState::visibleRangeChanged, this,
            [this](TimeRange range) { follow(a_, rangeOfA(range, alignment_)); });
}

void RangeLink::align(Alignment alignment) {
    alignment_ = alignment;
    on_ = true;
    follow(b_, rangeOfB(a_->visibleRange(), alignment_));
}

void RangeLink::resume() {
    align(alignedAsSeen(a_->visibleRange(), b_->visibleRange()));
}

void RangeLink::follow(ViewState* follower, TimeRange range) {
    if (!on_ || following_)
        return;
    following_ = true;
    follower->setVisibleRange(range);
    following_ = false;
}

} // namespace waitscope
