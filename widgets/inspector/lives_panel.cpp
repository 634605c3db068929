// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/lives_panel.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"
#include "widgets/inspector/length_histogram_view.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int askDelay = 120; // ms without a change

} // namespace

LivesPanel::LivesPanel(ViewState* state, QWidget* parent)
    : QWidget(parent)
    , state_(state)
    , what_(new QLabel)
    , histogram_(new LengthHistogramView(tr("goroutines")))
    , table_(new TextTable) {
    what_->setContentsMargins(8, 3, 8, 3);
    what_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    table_->setModel(&model_);
    table_->setAccessibleName(tr("Goroutines"));
    table_->setSortingEnabled(true);
    table_->sortByColumn(LivesModel::Lived, Qt::DescendingOrder);
    int column = 0;
    for (const int width : {75, 140, 68, 78, 72, 72, 72, 72})
        table_->setColumnWidth(column++, width);
    table_->horizontalHeader()->setStretchLastSection(true);
    connect(table_, &TextTable::rowChosen, this, [this](int row) {
        const QScopedValueRollback leading(leading_, true);
        state_->select(GoroutineSelection{model_.lifeAt(row).goroutine});
    });
    connect(table_, &TextTable::rowHovered, this, [this](int row) {
        state_->setHoverTime(row >= 0 ? state_->facts()->trace->lifetime(model_.lifeAt(row).goroutine).begin : -1);
    });
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(what_);
    layout->addWidget(histogram_);
    layout->addWidget(table_, 1);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &LivesPanel::ask);
    const auto soon = [this] {
        if (!leading_)
            askTimer_.start();
    };
    connect(histogram_, &LengthHistogramView::chosenChanged, this, soon);
    connect(state_, &ViewState::selectionChanged, this, soon);
    connect(state_, &ViewState::visibleRangeChanged, this, soon);
    connect(state_, &ViewState::chosenRangeChanged, this, soon);
    connect(state_, &ViewState::traceChanged, this, [this] {
        stop_.request_stop();
        work_.cancel();
        answered({});
        askTimer_.start();
    });
}

LivesPanel::~LivesPanel() {
    stop_.request_stop();
}

void LivesPanel::showEvent(QShowEvent* event) {
    askTimer_.start();
    QWidget::showEvent(event);
}

void LivesPanel::ask() {
    const auto& facts = state_->facts();
    if (!facts || !isVisible()) // what nobody sees is not computed
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    work_.request([facts, selection = state_->selection(), range = state_->rangeOfInterest(),
                   lengths = histogram_->chosen(), stop = stop_.get_token()] {
        std::vector<GoroutineIndex> goroutines = goroutinesOf(*facts, selection);
        const bool all = goroutines.empty();
        if (all)
            goroutines = goroutinesOf(*facts->trace, facts->waits, false);
        Answer answer{.facts = facts, .lives = livesOf(*facts, goroutines, range, lengths, stop), .what = {}};
        answer.what = (all ? tr("goroutines of the program") : fromUtf8(selectionText(*facts, selection))) +
                      tr(" · %1 listed · Δ %2 from %3")
                          .arg(fromUtf8(countText(answer.lives.lives.size())), fromUtf8(durationText(range.length())),
                               fromUtf8(durationText(range.begin)));
        return answer;
    });
}

void LivesPanel::answered(Answer answer) {
    what_->setText(answer.what);
    what_->setToolTip(answer.what);
    histogram_->show(answer.lives.lengths);
    model_.show(std::move(answer.facts), std::move(answer.lives));
}

} // namespace waitscope
