// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/message_bar.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>

namespace waitscope {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), text_(new QLabel), more_(new QPushButton(tr("Details"))) {
    setObjectName(QStringLiteral("messageBar"));
    // Amber with dark text in both themes: 8.9 : 1.
    setStyleSheet(QStringLiteral("#messageBar { background: #F2C14E; border-bottom: 1px solid #B98A1B; }"
                                 "#messageBar QLabel { color: #1A1C1F; }"));
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setWordWrap(true);
    auto* const close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(close->toolTip());
    close->setStyleSheet(QStringLiteral("color: #1A1C1F"));
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 6, 4);
    layout->addWidget(text_, 1);
    layout->addWidget(more_);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(more_, &QPushButton::clicked, this, &MessageBar::showDetails);
    hide();
}

void MessageBar::showMessage(const QString& summary, const QStringList& details) {
    text_->setText(summary);
    details_ = details;
    more_->setVisible(!details.isEmpty());
    show();
}

QString MessageBar::message() const {
    return text_->text();
}

void MessageBar::showDetails() {
    QDialog dialog(this);
    dialog.setWindowTitle(tr("Details"));
    dialog.resize(720, 320);
    auto* const text = new QPlainTextEdit(details_.join(u'\n'));
    text->setReadOnly(true);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* const layout = new QVBoxLayout(&dialog);
    layout->addWidget(text);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    dialog.exec();
}

} // namespace waitscope
