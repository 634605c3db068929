// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the window, and where each is found: menus, tool bar, key sheet.
#include "app/commands/commands.h"
#include "app/compare_commands.h"
#include "app/compare_export.h"
#include "app/comparing.h"
#include "app/details.h"
#include "app/font_scale.h"
#include "app/main_window.h"
#include "app/recent_files.h"
#include "app/timeline_commands.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_pane.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QRegularExpression>
#include <QSettings>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

/// ".csv" and the like, of the kinds of files of a dialog: "Table (*.csv);;Profile (*.pb.gz)".
QStringList endingsOf(const QString& kinds) {
    static const QRegularExpression pattern(QStringLiteral("\\*(\\.[\\w.]+)"));
    QStringList endings;
    for (auto ending = pattern.globalMatch(kinds); ending.hasNext();)
        endings << ending.next().captured(1);
    return endings;
}

/// Whoever chooses another kind of file in the dialog means it, also if the proposed name still ends otherwise.
QString withEndingOf(const QString& kind, const QString& kinds, QString path) {
    const auto endsWith = [&](const QString& ending) { return path.endsWith(ending, Qt::CaseInsensitive); };
    const QStringList wanted = endingsOf(kind);
    if (wanted.isEmpty() || std::ranges::any_of(wanted, endsWith))
        return path;
    const QStringList all = endingsOf(kinds);
    if (const auto other = std::ranges::find_if(all, endsWith); other != all.end())
        path.chop(other->size());
    return path + wanted.front();
}

} // namespace

