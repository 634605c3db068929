// SPDX-License-Identifier: GPL-3.0-or-later
// The window: what is shown of a trace, and above it whether it loaded. It has the files, the menus, the keys and the
// messages; all that is shown of the trace is its view's.
#pragma once

#include "app/actions.h"
#include "app/loader.h"
#include "app/view_link.h"
#include "model/compare/both.h"
#include "widgets/common/message_bar.h"
#include "widgets/common/theme.h"
#include "widgets/common/view_state.h"

#include <QMainWindow>
#include <QTimer>

#include <functional>

class QLabel;
class QStackedWidget;

namespace waitscope {

class CompareCommands;
class CompareExport;
class Comparing;
class LoadProgressLine;
class StartPage;
class TracePair;
class TraceView;

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    /// A trace, or a session (session.h) with the traces that it names.
    void openFile(const QString& path);
    /// Writes what is open, and how it is looked at.
    void saveSession(const QString& path);
    /// Shows this view of the trace that is opened next.
    void showViewWhenLoaded(const ViewOptions& options) { viewWhenLoaded_ = options; }
    /// "mutex" or "rwmutex".
    void openSample(const QString& name);
    /// Beside the trace that is open, or that is being opened.
    void openSecond(const QString& path);
    /// More recordings of what is shown at A and B, for the comparison; until another trace is opened.
    void setFurtherRuns(Both<std::vector<std::string>> paths);
    /// The samples from before and after the fix, side by side.
    void openSamplePair();
    /// Writes the comparison of the two as a page, text or picture, by the name's ending, in the background.
    void exportComparison(const QString& path);

    /// The first of the pair.
    [[nodiscard]] TraceView* view() const;
    [[nodiscard]] TracePair* pair() { return pair_; }
    [[nodiscard]] Comparing* comparing() { return comparing_; }
    [[nodiscard]] Loader* secondLoader() { return &secondLoader_; }
    /// Of what the view shows.
    [[nodiscard]] ViewState* state() const;
    [[nodiscard]] Loader* loader() { return &loader_; }
    [[nodiscard]] MessageBar* messageBar() { return messages_; }

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

  private:
    void makeActions();
    void addTimelineMenu(const QList<QAction*>& actions);
    void addPanelActions(QMenu* viewMenu);
    void makePages();
    void chooseFile();
    void chooseSecond();
    void openSession(const QString& path);
    void chooseSession();
    void chooseComparisonExport();
    void closeSecond();
    void chooseExport(const QString& what, const QString& kinds, const std::function<void(const QString&)>& exporter);
    void reload();
    void closeTrace();
    void showGrown(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showLoaded(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showCancelled();
    void showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showSecondGrown(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showSecondCancelled();
    /// `topic`: of which load, so that what is right again takes it away.
    void showFailure(const QString& sentence, const QString& topic);
    void showFirstFailed(const QString& sentence);
    void forgetSecond();
    /// Shows the same trace again by `show`, as it is looked at now: what is no longer in it is left out.
    void showAgain(TraceView& view, const std::function<void()>& show);
    void loadSecond(const QString& name, std::function<void(Loader&)> open);
    /// The same trace again: of its file, or of the samples that the program brings along.
    [[nodiscard]] std::function<void(Loader&)> opening(TraceView& source);
    void say(const QString& text);
    void updateStatus();
    void updateTitle();
    void setTheme(Theme theme);
    void showKeys();
    void showAbout();

    Loader loader_;
    Loader secondLoader_;
    /// What is open stays and is looked at until all of it has come again.
    struct Reloading {
        bool first = false;
        bool second = false;
    } reloading_;
    std::function<void(Loader&)> secondWhenLoaded_; ///< opens what was asked for while the first trace was loading
    Actions actions_{this};
    ViewOptions viewWhenLoaded_;

    QStackedWidget* pages_ = nullptr;
    StartPage* start_ = nullptr;
    TracePair* pair_ = nullptr;
    Comparing* comparing_ = nullptr;
    CompareExport* compareExport_ = nullptr;
    CompareCommands* compare_ = nullptr;
    MessageBar* messages_ = nullptr;
    LoadProgressLine* secondProgress_ = nullptr;
    QLabel* selectionText_ = nullptr; ///< or what was said last
    QString said_;
    QTimer saidFor_;
    QLabel* rangeText_ = nullptr;
    QLabel* traceText_ = nullptr;
    QMenu* recentMenu_ = nullptr;
};

} // namespace waitscope
