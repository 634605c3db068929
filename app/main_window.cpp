// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/details.h"
#include "app/output.h"
#include "app/picture_file.h"
#include "app/recent_files.h"
#include "app/rules_file.h"
#include "app/source_file.h"
#include "app/start_page.h"
#include "app/timeline_commands.h"
#include "model/report/findings_report.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/findings/findings_model.h"
#include "widgets/findings/findings_panel.h"
#include "widgets/flame/flame_panel.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/inspector/inspector_panel.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/overview_strip.h"
#include "widgets/timeline/timeline_pane.h"
#include "widgets/timeline/timeline_picture.h"
#include "widgets/waits/waits_panel.h"

#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QStyle>
#include <QTabWidget>
#include <QTextBrowser>
#include <QToolBar>

#include <algorithm>
#include <utility>

namespace waitscope {

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
    setAcceptDrops(true);
    resize(1440, 900);
    setMinimumSize(800, 560);
    makeWorkspace();
    makeActions();
    connect(&loader_, &Loader::progressed, this, &MainWindow::showProgress);
    connect(&loader_, &Loader::loaded, this, &MainWindow::showLoaded);
    connect(&loader_, &Loader::failed, this, &MainWindow::showFailure);
    connect(&loader_, &Loader::cancelled, this, &MainWindow::hideProgress);
    connect(&state_, &ViewState::selectionChanged, this, &MainWindow::updateStatus);
    connect(&state_, &ViewState::visibleRangeChanged, this, &MainWindow::updateStatus);
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    resetLayout();
    columns_->restoreState(settings.value(QStringLiteral("columns")).toByteArray());
    canvases_->restoreState(settings.value(QStringLiteral("canvases")).toByteArray());
    words_->restoreState(settings.value(QStringLiteral("words")).toByteArray());
    start_->setRecentFiles(recentFiles());
    updateTitle();
    updateStatus();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeWorkspace() {
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

    verdictLine_ = new QPushButton;
    verdictLine_->setObjectName(QStringLiteral("verdict"));
    verdictLine_->setFlat(true);
    // Bold and at the left, where reading begins; an amber edge when there is something to look at.
    verdictLine_->setStyleSheet(
        QStringLiteral("#verdict { text-align: left; font-weight: bold; padding: 6px 12px; border: none;"
                       " border-left: 6px solid #E69F00; border-bottom: 1px solid palette(mid); }"
                       "#verdict[tier=\"calm\"] { border-left-color: #009E73; }"
                       "#verdict[tier=\"high\"] { border-left-color: #D55E00; }"
                       "#verdict:focus { text-decoration: underline; }"));
    verdictLine_->setCursor(Qt::PointingHandCursor);
    verdictLine_->setToolTip(tr("Show these goroutines"));
    connect(verdictLine_, &QPushButton::clicked, this, &MainWindow::followVerdict);

    overview_ = new OverviewStrip(&state_);
    search_ = new SearchPanel(&state_);
    timelinePane_ = new TimelinePane(&state_);
    timeline_ = timelinePane_->view();
    commands_ = new TimelineCommands(
        {.state = &state_, .pane = timelinePane_, .search = search_, .tracePath = [this] { return source_; }}, this);
    connect(search_, &SearchPanel::closed, timeline_, qOverload<>(&QWidget::setFocus));
    heatmap_ = new HeatmapView(&state_);
    findingsPanel_ = new FindingsPanel(&state_);
    connect(findingsPanel_, &FindingsPanel::dismissRequested, this, &MainWindow::dismiss);
    connect(findingsPanel_, &FindingsPanel::idleRequested, this, &MainWindow::callIdle);
    connect(findingsPanel_, &FindingsPanel::exportRequested, this, &MainWindow::exportRules);
    waits_ = new WaitsPanel(&state_);
    tables_ = new QTabWidget;
    tables_->setDocumentMode(true);
    tables_->addTab(findingsPanel_, tr("Findings"));
    tables_->addTab(waits_, tr("Waits"));
    tables_->setCurrentWidget(waits_);
    inspector_ = new InspectorPanel(&state_);
    inspector_->addTab(new FlamePanel(&state_), tr("Flame graph"));
    inspector_->setCurrentIndex(0);
    tables_->addTab(inspector_, tr("Inspector"));
    details_ = new Details(&state_);
    connect(details_, &Details::failed, this, [this](const QString& sentence) { messages_->showMessage(sentence); });
    const auto say = [this](const QString& message) { statusBar()->showMessage(message, 6000); };
    connect(timeline_, &TimelineView::messageChanged, this, say);
    connect(commands_, &TimelineCommands::message, this, say);
    canvases_ = new QSplitter(Qt::Vertical);
    canvases_->addWidget(timelinePane_);
    canvases_->addWidget(heatmap_);
    words_ = new QSplitter(Qt::Vertical);
    words_->addWidget(tables_);
    words_->addWidget(details_);
    columns_ = new QSplitter(Qt::Horizontal);
    // The strip stands above the canvases and shares their edges.
    auto* const left = new QWidget;
    auto* const leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    auto* const overviewRow = new QHBoxLayout; // where the canvases have a scroll bar the strip has none
    overviewRow->setContentsMargins(0, 0, style()->pixelMetric(QStyle::PM_ScrollBarExtent), 0);
    overviewRow->addWidget(overview_);
    leftLayout->addLayout(overviewRow);
    leftLayout->addWidget(search_);
    leftLayout->addWidget(canvases_, 1);
    columns_->addWidget(left);
    columns_->addWidget(words_);
    columns_->setChildrenCollapsible(false);

    workspace_ = new QWidget;
    auto* const workspaceLayout = new QVBoxLayout(workspace_);
    workspaceLayout->setContentsMargins(0, 0, 0, 0);
    workspaceLayout->setSpacing(0);
    workspaceLayout->addWidget(verdictLine_);
    workspaceLayout->addWidget(columns_, 1);

    start_ = new StartPage;
    connect(start_, &StartPage::openRequested, this, &MainWindow::chooseFile);
    connect(start_, &StartPage::sampleRequested, this, [this] { openSample(QStringLiteral("mutex")); });
    connect(start_, &StartPage::fileRequested, this, &MainWindow::openFile);

    pages_ = new QStackedWidget;
    pages_->addWidget(start_);
    pages_->addWidget(workspace_);
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
    QAction* const exportHeatmap = actions_.add(file, tr("&Export heatmap as PNG…"), QKeySequence(Qt::CTRL | Qt::Key_E),
                                                [this] { chooseExport(tr("heatmap"), &MainWindow::exportHeatmap); });
    QAction* const exportTimeline =
        actions_.add(file, tr("Export &timeline as PNG…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
                     [this] { chooseExport(tr("timeline"), &MainWindow::exportTimeline); });
    fileMenu->addActions({exportHeatmap, exportTimeline});
    fileMenu->addSeparator();
    fileMenu->addAction(actions_.add(file, tr("&Close trace"), QKeySequence::Close, [this] { closeTrace(); }));
    fileMenu->addAction(actions_.add(file, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); }));

