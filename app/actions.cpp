// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/actions.h"

#include <QWidget>

#include <algorithm>
#include <array>

namespace waitscope {

QString keysOf(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& key : action.shortcuts())
        keys << key.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

QAction* Actions::add(const QString& group, const QString& name, const QKeySequence& key, std::function<void()> what) {
    auto* const action = new QAction(name, window_);
    action->setShortcut(key);
    QObject::connect(action, &QAction::triggered, window_, [what = std::move(what)] { what(); });
    window_->addAction(action);
    commands_.push_back({.group = group, .action = action});
    return action;
}

void Actions::describe(const QString& group, const QString& name, const QString& keys) {
    described_.push_back({.group = group, .name = name, .keys = keys});
}

QString Actions::keySheet(bool sideBySide) const {
    // A block a group, in the order of their first commands.
    struct Block {
        QString title;
        QString rows;
        int lines = 0;
    };
    std::vector<Block> blocks;
    const auto row = [&](const QString& group, const QString& name, const QString& keys) {
        const QString title = QString(group).remove(u'&').toHtmlEscaped();
        auto block = std::ranges::find(blocks, title, &Block::title);
        if (block == blocks.end())
            block = blocks.insert(block, {.title = title, .rows = {}});
        block->rows += QStringLiteral("<tr><td><tt>%1</tt>&nbsp;&nbsp;</td><td>%2</td></tr>")
                           .arg(keys.toHtmlEscaped(), name.toHtmlEscaped());
        ++block->lines;
    };
    for (const Command& command : commands_)
        if (!command.action->shortcut().isEmpty())
            row(command.group, QString(command.action->text()).remove(u'&').remove(QStringLiteral("…")),
                keysOf(*command.action));
    for (const Described& described : described_)
        row(described.group, described.name, described.keys);
    constexpr int heading = 2; // lines
    int left = 0;
    for (const Block& block : blocks)
        left += block.lines + heading;
    if (sideBySide)
        left /= 2;
    std::array<QString, 2> sides;
    for (const Block& block : blocks) {
        sides[left > 0 ? 0 : 1] +=
            QStringLiteral("<tr><td colspan='2'><br><b>%1</b></td></tr>").arg(block.title) + block.rows;
        left -= block.lines + heading;
    }
    const QString side = QStringLiteral("<td><table cellpadding='2'>%1</table></td>");
    return QStringLiteral("<table cellspacing='12'><tr>") + side.arg(sides[0]) + side.arg(sides[1]) +
           QStringLiteral("</tr></table>");
}

} // namespace waitscope
