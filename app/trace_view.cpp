// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trace_view.h"

#include "app/details.h"
#include "app/source_file.h"
#include "app/timeline_commands.h"
#include "app/tooltip_switch.h"
#include "app/verdict_line.h"
#include "widgets/common/from_utf8.h"
#include "widgets/findings/findings_panel.h"
#include "widgets/flame/flame_panel.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/inspector/inspector_panel.h"
#include "widgets/inspector/lives_panel.h"
#include "widgets/inspector/works_panel.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/overview_strip.h"
#include "widgets/timeline/timeline_pane.h"
#include "widgets/waits/waits_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QStyle>
#include <QTabWidget>

#include <utility>

namespace waitscope {

TraceView::TraceView(QWidget* parent) : QWidget(parent) {
    makeCanvases();
    makeWords();
    layOut();
    connectExports();
    setFocusProxy(timeline_);
}

TraceView::~TraceView() = default;

void TraceView::makeCanvases() {
    overview_ = new OverviewStrip(&state_);
    search_ = new SearchPanel(&state_);
    timelinePane_ = new TimelinePane(&state_);
    timeline_ = timelinePane_->view();
    commands_ = new TimelineCommands(
        {.state = &state_, .pane = timelinePane_, .search = search_, .tracePath = [this] { return source_; }}, this);
    connect(search_, &SearchPanel::closed, timeline_, qOverload<>(&QWidget::setFocus));
    connect(timeline_, &TimelineView::messageChanged, this, &TraceView::message);
    connect(commands_, &TimelineCommands::message, this, &TraceView::message);
    heatmap_ = new HeatmapView(&state_);
    auto* const tooltips = new TooltipSwitch(this);
    for (QWidget* const canvas : {timeline_->viewport(), heatmap_->focusProxy(), static_cast<QWidget*>(overview_)})
        canvas->installEventFilter(tooltips);
    connect(heatmap_, &HeatmapView::rowsBrushed, timeline_, &TimelineView::showOnlySelected);
    connect(heatmap_, &HeatmapView::stackRequested, this, [this] {
        if (maximised_ == heatmap_)
            showAlone(heatmap_);
        details_->showStack();
        details_->setFocus();
    });
}

void TraceView::makeWords() {
    findingsPanel_ = new FindingsPanel(&state_);
    verdictLine_ = new VerdictLine(&state_, findingsPanel_);
    connect(verdictLine_, &VerdictLine::findingsWanted, this, [this] { tables_->setCurrentWidget(findingsPanel_); });
    connect(verdictLine_, &VerdictLine::judged, this, [this](const std::shared_ptr<const Findings>& findings) {
        heatmap_->setCallouts(findings ? std::optional(calloutsOf(*findings)) : std::nullopt);
        Q_EMIT findingsChanged();
    });
    connect(verdictLine_, &VerdictLine::message, this, &TraceView::message);
    connect(verdictLine_, &VerdictLine::failed, this, &TraceView::failed);
    waits_ = new WaitsPanel(&state_);
    tables_ = new QTabWidget;
    tables_->setDocumentMode(true);
    tables_->addTab(findingsPanel_, tr("Findings"));
    tables_->addTab(waits_, tr("Waits"));
    tables_->setCurrentWidget(waits_);
    inspector_ = new InspectorPanel(&state_);
    inspector_->addTab(new LivesPanel(&state_), tr("Goroutines"));
    inspector_->addTab(new WorksPanel(&state_), tr("Tasks"));
    inspector_->addTab(new FlamePanel(&state_), tr("Flame graph"));
    inspector_->setCurrentIndex(0);
    tables_->addTab(inspector_, tr("Inspector"));
    holdups_ = new HoldupsPanel(&state_);
    tables_->addTab(holdups_, tr("Hold-ups"));
    details_ = new Details(&state_);
    connect(holdups_, &HoldupsPanel::frameActivated, details_, &Details::showLine);
    connect(details_, &Details::failed, this, &TraceView::failed);
}

void TraceView::layOut() {
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

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(verdictLine_);
    layout->addWidget(columns_, 1);
}

// Escape takes back whatever has the keys, once that has nothing of its own to take back.
void TraceView::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape || !timeline_->takeBack())
        QWidget::keyPressEvent(event);
}