void MainWindow::makeActions() {
    const QString file = tr("&File");
    const QString view = tr("&View");
    const QString go = tr("&Go");
    const QString help = tr("&Help");
    QMenu* const fileMenu = menuBar()->addMenu(file);
    QAction* const open = actions_.add(file, tr("&Open…"), QKeySequence::Open, [this] { chooseFile(); });
    fileMenu->addAction(open);
    recentMenu_ = fileMenu->addMenu(tr("Open &recent"));
    connect(recentMenu_, &QMenu::aboutToShow, this, [this] {
        recentMenu_->clear();
        for (const QString& path : recentFiles())
            recentMenu_->addAction(path, this, [this, path] { openFile(path); });
        recentMenu_->setToolTipsVisible(true);
    });
    fileMenu->addAction(
        actions_.add(file, tr("Open the &sample"), {}, [this] { openSample(QStringLiteral("mutex")); }));
    fileMenu->addAction(actions_.add(file, tr("Open the sample after the &fix"), {},
                                     [this] { openSample(QStringLiteral("rwmutex")); }));
    QAction* const again = actions_.add(file, tr("Re&load"), QKeySequence(Qt::CTRL | Qt::Key_R), [this] { reload(); });
    again->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_R), QKeySequence(Qt::Key_F5)});
    fileMenu->addAction(again);
    fileMenu->addAction(actions_.add(file, tr("&Save the session…"), QKeySequence::Save, [this] { chooseSession(); }));
    fileMenu->addSeparator();
    QAction* const exportHeatmap =
        actions_.add(file, tr("&Export heatmap as picture…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] {
            chooseExport(tr("heatmap.png"), tr("Pictures (*.png *.svg)"),
                         [this](const QString& path) { pair_->active()->exportHeatmap(path); });
        });
    QAction* const copyPicture =
        actions_.add(file, tr("&Copy heatmap as picture"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                     [this] { pair_->active()->copyHeatmap(); });
    QAction* const copyCommand = actions_.add(file, tr("Copy the command for the hea&tmap"), {},
                                              [this] { pair_->active()->copyHeatmapCommand(); });
    QAction* const exportTimeline =
        actions_.add(file, tr("Export &timeline as picture…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), [this] {
            chooseExport(tr("timeline.png"), tr("Pictures (*.png *.svg)"),
                         [this](const QString& path) { pair_->active()->exportTimeline(path); });
        });
    QAction* const exportWaits = actions_.add(file, tr("Export the &waits…"), {}, [this] {
        chooseExport(tr("waits.csv"),
                     tr("Table (*.csv);;Profile for go tool pprof (*.pb.gz);;Folded stacks for flame graphs "
                        "(*.folded);;Trace events for Perfetto (*.json)"),
                     [this](const QString& path) { pair_->active()->exportWaits(path); });
    });
    fileMenu->addActions({exportHeatmap, copyPicture, copyCommand, exportTimeline, exportWaits});
    fileMenu->addSeparator();
    fileMenu->addAction(actions_.add(file, tr("&Close trace"), QKeySequence::Close, [this] { closeTrace(); }));
    fileMenu->addAction(actions_.add(file, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); }));

    QMenu* const editMenu = menuBar()->addMenu(tr("&Edit"));
    QMenu* const viewMenu = menuBar()->addMenu(view);
    const auto alone = [&](const QString& name, Qt::Key key, TraceView::Part part) {
        viewMenu->addAction(actions_.add(view, name, QKeySequence(key), [this, part] { pair_->maximise(part); }));
    };
    alone(tr("&Heatmap alone, and back"), Qt::Key_1, TraceView::Part::Heatmap);
    alone(tr("&Timeline alone, and back"), Qt::Key_2, TraceView::Part::Timeline);
    alone(tr("&Waits alone, and back"), Qt::Key_3, TraceView::Part::Waits);
    alone(tr("&Findings alone, and back"), Qt::Key_4, TraceView::Part::Findings);
    alone(tr("&Stack, source and why alone, and back"), Qt::Key_5, TraceView::Part::Details);
    alone(tr("&Inspector alone, and back"), Qt::Key_6, TraceView::Part::Inspector);
    alone(tr("H&old-ups alone, and back"), Qt::Key_8, TraceView::Part::Holdups);
    viewMenu->addSeparator();
    addPanelActions(viewMenu);
    viewMenu->addAction(actions_.add(view, tr("&Reset layout"), {}, [this] {
        for (TraceView* const each : pair_->views())
            each->panels()->reset();
    }));
    QMenu* const themes = viewMenu->addMenu(tr("T&heme"));
    auto* const group = new QActionGroup(this);
    const QSettings settings;
    const auto chosen = static_cast<Theme>(settings.value(QStringLiteral("theme"), 0).toInt());
    for (const auto& [theme, name] : {std::pair(Theme::System, tr("As the &system")),
                                      std::pair(Theme::Light, tr("&Light")), std::pair(Theme::Dark, tr("&Dark"))}) {
        QAction* const action = actions_.add(view, name, {}, [this, theme = theme] { setTheme(theme); });
        action->setCheckable(true);
        action->setChecked(theme == chosen);
        group->addAction(action);
        themes->addAction(action);
    }

    QMenu* const sizes = viewMenu->addMenu(tr("Si&ze of everything"));
    const auto scaled = [&](const QString& name, const QList<QKeySequence>& keys, int direction) {
        QAction* const action = actions_.add(
            view, name, {}, [this, direction] { say(tr("%1 % of the system's size").arg(stepFontScale(direction))); });
        action->setShortcuts(keys);
        sizes->addAction(action);
    };
    scaled(tr("Everything &larger"), {QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)},
           1);
    scaled(tr("Everything &smaller"), {QKeySequence(Qt::CTRL | Qt::Key_Minus)}, -1);
    scaled(tr("Everything &as large as usual"), {QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_0)}, 0);

    QMenu* const goMenu = menuBar()->addMenu(go);
    QAction* const whole = actions_.add(go, tr("&Whole trace"), QKeySequence(Qt::CTRL | Qt::Key_0),
                                        [this] { pair_->active()->timeline()->showWholeTrace(); });
    QAction* const focus = actions_.add(go, tr("&Focus the selection"), QKeySequence(Qt::CTRL | Qt::Key_J),
                                        [this] { pair_->active()->timeline()->zoomToSelection(); });
    QAction* const waker = actions_.add(go, tr("Who &woke it"), QKeySequence(Qt::CTRL | Qt::Key_U),
                                        [this] { pair_->active()->timeline()->goToWaker(); });
    QAction* const why = actions_.add(go, tr("W&hy does it wait"), QKeySequence(Qt::CTRL | Qt::Key_Y),
                                      [this] { pair_->active()->details()->showWhy(); });
    QAction* const source = actions_.add(go, tr("&Source of the line"), QKeySequence(Qt::CTRL | Qt::Key_L),
                                         [this] { pair_->active()->details()->showSource(); });
    QAction* const editor =
        actions_.add(go, tr("Open the line in the &editor"), QKeySequence(Qt::CTRL | Qt::Key_Return),
                     [this] { pair_->active()->details()->openEditor(); });
    whole->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_0), QKeySequence(Qt::Key_0)});
    focus->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_J), QKeySequence(Qt::Key_F)});
    waker->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_U), QKeySequence(Qt::Key_U)});
    goMenu->addActions({whole, focus, waker, why, source, editor});
    goMenu->addAction(actions_.add(go, tr("E&ditor…"), {}, [this] { pair_->active()->details()->chooseEditor(); }));
    goMenu->addAction(
        actions_.add(go, tr("&Path rules…"), {}, [this] { pair_->active()->details()->editPathRules(); }));
    const auto [back, forward, atMouse] = pair_->first()->commands()->add(
        actions_, editMenu, viewMenu, goMenu, [this] { return pair_->active()->commands(); });
    addTimelineMenu(QList<QAction*>{focus, waker, why, source, editor} + atMouse);
    // The view that has the commands shows the history of whichever is active.
    TimelineCommands* const commands = pair_->first()->commands();
    for (TraceView* const each : pair_->views()) {
        connect(&each->commands()->history(), &NavigationHistory::changed, this, [commands] { commands->showState(); });
        connect(each->timeline(), &TimelineView::choiceChanged, this, [commands] { commands->showState(); });
        connect(each->state(), &ViewState::timesChanged, this, [commands] { commands->showState(); });
    }
    connect(pair_, &TracePair::activeChanged, this, [commands] { commands->showState(); });
    compare_ = new CompareCommands(pair_, comparing_,
                                   {.openSecond = [this] { chooseSecond(); },
                                    .openSamples = [this] { openSamplePair(); },
                                    .closeSecond = [this] { closeSecond(); },
                                    .exportComparison = [this] { chooseComparisonExport(); }},
                                   this);
    connect(compare_, &CompareCommands::message, this, &MainWindow::say);
    compare_->add(actions_, menuBar()->addMenu(tr("&Compare")));

    QToolBar* const bar = addToolBar(tr("Tools"));
    bar->setObjectName(QStringLiteral("tools"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    for (QAction* const action : {open, back, forward, whole, focus, waker, exportHeatmap, exportTimeline}) {
        if (action == back || action == whole || action == exportHeatmap)
            bar->addSeparator();
        action->setIconText(QString(action->text()).remove(u'&').remove(QStringLiteral("…")));
        action->setToolTip(QStringLiteral("%1 (%2)").arg(action->iconText(), keysOf(*action)));
        bar->addAction(action);
    }
    back->setIconText(QStringLiteral("◀"));
    forward->setIconText(QStringLiteral("▶"));

    const QString keys = tr("In the timeline and the heatmap");
    for (const auto& [key, what] :
         {std::pair("Ctrl+wheel, pinch", tr("zoom at the mouse")), std::pair("Shift+wheel", tr("move left / right")),
          std::pair("Shift+drag, middle drag", tr("move")), std::pair("Home", tr("whole trace")),
          std::pair("Ctrl+C", tr("copy what is selected, and the chosen range, as text"))})
        actions_.describe(keys, what, QString::fromLatin1(key));
    const QString timelineKeys = tr("In the timeline");
    for (const auto& [key, what] :
         {std::pair("drag", tr("choose a range; a double click in it zooms to it")),
          std::pair("double click, middle click", tr("zoom to the span")),
          std::pair("right click, Menu", tr("what can be done with what is there")),
          std::pair("Up / Down, Page Up / Down", tr("row by row, page by page")),
          std::pair("Left / Right / Enter", tr("fold, unfold, select")),
          std::pair("Esc", tr("take back one by one: drag, range, selection, filter, search (in the tables too)"))})
        actions_.describe(timelineKeys, what, QString::fromLatin1(key));
    const QString heatmapKeys = tr("In the heatmap");
    for (const auto& [key, what] :
         {std::pair("drag across, drag down", tr("zoom to that time, to those rows")),
          std::pair("drag along the row axis", tr("choose those goroutines for all views")),
          std::pair("Alt+wheel", tr("zoom rows")), std::pair("double click", tr("the stack of the blocked goroutine"))})
        actions_.describe(heatmapKeys, what, QString::fromLatin1(key));

    QMenu* const helpMenu = menuBar()->addMenu(help);
    helpMenu->addAction(actions_.add(help, tr("&Keys"), QKeySequence(Qt::Key_Question), [this] { showKeys(); }));
    helpMenu->addAction(actions_.add(help, tr("&About Waitscope"), {}, [this] { showAbout(); }));
}

// A marker that is set from the menu goes where the mouse was when it opened.
void MainWindow::addTimelineMenu(const QList<QAction*>& actions) {
    auto* const menu = new QMenu(this);
    menu->addActions(actions);
    for (TraceView* const each : pair_->views()) {
        connect(each->timeline(), &TimelineView::menuRequested, menu, [menu](const QPoint& at) { menu->popup(at); });
        // What was chosen is done some time after the menu has gone.
        constexpr int longEnough = 500; // ms
        connect(menu, &QMenu::aboutToHide, this, [each] {
            QTimer::singleShot(longEnough, each, [each] {
                const QWidget* const canvas = each->timeline()->viewport();
                if (!canvas->rect().contains(canvas->mapFromGlobal(QCursor::pos())))
                    each->state()->setHoverTime(-1);
            });
        });
    }
}

void MainWindow::addPanelActions(QMenu* viewMenu) {
    QMenu* const menu = viewMenu->addMenu(tr("&Panels"));
    const QStringList titles = pair_->first()->panels()->titles();
    for (int i = 0; i < titles.size(); ++i) {
        QAction* const action = actions_.add(tr("Show or hide"), titles[i], {}, [this, i] { pair_->togglePanel(i); });
        action->setCheckable(true);
        menu->addAction(action);
    }
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        for (int i = 0; i < menu->actions().size(); ++i)
            menu->actions().at(i)->setChecked(pair_->active()->panels()->isOpen(i));
    });
    const auto step = [&](const QString& name, const QKeySequence& key, int by) {
        viewMenu->addAction(actions_.add(viewMenu->title(), name, key, [this, by] { pair_->focusNeighbour(by); }));
    };
    step(tr("To the &next canvas or panel"), QKeySequence(Qt::Key_F6), 1);
    step(tr("To the previous canvas or panel"), QKeySequence(Qt::SHIFT | Qt::Key_F6), -1);
}

