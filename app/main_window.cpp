// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/details.h"
#include "app/recent_files.h"
#include "app/start_page.h"
#include "app/timeline_commands.h"
#include "app/trace_view.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_pane.h"

#include <QActionGroup>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTextBrowser>
#include <QToolBar>

#include <algorithm>
#include <utility>

namespace waitscope {

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
    setAcceptDrops(true);
    resize(1440, 900);
    setMinimumSize(800, 560);
    makePages();
    makeActions();
    connect(&loader_, &Loader::progressed, this, &MainWindow::showProgress);
    connect(&loader_, &Loader::loaded, this, &MainWindow::showLoaded);
    connect(&loader_, &Loader::failed, this, &MainWindow::showFailure);
    connect(&loader_, &Loader::grown, this, &MainWindow::showGrown);
    connect(&loader_, &Loader::cancelled, this, &MainWindow::showCancelled);
    connect(view_->state(), &ViewState::selectionChanged, this, &MainWindow::updateStatus);
    connect(view_->state(), &ViewState::visibleRangeChanged, this, &MainWindow::updateStatus);
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    view_->restoreLayout();
    start_->setRecentFiles(recentFiles());
    updateTitle();
    updateStatus();
}

MainWindow::~MainWindow() = default;

ViewState* MainWindow::state() const {
    return view_->state();
}

