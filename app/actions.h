// SPDX-License-Identifier: GPL-3.0-or-later
// Every command of the window, once: its name, its key and what it does. Menus, tool bar and key sheet are made from
// this list.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QString>

#include <functional>
#include <vector>

class QWidget;

namespace waitscope {

struct Command {
    QString group; ///< the menu it is in
    QAction* action = nullptr;
};

/// The keys of a command as they are written: "Ctrl+0, 0"; empty if it has none.
[[nodiscard]] QString keysOf(const QAction& action);

class Actions {
  public:
    explicit Actions(QWidget* window) : window_(window) {}

    /// A command of a menu. It works in the whole window.
    QAction* add(const QString& group, const QString& name, const QKeySequence& key, std::function<void()> what);
    /// What is done with the mouse, or with keys that mean other things elsewhere; for the key sheet only.
    void describe(const QString& group, const QString& name, const QString& keys);

    [[nodiscard]] const std::vector<Command>& all() const { return commands_; }
    /// An HTML table of all commands that have a key, in so many columns.
    [[nodiscard]] QString keySheet(int sides) const;

  private:
    struct Described {
        QString group;
        QString name;
        QString keys;
    };
    QWidget* window_;
    std::vector<Command> commands_;
    std::vector<Described> described_;
};

} // namespace waitscope
