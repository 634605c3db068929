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
    more->setAutoDefault(false);
    less->setAutoDefault(false);
    less->setEnabled(false);
    connect(table_, &QTableWidget::itemSelectionChanged, this,
            [this, less] { less->setEnabled(table_->selectionModel()->hasSelection()); });
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
