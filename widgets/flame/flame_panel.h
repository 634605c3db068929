// SPDX-License-Identifier: GPL-3.0-or-later
// Flame graphs of waits and of CPU samples: of the selected goroutine, site or all; in the chosen or visible range.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/flame/flame_view.h"

#include <QTimer>
#include <QWidget>

#include <stop_token>
#include <utility>

class QComboBox;
class QLabel;
class QLineEdit;

namespace waitscope {

class FlamePanel : public QWidget {
    Q_OBJECT

  public:
    explicit FlamePanel(ViewState* state, QWidget* parent = nullptr);
    ~FlamePanel() override;

    [[nodiscard]] FlameView* callees() { return below_; } ///< whole stacks, or what the function calls
    [[nodiscard]] FlameView* callers() { return above_; } ///< seen only around a function
    /// Callers and callees of a function; empty: whole stacks.
    void showAround(const QString& function);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        FlameTree below;
        FlameTree above;
        QString what;
    };
    void ask();
    void answered(Answer answer);

    ViewState* state_;
    QString around_;
    std::stop_source stop_;
    QTimer askTimer_;
    LatestResult<Answer> work_{[this](Answer answer) { answered(std::move(answer)); }};
    QComboBox* of_ = nullptr;
    QComboBox* primitive_ = nullptr;
    QComboBox* direction_ = nullptr;
    QLineEdit* search_ = nullptr;
    QLabel* what_ = nullptr;
    FlameView* above_ = nullptr;
    FlameView* below_ = nullptr;
    QScrollArea* aboveArea_ = nullptr;
};

} // namespace waitscope