    QMenu* const editMenu = menuBar()->addMenu(tr("&Edit"));
    QMenu* const viewMenu = menuBar()->addMenu(view);
    const auto alone = [&](const QString& name, Qt::Key key, QWidget* widget) {
        viewMenu->addAction(actions_.add(view, name, QKeySequence(key), [this, widget] { maximise(widget); }));
    };
    alone(tr("&Heatmap alone, and back"), Qt::Key_1, heatmap_);
    alone(tr("&Timeline alone, and back"), Qt::Key_2, timelinePane_);
    viewMenu->addAction(
        actions_.add(view, tr("&Waits alone, and back"), QKeySequence(Qt::Key_3), [this] { maximiseTab(waits_); }));
    viewMenu->addAction(actions_.add(view, tr("&Findings alone, and back"), QKeySequence(Qt::Key_4),
                                     [this] { maximiseTab(findingsPanel_); }));
    alone(tr("&Stack, source and why alone, and back"), Qt::Key_5, details_);
    viewMenu->addAction(actions_.add(view, tr("&Inspector alone, and back"), QKeySequence(Qt::Key_6),
                                     [this] { maximiseTab(inspector_); }));
    viewMenu->addSeparator();
    viewMenu->addAction(actions_.add(view, tr("&Reset layout"), {}, [this] { resetLayout(); }));
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
                                        [this] { timeline_->showWholeTrace(); });
    QAction* const focus = actions_.add(go, tr("&Focus the selection"), QKeySequence(Qt::CTRL | Qt::Key_J),
                                        [this] { timeline_->zoomToSelection(); });
    QAction* const waker =
        actions_.add(go, tr("Who &woke it"), QKeySequence(Qt::CTRL | Qt::Key_U), [this] { timeline_->goToWaker(); });
    QAction* const why =
        actions_.add(go, tr("W&hy does it wait"), QKeySequence(Qt::CTRL | Qt::Key_Y), [this] { details_->showWhy(); });
    QAction* const source = actions_.add(go, tr("&Source of the line"), QKeySequence(Qt::CTRL | Qt::Key_L),
                                         [this] { details_->showSource(); });
    QAction* const editor = actions_.add(go, tr("Open the line in the &editor"),
                                         QKeySequence(Qt::CTRL | Qt::Key_Return), [this] { details_->openEditor(); });
    goMenu->addActions({whole, focus, waker, why, source, editor});
    goMenu->addAction(actions_.add(go, tr("E&ditor…"), {}, [this] { details_->chooseEditor(); }));
    commands_->add(actions_, editMenu, viewMenu, goMenu);

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
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a trace"), QFileInfo(source_).path());
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
    if (!source_.isEmpty())
        openFile(source_);
    else if (!sampleName_.isEmpty())
        openSample(sampleName_);
}

