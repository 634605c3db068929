// SPDX-License-Identifier: GPL-3.0-or-later
// Who created the selected goroutine, over several hops, and whom did it create, as a tree that leads to them.
#pragma once

#include "widgets/common/view_state.h"
#include "widgets/inspector/family_model.h"

#include <QTreeView>

class QLabel;

namespace waitscope {

class FamilyPanel : public QWidget {
    Q_OBJECT

  public:
    explicit FamilyPanel(ViewState* state, QWidget* parent = nullptr);

    [[nodiscard]] FamilyModel* model() { return &model_; }
    [[nodiscard]] QTreeView* tree() { return tree_; }

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void follow();
    void lookAt(const QModelIndex& index);

    ViewState* state_;
    FamilyModel model_;
    QLabel* hint_;
    QTreeView* tree_;
    bool leading_ = false; ///< a row chooses what is looked at, and the tree stays
};

} // namespace waitscope
