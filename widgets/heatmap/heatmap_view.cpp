// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_view.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_overlay.h"
#include "widgets/heatmap/heatmap_plot.h"
#include "widgets/heatmap/heatmap_toolbar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int veilDelay = 120; ///< ms; a grid that takes longer is worth saying so

} // namespace

HeatmapView::HeatmapView(ViewState* state, QWidget* parent)
    : QWidget(parent), state_(state), job_([this](const GridAnswer& answer) { answered(answer); }) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    toolbar_ = new HeatmapToolbar;
    column->addWidget(toolbar_);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    field_ = new QWidget;
    field_->setMinimumSize(200, 120);
    scroll_ = new QScrollBar(Qt::Vertical);
    scroll_->setEnabled(false);
    row->addWidget(field_, 1);
    row->addWidget(scroll_);
    column->addLayout(row, 1);

    plot_ = std::make_unique<HeatmapPlot>(field_);
    overlay_ = new HeatmapOverlay(field_);
    clearFilter_ = new QPushButton(tr("Clear filter"), overlay_);
    clearFilter_->hide();
    field_->installEventFilter(this);
    overlay_->installEventFilter(this);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(0);
    connect(&askTimer_, &QTimer::timeout, this, &HeatmapView::ask);
    veilTimer_.setSingleShot(true);
    veilTimer_.setInterval(veilDelay);
    connect(&veilTimer_, &QTimer::timeout, this, [this] { overlay_->setComputing(job_.busy()); });
    connect(clearFilter_, &QPushButton::clicked, toolbar_, &HeatmapToolbar::clearFilter);
    connect(toolbar_, &HeatmapToolbar::settingsChanged, this, &HeatmapView::applySettings);
    connect(toolbar_, &HeatmapToolbar::rangeChosen, state_, &ViewState::setVisibleRange);
    connect(toolbar_, &HeatmapToolbar::copyCommandRequested, this, &HeatmapView::copyCommandRequested);
    connect(toolbar_, &HeatmapToolbar::copyPictureRequested, this, &HeatmapView::copyPictureRequested);
    connect(scroll_, &QScrollBar::valueChanged, this, [this](int value) { setPlaces(value, placeCount_); });
    connect(state_, &ViewState::traceChanged, this, &HeatmapView::traceChanged);
    connect(state_, &ViewState::visibleRangeChanged, this, &HeatmapView::rangeChanged);
    connect(state_, &ViewState::selectionChanged, this, &HeatmapView::selectionChanged);
    connect(state_, &ViewState::hoverTimeChanged, this, &HeatmapView::showHover);
    connect(state_, &ViewState::onsetChanged, this, &HeatmapView::showOnset);
    connect(state_, &ViewState::chosenRangeChanged, this, &HeatmapView::showTimes);
    connect(&state_->marks(), &TimeMarks::changed, this, &HeatmapView::showTimes);
    connect(state_, &ViewState::timesChanged, this, [this] {
        plot_->setTimes(state_->times());
        plot_->update();
        showOnset();
    });
    restyle();
    traceChanged();
}

void HeatmapView::showHover() {
    const Time time = state_->hoverTime();
    overlay_->setHover(time >= 0 && answer_.grid ? std::optional(plot_->xOf(time)) : std::nullopt);
}

// Beside a longer trace the axis goes on where this one is over.
void HeatmapView::showOutside() {
    const TimeAxis all = axis();
    const TimeRange shown = state_->visibleRange();
    overlay_->setInside(all.x(shown.begin), all.x(shown.end));
}

HeatmapView::~HeatmapView() {
    stop_.request_stop();
}

QWidget* HeatmapView::overlay() const {
    return overlay_;
}

void HeatmapView::setSettings(const HeatmapSettings& settings) {
    toolbar_->setSettings(settings);
    applySettings();
}

void HeatmapView::applySettings() {
    const HeatmapSettings settings = toolbar_->settings();
    if (settings == settings_)
        return;
    const bool otherRows = settings.order != settings_.order || settings.filter != settings_.filter;
    if (otherRows || settings.mode != settings_.mode) {
        if (otherRows)
            goroutines_.reset();
        firstPlace_ = placeCount_ = 0;
    }
    settings_ = settings;
    askSoon();
    Q_EMIT settingsChanged();
}