void MainWindow::closeTrace() {
    loader_.cancel();
    verdictWork_.cancel();
    findingsWork_.cancel();
    findings_.reset();
    source_.clear();
    sampleName_.clear();
    state_.show(nullptr);
    verdict_.reset();
    messages_->hide();
    start_->setRecentFiles(recentFiles());
    pages_->setCurrentWidget(start_);
    updateTitle();
    updateStatus();
}

void MainWindow::showLoaded(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    hideProgress();
    source_ = source;
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
    state_.show(std::move(facts));
    pages_->setCurrentWidget(workspace_);
    timeline_->setFocus();
    updateTitle();
    updateStatus();
    computeVerdict();
    if (const QString problem = commands_->apply(std::exchange(viewWhenLoaded_, {})); !problem.isEmpty())
        messages_->showMessage(problem);
}

void MainWindow::showFailure(const QString& sentence) {
    hideProgress();
    messages_->showMessage(state_.facts() ? tr("%1 What was open stays open.").arg(sentence) : sentence);
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

// The table behind the verdict is O(spans), so it is made in the background; until then the line says so.
void MainWindow::computeVerdict() {
    verdict_.reset();
    verdictLine_->setText(tr("Looking for what is stuck…"));
    verdictWork_.request([facts = state_.facts()] {
        return verdictOf(*facts,
                         computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .distributions = false}));
    });
    rules_ = {};
    if (const QString path = rulesFileBeside(source_); !source_.isEmpty() && QFile::exists(path)) {
        std::string problem;
        if (const auto rules = readRules(path.toStdString(), problem))
            rules_ = *rules;
        else
            messages_->showMessage(fromUtf8(problem));
    }
    computeFindingsAgain();
}

void MainWindow::computeFindingsAgain() {
    findings_.reset();
    findingsPanel_->show(nullptr);
    findingsWork_.request([facts = state_.facts(), rules = rules_] {
        return std::make_shared<const Findings>(
            computeFindings(facts, {.idleFunction = idleFunctionOf(rules), .source = sourceFile}, dismissOf(rules)));
    });
}

void MainWindow::showVerdict(const std::optional<Verdict>& verdict) {
    if (!state_.facts())
        return; // closed meanwhile
    verdict_ = verdict;
    QStringList longest;
    if (verdict)
        for (const std::string& wait : verdict->longest)
            longest << fromUtf8(wait);
    findingsPanel_->setLongestWaits(longest);
    sayVerdict();
}

void MainWindow::showFindings(std::shared_ptr<const Findings> findings) {
    if (!state_.facts())
        return; // closed meanwhile
    findings_ = std::move(findings);
    findingsPanel_->show(findings_);
    // Before anything is chosen the onset is that of what the line above says.
    const bool isFault = findings_->worst().value_or(Tier::Info) >= Tier::Medium;
    if (isFault && findings_->all.front().since > 0)
        state_.setOnset(findings_->all.front().since);
    sayVerdict();
}

