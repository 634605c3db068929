// SPDX-License-Identifier: GPL-3.0-or-later
// One trace view, or two side by side: A, and B once a second trace is open. Each says which it is by letter, name and
// colour.
#pragma once

#include "app/range_link.h"

#include <QWidget>

#include <memory>

class QLabel;
class QSplitter;

namespace waitscope {

class TraceView;

class TracePair : public QWidget {
    Q_OBJECT

  public:
    explicit TracePair(QWidget* parent = nullptr);
    ~TracePair() override;

    [[nodiscard]] TraceView* first() { return first_; }
    [[nodiscard]] TraceView* second() { return second_; }
    /// The one that the keys went to last: what commands are about.
    [[nodiscard]] TraceView* active() { return active_; }
    [[nodiscard]] bool isPair() const;
    [[nodiscard]] RangeLink* link() { return &link_; }

    /// Puts a second trace beside the first, times from both starts over each other. `source` is its path.
    void showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void closeSecond();
    /// Both ends over each other.
    void alignAtEnd();

  Q_SIGNALS:
    void activeChanged();
    /// A pair became one, or one a pair.
    void pairChanged();

  private:
    void activate(TraceView* view);
    /// Letter and file, and a warning when a pixel is not the same time in both.
    void nameThem();

    TraceView* first_;
    TraceView* second_;
    TraceView* active_;
    QLabel* firstName_;
    QLabel* secondName_;
    QWidget* secondSide_;
    QSplitter* sides_ = nullptr;
    RangeLink link_;
};

} // namespace waitscope