void HeatmapView::setCallouts(std::optional<Callouts> callouts) {
    callouts_ = std::move(callouts);
    plot_->setCallouts(shownCallouts());
    plot_->update();
}

std::vector<Callout> HeatmapView::shownCallouts() const {
    return callouts_ ? callouts_->all : std::vector<Callout>();
}

void HeatmapView::setBeside(std::shared_ptr<const Grid> grid) {
    if (grid == beside_)
        return;
    beside_ = std::move(grid);
    if (!answer_.grid)
        return;
    plot_->show(contents());
    plot_->setTimeRange(state_->axisRange());
    showPlaces();
    plot_->update();
}

void HeatmapView::traceChanged() {
    stop_.request_stop();
    job_.cancel();
    veilTimer_.stop();
    goroutines_.reset();
    answer_ = {};
    firstPlace_ = placeCount_ = 0;
    selectedPlaces_.clear();
    callouts_.reset();
    toolbar_->showRange(state_->visibleRange(), state_->facts() ? state_->facts()->trace->duration : 0);
    plot_->setTimes(state_->times());
    plot_->show({});
    plot_->update();
    overlay_->setComputing(false);
    overlay_->setHover({});
    overlay_->setOnset({});
    overlay_->setSelectedRows({});
    showMessage();
    askSoon();
}

void HeatmapView::rangeChanged(TimeRange range) {
    toolbar_->showRange(range, state_->facts() ? state_->facts()->trace->duration : 0);
    plot_->setTimeRange(state_->axisRange());
    plot_->update();
    showMessage();
    showOutside();
    showHover();
    askSoon();
}

void HeatmapView::askSoon() {
    askTimer_.start();
}

void HeatmapView::ask() {
    if (!state_->facts() || !isVisible())
        return;
    const QSizeF pixels = QSizeF(plot_->canvas().size()) * devicePixelRatioF();
    const TimeRange range = state_->visibleRange();
    if (pixels.isEmpty() || (range.empty() && !state_->axisRange().empty()))
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    const TimeAxis all = axis();
    const double dpr = devicePixelRatioF();
    const GridQuestion question{.facts = state_->facts(),
                                .filter = settings_.filter.toStdString(),
                                .goroutines = goroutines_,
                                .firstPlace = static_cast<std::uint32_t>(firstPlace_),
                                .placeCount = static_cast<std::uint32_t>(placeCount_),
                                .options = {.mode = settings_.mode,
                                            .metric = settings_.metric,
                                            .range = range,
                                            .bins = static_cast<std::uint32_t>(std::lround(
                                                std::max(1.0, (all.x(range.end) - all.x(range.begin)) * dpr))),
                                            .rows = rowsFor(settings_.mode, pixels.height(), dpr),
                                            .bundling = settings_.bundling,
                                            .order = settings_.order,
                                            .grouping = settings_.grouping}};
    job_.request([question, stop = stop_.get_token()] { return answerTo(question, stop); });
    if (!veilTimer_.isActive())
        veilTimer_.start();
}

void HeatmapView::answered(const GridAnswer& answer) {
    answer_ = answer;
    goroutines_ = answer.goroutines;
    veilTimer_.stop();
    overlay_->setComputing(false);
    plot_->show(contents());
    plot_->setTimeRange(state_->axisRange());
    if (askTimer_.isActive()) // the view has moved on meanwhile
        showPlaces();
    showOutside();
    plot_->update();
    const auto total = static_cast<double>(placesTotal());
    const double shown = placeCount_ > 0 ? placeCount_ : total;
    {
        const QSignalBlocker blocker(scroll_);
        scroll_->setRange(0, static_cast<int>(std::max(0.0, total - shown)));
        scroll_->setPageStep(static_cast<int>(std::max(1.0, shown)));
        scroll_->setSingleStep(static_cast<int>(std::max(1.0, shown / 10)));
        scroll_->setValue(static_cast<int>(firstPlace_));
        scroll_->setEnabled(placeCount_ > 0);
    }
    showMessage();
    findSelection();
    showSelection();
    showOnset();
    showTimes();
    Q_EMIT gridChanged();
}

// Only grids that measure the same share a scale.
std::shared_ptr<const Grid> HeatmapView::comparableGrid() const {
    const bool comparable = beside_ && answer_.grid && beside_->mode == answer_.grid->mode &&
                            beside_->metric == answer_.grid->metric && beside_->unit == answer_.grid->unit;
    return comparable ? beside_ : nullptr;
}

