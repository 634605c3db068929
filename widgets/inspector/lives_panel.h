// SPDX-License-Identifier: GPL-3.0-or-later
// The goroutines of what is selected, or all: how long each lived, and what it did with its time.
#pragma once

#include "widgets/inspector/list_page.h"
#include "widgets/inspector/lives_model.h"

namespace waitscope {

class LivesPanel : public ListPage {
    Q_OBJECT

  public:
    explicit LivesPanel(ViewState* state, QWidget* parent = nullptr);

    [[nodiscard]] const LivesModel& lives() const { return *model_; }

  protected:
    [[nodiscard]] std::function<Answer()> question(const std::stop_token& stop) override;
    void clearRows() override { model_->show({}, {}); }
    void lookAt(int row) override;
    [[nodiscard]] Time beginOf(int row) const override;

  private:
    LivesPanel(ViewState* state, LivesModel* model, QWidget* parent);

    LivesModel* model_;
};

} // namespace waitscope