void MainWindow::makePages() {
    messages_ = new MessageBar;

    progressText_ = new QLabel;
    progressBar_ = new QProgressBar;
    progressBar_->setMaximumWidth(320);
    auto* const cancel = new QPushButton(tr("Cancel"));
    connect(cancel, &QPushButton::clicked, &loader_, &Loader::cancel);
    progress_ = new QWidget;
    auto* const progressRow = new QHBoxLayout(progress_);
    progressRow->setContentsMargins(12, 6, 12, 6);
    progressRow->addWidget(progressText_);
    progressRow->addWidget(progressBar_, 1);
    progressRow->addWidget(cancel);
    progressRow->addStretch();
    progress_->hide();

    view_ = new TraceView;
    connect(view_, &TraceView::message, this, [this](const QString& text) { say(text); });
    connect(view_, &TraceView::failed, this, [this](const QString& sentence) { messages_->showMessage(sentence); });

    start_ = new StartPage;
    connect(start_, &StartPage::openRequested, this, &MainWindow::chooseFile);
    connect(start_, &StartPage::sampleRequested, this, [this] { openSample(QStringLiteral("mutex")); });
    connect(start_, &StartPage::fileRequested, this, &MainWindow::openFile);

    pages_ = new QStackedWidget;
    pages_->addWidget(start_);
    pages_->addWidget(view_);
    auto* const centre = new QWidget;
    auto* const layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(messages_);
    layout->addWidget(progress_);
    layout->addWidget(pages_, 1);
    setCentralWidget(centre);

    selectionText_ = new QLabel;
    rangeText_ = new QLabel;
    traceText_ = new QLabel;
    statusBar()->addWidget(selectionText_, 1);
    statusBar()->addPermanentWidget(rangeText_);
    statusBar()->addPermanentWidget(traceText_);
}

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
    QAction* const sample =
        actions_.add(file, tr("Open the &sample"), {}, [this] { openSample(QStringLiteral("mutex")); });
    fileMenu->addAction(sample);
    fileMenu->addAction(actions_.add(file, tr("Open the sample after the &fix"), {},
                                     [this] { openSample(QStringLiteral("rwmutex")); }));
    fileMenu->addAction(actions_.add(file, tr("Re&load"), QKeySequence(Qt::CTRL | Qt::Key_R), [this] { reload(); }));
    fileMenu->addSeparator();
    QAction* const exportHeatmap =
        actions_.add(file, tr("&Export heatmap as picture…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] {
            chooseExport(tr("heatmap"), tr("Pictures (*.png *.svg)"),
                         [this](const QString& path) { view_->exportHeatmap(path); });
        });
    QAction* const copyPicture =
        actions_.add(file, tr("&Copy heatmap as picture"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                     [this] { view_->copyHeatmap(); });
    QAction* const copyCommand =
        actions_.add(file, tr("Copy the command for the hea&tmap"), {}, [this] { view_->copyHeatmapCommand(); });
    QAction* const exportTimeline =
        actions_.add(file, tr("Export &timeline as PNG…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), [this] {
            chooseExport(tr("timeline"), tr("Pictures (*.png)"), [this](const QString& path) {
                if (view_->exportTimeline(path))
                    say(tr("Written: %1").arg(path));
            });
        });
    fileMenu->addActions({exportHeatmap, copyPicture, copyCommand, exportTimeline});
    fileMenu->addSeparator();
    fileMenu->addAction(actions_.add(file, tr("&Close trace"), QKeySequence::Close, [this] { closeTrace(); }));
    fileMenu->addAction(actions_.add(file, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); }));

    QMenu* const editMenu = menuBar()->addMenu(tr("&Edit"));
    QMenu* const viewMenu = menuBar()->addMenu(view);
    const auto alone = [&](const QString& name, Qt::Key key, TraceView::Part part) {
        viewMenu->addAction(actions_.add(view, name, QKeySequence(key), [this, part] { view_->maximise(part); }));
    };
    alone(tr("&Heatmap alone, and back"), Qt::Key_1, TraceView::Part::Heatmap);
    alone(tr("&Timeline alone, and back"), Qt::Key_2, TraceView::Part::Timeline);
    alone(tr("&Waits alone, and back"), Qt::Key_3, TraceView::Part::Waits);
    alone(tr("&Findings alone, and back"), Qt::Key_4, TraceView::Part::Findings);
    alone(tr("&Stack, source and why alone, and back"), Qt::Key_5, TraceView::Part::Details);
    alone(tr("&Inspector alone, and back"), Qt::Key_6, TraceView::Part::Inspector);
    viewMenu->addSeparator();
    viewMenu->addAction(actions_.add(view, tr("&Reset layout"), {}, [this] { view_->resetLayout(); }));
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

    QMenu* const goMenu = menuBar()->addMenu(go);
    QAction* const whole = actions_.add(go, tr("&Whole trace"), QKeySequence(Qt::CTRL | Qt::Key_0),
                                        [this] { view_->timeline()->showWholeTrace(); });
    QAction* const focus = actions_.add(go, tr("&Focus the selection"), QKeySequence(Qt::CTRL | Qt::Key_J),
                                        [this] { view_->timeline()->zoomToSelection(); });
    QAction* const waker = actions_.add(go, tr("Who &woke it"), QKeySequence(Qt::CTRL | Qt::Key_U),
                                        [this] { view_->timeline()->goToWaker(); });
    QAction* const why = actions_.add(go, tr("W&hy does it wait"), QKeySequence(Qt::CTRL | Qt::Key_Y),
                                      [this] { view_->details()->showWhy(); });
    QAction* const source = actions_.add(go, tr("&Source of the line"), QKeySequence(Qt::CTRL | Qt::Key_L),
                                         [this] { view_->details()->showSource(); });
    QAction* const editor =
        actions_.add(go, tr("Open the line in the &editor"), QKeySequence(Qt::CTRL | Qt::Key_Return),
                     [this] { view_->details()->openEditor(); });
    goMenu->addActions({whole, focus, waker, why, source, editor});
    goMenu->addAction(actions_.add(go, tr("E&ditor…"), {}, [this] { view_->details()->chooseEditor(); }));
    view_->commands()->add(actions_, editMenu, viewMenu, goMenu);

    QToolBar* const bar = addToolBar(tr("Tools"));
    bar->setObjectName(QStringLiteral("tools"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    for (QAction* const action : {open, sample, whole, focus, waker, exportHeatmap, exportTimeline}) {
        if (action == whole || action == exportHeatmap)
            bar->addSeparator();
        action->setIconText(QString(action->text()).remove(u'&').remove(QStringLiteral("…")));
        bar->addAction(action);
    }

    const QString keys = tr("In the timeline and the heatmap");
    for (const auto& [key, what] :
         {std::pair("W / S", tr("zoom in / out at the mouse")), std::pair("A / D", tr("move left / right")),
          std::pair("Ctrl+wheel", tr("zoom at the mouse")), std::pair("Shift+wheel", tr("move left / right")),
          std::pair("Home, 0", tr("whole trace"))})
        actions_.describe(keys, what, QString::fromLatin1(key));
    const QString timelineKeys = tr("In the timeline");
    for (const auto& [key, what] :
         {std::pair("drag", tr("choose a range; Z or a double click zooms to it")),
          std::pair("Shift+drag, middle drag", tr("move")),
          std::pair("F", tr("focus the selection, again: whole trace")), std::pair("U", tr("who woke it")),
          std::pair(". / ,", tr("next / previous span of the row")), std::pair("Up / Down", tr("row by row")),
          std::pair("Left / Right / Enter", tr("fold, unfold, select")),
          std::pair("Esc", tr("take back: drag, range, selection"))})
        actions_.describe(timelineKeys, what, QString::fromLatin1(key));

    QMenu* const helpMenu = menuBar()->addMenu(help);
    helpMenu->addAction(actions_.add(help, tr("&Keys"), QKeySequence(Qt::Key_Question), [this] { showKeys(); }));
    helpMenu->addAction(actions_.add(help, tr("&About Waitscope"), {}, [this] { showAbout(); }));
}

void MainWindow::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a trace"), QFileInfo(view_->source()).path());
    if (!path.isEmpty())
        openFile(path);
}

