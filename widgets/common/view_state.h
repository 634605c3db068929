// SPDX-License-Identifier: GPL-3.0-or-later
// What every view of one trace shares: the trace, the visible time range, the one selection, a range that was chosen to
// look at closely, goroutines that are looked at alone, marks, the time under the mouse.
// Views change it and listen to it; they do not know each other.
#pragma once

#include "model/facts.h"
#include "widgets/common/selection.h"
#include "widgets/common/time_marks.h"
#include "widgets/common/time_text.h"

#include <QObject>

#include <memory>
#include <optional>

namespace waitscope {

class ViewState : public QObject {
    Q_OBJECT

  public:
    explicit ViewState(QObject* parent = nullptr);

    /// Null while nothing is open.
    [[nodiscard]] const std::shared_ptr<const TraceFacts>& facts() const { return facts_; }
    /// What of the trace is seen: all numbers are of this. Empty where the axis lies beyond the trace.
    [[nodiscard]] TimeRange visibleRange() const;
    /// What the axis of every canvas shows. It reaches beyond the trace only where `setBounds` allows that.
    [[nodiscard]] TimeRange axisRange() const { return axis_; }
    [[nodiscard]] const Selection& selection() const { return selection_; }
    /// Empty if none is chosen.
    [[nodiscard]] TimeRange chosenRange() const { return chosen_; }
    /// What numbers are of: the chosen range, else what is visible.
    [[nodiscard]] TimeRange rangeOfInterest() const { return chosen_.empty() ? visibleRange() : chosen_; }
    /// The goroutines that are looked at alone, whatever is selected among them; none: all.
    [[nodiscard]] const std::optional<GroupSelection>& only() const { return only_; }
    [[nodiscard]] TimeMarks& marks() { return marks_; }
    [[nodiscard]] Time hoverTime() const { return hover_; }
    /// How instants of the trace are written.
    [[nodiscard]] TimeText times() const;
    [[nodiscard]] TimeFormat timeFormat() const { return format_; }

    /// Shows another trace (or none): the whole of it, nothing selected.
    void show(std::shared_ptr<const TraceFacts> facts);
    /// Shows more of the trace that is shown: what the user looks at stays, except that the whole stays the whole.
    void grow(std::shared_ptr<const TraceFacts> facts);
    /// Moves the axis: clipped to the bounds, and at least `shortestVisible` long.
    void setVisibleRange(TimeRange range);
    /// How far the axis may go: the trace, and what a longer one beside it needs so that a pixel is as long in both.
    /// Another trace has the bounds that it needs itself.
    void setBounds(TimeRange bounds);
    void select(const Selection& selection);
    /// Selects a span and brings it into sight, without changing the zoom.
    void selectInSight(SpanIndex span);
    /// A part of the trace to look at closely; an empty range: none.
    void choose(TimeRange range);
    /// The same, and brings it into sight: without changing the zoom if it fits.
    void chooseInSight(TimeRange range);
    /// Looks at these goroutines alone, or at all again.
    void showOnly(std::optional<GroupSelection> goroutines);
    /// The time under the mouse in any view; -1 when it is in none.
    void setHoverTime(Time time);
    /// When the chosen finding began; -1: none is chosen.
    void setOnset(Time time);
    [[nodiscard]] Time onset() const { return onset_; }
    /// Stays for other traces.
    void setTimeFormat(TimeFormat format);

    static constexpr Time shortestVisible = 100; ///< ns

  Q_SIGNALS:
    void traceChanged();
    /// The axis moved; `range` is `visibleRange`.
    void visibleRangeChanged(waitscope::TimeRange range);
    void selectionChanged(const waitscope::Selection& selection);
    void hoverTimeChanged(waitscope::Time time);
    void chosenRangeChanged(waitscope::TimeRange range);
    void onsetChanged(waitscope::Time time);
    void onlyChanged();
    /// Instants are written otherwise. Of another trace `traceChanged` tells.
    void timesChanged();

  private:
    void bringIntoSight(TimeRange range);

    std::shared_ptr<const TraceFacts> facts_;
    TimeRange axis_;
    TimeRange bounds_; ///< hold the trace
    Selection selection_;
    TimeRange chosen_;
    std::optional<GroupSelection> only_;
    TimeMarks marks_;
    Time hover_ = -1;
    Time onset_ = -1;
    TimeFormat format_ = TimeFormat::SinceStart;
};

} // namespace waitscope
