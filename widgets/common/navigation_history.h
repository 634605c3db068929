// SPDX-License-Identifier: GPL-3.0-or-later
// Where was I before? Every change of range, chosen range, selection or of the goroutines that are looked at alone is a
// step that can be taken back and again. Steps of one movement (a turn of the wheel, a held key) are one.
#pragma once

#include "widgets/common/view_state.h"

#include <QElapsedTimer>
#include <QObject>

#include <cstddef>
#include <optional>
#include <vector>

namespace waitscope {

class NavigationHistory : public QObject {
    Q_OBJECT

  public:
    static constexpr int oneMovement = 400; ///< ms between changes of the range that make one step

    /// `state` must outlive it.
    explicit NavigationHistory(ViewState* state, int mergeWithin = oneMovement, QObject* parent = nullptr);

    void back();
    void forward();
    [[nodiscard]] bool canGoBack() const { return at_ > 0; }
    [[nodiscard]] bool canGoForward() const { return at_ + 1 < places_.size(); }

  Q_SIGNALS:
    void changed();

  private:
    struct Place {
        TimeRange range;
        Selection selection;
        TimeRange chosen;
        std::optional<GroupSelection> only;
        friend bool operator==(const Place&, const Place&) = default;
    };
    [[nodiscard]] Place here() const;
    void restart();
    void record();
    void go(std::size_t place);

    ViewState* state_;
    std::vector<Place> places_;
    std::size_t at_ = 0;
    int mergeWithin_;
    QElapsedTimer sinceRange_;
    bool lastWasRange_ = false;
    bool restoring_ = false;
};

} // namespace waitscope
