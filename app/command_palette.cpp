// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_palette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace waitscope {

CommandPalette::CommandPalette(const Actions& actions, QWidget* parent) : QDialog(parent), actions_(actions) {
    setWindowTitle(tr("Commands"));
    text_ = new QLineEdit;
    text_->setPlaceholderText(tr("Part of a command's name"));
    text_->setAccessibleName(tr("Command"));
    text_->installEventFilter(this);
    found_ = new QListWidget;
    found_->setAccessibleName(tr("Commands"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(text_);
    layout->addWidget(found_);
    connect(text_, &QLineEdit::textChanged, this, &CommandPalette::list);
    connect(found_, &QListWidget::itemActivated, this, &CommandPalette::run);
    connect(found_, &QListWidget::itemClicked, this, &CommandPalette::run);
    list({});
    resize(520, 380);
}

void CommandPalette::list(const QString& text) {
    found_->clear();
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    for (std::size_t i = 0; i < actions_.all().size(); ++i) {
        const Command& command = actions_.all()[i];
        const QString name = QString(command.group + QStringLiteral(": ") + command.action->text()).remove(u'&');
        const bool fits =
            std::ranges::all_of(words, [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); });
        if (!fits || !command.action->isEnabled())
            continue;
        const QString key = command.action->shortcut().toString(QKeySequence::NativeText);
        auto* const item = new QListWidgetItem(key.isEmpty() ? name : name + QStringLiteral("    ") + key, found_);
        item->setData(Qt::UserRole, static_cast<int>(i));
    }
    found_->setCurrentRow(0);
}

void CommandPalette::run() {
    const QListWidgetItem* const item = found_->currentItem();
    if (item == nullptr)
        return;
    QAction* const action = actions_.all()[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].action;
    accept();
    QTimer::singleShot(0, action, &QAction::trigger);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int rows = found_->count();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            run();
            return true;
        }
        if ((key == Qt::Key_Down || key == Qt::Key_Up) && rows > 0) {
            found_->setCurrentRow((found_->currentRow() + (key == Qt::Key_Down ? 1 : rows - 1)) % rows);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace waitscope
