// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/actions.h"

#include <QWidget>

#include <algorithm>

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

QString Actions::keySheet(int sides) const {
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
    int all = 0;
    for (const Block& block : blocks)
        all += block.lines + heading;
    QStringList columns;
    int placed = 0;
    for (const Block& block : blocks) {
        while (columns.size() <= (placed + block.lines / 2) * sides / all)
            columns.emplace_back();
        columns.back() += QStringLiteral("<tr><td colspan='2'><br><b>%1</b></td></tr>").arg(block.title) + block.rows;
        placed += block.lines + heading;
    }
    QString html = QStringLiteral("<table cellspacing='8'><tr>");
    for (const QString& column : columns)
        html += QStringLiteral("<td><table cellpadding='1'>%1</table></td>").arg(column);
    return html + QStringLiteral("</tr></table>");
}

} // namespace waitscope