void TraceView::connectExports() {
    const auto written = [this](const QString& path) { Q_EMIT message(tr("Written: %1").arg(path)); };
    connect(&pictures_, &PictureExport::written, this, written);
    connect(&pictures_, &PictureExport::failed, this, &TraceView::failed);
    connect(&waitsExport_, &WaitsExport::written, this, written);
    connect(&waitsExport_, &WaitsExport::failed, this, &TraceView::failed);
    connect(&pictures_, &PictureExport::made, this, [this](const QByteArray& png) {
        auto* const content = new QMimeData;                // the clipboard owns it
        content->setData(QStringLiteral("image/png"), png); // with its texts, which an image alone would lose
        content->setImageData(QImage::fromData(png, "PNG"));
        QApplication::clipboard()->setMimeData(content);
        Q_EMIT message(tr("The picture is in the clipboard."));
    });
    connect(heatmap_, &HeatmapView::copyCommandRequested, this, &TraceView::copyHeatmapCommand);
    connect(heatmap_, &HeatmapView::copyPictureRequested, this, &TraceView::copyHeatmap);
}

void TraceView::showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    const bool isLonger = isGrowing() && source == source_; // else another load was cancelled
    source_ = source;
    if (isLonger)
        state_.grow(std::move(facts));
    else
        state_.show(std::move(facts));
    if (isGrowing())
        verdictLine_->waitForTheRest();
    else
        verdictLine_->judge(source);
}

void TraceView::closeTrace() {
    verdictLine_->forget();
    source_.clear();
    state_.show(nullptr);
}

bool TraceView::isGrowing() const {
    return state_.facts() && state_.facts()->trace->report.growing;
}

QString TraceView::verdictText() const {
    return verdictLine_->text();
}

// What is drawn, judged as it is judged here even if the findings are still being computed.
HeatmapPictureOptions TraceView::heatmapOptions() const {
    HeatmapPictureOptions options = heatmap_->pictureOptions();
    options.judging = {.idleFunction = idleFunctionOf(verdictLine_->rules()), .source = sourceFile};
    options.dismiss = dismissOf(verdictLine_->rules());
    options.rules = verdictLine_->rulesFile();
    return options;
}

void TraceView::setCompact(bool compact) {
    if (compact == compact_)
        return;
    if (compact)
        keepLayout();
    compact_ = compact;
    verdictLine_->setVisible(!compact);
    showParts();
    compact || isNarrow() ? resetSizes() : restoreLayout();
}

std::shared_ptr<const Findings> TraceView::findings() const {
    return verdictLine_->findings();
}

void TraceView::exportHeatmap(const QString& path) {
    if (state_.facts())
        pictures_.heatmapToFile(state_.facts(), heatmapOptions(), path);
}

void TraceView::exportWaits(const QString& path) {
    if (state_.facts())
        waitsExport_.toFile(
            state_.facts(),
            {.by = waits_->grouping(), .range = state_.rangeOfInterest(), .runtimeGoroutines = waits_->withRuntime()},
            path);
}

void TraceView::copyHeatmapCommand() {
    if (!state_.facts())
        return;
    const QString file = source_.isEmpty() ? fromUtf8(state_.facts()->trace->identity.fileName) : source_;
    QApplication::clipboard()->setText(commandFor(heatmapOptions(), file, *state_.facts()->trace));
    Q_EMIT message(tr("The command that makes this picture is in the clipboard."));
}

void TraceView::copyHeatmap() {
    if (state_.facts())
        pictures_.heatmapToPng(state_.facts(), heatmapOptions());
}

void TraceView::exportTimeline(const QString& path) {
    if (state_.facts())
        pictures_.timelineToFile(state_.facts(), commands_->picture(), path);
}