std::optional<ColourScale> HeatmapView::colourScale() const {
    if (!answer_.grid)
        return {};
    return ColourScale(*answer_.grid, comparableGrid().get(), settings_.colourScale);
}

HeatmapContents HeatmapView::contents() const {
    return {.trace = state_->facts()->trace,
            .grid = answer_.grid,
            .order = fromUtf8(namedOf(settings_.order).text),
            .scale = settings_.colourScale,
            .beside = comparableGrid(),
            .colours = settings_.colours,
            .callouts = shownCallouts()};
}

void HeatmapView::showPlaces() {
    if (!namedOf(settings_.mode).goroutineRows)
        return;
    plot_->setPlaces(firstPlace_, firstPlace_ + (placeCount_ > 0 ? placeCount_ : placesTotal()));
    showSelection();
}

void HeatmapView::showMessage() {
    QString message;
    const bool answered = answer_.grid != nullptr;
    const bool nobody = answered && answer_.goroutines->empty();
    if (!state_->facts())
        message = tr("No trace is open.");
    else if (nobody && !settings_.filter.isEmpty())
        message = tr("No goroutine runs a function with “%1” in its name.").arg(settings_.filter);
    else if (nobody)
        message = tr("The program has no goroutines in this trace.");
    else if (state_->visibleRange().empty() && !state_->axisRange().empty())
        message = tr("This trace has nothing at these times: it is over, or has not begun.");
    else if (answered && answer_.grid->empty() && answer_.grid->bins > 0)
        message = settings_.mode == HeatmapMode::Strategy
                      ? tr("The program made no such marks: log messages, regions or tasks.")
                      : tr("No goroutine did this in this range.");
    else if (answered && answer_.grid->empty())
        message = tr("The trace is too short to draw: all of it happened at one instant.");
    overlay_->setMessage(message);
    plot_->widget()->setVisible(message.isEmpty());
    clearFilter_->setVisible(nobody && !settings_.filter.isEmpty());
    clearFilter_->adjustSize();
    const QPoint middle = overlay_->rect().center();
    clearFilter_->move(middle.x() - clearFilter_->width() / 2, middle.y() + 28);
}

HeatmapPictureOptions HeatmapView::pictureOptions(QSize size, int scale) const {
    HeatmapPictureOptions options{.size = size,
                                  .scale = scale,
                                  .what = {.mode = settings_.mode,
                                           .metric = settings_.metric,
                                           .range = state_->visibleRange(),
                                           .bundling = settings_.bundling,
                                           .order = settings_.order,
                                           .grouping = settings_.grouping},
                                  .colourScale = settings_.colourScale,
                                  .colours = settings_.colours,
                                  .times = state_->timeFormat() == TimeFormat::WallClock ? TimeFormat::WallClock
                                                                                         : TimeFormat::SinceStart,
                                  .filter = settings_.filter,
                                  .filterOption = QStringLiteral("--contains"),
                                  .callouts = callouts_};
    if (!settings_.filter.isEmpty())
        options.rows.wanted = [text = settings_.filter.toStdString()](std::string_view function) {
            return nameContains(function, text);
        };
    if (placeCount_ > 0 && answer_.grid) {
        options.firstPlace = firstPlace();
        options.placeCount = static_cast<std::uint32_t>(answer_.grid->goroutines.size());
    }
    return options;
}

bool HeatmapView::isComputing() const {
    return job_.busy() || askTimer_.isActive();
}

QRect HeatmapView::canvas() const {
    return plot_->canvas().translated(field_->mapTo(this, QPoint()));
}

void HeatmapView::fitCanvas() {
    plot_->widget()->setGeometry(field_->rect());
    overlay_->setGeometry(field_->rect());
    plot_->setLeft(CanvasSizes(font()).left(field_->width()));
    overlay_->setCanvas(plot_->layOut(field_->size()));
    plot_->update();
    showOutside();
    showMessage();
    showSelection();
    showOnset();
    showTimes();
    showHover();
    askSoon();
}

void HeatmapView::restyle() {
    plot_->setLook(HeatmapLook::of(palette(), font()));
    fitCanvas();
}

void HeatmapView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange)
        restyle();
}

void HeatmapView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    askSoon();
}

} // namespace waitscope
