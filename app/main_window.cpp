// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/compare_export.h"
#include "app/comparing.h"
#include "app/load_progress.h"
#include "app/recent_files.h"
#include "app/session.h"
#include "app/start_page.h"
#include "app/timeline_commands.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "model/report/range_text.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTextBrowser>

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

// What a load has to say, the worst first; nothing if all is well.
QStringList remarksOn(const LoadReport& report, const QString& damaged) {
    QStringList remarks;
    if (!report.complete)
        remarks << damaged.arg(fromUtf8(report.error));
    for (const LoadWarning& warning : report.warnings)
        remarks << fromUtf8(warning.text);
    return remarks;
}

// What messages are about: a load that went well takes back what was said of the one before.
const QString firstLoad = QStringLiteral("first");
const QString secondLoad = QStringLiteral("second");

QString nameOf(const ViewState& state) {
    return state.facts() ? fromUtf8(state.facts()->trace->identity.fileName) : QString();
}

} // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
    setAcceptDrops(true);
    resize(QSize(1440, 900).boundedTo(screen()->availableSize()));
    setMinimumSize(300, 300);
    makePages();
    makeActions();
    connect(&loader_, &Loader::loaded, this, &MainWindow::showLoaded);
    connect(&loader_, &Loader::failed, this, &MainWindow::showFirstFailed);
    connect(&loader_, &Loader::grown, this, &MainWindow::showGrown);
    connect(&loader_, &Loader::cancelled, this, &MainWindow::showCancelled);
    connect(&secondLoader_, &Loader::loaded, this, &MainWindow::showSecond);
    connect(&secondLoader_, &Loader::failed, this, [this](const QString& sentence) {
        reloading_.second = false;
        showFailure(sentence, secondLoad);
    });
    connect(&secondLoader_, &Loader::grown, this, &MainWindow::showSecondGrown);
    connect(&secondLoader_, &Loader::cancelled, this, &MainWindow::showSecondCancelled);
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    start_->setRecentFiles(recentFiles());
    updateTitle();
    updateStatus();
}

MainWindow::~MainWindow() = default;

TraceView* MainWindow::view() const {
    return pair_->first();
}

ViewState* MainWindow::state() const {
    return view()->state();
}

void MainWindow::makePages() {
    messages_ = new MessageBar;

    auto* const progress = new LoadProgressLine(&loader_);
    secondProgress_ = new LoadProgressLine(&secondLoader_);
    connect(secondProgress_, &LoadProgressLine::cancelRequested, this, &MainWindow::forgetSecond);

    pair_ = new TracePair;
    for (TraceView* const view : pair_->views()) {
        connect(view, &TraceView::message, this, [this](const QString& text) { say(text); });
        connect(view, &TraceView::failed, this, [this](const QString& sentence) { messages_->showMessage(sentence); });
        connect(view->state(), &ViewState::selectionChanged, this, [this] {
            said_.clear(); // what is selected is named in its place
            updateStatus();
        });
        connect(view->state(), &ViewState::visibleRangeChanged, this, &MainWindow::updateStatus);
        connect(view->state(), &ViewState::chosenRangeChanged, this, &MainWindow::updateStatus);
        connect(view->state(), &ViewState::timesChanged, this, &MainWindow::updateStatus);
    }
    connect(pair_, &TracePair::activeChanged, this, &MainWindow::updateStatus);
    connect(pair_, &TracePair::pairChanged, this, &MainWindow::updateTitle);
    connect(pair_, &TracePair::message, this, &MainWindow::say);

    comparing_ = new Comparing(pair_, this);
    connect(comparing_, &Comparing::message, this, &MainWindow::say);
    compareExport_ = new CompareExport(this);
    connect(compareExport_, &CompareExport::written, this,
            [this](const QString& path) { say(tr("Written: %1").arg(path)); });
    connect(compareExport_, &CompareExport::failed, this,
            [this](const QString& sentence) { messages_->showMessage(sentence); });

    start_ = new StartPage;
    connect(start_, &StartPage::openRequested, this, &MainWindow::chooseFile);
    connect(start_, &StartPage::sampleRequested, this, [this] { openSample(QStringLiteral("mutex")); });
    connect(start_, &StartPage::fileRequested, this, &MainWindow::openFile);

    pages_ = new QStackedWidget;
    pages_->addWidget(start_);
    pages_->addWidget(pair_);
    auto* const centre = new QWidget;
    auto* const layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(messages_);
    layout->addWidget(progress);
    layout->addWidget(secondProgress_);
    layout->addWidget(pages_, 1);
    setCentralWidget(centre);

    selectionText_ = new QLabel;
    selectionText_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long sentence widens no window
    rangeText_ = new QLabel;
    traceText_ = new QLabel;
    statusBar()->addWidget(selectionText_, 1);
    statusBar()->addPermanentWidget(rangeText_);
    statusBar()->addPermanentWidget(traceText_);
    saidFor_.setSingleShot(true);
    saidFor_.setInterval(6000);
    connect(&saidFor_, &QTimer::timeout, this, [this] {
        said_.clear();
        updateStatus();
    });
}