// The first finding; before there are findings, or if nothing was found, the wait with the most open time.
void MainWindow::sayVerdict() {
    const Trace& trace = *state_.facts()->trace;
    const Tier worst = findings_ ? findings_->worst().value_or(Tier::Info) : Tier::Info;
    const QString wait =
        verdict_ ? fromUtf8(verdict_->sentence)
                 : tr("No goroutine of the program waited in %1 of trace.").arg(fromUtf8(durationText(trace.duration)));
    QString tier = QStringLiteral("calm");
    QString line;
    if (worst >= Tier::Medium) {
        const auto tops = std::ranges::count_if(
            findings_->all, [](const Finding& f) { return !f.under && !f.dismissed && f.tier >= Tier::Medium; });
        tier = fromUtf8(nameOf(worst));
        line = QStringLiteral("● %1  %2").arg(tierText(worst), fromUtf8(headlineText(trace, findings_->all.front())));
        if (tops > 1)
            line += tr("  (1 of %1)").arg(tops);
        verdictLine_->setToolTip(fromUtf8(findings_->all.front().sentence()));
    } else if (findings_) {
        line = tr("Nothing found in %1 of trace · %2").arg(fromUtf8(durationText(trace.duration)), wait);
        verdictLine_->setToolTip(fromUtf8(nothingFoundText(*findings_)));
    } else {
        tier = verdict_ && verdict_->open ? QStringLiteral("open") : tier;
        line = wait;
    }
    verdictLine_->setProperty("tier", tier);
    verdictLine_->style()->unpolish(verdictLine_);
    verdictLine_->style()->polish(verdictLine_);
    verdictLine_->setText(line);
}

void MainWindow::followVerdict() {
    if (findings_ && findings_->worst().value_or(Tier::Info) >= Tier::Medium) {
        tables_->setCurrentWidget(findingsPanel_);
        findingsPanel_->chooseFirst();
    } else if (verdict_) {
        state_.select(SiteSelection{verdict_->primitive, verdict_->site});
    }
}

void MainWindow::dismiss(const Finding& finding, bool dismissed) {
    const Trace& trace = *state_.facts()->trace;
    Dismissal rule = dismissalOf(trace, finding, {});
    if (dismissed) {
        bool sure = false;
        const QString reason =
            QInputDialog::getText(this, tr("Dismiss"),
                                  tr("Why is this no fault? Findings of this kind at this place come "
                                     "last from now on."),
                                  QLineEdit::Normal, {}, &sure);
        if (!sure || reason.trimmed().isEmpty())
            return;
        rule.reason = reason.trimmed().toStdString();
        rules_.dismissed.push_back(rule);
    } else {
        std::erase_if(rules_.dismissed, [&](const Dismissal& d) {
            return d.detector == rule.detector && d.function == rule.function && d.site == rule.site;
        });
    }
    keepRules();
}

void MainWindow::callIdle(const QString& function) {
    bool sure = false;
    const QString proposed = QStringLiteral("^%1$").arg(QRegularExpression::escape(function));
    const QString expression = QInputDialog::getText(
        this, tr("Idle function"), tr("Goroutines whose function matches this regular expression are meant to wait:"),
        QLineEdit::Normal, proposed, &sure);
    if (!sure || expression.trimmed().isEmpty())
        return;
    const std::string text = expression.trimmed().toStdString();
    if (const std::string problem = problemWith(text); !problem.empty())
        return messages_->showMessage(tr("“%1” is not a regular expression: %2").arg(expression, fromUtf8(problem)));
    rules_.idleFunctions.push_back({text, "said in the window"});
    keepRules();
}

// Beside the traces, so that the next one of the same program is judged by the same rules; a sample has no folder.
void MainWindow::keepRules() {
    std::string problem;
    const QString path = rulesFileBeside(source_);
    if (!source_.isEmpty() && !writeResult(textOf(rules_), path, problem))
        messages_->showMessage(tr("The rules hold until the trace is closed. %1").arg(fromUtf8(problem)));
    else if (!source_.isEmpty())
        statusBar()->showMessage(tr("Kept in %1").arg(path), 6000);
    computeFindingsAgain();
}

void MainWindow::exportRules() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export rules"), QStringLiteral("waitscope-rules.json"),
                                                      tr("Rules (*.json)"));
    std::string problem;
    if (!path.isEmpty() && !writeResult(textOf(rules_), path, problem))
        messages_->showMessage(fromUtf8(problem));
}

QString MainWindow::verdictText() const {
    return verdictLine_->text();
}

