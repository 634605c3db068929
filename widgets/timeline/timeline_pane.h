// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline with the tools that say which of its rows are seen: grouping, order, filter.
#pragma once

#include "widgets/timeline/timeline_view.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace waitscope {

class TimelinePane : public QWidget {
    Q_OBJECT

  public:
    explicit TimelinePane(ViewState* state, QWidget* parent = nullptr);

    [[nodiscard]] TimelineView* view() { return view_; }
    /// Puts the cursor into the filter.
    void editFilter();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    [[nodiscard]] QToolButton* makeColours();
    void apply();
    void follow();
    void followOnly();

    ViewState* state_;
    TimelineView* view_ = nullptr;
    QComboBox* grouping_ = nullptr;
    QComboBox* order_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QLabel* count_ = nullptr;
    QToolButton* only_ = nullptr; ///< names the goroutines to which the rows are narrowed; a click ends that
    QLabel* problem_ = nullptr;
};

} // namespace waitscope
