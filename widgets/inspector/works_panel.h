// SPDX-License-Identifier: GPL-3.0-or-later
// The tasks or regions of the program, those of a name or all: how long each took, and what its goroutine did
// meanwhile.
#pragma once

#include "widgets/inspector/list_page.h"
#include "widgets/inspector/works_model.h"

class QComboBox;
class QLineEdit;

namespace waitscope {

class WorksPanel : public ListPage {
    Q_OBJECT

  public:
    explicit WorksPanel(ViewState* state, QWidget* parent = nullptr);

    [[nodiscard]] const WorksModel& works() const { return *model_; }

  protected:
    [[nodiscard]] std::function<Answer()> question(const std::stop_token& stop) override;
    void clearRows() override { model_->show({}, {}); }
    void lookAt(int row) override;
    [[nodiscard]] Time beginOf(int row) const override;

  private:
    WorksPanel(ViewState* state, WorksModel* model, QWidget* parent);

    WorksModel* model_;
    QComboBox* kind_;
    QLineEdit* name_;
};

} // namespace waitscope
