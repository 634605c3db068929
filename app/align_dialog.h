// SPDX-License-Identifier: GPL-3.0-or-later
// By what are two traces laid over each other? A list of what both have, narrowed by typing; what these two cannot be
// aligned by is there too, greyed, with the reason.
#pragma once

#include "model/compare/anchors.h"
#include "widgets/common/latest_result.h"

#include <QDialog>

#include <memory>
#include <stop_token>
#include <vector>

class QLineEdit;
class QListWidget;

namespace waitscope {

class AlignDialog : public QDialog {
    Q_OBJECT

  public:
    /// `first` are shown before what the traces have in common, which is looked for in the background.
    AlignDialog(std::vector<Anchor> first, std::shared_ptr<const TraceFacts> a, std::shared_ptr<const TraceFacts> b,
                QWidget* parent);
    ~AlignDialog() override;

  Q_SIGNALS:
    void chosen(const waitscope::Anchor& anchor);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void list();
    void choose();

    std::vector<Anchor> anchors_;
    QLineEdit* text_;
    QListWidget* found_;
    std::stop_source stop_;
    LatestResult<std::vector<Anchor>> search_;
};

} // namespace waitscope
