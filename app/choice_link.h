// SPDX-License-Identifier: GPL-3.0-or-later
// What is chosen in one of two traces side by side is chosen in the other: rows (grouping, order, filter), the heatmap
// (mode, metric, order, filter, colours), what is selected, the chosen range, the instant under the mouse. Things are
// found again by name and place: ids of goroutines mean nothing in another run.
#pragma once

#include "widgets/common/view_state.h"

#include <QObject>

namespace waitscope {

class RangeLink;
class TraceView;

class ChoiceLink : public QObject {
    Q_OBJECT

  public:
    /// All outlive it. It is on while the link of the times is.
    ChoiceLink(TraceView* one, TraceView* other, const RangeLink* times, QObject* parent = nullptr);

    /// `to` chooses what `from` has chosen.
    void copyChoices(TraceView* from, TraceView* to);

    /// Selects each on its side, without one following the other.
    void select(const Selection& a, const Selection& b, TraceView* first, TraceView* second);

  Q_SIGNALS:
    /// Something could not be found on the other side, in a sentence.
    void message(const QString& text);

  private:
    void follow(TraceView* from, TraceView* to);
    void copyRows(TraceView* from, TraceView* to);
    void copySelection(TraceView* from, TraceView* to);

    const RangeLink* times_;
    bool following_ = false; ///< the change is an answer
};

} // namespace waitscope
