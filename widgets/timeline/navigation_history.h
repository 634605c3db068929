// SPDX-License-Identifier: GPL-3.0-or-later
// Where was I before? Every change of range, chosen range, selection, of the goroutines that are looked at alone, of
// the rows in sight, and of what the user made of the rows (filter, grouping, order, folds, pins, what is hidden) is a
// step that can be taken back and again. Steps of one movement (a turn of the wheel, a held key, a word that is typed
// into the filter) are one. Rows that scroll because of something else are part of its step.
#pragma once

#include "widgets/common/view_state.h"
#include "widgets/timeline/timeline_choice.h"

#include <QElapsedTimer>
#include <QObject>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace waitscope {

class TimelineView;

class NavigationHistory : public QObject {
    Q_OBJECT

  public:
    /// How far apart changes that make one step are, in ms.
    struct Merging {
        int movement = 400; ///< of the range, and of rows
        int typing = 1500;  ///< of the filter
    };

    /// `state` must outlive it, and the timeline, whose rows are remembered; null: no rows are.
    NavigationHistory(ViewState* state, TimelineView* timeline, const Merging& merging, QObject* parent = nullptr);

    void back();
    void forward();
    [[nodiscard]] bool canGoBack() const { return at_ > 0; }
    [[nodiscard]] bool canGoForward() const { return at_ + 1 < places_.size(); }

  Q_SIGNALS:
    void changed();

  private:
    using Rows = std::shared_ptr<const RowsArrangement>; ///< places between which it did not change share it
    struct Scroll {
        int pixels = 0;
        int rowHeight = 0; ///< of a goroutine, when it was that many pixels
        friend bool operator==(const Scroll& a, const Scroll& b) { return a.pixels == b.pixels; }
    };
    struct Place {
        TimeRange range;
        Selection selection;
        TimeRange chosen;
        std::optional<GroupSelection> only;
        Rows rows;
        Scroll scroll;
        friend bool operator==(const Place&, const Place&) = default;
    };
    enum class Change { Other, Movement, Typing };
    [[nodiscard]] Place here() const;
    [[nodiscard]] static Change changeFrom(const Place& before, const Place& now);
    void restart();
    void record();
    void rowsArranged();
    void rowsCame();
    void scrolledAlong();
    void scrollTo(const Scroll& scroll);
    void go(std::size_t place);

    ViewState* state_;
    TimelineView* timeline_;
    Merging merging_;
    std::vector<Place> places_;
    std::size_t at_ = 0;
    Rows rows_; ///< as they are now
    QElapsedTimer sinceLast_;
    std::optional<Change> last_; ///< none: what follows is a step of its own
    bool restoring_ = false;
    std::optional<Scroll> scrollWhenRowsCome_; ///< of the place gone to, until its rows are there
};

} // namespace waitscope