void MainWindow::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a trace"), QFileInfo(view()->source()).path());
    if (!path.isEmpty())
        openFile(path);
}

void MainWindow::openFile(const QString& path) {
    if (path.endsWith(sessionEnding, Qt::CaseInsensitive))
        return openSession(path);
    setFurtherRuns({});
    forgetSecond();
    reloading_ = {};
    loader_.loadFile(path, askedRange(viewWhenLoaded_.range));
}

void MainWindow::openSample(const QString& name) {
    const QString path = QStringLiteral(":/samples/lru-burst-%1.trace.zst").arg(name);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return showFailure(tr("There is no sample called %1.").arg(name), firstLoad);
    setFurtherRuns({});
    forgetSecond();
    reloading_ = {};
    loader_.loadBytes(file.readAll(), QFileInfo(path).fileName());
}

void MainWindow::openSecond(const QString& path) {
    if (!state()->facts() && !loader_.isLoading())
        return openFile(path);
    setFurtherRuns({});
    reloading_.second = false;
    loadSecond(QFileInfo(path).fileName(), [path](Loader& loader) { loader.loadFile(path); });
}

void MainWindow::openSamplePair() {
    openSample(QStringLiteral("mutex"));
    QFile file(QStringLiteral(":/samples/lru-burst-rwmutex.trace.zst"));
    if (file.open(QIODevice::ReadOnly))
        loadSecond(QFileInfo(file).fileName(), [bytes = file.readAll(), name = QFileInfo(file).fileName()](
                                                   Loader& loader) { loader.loadBytes(bytes, name); });
}

void MainWindow::loadSecond(const QString& name, std::function<void(Loader&)> open) {
    if (!loader_.isLoading())
        return open(secondLoader_);
    secondLoader_.cancel();
    secondWhenLoaded_ = std::move(open);
    secondProgress_->showWaiting(tr("%1 · waits for the first trace").arg(name));
}

void MainWindow::forgetSecond() {
    secondWhenLoaded_ = nullptr;
    secondProgress_->hide();
}

void MainWindow::setFurtherRuns(Both<std::vector<std::string>> paths) {
    comparing_->setFurtherRuns(std::move(paths));
}

void MainWindow::closeSecond() {
    setFurtherRuns({});
    forgetSecond();
    secondLoader_.cancel();
    messages_->clear(secondLoad);
    if (pair_->isPair())
        pair_->closeSecond();
}

std::function<void(Loader&)> MainWindow::opening(TraceView& source) {
    if (!source.source().isEmpty())
        return [path = source.source(), part = source.state()->facts()->trace->report.part](Loader& loader) {
            loader.loadFile(path, part);
        };
    const QString name = nameOf(*source.state());
    QFile file(QStringLiteral(":/samples/") + name);
    if (!file.open(QIODevice::ReadOnly))
        return nullptr;
    return [bytes = file.readAll(), name](Loader& loader) { loader.loadBytes(bytes, name); };
}

void MainWindow::reload() {
    const auto first = opening(*pair_->first());
    const auto second = pair_->isPair() ? opening(*pair_->second()) : nullptr;
    if (!first)
        return;
    forgetSecond();
    first(loader_);
    if (second)
        loadSecond(nameOf(*pair_->second()->state()), second);
    reloading_ = {.first = true, .second = second != nullptr};
}

void MainWindow::closeTrace() {
    loader_.cancel();
    closeSecond();
    view()->closeTrace();
    messages_->clear();
    start_->setRecentFiles(recentFiles());
    pages_->setCurrentWidget(start_);
    updateTitle();
    updateStatus();
}

void MainWindow::showGrown(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    if (reloading_.first)
        return;
    if (!view()->isGrowing())
        messages_->clear(firstLoad);
    showTrace(std::move(facts), source);
}

void MainWindow::showCancelled() {
    forgetSecond();
    reloading_ = {};
    if (view()->isGrowing())
        messages_->showMessage(tr("Loading was cancelled: this is the first %1 of the trace, and no number is final.")
                                   .arg(fromUtf8(durationText(state()->facts()->trace->duration))),
                               {}, firstLoad);
}

void MainWindow::showLoaded(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    if (!source.isEmpty())
        rememberFile(source);
    const QStringList remarks = remarksOn(facts->trace->report, tr("This trace is damaged. %1"));
    remarks.empty() ? messages_->clear(firstLoad) : messages_->showMessage(remarks.front(), remarks, firstLoad);
    if (std::exchange(reloading_.first, false))
        showAgain(*view(), [&] { showTrace(std::move(facts), source); });
    else
        showTrace(std::move(facts), source);
    if (const ViewOptions asked = std::exchange(viewWhenLoaded_, {}); asked != ViewOptions())
        if (const QString problem = view()->commands()->apply(asked); !problem.isEmpty())
            messages_->showMessage(problem);
    if (const auto open = std::exchange(secondWhenLoaded_, nullptr))
        open(secondLoader_);
}

