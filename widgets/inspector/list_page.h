// SPDX-License-Identifier: GPL-3.0-or-later
// A histogram of lengths above a list that can be sorted: what both the page of goroutines and that of tasks and
// regions are. A drag over the histogram lists those alone. A row that is chosen is shown in the other views, and the
// list stays.
#pragma once

#include "widgets/common/view_state.h"

#include <QTimer>
#include <QWidget>

#include <stop_token>
#include <vector>

class QAbstractItemModel;
class QBoxLayout;
class QLabel;

namespace waitscope {

class LengthHistogramView;
class TextTable;

class ListPage : public QWidget {
    Q_OBJECT

  public:
    /// `state` must outlive the page; `rows` becomes its own. `things` is what is listed, in the plural. The list is
    /// sorted by `sortColumn` at first, the largest first.
    ListPage(ViewState* state, const QString& things, QAbstractItemModel* rows, int sortColumn,
             const std::vector<int>& widths, QWidget* parent);
    ~ListPage() override;

  protected:
    /// Asks for what is selected and the range of interest, for as long as `stop` does not say otherwise.
    virtual void ask(const std::stop_token& stop) = 0;
    /// Drops what was asked for, and shows nothing.
    virtual void forget() = 0;
    /// Shows a row in the other views.
    virtual void lookAt(int row) = 0;
    /// When what a row is about began.
    [[nodiscard]] virtual Time beginOf(int row) const = 0;

    void askSoon();
    [[nodiscard]] bool isAsking() const { return askTimer_.isActive(); }
    void showEvent(QShowEvent* event) override;

    ViewState* state_;
    QLabel* what_; ///< what is listed
    LengthHistogramView* histogram_;
    TextTable* table_;
    QBoxLayout* layout_;

  private:
    QTimer askTimer_;
    bool leading_ = false; ///< a row chooses what is looked at
    std::stop_source stop_;
};

} // namespace waitscope
