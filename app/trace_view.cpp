// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trace_view.h"

#include "app/details.h"
#include "app/source_file.h"
#include "app/tab_order.h"
#include "app/threads.h"
#include "app/timeline_commands.h"
#include "app/tooltip_switch.h"
#include "app/verdict_line.h"
#include "widgets/common/from_utf8.h"
#include "widgets/findings/findings_panel.h"
#include "widgets/flame/flame_panel.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/inspector/family_panel.h"
#include "widgets/inspector/inspector_panel.h"
#include "widgets/inspector/lives_panel.h"
#include "widgets/inspector/works_panel.h"
#include "widgets/search/search_panel.h"
#include "widgets/stack/source_panel.h"
#include "widgets/stack/stack_panel.h"
#include "widgets/timeline/overview_strip.h"
#include "widgets/timeline/timeline_pane.h"
#include "widgets/waits/waits_panel.h"
#include "widgets/waits/why_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QSplitter>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace waitscope {

TraceView::TraceView(QWidget* parent) : QWidget(parent) {
    makeCanvases();
    makeWords();
    layOut();
    connectExports();
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
    for (QWidget* const canvas : {timeline_->viewport(), heatmap_->overlay(), static_cast<QWidget*>(overview_)})
        canvas->installEventFilter(tooltips);
    connect(heatmap_, &HeatmapView::rowsBrushed, timeline_, &TimelineView::showOnlySelected);
    connect(heatmap_, &HeatmapView::stackRequested, this, [this] {
        details_->showStack();
        details_->stack()->setFocus();
    });
}

void TraceView::makeWords() {
    findingsPanel_ = new FindingsPanel(&state_);
    verdictLine_ = new VerdictLine(&state_, findingsPanel_);
    connect(verdictLine_, &VerdictLine::findingsWanted, this, [this] { panels_->bring(findingsPanel_); });
    connect(verdictLine_, &VerdictLine::judged, this, [this](const std::shared_ptr<const Findings>& findings) {
        heatmap_->setCallouts(findings ? std::optional(calloutsOf(*findings)) : std::nullopt);
        Q_EMIT findingsChanged();
    });
    connect(verdictLine_, &VerdictLine::message, this, &TraceView::message);
    connect(verdictLine_, &VerdictLine::failed, this, &TraceView::failed);
    waits_ = new WaitsPanel(&state_);
    inspector_ = new InspectorPanel(&state_);
    inspector_->addTab(new LivesPanel(&state_), tr("Goroutines"));
    inspector_->addTab(new WorksPanel(&state_), tr("Tasks"));
    inspector_->addTab(new FlamePanel(&state_), tr("Flame graph"));
    inspector_->addTab(new FamilyPanel(&state_), tr("Family"));
    inspector_->setCurrentIndex(0);
    holdups_ = new HoldupsPanel(&state_);
    details_ = new Details(&state_, this);
    connect(details_, &Details::wanted, this, [this](QWidget* panel) { panels_->bring(panel); });
    connect(holdups_, &HoldupsPanel::frameActivated, details_, &Details::showLine);
    connect(details_, &Details::failed, this, &TraceView::failed);
}

void TraceView::layOut() {
    // The strip stands above the canvases and shares their edges.
    auto* const block = new QWidget;
    auto* const blockLayout = new QVBoxLayout(block);
    blockLayout->setContentsMargins(0, 0, 0, 0);
    blockLayout->setSpacing(0);
    auto* const overviewRow = new QHBoxLayout; // where the canvases have a scroll bar the strip has none
    overviewRow->setContentsMargins(0, 0, style()->pixelMetric(QStyle::PM_ScrollBarExtent), 0);
    overviewRow->addWidget(overview_);
    auto* const canvases = new QSplitter(Qt::Vertical);
    blockLayout->addLayout(overviewRow);
    blockLayout->addWidget(search_);
    blockLayout->addWidget(canvases, 1);

    panels_ = new Panels(block, canvases);
    panels_->addCanvas(tr("Timeline"), timelinePane_);
    panels_->addCanvas(tr("Heatmap"), heatmap_);
    using enum Panels::Place;
    const auto add = [this](const char* name, const QString& title, QWidget* content, Panels::Place place,
                            bool inFront = false) {
        panels_->addPanel({QLatin1String(name), title, content, place, inFront});
    };
    add("findings", tr("Findings"), findingsPanel_, Table);
    add("waits", tr("Waits"), waits_, Table, true);
    add("inspector", tr("Inspector"), inspector_, Table);
    add("holdups", tr("Hold-ups"), holdups_, Table);
    add("stack", tr("Stack"), details_->stack(), Detail, true);
    add("source", tr("Source"), details_->source(), Detail);
    add("why", tr("Why"), details_->why(), Detail);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(verdictLine_);
    layout->addWidget(panels_, 1);
}

// Escape takes back whatever has the keys, once that has nothing of its own to take back.
void TraceView::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape)
        return QWidget::keyPressEvent(event);
    if (timeline_->takeBack())
        return;
    if (search_->isHidden())
        return QWidget::keyPressEvent(event);
    search_->close();
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

namespace {

/// Whoever lets go of a trace last gives its memory back, which takes some frames for a large one.
void forget(std::shared_ptr<const TraceFacts> facts) {
    elsewhere([facts = std::move(facts)] {});
}

} // namespace

void TraceView::showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    const bool isLonger = isGrowing() && source == source_; // else another load was cancelled
    source_ = source;
    auto before = state_.facts();
    if (isLonger)
        state_.grow(std::move(facts));
    else
        state_.show(std::move(facts));
    if (isGrowing())
        verdictLine_->waitForTheRest();
    else
        verdictLine_->judge(source);
    forget(std::move(before));
}

void TraceView::closeTrace() {
    auto before = state_.facts();
    verdictLine_->forget();
    source_.clear();
    state_.show(nullptr);
    forget(std::move(before));
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

void TraceView::setShape(Panels::Shape shape) {
    verdictLine_->setVisible(shape == Panels::Shape::Whole);
    panels_->setShape(shape);
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

void TraceView::maximise(Part part) {
    if (!state_.facts())
        return;
    const auto contents = [&]() -> std::vector<QWidget*> {
        switch (part) {
        case Part::Heatmap:
            return {heatmap_};
        case Part::Timeline:
            return {timelinePane_};
        case Part::Waits:
            return {waits_};
        case Part::Findings:
            return {findingsPanel_};
        case Part::Details:
            return {details_->stack(), details_->source(), details_->why()};
        case Part::Inspector:
            return {inspector_};
        case Part::Holdups:
            return {holdups_};
        }
        return {};
    }();
    panels_->showAlone(contents);
    const auto seen = std::ranges::find_if(contents, &QWidget::isVisible);
    if (panels_->isAlone() && part != Part::Timeline && seen != contents.end())
        giveKeysTo(*seen);
    else
        timeline_->setFocus();
}

} // namespace waitscope