void MainWindow::chooseSecond() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a second trace to compare"), QFileInfo(view()->source()).path());
    if (!path.isEmpty())
        openSecond(path);
}

void MainWindow::chooseComparisonExport() {
    const QString proposed = QFileInfo(view()->source()).absolutePath() + QStringLiteral("/comparison.html");
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export the comparison"), proposed,
                                     tr("Page (*.html);;Markdown (*.md);;Picture (*.png);;JSON (*.json)"));
    if (!path.isEmpty())
        exportComparison(path);
}

void MainWindow::exportComparison(const QString& path) {
    if (!comparing_->comparison())
        return;
    const auto name = [](TraceView* side) {
        return (side->source().isEmpty() ? fromUtf8(side->state()->facts()->trace->identity.fileName) : side->source())
            .toStdString();
    };
    Both<std::vector<std::string>> runs = comparing_->furtherRuns();
    runs.a.insert(runs.a.begin(), name(pair_->first()));
    runs.b.insert(runs.b.begin(), name(pair_->second()));
    const CompareCommand command{.traces = wordsOf(runs), .output = path.toStdString()};
    compareExport_->toFile(comparing_->comparison(), comparing_->findings(), path, command.line());
}

void MainWindow::chooseExport(const QString& what, const QString& kinds,
                              const std::function<void(const QString&)>& exporter) {
    if (!pair_->active()->state()->facts())
        return;
    QString name = fromUtf8(pair_->active()->state()->facts()->trace->identity.fileName);
    name.truncate(name.indexOf(u'.') < 0 ? name.size() : name.indexOf(u'.'));
    const QString proposed = QFileInfo(pair_->active()->source()).absolutePath() + u'/' + name + u'-' + what;
    QString kind;
    const QString path = QFileDialog::getSaveFileName(this, tr("Export"), proposed, kinds, &kind);
    if (!path.isEmpty())
        exporter(withEndingOf(kind, kinds, path));
}

} // namespace waitscope
