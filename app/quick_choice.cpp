// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/quick_choice.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <memory>
#include <utility>

namespace waitscope {

namespace {

constexpr std::size_t mostEntries = 200; // nobody reads more

bool holdsAll(const QString& name, const QStringList& words) {
    return std::ranges::all_of(words, [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); });
}

} // namespace

QuickChoice::QuickChoice(const QString& title, const QString& hint, Offer offer, QWidget* parent)
    : QDialog(parent), offer_(std::move(offer)) {
    setWindowTitle(title);
    text_ = new QLineEdit;
    text_->setPlaceholderText(hint);
    text_->setAccessibleName(hint);
    text_->installEventFilter(this);
    found_ = new QListWidget;
    found_->setAccessibleName(title);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(text_);
    layout->addWidget(found_);
    connect(text_, &QLineEdit::textChanged, this, &QuickChoice::list);
    connect(found_, &QListWidget::itemActivated, this, &QuickChoice::take);
    connect(found_, &QListWidget::itemClicked, this, &QuickChoice::take);
    list({});
    resize(560, 380);
}

void QuickChoice::list(const QString& text) {
    entries_ = offer_(text);
    found_->clear();
    for (const Entry& entry : entries_)
        found_->addItem(entry.text);
    found_->setCurrentRow(0);
}

void QuickChoice::take() {
    const int row = found_->currentRow();
    if (row < 0 || static_cast<std::size_t>(row) >= entries_.size())
        return;
    const std::function<void()> chosen = entries_[static_cast<std::size_t>(row)].take;
    accept();
    QTimer::singleShot(0, parent(), chosen);
}

bool QuickChoice::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int rows = found_->count();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            take();
            return true;
        }
        if ((key == Qt::Key_Down || key == Qt::Key_Up) && rows > 0) {
            found_->setCurrentRow((found_->currentRow() + (key == Qt::Key_Down ? 1 : rows - 1)) % rows);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

std::vector<QuickChoice::Entry> commandsFor(const Actions& actions, const QString& text) {
    std::vector<QuickChoice::Entry> entries;
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    for (const Command& command : actions.all()) {
        const QString name = QString(command.group + QStringLiteral(": ") + command.action->text()).remove(u'&');
        if (!command.action->isEnabled() || !holdsAll(name, words))
            continue;
        const QString keys = keysOf(*command.action);
        entries.push_back({keys.isEmpty() ? name : name + QStringLiteral("    ") + keys,
                           [action = command.action] { action->trigger(); }});
    }
    return entries;
}

std::vector<QuickChoice::Entry> placesFor(ViewState& state, const QString& text) {
    std::vector<QuickChoice::Entry> entries;
    const auto facts = state.facts();
    if (!facts)
        return entries;
    const auto select = [&](const QString& name, const Selection& selection) {
        entries.push_back({name, [&state, facts, selection] {
                               if (state.facts() == facts)
                                   state.select(selection);
                           }});
    };
    QString number = text.trimmed();
    if (number.startsWith(u'g', Qt::CaseInsensitive))
        number.remove(0, 1);
    bool isNumber = false;
    if (const qlonglong id = number.toLongLong(&isNumber); isNumber)
        if (const GoroutineIndex g = facts->trace->findGoroutine(id); g.known())
            select(fromUtf8(goroutineSentence(*facts, g)), GoroutineSelection{g});
    const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
    for (const GoroutineGroup& group : facts->groups.groups) {
        if (entries.size() == mostEntries)
            break;
        if (!holdsAll(fromUtf8(group.name), words))
            continue;
        if (group.members.size() == 1)
            select(fromUtf8(goroutineSentence(*facts, group.members.front())),
                   GoroutineSelection{group.members.front()});
        else
            select(
                fromUtf8(groupText(*facts->trace, group.name, group.members)),
                GroupSelection{group.name, std::shared_ptr<const std::vector<GoroutineIndex>>(facts, &group.members)});
    }
    return entries;
}

} // namespace waitscope
