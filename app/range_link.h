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
    /// Both outlive it. It begins suspended, and with a nanosecond as long in both.
    RangeLink(ViewState* a, ViewState* b, QObject* parent = nullptr);

    /// From now on these instants lie over each other; B goes to where A is. What is stretched stays so.
    void align(Time a, Time b);
    /// Both whole traces lie over each other from edge to edge; or a nanosecond is as long in both again, what is at
    /// the left edge staying there.
    void stretch(bool stretched);
    [[nodiscard]] bool isStretched() const { return stretched_; }

    void suspend();
    /// Linked as it was before it was suspended; B goes to where A is.
    void again() { align(alignment_); }
    /// What is seen side by side now stays side by side.
    void resume();
    /// Suspended for a moment, as by a held key. Let go, what is seen then stays side by side; if nothing was moved,
    /// everything is as it was. Of a link that is suspended anyway: nothing.
    void hold();
    void letGo();
    [[nodiscard]] bool isHeld() const { return held_; }
    /// Something was moved while it was held.
    [[nodiscard]] bool movedWhileHeld() const;

    [[nodiscard]] bool isOn() const { return on_; }
    [[nodiscard]] const Alignment& alignment() const { return alignment_; }
    /// The times of A that hold both traces.
    [[nodiscard]] TimeRange wholeOfBoth() const;
    /// A and B change places; nothing moves.
    void swap();
    /// The time of the other trace that lies over this one of `of`.
    [[nodiscard]] Time timeBeside(const ViewState* of, Time time) const;

  Q_SIGNALS:
    /// Linked, suspended, aligned anew.
    void changed();

  private:
    void align(const Alignment& alignment);
    void setBounds();
    void moved(ViewState* mover);

    ViewState* a_;
    ViewState* b_;
    Alignment alignment_;
    bool on_ = false;
    bool stretched_ = false;
    bool held_ = false;
    TimeRange heldA_, heldB_; ///< where they were when it was held
    bool following_ = false;  ///< the move is an answer: it must not be answered, as a clipped range would push back
};

} // namespace waitscope
