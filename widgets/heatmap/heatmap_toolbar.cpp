// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_toolbar.h"

#include "model/report/range_text.h"
#include "model/report/text.h"
#include "widgets/common/choice_box.h"
#include "widgets/common/from_utf8.h"

#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>

namespace waitscope {

namespace {

QString capitalised(std::string_view text) {
    QString result = fromUtf8(text);
    result[0] = result[0].toUpper();
    return result;
}

QString nameInMenu(const HeatmapMetric& metric) {
    switch (metric.measure) {
    case Measure::WaitAge:
        return QStringLiteral("Age of the wait");
    case Measure::Residence:
        return QStringLiteral("Residence, %");
    case Measure::ResidenceTime:
        return QStringLiteral("Residence, ms");
    case Measure::States:
        break;
    }
    return capitalised(textOf(metric.states));
}

std::vector<HeatmapMetric> metricsOf(HeatmapMode mode) {
    if (mode == HeatmapMode::Processor)
        return {namedOf(mode).metric};
    std::vector<HeatmapMetric> metrics;
    metrics.reserve(namedStates.size() + 3);
    const bool lives = mode == HeatmapMode::Lifetime || mode == HeatmapMode::Strategy;
    for (const NamedStates& n : namedStates)
        metrics.push_back({.states = n.states});
    if (lives)
        for (const char* name : {"age", "residence", "residence-ms"})
            metrics.push_back(*metricFrom(name));
    return metrics;
}

} // namespace

HeatmapToolbar::HeatmapToolbar(QWidget* parent) : QWidget(parent) {
    auto* const bar = new QHBoxLayout(this);
    bar->setContentsMargins(8, 4, 8, 4);
    bar->setSpacing(6);
    // The canvas below must be as narrow as the others.
    bar->setSizeConstraint(QLayout::SetNoConstraint);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    mode_ = new ChoiceBox;
    for (const NamedMode& mode : namedModes)
        mode_->addItem(capitalised(mode.name), fromUtf8(mode.title));
    for (int i = 0; i < mode_->count(); ++i)
        mode_->setItemData(i, mode_->itemData(i), Qt::ToolTipRole);
    mode_->setToolTip(tr("What a row is"));
    mode_->setAccessibleName(tr("Mode"));
    metric_ = new ChoiceBox;
    metric_->setToolTip(tr("What the colour measures"));
    metric_->setAccessibleName(tr("Metric"));
    order_ = new ChoiceBox;
    order_->setAccessibleName(tr("Order or groups"));
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter functions"));
    filter_->setAccessibleName(tr("Filter functions"));
    filter_->setClearButtonEnabled(true);
    filter_->setMinimumWidth(60);
    rangeText_ = new QLineEdit;
    rangeText_->setAccessibleName(tr("Range"));
    rangeText_->setToolTip(tr("Range: two times such as 1.5s..2s, 200ms.. or ..1s; empty for the whole trace"));
    rangeText_->setMinimumWidth(60);
    more_ = new QToolButton;
    more_->setText(tr("More  ")); // room for the arrow
    more_->setAccessibleName(tr("More choices of the heatmap"));
    more_->setPopupMode(QToolButton::InstantPopup);
    buildMenu();
    for (QComboBox* const box : {mode_, metric_, order_}) {
        box->setMaximumWidth(220);
        bar->addWidget(box);
    }
    // They take what the choices leave.
    for (QLineEdit* const edit : {filter_, rangeText_})
        edit->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    bar->addWidget(filter_, 2);
    bar->addWidget(rangeText_, 2);
    bar->addWidget(more_);
    fillForMode();

    connect(mode_, &QComboBox::currentIndexChanged, this, [this](int index) {
        settings_.mode = static_cast<HeatmapMode>(index);
        settings_.metric = namedOf(settings_.mode).metric;
        settings_.order = namedOf(settings_.mode).order;
        settings_.grouping.reset();
        fillForMode();
        change();
    });
    connect(metric_, &QComboBox::currentIndexChanged, this, [this](int index) {
        settings_.metric = metrics_[static_cast<std::size_t>(index)];
        change();
    });
    connect(order_, &QComboBox::currentIndexChanged, this, [this](int index) {
        const auto i = static_cast<std::size_t>(index);
        if (i < groupings_.size())
            settings_.grouping = groupings_[i];
        else if (i - groupings_.size() < orders_.size())
            settings_.order = orders_[i - groupings_.size()];
        change();
    });
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        settings_.filter = text;
        change();
    });
    connect(rangeText_, &QLineEdit::returnPressed, this, &HeatmapToolbar::chooseRange);
}