// The canvas takes the keys when a trace comes; while it grows, whoever has them keeps them.
void MainWindow::showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    const bool isMore = view()->isGrowing();
    pair_->showFirst(std::move(facts), source);
    if (!isMore) {
        pages_->setCurrentWidget(pair_);
        view()->timeline()->setFocus();
    }
    updateTitle();
    updateStatus();
}

void MainWindow::showSecondGrown(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    if (reloading_.second)
        return;
    messages_->clear(secondLoad);
    pair_->showSecond(std::move(facts), source);
    updateStatus();
}

void MainWindow::showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    if (!source.isEmpty())
        rememberFile(source);
    QStringList remarks = remarksOn(facts->trace->report, tr("The second trace is damaged. %1"));
    if (!source.isEmpty() && source == view()->source())
        remarks.prepend(tr("Both sides show the same file."));
    if (remarks.empty())
        messages_->clear(secondLoad);
    else
        messages_->showMessage(remarks.front(), remarks.size() > 1 ? remarks : QStringList(), secondLoad);
    if (std::exchange(reloading_.second, false))
        showAgain(*pair_->second(), [&] { pair_->showSecond(std::move(facts), source); });
    else
        pair_->showSecond(std::move(facts), source);
    updateStatus();
}

void MainWindow::showSecondCancelled() {
    reloading_.second = false;
    if (pair_->second()->isGrowing())
        messages_->showMessage(
            tr("Loading the second trace was cancelled: this is the first %1 of it, and no number is final.")
                .arg(fromUtf8(durationText(pair_->second()->state()->facts()->trace->duration))),
            {}, secondLoad);
}

void MainWindow::showFailure(const QString& sentence, const QString& topic) {
    messages_->showMessage(state()->facts() ? tr("%1 What was open stays open.").arg(sentence) : sentence, {}, topic);
}

// A second trace that waited for this one can be seen alone.
void MainWindow::showFirstFailed(const QString& sentence) {
    reloading_.first = false;
    const auto open = std::exchange(secondWhenLoaded_, nullptr);
    secondProgress_->hide();
    if (!open || state()->facts())
        showFailure(sentence, firstLoad);
    else
        messages_->showMessage(tr("%1 The other trace is shown alone.").arg(sentence));
    if (open)
        open(state()->facts() ? secondLoader_ : loader_);
}

void MainWindow::updateStatus() {
    const ViewState& state = *pair_->active()->state();
    const auto& facts = state.facts();
    if (!facts) {
        selectionText_->setText(said_);
        rangeText_->setText({});
        traceText_->setText({});
        return;
    }
    const Trace& trace = *facts->trace;
    selectionText_->setText(!said_.isEmpty() ? said_ : fromUtf8(selectionText(*facts, state.selection())));
    QString range = QStringLiteral("Δ ") + fromUtf8(durationText(state.visibleRange().length()));
    if (const TimeRange chosen = state.chosenRange(); !chosen.empty())
        range =
            tr("chosen: Δ %1 from %2").arg(fromUtf8(durationText(chosen.length())), state.times().text(chosen.begin)) +
            QStringLiteral(" · ") + range;
    rangeText_->setText(range);
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
    said_ = text;
    saidFor_.start();
    updateStatus();
}

void MainWindow::updateTitle() {
    const QString name = nameOf(*state());
    if (pair_->isPair())
        return setWindowTitle(tr("%1 | %2 – Waitscope").arg(name, nameOf(*pair_->second()->state())));
    setWindowTitle(name.isEmpty() ? tr("Waitscope") : tr("%1 – Waitscope").arg(name));
}

void MainWindow::setTheme(Theme theme) {
    QSettings().setValue(QStringLiteral("theme"), static_cast<int>(theme));
    applyTheme(theme);
}

void MainWindow::showKeys() {
    constexpr int column = 440; // logical pixels
    constexpr int most = 3;
    const int sides = std::clamp(width() / column, 1, most);
    QDialog sheet(this);
    sheet.setWindowTitle(tr("Keys"));
    auto* const text = new QTextBrowser;
    text->setHtml(actions_.keySheet(sides));
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* const layout = new QVBoxLayout(&sheet);
    layout->addWidget(text);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, &sheet, &QDialog::reject);
    // It scrolls where the screen is small.
    sheet.resize(std::min(sides * column, width() - 20), std::min(860, height() - 40));
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
        return showFailure(tr("%1 is not a file on this machine. Download it first.").arg(urls.front().toString()),
                           firstLoad);
    event->acceptProposedAction();
    openFile(urls.front().toLocalFile());
    if (urls.size() == 2 && urls.back().isLocalFile())
        openSecond(urls.back().toLocalFile());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    view()->panels()->keep();
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace waitscope
