// SPDX-License-Identifier: GPL-3.0-or-later
// The rules by which paths of a trace become paths of this machine, as a table to be changed.
#pragma once

#include "app/source_files.h"

#include <QDialog>

class QTableWidget;

namespace waitscope {

class PathRulesDialog : public QDialog {
    Q_OBJECT

  public:
    explicit PathRulesDialog(const QList<PathRule>& rules, QWidget* parent = nullptr);

    /// In the order of the table; rows with an empty cell say nothing and are left out.
    [[nodiscard]] QList<PathRule> rules() const;

  private:
    void add(const PathRule& rule);
    /// Exchanges the selected rule and the one before it (-1) or behind it (1).
    void move(int step);

    QTableWidget* table_;
};

} // namespace waitscope
