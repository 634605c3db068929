// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/path_rules_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>
#include <utility>

namespace waitscope {

PathRulesDialog::PathRulesDialog(const QList<PathRule>& rules, QWidget* parent)
    : QDialog(parent), table_(new QTableWidget(0, 2, this)) {
    setWindowTitle(tr("Path rules"));
    resize(640, 320);
    auto* const says = new QLabel(tr("A path in the trace that begins with the left text begins with the right one on "
                                     "this machine. The first rule that leads to a file is taken."),
                                  this);
    says->setWordWrap(true);
    table_->setAccessibleName(tr("Path rules"));
    table_->setHorizontalHeaderLabels({tr("In the trace"), tr("On this machine")});
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table_->verticalHeader()->hide();
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false); // the buttons must be reached by the keyboard
    for (const PathRule& rule : rules)
        add(rule);

    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* const more = buttons->addButton(tr("Add"), QDialogButtonBox::ActionRole);
    auto* const less = buttons->addButton(tr("Remove"), QDialogButtonBox::ActionRole);
    auto* const up = buttons->addButton(tr("Up"), QDialogButtonBox::ActionRole);
    auto* const down = buttons->addButton(tr("Down"), QDialogButtonBox::ActionRole);
    for (QPushButton* const button : {more, less, up, down})
        button->setAutoDefault(false);
    const auto enable = [this, less, up, down] {
        const QModelIndexList rows = table_->selectionModel()->selectedRows();
        less->setEnabled(!rows.isEmpty());
        up->setEnabled(rows.size() == 1 && rows.front().row() > 0);
        down->setEnabled(rows.size() == 1 && rows.front().row() + 1 < table_->rowCount());
    };
    connect(table_, &QTableWidget::itemSelectionChanged, this, enable);
    enable();
    for (const auto& [button, step] : {std::pair(up, -1), std::pair(down, 1)})
        connect(button, &QPushButton::clicked, this, [this, step = step] { move(step); });
    connect(more, &QPushButton::clicked, this, [this] {
        add({});
        table_->setCurrentCell(table_->rowCount() - 1, 0);
        table_->editItem(table_->currentItem());
    });
    connect(less, &QPushButton::clicked, this, [this] {
        QList<int> rows;
        for (const QModelIndex& index : table_->selectionModel()->selectedRows())
            rows << index.row();
        std::sort(rows.begin(), rows.end(), std::greater<>());
        for (const int row : rows)
            table_->removeRow(row);
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(says);
    layout->addWidget(table_, 1);
    layout->addWidget(buttons);
}

void PathRulesDialog::add(const PathRule& rule) {
    const int row = table_->rowCount();
    table_->insertRow(row);
    table_->setItem(row, 0, new QTableWidgetItem(rule.first));
    table_->setItem(row, 1, new QTableWidgetItem(rule.second));
}

void PathRulesDialog::move(int step) {
    const int row = table_->currentRow();
    const int other = row + step;
    for (int column = 0; column < table_->columnCount(); ++column) {
        QTableWidgetItem* const item = table_->takeItem(row, column);
        table_->setItem(row, column, table_->takeItem(other, column));
        table_->setItem(other, column, item);
    }
    table_->selectRow(other);
}

QList<PathRule> PathRulesDialog::rules() const {
    QList<PathRule> rules;
    for (int row = 0; row < table_->rowCount(); ++row) {
        const PathRule rule{table_->item(row, 0)->text().trimmed(), table_->item(row, 1)->text().trimmed()};
        if (!rule.first.isEmpty() && !rule.second.isEmpty())
            rules << rule;
    }
    return rules;
}

} // namespace waitscope
