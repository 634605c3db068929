// SPDX-License-Identifier: GPL-3.0-or-later
// The goroutines of what is selected, or all: how long each lived, and what it did with its time.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/inspector/list_page.h"
#include "widgets/inspector/lives_model.h"

namespace waitscope {

class LivesPanel : public ListPage {
    Q_OBJECT

  public:
    explicit LivesPanel(ViewState* state, QWidget* parent = nullptr);
    ~LivesPanel() override;

    [[nodiscard]] const LivesModel& lives() const { return *model_; }

  protected:
    void ask(const std::stop_token& stop) override;
    void forget() override;
    void lookAt(int row) override;
    [[nodiscard]] Time beginOf(int row) const override;

  private:
    LivesPanel(ViewState* state, LivesModel* model, QWidget* parent);
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        Lives lives;
        QString what;
    };
    void answered(Answer answer);

    LivesModel* model_;
    LatestResult<Answer> work_{[this](Answer answer) { answered(std::move(answer)); }};
};

} // namespace waitscope