void MainWindow::openFile(const QString& path) {
    sampleName_.clear();
    loader_.loadFile(path);
}

void MainWindow::openSample(const QString& name) {
    QFile file(QStringLiteral(":/samples/lru-burst-%1.trace.zst").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return showFailure(tr("There is no sample called %1.").arg(name));
    sampleName_ = name;
    loader_.loadBytes(file.readAll(), QFileInfo(file).fileName());
}

void MainWindow::reload() {
    if (!view_->source().isEmpty())
        openFile(view_->source());
    else if (!sampleName_.isEmpty())
        openSample(sampleName_);
}

void MainWindow::closeTrace() {
    loader_.cancel();
    sampleName_.clear();
    view_->closeTrace();
    messages_->hide();
    start_->setRecentFiles(recentFiles());
    pages_->setCurrentWidget(start_);
    updateTitle();
    updateStatus();
}

void MainWindow::showGrown(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    if (!view_->isGrowing())
        messages_->hide();
    showTrace(std::move(facts), source);
}

void MainWindow::showCancelled() {
    hideProgress();
    if (view_->isGrowing())
        messages_->showMessage(tr("Loading was cancelled: this is the first %1 of the trace, and no number is final.")
                                   .arg(fromUtf8(durationText(state()->facts()->trace->duration))));
}

void MainWindow::showLoaded(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    hideProgress();
    if (!source.isEmpty())
        rememberFile(source);
    const LoadReport& report = facts->trace->report;
    if (report.warnings.empty()) {
        messages_->hide();
    } else {
        QStringList details;
        for (const LoadWarning& warning : report.warnings)
            details << fromUtf8(warning.text);
        const QString first =
            report.complete ? details.front() : tr("This trace is damaged. %1").arg(fromUtf8(report.error));
        messages_->showMessage(first, details);
    }
    showTrace(std::move(facts), source);
    if (const QString problem = view_->commands()->apply(std::exchange(viewWhenLoaded_, {})); !problem.isEmpty())
        messages_->showMessage(problem);
}

// The canvas takes the keys when a trace comes; while it grows, whoever has them keeps them.
void MainWindow::showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    const bool isMore = view_->isGrowing();
    view_->showTrace(std::move(facts), source);
    if (!isMore) {
        pages_->setCurrentWidget(view_);
        view_->setFocus();
    }
    updateTitle();
    updateStatus();
}

void MainWindow::showFailure(const QString& sentence) {
    hideProgress();
    messages_->showMessage(state()->facts() ? tr("%1 What was open stays open.").arg(sentence) : sentence);
}

