// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that move about in a trace: history, search, going to a goroutine or a time, marks, rows, links.
#pragma once

#include "app/actions.h"
#include "app/view_link.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/navigation_history.h"
#include "widgets/timeline/timeline_pane.h"
#include "widgets/timeline/timeline_picture.h"

#include <QObject>

#include <functional>

class QMenu;

namespace waitscope {

class TimelineCommands : public QObject {
    Q_OBJECT

  public:
    struct Parts {
        ViewState* state;
        TimelinePane* pane;
        SearchPanel* search;
        std::function<QString()> tracePath; ///< what the command line opens: a path; empty for a sample
    };
    /// The parts outlive it.
    TimelineCommands(const Parts& parts, QWidget* window);

    struct Added {
        QAction* back;
        QAction* forward;
        QList<QAction*> atMouse; ///< what can be done with what is under the mouse
    };
    /// Adds the commands to the list, and to the menus. Each is carried out by `current`, asked when it is given.
    Added add(Actions& actions, QMenu* edit, QMenu* view, QMenu* go, const std::function<TimelineCommands*()>& current);
    /// After `add`: shows whether the current one has a way back and forward, and what is switched on in it. To be
    /// called when any of it has changed.
    void showState() { showState_(); }
    /// "g42", "1.5s", "1.5s..2s" (which is chosen), "#7" (a user task), "P3", "12:00:10.25" (UTC, with or without a
    /// date; if the trace knows the clock); false if there is no such thing.
    bool goTo(const QString& text);
    /// The view as it is.
    [[nodiscard]] ViewOptions options() const;
    /// The same as a picture.
    [[nodiscard]] TimelinePictureOptions picture() const;
    /// "waitscope TRACE --range …".
    [[nodiscard]] QString link() const;
    /// Shows the view that the options say. A sentence about the first that is not understood, else empty.
    QString apply(const ViewOptions& options);
    [[nodiscard]] NavigationHistory& history() { return history_; }

  Q_SIGNALS:
    void message(const QString& text);

  private:
    void askWhereTo();
    void askWhom();
    void askNote();

    Parts parts_;
    QWidget* window_;
    NavigationHistory history_;
    std::function<void()> showState_;
};

} // namespace waitscope
