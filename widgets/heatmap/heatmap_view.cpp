// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_view.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_overlay.h"
#include "widgets/heatmap/heatmap_plot.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int veilDelay = 120; ///< ms; a grid that takes longer is worth saying so

QString capitalised(std::string_view text) {
    QString result = fromUtf8(text);
    result[0] = result[0].toUpper();
    return result;
}

} // namespace

HeatmapView::HeatmapView(ViewState* state, QWidget* parent)
    : QWidget(parent), state_(state), job_([this](const GridAnswer& answer) { answered(answer); }) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildToolbar();
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    field_ = new QWidget;
    field_->setMinimumSize(320, 120);
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
    setFocusProxy(overlay_);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(0);
    connect(&askTimer_, &QTimer::timeout, this, &HeatmapView::ask);
    veilTimer_.setSingleShot(true);
    veilTimer_.setInterval(veilDelay);
    connect(&veilTimer_, &QTimer::timeout, this, [this] { overlay_->setComputing(job_.busy()); });
    connect(clearFilter_, &QPushButton::clicked, filter_, &QLineEdit::clear);
    connect(scroll_, &QScrollBar::valueChanged, this, [this](int value) { setPlaces(value, placeCount_); });
    connect(state_, &ViewState::traceChanged, this, &HeatmapView::traceChanged);
    connect(state_, &ViewState::visibleRangeChanged, this, &HeatmapView::rangeChanged);
    connect(state_, &ViewState::selectionChanged, this, &HeatmapView::selectionChanged);
    connect(state_, &ViewState::hoverTimeChanged, this, [this](Time time) {
        overlay_->setHover(time >= 0 && answer_.grid ? std::optional(plot_->xOf(time)) : std::nullopt);
    });
    connect(state_, &ViewState::onsetChanged, this, &HeatmapView::showOnset);
    restyle();
    traceChanged();
}

void HeatmapView::showOnset() {
    const Time onset = state_->onset();
    const bool seen = onset >= 0 && answer_.grid && state_->visibleRange().contains(onset);
    overlay_->setOnset(seen ? std::optional(plot_->xOf(onset)) : std::nullopt,
                       tr("since %1").arg(fromUtf8(durationText(onset))));
}

HeatmapView::~HeatmapView() {
    stop_.request_stop();
}

void HeatmapView::buildToolbar() {
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 8, 4);
    bar->setSpacing(8);
    states_ = new QComboBox;
    for (const NamedStates& n : namedStates)
        states_->addItem(capitalised(n.text));
    states_->setToolTip(tr("What the colour measures: the share of each bin of time spent like this"));
    states_->setAccessibleName(tr("State shown"));
    order_ = new QComboBox;
    for (const NamedOrder& n : namedOrders)
        order_->addItem(tr("By ") + fromUtf8(n.text));
    order_->setToolTip(tr("Order of the rows"));
    order_->setAccessibleName(tr("Order of the rows"));
    bundling_ = new QComboBox;
    bundling_->addItems({tr("Mean of a row"), tr("Max of a row")});
    bundling_->setToolTip(tr("When a row is a bundle of goroutines: the mean of those alive, or the most of any. "
                             "A dot marks a bundle that has a goroutine more than 50 points above its mean."));
    bundling_->setAccessibleName(tr("Value of a row"));
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter functions"));
    filter_->setAccessibleName(tr("Filter functions"));
    filter_->setClearButtonEnabled(true);
    filter_->setMaximumWidth(260);
    for (QWidget* w : {static_cast<QWidget*>(states_), static_cast<QWidget*>(order_), static_cast<QWidget*>(bundling_)})
        bar->addWidget(w);
    bar->addStretch(1);
    bar->addWidget(filter_, 2);
    static_cast<QVBoxLayout*>(layout())->addLayout(bar);
    for (QComboBox* box : {states_, order_, bundling_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        box->setMinimumWidth(72); // a narrow window has room for the beginning of a name
        connect(box, &QComboBox::currentIndexChanged, this, &HeatmapView::applySettings);
    }
    connect(filter_, &QLineEdit::textChanged, this, &HeatmapView::applySettings);
}

void HeatmapView::setSettings(const HeatmapSettings& settings) {
    {
        const QSignalBlocker a(states_), b(order_), c(bundling_), d(filter_);
        const auto* const named = std::ranges::find(namedStates, settings.states, &NamedStates::states);
        states_->setCurrentIndex(named == namedStates.end() ? 0 : static_cast<int>(named - namedStates.begin()));
        order_->setCurrentIndex(static_cast<int>(settings.order));
        bundling_->setCurrentIndex(static_cast<int>(settings.bundling));
        filter_->setText(settings.filter);
    }
    applySettings();
}

void HeatmapView::applySettings() {
    const HeatmapSettings settings{
        .states = namedStates[static_cast<std::size_t>(states_->currentIndex())].states,
        .order = static_cast<RowOrder>(order_->currentIndex()),
        .bundling = static_cast<Bundling>(bundling_->currentIndex()),
        .filter = filter_->text(),
    };
    if (settings == settings_)
        return;
    if (settings.order != settings_.order || settings.filter != settings_.filter) {
        goroutines_.reset();
        firstPlace_ = placeCount_ = 0;
    }
    settings_ = settings;
    askSoon();
    Q_EMIT settingsChanged();
}

