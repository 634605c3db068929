// SPDX-License-Identifier: GPL-3.0-or-later
// A histogram of lengths above a list that can be sorted: what both the page of goroutines and that of tasks and
// regions are. A drag over the histogram lists those alone. A row that is chosen is shown in the other views, and the
// list stays.
#pragma once

#include "model/inspect/state_times.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"

#include <QTimer>
#include <QWidget>

#include <functional>
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
    struct Answer {
        QString what; ///< what is listed
        LengthHistogram lengths;
        std::function<void()> showRows;
    };
    /// What finds out what is to be listed of the selection and the range of interest, for as long as `stop` does not
    /// say otherwise. Called on another thread: owns, or shares, all that it reads. Not without a trace.
    [[nodiscard]] virtual std::function<Answer()> question(const std::stop_token& stop) = 0;
    /// Shows no rows.
    virtual void clearRows() = 0;
    /// Shows a row in the other views.
    virtual void lookAt(int row) = 0;
    /// When what a row is about began.
    [[nodiscard]] virtual Time beginOf(int row) const = 0;

    void askSoon();
    void showEvent(QShowEvent* event) override;

    ViewState* state_;
    LengthHistogramView* histogram_;
    QBoxLayout* layout_;

  private:
    void ask();
    void answered(const Answer& answer);

    QLabel* what_;
    TextTable* table_;
    QTimer askTimer_;
    bool leading_ = false; ///< a row chooses what is looked at
    std::stop_source stop_;
    LatestResult<Answer> work_{[this](const Answer& answer) { answered(answer); }};
};

} // namespace waitscope
