// SPDX-License-Identifier: GPL-3.0-or-later
// The goroutines of what is selected, or all: a histogram of how long they lived, and a list that can be sorted. A drag
// over the histogram lists those alone. A row that is chosen is selected, and the list stays.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/inspector/lives_model.h"

#include <QTimer>
#include <QWidget>

#include <stop_token>

class QLabel;

namespace waitscope {

class LengthHistogramView;
class TextTable;

class LivesPanel : public QWidget {
    Q_OBJECT

  public:
    /// `state` must outlive the panel.
    explicit LivesPanel(ViewState* state, QWidget* parent = nullptr);
    ~LivesPanel() override;

    [[nodiscard]] const LivesModel& lives() const { return model_; }
    [[nodiscard]] bool busy() const { return askTimer_.isActive() || work_.busy() || model_.busy(); }

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        Lives lives;
        QString what;
    };
    void ask();
    void answered(Answer answer);

    ViewState* state_;
    LivesModel model_;
    QLabel* what_;
    LengthHistogramView* histogram_;
    TextTable* table_;
    QTimer askTimer_;
    bool leading_ = false; ///< a row chooses what is selected
    std::stop_source stop_;
    LatestResult<Answer> work_{[this](Answer answer) { answered(std::move(answer)); }};
};

} // namespace waitscope
