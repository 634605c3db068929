// SPDX-License-Identifier: GPL-3.0-or-later
// Every command by a part of its name.
#pragma once

#include "app/actions.h"

#include <QDialog>

class QLineEdit;
class QListWidget;

namespace waitscope {

class CommandPalette : public QDialog {
    Q_OBJECT

  public:
    /// Shows the commands that can be used now; the chosen one is triggered after the palette has closed.
    explicit CommandPalette(const Actions& actions, QWidget* parent);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void list(const QString& text);
    void run();

    const Actions& actions_;
    QLineEdit* text_ = nullptr;
    QListWidget* found_ = nullptr;
};

} // namespace waitscope