// One view takes the whole window; asked again, everything is back.
void TraceView::showAlone(QWidget* view) {
    if (!state_.facts())
        return;
    maximised_ = maximised_ == view ? nullptr : view;
    showParts();
    (maximised_ == nullptr || view == timelinePane_ ? timeline_ : view)->setFocus();
}

void TraceView::showParts() {
    const auto shown = [&](QWidget* widget) {
        return maximised_ == nullptr ? !(compact_ && widget == tables_) : maximised_ == widget;
    };
    for (QWidget* const widget : std::initializer_list<QWidget*>{timelinePane_, heatmap_, tables_, details_})
        widget->setVisible(shown(widget));
    canvases_->parentWidget()->setVisible(shown(timelinePane_) || shown(heatmap_));
    words_->setVisible((shown(tables_) || shown(details_)) && (maximised_ != nullptr || !isCramped()));
}

// Too small for canvases and words; words are seen alone then.
bool TraceView::isCramped() const {
    constexpr int least = 600; // logical pixels
    return !isNarrow() && width() < least;
}

void TraceView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    showParts();
}

// Two tables share a place: the key of the one that is not seen brings it there first.
void TraceView::showTabAlone(QWidget* tab) {
    const bool there = maximised_ == tables_ && tables_->currentWidget() != tab;
    tables_->setCurrentWidget(tab);
    if (!there)
        showAlone(tables_);
}

void TraceView::resetLayout() {
    if (maximised_ != nullptr)
        showAlone(maximised_);
    resetSizes();
}

void TraceView::resetSizes() {
    constexpr int roomy = 1200; // in less, the words get what shows how many still wait
    const bool tight = window()->width() < roomy;
    columns_->setSizes(!isNarrow() ? (tight ? QList{560, 464} : QList{870, 570})
                       : compact_  ? QList{700, 140}
                                   : QList{500, 340});
    canvases_->setSizes({430, 390});
    words_->setSizes(isNarrow() ? QList{440, 280} : QList{540, 280});
}

void TraceView::setNarrow(bool narrow) {
    if (narrow == isNarrow())
        return;
    if (narrow)
        keepLayout();
    columns_->setOrientation(narrow ? Qt::Vertical : Qt::Horizontal);
    words_->setOrientation(narrow ? Qt::Horizontal : Qt::Vertical);
    tables_->setMinimumWidth(narrow ? 300 : 0); // less than they ask for: two sides must fit into 1366 pixels
    details_->setMinimumWidth(narrow ? 180 : 0);
    narrow ? resetLayout() : restoreLayout();
}

bool TraceView::isNarrow() const {
    return columns_->orientation() == Qt::Vertical;
}

void TraceView::maximise(Part part) {
    switch (part) {
    case Part::Heatmap:
        return showAlone(heatmap_);
    case Part::Timeline:
        return showAlone(timelinePane_);
    case Part::Waits:
        return showTabAlone(waits_);
    case Part::Findings:
        return showTabAlone(findingsPanel_);
    case Part::Details:
        return showAlone(details_);
    case Part::Inspector:
        return showTabAlone(inspector_);
    case Part::Holdups:
        return showTabAlone(holdups_);
    }
}

void TraceView::restoreLayout() {
    resetLayout();
    const QSettings settings;
    columns_->restoreState(settings.value(QStringLiteral("columns")).toByteArray());
    canvases_->restoreState(settings.value(QStringLiteral("canvases")).toByteArray());
    words_->restoreState(settings.value(QStringLiteral("words")).toByteArray());
}

void TraceView::keepLayout() {
    if (maximised_ != nullptr)
        showAlone(maximised_);
    if (isNarrow() || compact_)
        return; // what was kept is of the whole window
    QSettings settings;
    settings.setValue(QStringLiteral("columns"), columns_->saveState());
    settings.setValue(QStringLiteral("canvases"), canvases_->saveState());
    settings.setValue(QStringLiteral("words"), words_->saveState());
}

} // namespace waitscope
