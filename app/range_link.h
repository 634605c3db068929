// SPDX-License-Identifier: GPL-3.0-or-later
// Two traces that show the same stretch of time: whoever moves one moves the other.
#pragma once

#include "model/compare/alignment.h"
#include "widgets/common/view_state.h"

#include <QObject>

namespace waitscope {

class RangeLink : public QObject {
    Q_OBJECT

  public:
    /// Both outlive it. It begins suspended.
    RangeLink(ViewState* a, ViewState* b, QObject* parent = nullptr);

    /// From now on these times lie over each other; B goes to where A is.
    void align(Alignment alignment);
    void suspend() { on_ = false; }
    /// What is seen side by side now stays side by side.
    void resume();
    [[nodiscard]] bool isOn() const { return on_; }
    [[nodiscard]] Alignment alignment() const { return alignment_; }

  private:
    void follow(ViewState* follower, TimeRange range);

    ViewState* a_;
    ViewState* b_;
    Alignment alignment_;
    bool on_ = false;
    bool following_ = false; ///< the move is an answer: it must not be answered, as a clipped range would push back
};

} // namespace waitscope