void HeatmapToolbar::buildMenu() {
    auto* const menu = new QMenu(more_);
    const auto choice = [&](const QString& title, const QStringList& names, const auto& choose) {
        menu->addSection(title);
        auto* const group = new QActionGroup(this);
        for (int i = 0; i < names.size(); ++i) {
            QAction* const action = menu->addAction(names[i], this, [this, choose, i] {
                choose(i);
                change();
            });
            action->setCheckable(true);
            group->addAction(action);
        }
        groups_.push_back(group);
    };
    choice(tr("A row of several goroutines"), {tr("Mean of those alive"), tr("Largest of them")},
           [this](int i) { settings_.bundling = static_cast<Bundling>(i); });
    choice(tr("Colour scale"), {tr("As usual"), tr("Linear"), tr("Logarithmic"), tr("Ranked")}, [this](int i) {
        settings_.colourScale = i == 0 ? std::nullopt : std::optional(static_cast<ScaleKind>(i - 1));
    });
    choice(tr("Colours"), {tr("Viridis"), tr("Cividis (any colour vision)"), tr("Grey (for printers)")},
           [this](int i) { settings_.colours = static_cast<ColourMap>(i); });
    menu->addSeparator();
    menu->addAction(tr("Copy picture"), this, &HeatmapToolbar::copyPictureRequested);
    menu->addAction(tr("Copy command"), this, &HeatmapToolbar::copyCommandRequested);
    more_->setMenu(menu);
}

void HeatmapToolbar::fillForMode() {
    const QSignalBlocker a(metric_), b(order_), c(mode_), d(filter_);
    mode_->setCurrentIndex(static_cast<int>(settings_.mode));
    metrics_ = metricsOf(settings_.mode);
    metric_->clear();
    for (const HeatmapMetric& metric : metrics_)
        metric_->addItem(nameInMenu(metric));
    auto found = std::ranges::find(metrics_, settings_.metric);
    if (found == metrics_.end()) { // a set without a name of its own
        metrics_.push_back(settings_.metric);
        metric_->addItem(nameInMenu(settings_.metric));
        found = metrics_.end() - 1;
    }
    metric_->setCurrentIndex(static_cast<int>(found - metrics_.begin()));
    groupings_.clear();
    orders_.clear();
    order_->clear();
    for (std::size_t i = 0; i < namedHeatmapGroupings.size(); ++i)
        if (namedHeatmapGroupings[i].mode == settings_.mode) {
            groupings_.push_back(static_cast<HeatmapGrouping>(i));
            order_->addItem(tr("Groups: ") + fromUtf8(namedHeatmapGroupings[i].text));
        }
    if (groupings_.empty())
        for (std::size_t i = 0; i < namedOrders.size(); ++i)
            if ((namedOf(settings_.mode).orders & bitOf(static_cast<RowOrder>(i))) != 0) {
                orders_.push_back(static_cast<RowOrder>(i));
                order_->addItem(tr("By ") + fromUtf8(namedOrders[i].text));
            }
    order_->setToolTip(groupings_.empty() ? tr("Order of the rows") : tr("What makes a group"));
    order_->setVisible(order_->count() > 0);
    if (!groupings_.empty()) {
        const auto at = settings_.grouping ? std::ranges::find(groupings_, *settings_.grouping) : groupings_.begin();
        order_->setCurrentIndex(static_cast<int>(at - groupings_.begin()));
    } else if (!orders_.empty()) {
        order_->setCurrentIndex(static_cast<int>(std::ranges::find(orders_, settings_.order) - orders_.begin()));
    }
    for (QComboBox* const box : {mode_, metric_, order_})
        box->updateGeometry();
    filter_->setText(settings_.filter);
    const std::array<int, 3> chosen{static_cast<int>(settings_.bundling),
                                    settings_.colourScale ? static_cast<int>(*settings_.colourScale) + 1 : 0,
                                    static_cast<int>(settings_.colours)};
    for (std::size_t i = 0; i < groups_.size(); ++i)
        groups_[i]->actions()[chosen[i]]->setChecked(true);
}

void HeatmapToolbar::setSettings(const HeatmapSettings& settings) {
    settings_ = settings;
    fillForMode();
}

// A very narrow one has what the picture means, not what could be typed.
void HeatmapToolbar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int roomy = 420; // logical pixels
    for (QLineEdit* const edit : {filter_, rangeText_})
        edit->setVisible(width() >= roomy);
}

void HeatmapToolbar::clearFilter() {
    filter_->clear();
}

void HeatmapToolbar::change() {
    Q_EMIT settingsChanged();
}

void HeatmapToolbar::showRange(TimeRange range, Time duration) {
    range_ = range;
    duration_ = duration;
    rangeText_->setEnabled(duration > 0);
    const auto text = [](Time t) { return fromUtf8(durationText(t)).remove(u' '); };
    if (duration == 0 || range == TimeRange{0, duration}) {
        rangeText_->clear();
        rangeText_->setPlaceholderText(duration == 0 ? QString() : tr("Whole trace, %1").arg(text(duration)));
    } else {
        const auto ends = endsText(range);
        rangeText_->setText(fromUtf8(ends.first + ".." + ends.second).remove(u' '));
        rangeText_->setCursorPosition(0);
    }
}

void HeatmapToolbar::chooseRange() {
    if (rangeText_->text().trimmed().isEmpty()) {
        Q_EMIT rangeChosen({0, duration_});
        return;
    }
    std::string problem;
    const auto range = rangeFrom(rangeText_->text().remove(u' ').toStdString(), duration_, problem);
    if (range)
        Q_EMIT rangeChosen(*range);
    else
        QToolTip::showText(rangeText_->mapToGlobal(QPoint(0, rangeText_->height())),
                           fromUtf8(problem).remove(QStringLiteral("--range ")), rangeText_);
}

} // namespace waitscope