void HeatmapView::traceChanged() {
    stop_.request_stop();
    job_.cancel();
    veilTimer_.stop();
    goroutines_.reset();
    answer_ = {};
    firstPlace_ = placeCount_ = 0;
    selectedPlace_.reset();
    plot_->show({});
    plot_->update();
    overlay_->setComputing(false);
    overlay_->setHover({});
    overlay_->setOnset({});
    overlay_->setSelectedRow({});
    showMessage();
    askSoon();
}

void HeatmapView::rangeChanged(TimeRange range) {
    plot_->setTimeRange(range);
    plot_->update();
    askSoon();
}

void HeatmapView::askSoon() {
    askTimer_.start();
}

void HeatmapView::ask() {
    if (!state_->facts() || !isVisible())
        return;
    const QSizeF pixels = QSizeF(plot_->canvas().size()) * devicePixelRatioF();
    if (pixels.isEmpty())
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    const GridQuestion question{.facts = state_->facts(),
                                .order = settings_.order,
                                .filter = settings_.filter.toStdString(),
                                .goroutines = goroutines_,
                                .firstPlace = static_cast<std::uint32_t>(firstPlace_),
                                .placeCount = static_cast<std::uint32_t>(placeCount_),
                                .options = {.range = state_->visibleRange(),
                                            .bins = static_cast<std::uint32_t>(pixels.width()),
                                            .rows = static_cast<std::uint32_t>(pixels.height()),
                                            .states = settings_.states,
                                            .bundling = settings_.bundling}};
    job_.request([question, stop = stop_.get_token()] { return answerTo(question, stop); });
    if (!veilTimer_.isActive())
        veilTimer_.start();
}

void HeatmapView::answered(const GridAnswer& answer) {
    answer_ = answer;
    goroutines_ = answer.goroutines;
    veilTimer_.stop();
    overlay_->setComputing(false);
    plot_->show({state_->facts()->trace, answer_.grid, answer_.firstPlace, fromUtf8(namedOf(settings_.order).text)});
    if (askTimer_.isActive()) { // the view has moved on meanwhile
        plot_->setTimeRange(state_->visibleRange());
        showPlaces();
    }
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
}

void HeatmapView::selectionChanged() {
    findSelection();
    // What another view chose is brought into sight.
    if (selectedPlace_ && placeCount_ > 0 &&
        (*selectedPlace_ < firstPlace_ || *selectedPlace_ >= firstPlace_ + placeCount_))
        setPlaces(*selectedPlace_ - placeCount_ / 2, placeCount_);
    showSelection();
}

void HeatmapView::findSelection() {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    selectedPlace_.reset();
    if (g.known() && goroutines_)
        if (const auto found = std::ranges::find(*goroutines_, g); found != goroutines_->end())
            selectedPlace_ = static_cast<std::uint32_t>(found - goroutines_->begin());
}

void HeatmapView::showSelection() {
    if (!selectedPlace_ || !answer_.grid || answer_.grid->empty()) {
        overlay_->setSelectedRow({});
        return;
    }
    const double perRow = answer_.grid->perRow;
    const double first = answer_.firstPlace;
    const double top = first + std::floor((*selectedPlace_ - first) / perRow) * perRow;
    overlay_->setSelectedRow(HeatmapOverlay::Row{plot_->yOf(top), plot_->yOf(top + perRow)});
}

void HeatmapView::showPlaces() {
    plot_->setPlaces(firstPlace_, firstPlace_ + (placeCount_ > 0 ? placeCount_ : placesTotal()));
    showSelection();
}

void HeatmapView::showMessage() {
    QString message;
    const bool answered = answer_.grid != nullptr;
    const bool nobody = answered && goroutines_->empty();
    if (!state_->facts())
        message = tr("No trace is open.");
    else if (nobody && !settings_.filter.isEmpty())
        message = tr("No goroutine runs a function with “%1” in its name.").arg(settings_.filter);
    else if (nobody)
        message = tr("The program has no goroutines in this trace.");
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
                                  .range = state_->visibleRange(),
                                  .states = settings_.states,
                                  .bundling = settings_.bundling,
                                  .filter = settings_.filter};
    options.rows.order = settings_.order;
    if (!settings_.filter.isEmpty())
        options.rows.wanted = [text = settings_.filter.toStdString()](std::string_view function) {
            return nameContains(function, text);
        };
    if (placeCount_ > 0 && answer_.grid) {
        options.firstPlace = answer_.firstPlace;
        options.placeCount = static_cast<std::uint32_t>(answer_.grid->goroutines.size());
    }
    return options;
}

QImage HeatmapView::exportPicture(QSize size, int scale) const {
    return state_->facts() ? renderHeatmap(*state_->facts(), pictureOptions(size, scale)) : QImage();
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
    overlay_->setCanvas(plot_->layOut(field_->size()));
    plot_->update();
    showMessage();
    showSelection();
    showOnset();
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
