// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/actions.h"

#include <QWidget>

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

QString Actions::keySheet() const {
    QString html = QStringLiteral("<table cellpadding='3'>");
    QString lastGroup;
    const auto row = [&](const QString& group, const QString& name, const QString& keys) {
        if (group != lastGroup)
            html += QStringLiteral("<tr><td colspan='2'><br><b>%1</b></td></tr>")
                        .arg(QString(group).remove(u'&').toHtmlEscaped());
        lastGroup = group;
        html += QStringLiteral("<tr><td><tt>%1</tt>&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), name.toHtmlEscaped());
    };
    for (const Command& command : commands_)
        if (!command.action->shortcut().isEmpty())
            row(command.group, QString(command.action->text()).remove(u'&').remove(QStringLiteral("…")),
                keysOf(*command.action));
    for (const Described& described : described_)
        row(described.group, described.name, described.keys);
    return html + QStringLiteral("</table>");
}

} // namespace waitscope