void MainWindow::updateStatus() {
    const auto& facts = state_.facts();
    if (!facts) {
        selectionText_->setText({});
        rangeText_->setText({});
        traceText_->setText({});
        return;
    }
    const Trace& trace = *facts->trace;
    QString what;
    if (const auto* span = std::get_if<SpanSelection>(&state_.selection()))
        what = fromUtf8(spanText(*facts, span->goroutine, span->span));
    else if (const auto* g = std::get_if<GoroutineSelection>(&state_.selection()))
        what = fromUtf8(goroutineSentence(*facts, g->goroutine));
    else if (const auto* site = std::get_if<SiteSelection>(&state_.selection()))
        what = tr("waits on %1 at %2").arg(fromUtf8(nameOf(site->primitive)), fromUtf8(siteText(trace, site->site)));
    selectionText_->setText(what);
    rangeText_->setText(QStringLiteral("Δ ") + fromUtf8(durationText(state_.visibleRange().length())));
    const std::size_t warnings = trace.report.warnings.size();
    traceText_->setText(tr("%1 events, %2 goroutines, %3%4")
                            .arg(fromUtf8(countText(trace.report.events)), fromUtf8(countText(trace.goroutines.size())),
                                 trace.report.complete ? tr("complete") : tr("incomplete"),
                                 warnings == 0   ? QString()
                                 : warnings == 1 ? tr(", 1 warning")
                                                 : tr(", %1 warnings").arg(warnings)));
}

void MainWindow::updateTitle() {
    const QString name = state_.facts() ? fromUtf8(state_.facts()->trace->identity.fileName) : QString();
    setWindowTitle(name.isEmpty() ? tr("Waitscope") : tr("%1 – Waitscope").arg(name));
}

bool MainWindow::exportHeatmap(const QString& path) {
    std::string problem;
    const QByteArray png = pngOf(renderHeatmap(*state_.facts(), heatmap_->pictureOptions({1600, 900}, 1)));
    if (writeResult({png.constData(), static_cast<std::size_t>(png.size())}, path, problem))
        return true;
    messages_->showMessage(fromUtf8(problem));
    return false;
}

bool MainWindow::exportTimeline(const QString& path) {
    std::string problem;
    const TimelinePictureOptions picture = timeline_->pictureOptions();
    const QByteArray bytes = path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive)
                                 ? renderTimelineSvg(state_.facts(), picture)
                                 : pngOf(renderTimeline(state_.facts(), picture));
    if (writeResult({bytes.constData(), static_cast<std::size_t>(bytes.size())}, path, problem))
        return true;
    messages_->showMessage(fromUtf8(problem));
    return false;
}

void MainWindow::chooseExport(const QString& what, bool (MainWindow::*exporter)(const QString&)) {
    if (!state_.facts())
        return;
    QString name = fromUtf8(state_.facts()->trace->identity.fileName);
    name.truncate(name.indexOf(u'.') < 0 ? name.size() : name.indexOf(u'.'));
    const QString proposed = QFileInfo(source_).absolutePath() + u'/' + name + u'-' + what + QStringLiteral(".png");
    const QString path = QFileDialog::getSaveFileName(this, tr("Export as PNG"), proposed, tr("Pictures (*.png)"));
    if (!path.isEmpty() && (this->*exporter)(path))
        statusBar()->showMessage(tr("Written: %1").arg(path), 6000);
}

// One view takes the whole window; asked again, everything is back.
void MainWindow::maximise(QWidget* view) {
    if (!state_.facts())
        return;
    maximised_ = maximised_ == view ? nullptr : view;
    const auto shown = [&](QWidget* widget) { return maximised_ == nullptr || maximised_ == widget; };
    for (QWidget* const widget : std::initializer_list<QWidget*>{timelinePane_, heatmap_, tables_, details_})
        widget->setVisible(shown(widget));
    canvases_->parentWidget()->setVisible(shown(timelinePane_) || shown(heatmap_));
    words_->setVisible(shown(tables_) || shown(details_));
    (maximised_ == nullptr || view == timelinePane_ ? timeline_ : view)->setFocus();
}

// Two tables share a place: the key of the one that is not seen brings it there first.
void MainWindow::maximiseTab(QWidget* tab) {
    const bool there = maximised_ == tables_ && tables_->currentWidget() != tab;
    tables_->setCurrentWidget(tab);
    if (!there)
        maximise(tables_);
}

void MainWindow::resetLayout() {
    if (maximised_ != nullptr)
        maximise(maximised_);
    columns_->setSizes({870, 570});
    canvases_->setSizes({430, 390});
    words_->setSizes({540, 280});
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
    if (maximised_ != nullptr)
        maximise(maximised_);
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("columns"), columns_->saveState());
    settings.setValue(QStringLiteral("canvases"), canvases_->saveState());
    settings.setValue(QStringLiteral("words"), words_->saveState());
    QMainWindow::closeEvent(event);
}

} // namespace waitscope
