// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of a pair of traces: opening the second one, linking and aligning, changing places.
#pragma once

#include "app/actions.h"
#include "model/compare/anchors.h"

#include <QObject>

#include <functional>
#include <vector>

class QMenu;

namespace waitscope {

class Comparing;
class TracePair;

class CompareCommands : public QObject {
    Q_OBJECT

  public:
    /// What only the window can do.
    struct Files {
        std::function<void()> openSecond;
        std::function<void()> openSamples;
        std::function<void()> closeSecond;
        std::function<void()> exportComparison;
    };
    /// `pair` must outlive it.
    CompareCommands(TracePair* pair, Comparing* comparing, Files files, QWidget* window);

    /// Adds the commands to the list, and to the menu.
    void add(Actions& actions, QMenu* menu);
    /// Lays both over each other there, and says so.
    void align(const Anchor& anchor);

  Q_SIGNALS:
    void message(const QString& text);

  private:
    QAction* to(Actions& actions, QMenu* menu, const QString& name, const QKeySequence& key,
                std::function<void()> what);
    void addAlignments(Actions& actions, QMenu* menu);
    void enable();
    void toggleLink();
    void askAnchor();
    [[nodiscard]] std::vector<Anchor> marks() const;

    TracePair* pair_;
    Comparing* comparing_;
    Files files_;
    QWidget* window_;
    std::vector<QAction*> ofPairs_; ///< commands that only a pair has
    QAction* link_ = nullptr;
    QAction* export_ = nullptr;
    QAction* stacked_ = nullptr;
    QAction* stretch_ = nullptr;
    QAction* byMark_ = nullptr;
    QAction* byClock_ = nullptr;
};

} // namespace waitscope