void MainWindow::showProgress(const LoadStatus& status) {
    progress_->show();
    QString line = tr("%1 · %2").arg(status.name, status.stage);
    if (status.percent >= 0)
        line += QStringLiteral(" · %1 % · %2 MB/s").arg(status.percent).arg(status.megabytesPerSecond, 0, 'f', 0);
    progressText_->setText(line);
    progressBar_->setRange(0, status.percent < 0 ? 0 : 100);
    progressBar_->setValue(std::max(0, status.percent));
}

void MainWindow::hideProgress() {
    progress_->hide();
}

void MainWindow::updateStatus() {
    const auto& facts = state()->facts();
    if (!facts) {
        selectionText_->setText({});
        rangeText_->setText({});
        traceText_->setText({});
        return;
    }
    const Trace& trace = *facts->trace;
    QString what;
    if (const auto* span = std::get_if<SpanSelection>(&state()->selection()))
        what = fromUtf8(spanText(*facts, span->goroutine, span->span));
    else if (const auto* g = std::get_if<GoroutineSelection>(&state()->selection()))
        what = fromUtf8(goroutineSentence(*facts, g->goroutine));
    else if (const auto* site = std::get_if<SiteSelection>(&state()->selection()))
        what = tr("waits on %1 at %2").arg(fromUtf8(nameOf(site->primitive)), fromUtf8(siteText(trace, site->site)));
    selectionText_->setText(what);
    rangeText_->setText(QStringLiteral("Δ ") + fromUtf8(durationText(state()->visibleRange().length())));
    const std::size_t warnings = trace.report.warnings.size();
    traceText_->setText(tr("%1 events, %2 goroutines, %3%4")
                            .arg(fromUtf8(countText(trace.report.events)), fromUtf8(countText(trace.goroutines.size())),
                                 trace.report.growing    ? tr("still loading")
                                 : trace.report.complete ? tr("complete")
                                                         : tr("incomplete"),
                                 warnings == 0   ? QString()
                                 : warnings == 1 ? tr(", 1 warning")
                                                 : tr(", %1 warnings").arg(warnings)));
}

void MainWindow::say(const QString& text) {
    statusBar()->showMessage(text, 6000);
}

void MainWindow::updateTitle() {
    const QString name = state()->facts() ? fromUtf8(state()->facts()->trace->identity.fileName) : QString();
    setWindowTitle(name.isEmpty() ? tr("Waitscope") : tr("%1 – Waitscope").arg(name));
}

void MainWindow::chooseExport(const QString& what, const QString& kinds,
                              const std::function<void(const QString&)>& exporter) {
    if (!state()->facts())
        return;
    QString name = fromUtf8(state()->facts()->trace->identity.fileName);
    name.truncate(name.indexOf(u'.') < 0 ? name.size() : name.indexOf(u'.'));
    const QString proposed =
        QFileInfo(view_->source()).absolutePath() + u'/' + name + u'-' + what + QStringLiteral(".png");
    const QString path = QFileDialog::getSaveFileName(this, tr("Export as a picture"), proposed, kinds);
    if (!path.isEmpty())
        exporter(path);
}

void MainWindow::setTheme(Theme theme) {
    QSettings().setValue(QStringLiteral("theme"), static_cast<int>(theme));
    applyTheme(theme);
}

void MainWindow::showKeys() {
    QDialog sheet(this);
    sheet.setWindowTitle(tr("Keys"));
    auto* const text = new QTextBrowser;
    text->setHtml(actions_.keySheet());
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* const layout = new QVBoxLayout(&sheet);
    layout->addWidget(text);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, &sheet, &QDialog::reject);
    sheet.resize(560, std::min(820, height() - 60)); // it scrolls where the screen is small
    sheet.exec();
}

void MainWindow::showAbout() {
    QMessageBox::about(this, tr("About Waitscope"),
                       tr("<b>Waitscope %1</b><p>Shows why goroutines wait.<p>GPL-3.0-or-later")
                           .arg(QStringLiteral(WAITSCOPE_VERSION)));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.isEmpty())
        return;
    if (!urls.front().isLocalFile())
        return showFailure(tr("%1 is not a file on this machine. Download it first.").arg(urls.front().toString()));
    event->acceptProposedAction();
    openFile(urls.front().toLocalFile());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    view_->keepLayout();
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace waitscope
