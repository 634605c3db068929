// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/message_bar.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

namespace waitscope {
namespace {

constexpr std::size_t mostLines = 4; ///< the trace must be seen too

void showDetails(const QStringList& details, QWidget* parent) {
    QDialog dialog(parent);
    dialog.setWindowTitle(QObject::tr("Details"));
    dialog.resize(720, 320);
    auto* const text = new QPlainTextEdit(details.join(u'\n'));
    text->setReadOnly(true);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* const layout = new QVBoxLayout(&dialog);
    layout->addWidget(text);
    layout->addWidget(buttons);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    dialog.exec();
}

} // namespace

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), layout_(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("messageBar"));
    // Amber with dark text in both themes: 8.9 : 1.
    setStyleSheet(QStringLiteral("#messageBar { background: #F2C14E; border-bottom: 1px solid #B98A1B; }"
                                 "#messageBar QLabel { color: #1A1C1F; }"));
    layout_->setContentsMargins(12, 4, 6, 4);
    layout_->setSpacing(2);
    hide();
}

QWidget* MessageBar::makeLine(const QString& summary, const QStringList& details) {
    auto* const line = new QWidget;
    auto* const text = new QLabel(summary);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text->setWordWrap(true);
    auto* const close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(close->toolTip());
    close->setStyleSheet(QStringLiteral("color: #1A1C1F"));
    connect(close, &QToolButton::clicked, this,
            [this, line] { removeIf([line](const Line& one) { return one.widget == line; }); });
    auto* const row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(text, 1);
    if (!details.isEmpty()) {
        auto* const more = new QPushButton(tr("Details"));
        connect(more, &QPushButton::clicked, this, [this, details] { showDetails(details, this); });
        row->addWidget(more);
    }
    row->addWidget(close);
    return line;
}

template <class Which> void MessageBar::removeIf(Which which) {
    for (const Line& line : lines_)
        if (which(line)) {
            line.widget->hide();
            line.widget->deleteLater(); // its own button may have asked for it
        }
    std::erase_if(lines_, which);
    setVisible(!lines_.empty());
}

void MessageBar::showMessage(const QString& summary, const QStringList& details, const QString& topic) {
    removeIf([&](const Line& line) { return line.topic == topic && (!topic.isEmpty() || line.text == summary); });
    if (lines_.size() == mostLines)
        removeIf([oldest = lines_.front().widget](const Line& line) { return line.widget == oldest; });
    lines_.push_back({topic, summary, details, makeLine(summary, details)});
    layout_->addWidget(lines_.back().widget);
    show();
}

void MessageBar::clear(const QString& topic) {
    removeIf([&](const Line& line) { return line.topic == topic; });
}

void MessageBar::clear() {
    removeIf([](const Line&) { return true; });
}

QString MessageBar::message() const {
    QStringList texts;
    for (const Line& line : lines_)
        texts << line.text;
    return texts.join(u'\n');
}

QStringList MessageBar::details() const {
    QStringList all;
    for (const Line& line : lines_)
        all << line.details;
    return all;
}

} // namespace waitscope
