// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/list_page.h"

#include "widgets/common/canvas_sizes.h"
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

ListPage::ListPage(ViewState* state, const QString& things, QAbstractItemModel* rows, int sortColumn,
                   const std::vector<int>& widths, QWidget* parent)
    : QWidget(parent)
    , state_(state)
    , histogram_(new LengthHistogramView(things))
    , layout_(new QVBoxLayout(this))
    , what_(new QLabel)
    , table_(new TextTable) {
    what_->setContentsMargins(8, 3, 8, 3);
    what_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    rows->setParent(this);
    table_->setModel(rows);
    QString name = things;
    name[0] = name[0].toUpper();
    table_->setAccessibleName(name);
    table_->setSortingEnabled(true);
    table_->sortByColumn(sortColumn, Qt::DescendingOrder);
    int column = 0;
    for (const int width : widths)
        table_->setColumnWidth(column++, CanvasSizes(font()).wide(width));
    table_->horizontalHeader()->setStretchLastSection(true);
    connect(table_, &TextTable::rowChosen, this, [this](int row) {
        const QScopedValueRollback leading(leading_, true);
        lookAt(row);
    });
    connect(table_, &TextTable::rowHovered, this,
            [this](int row) { state_->setHoverTime(row >= 0 ? beginOf(row) : -1); });
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(0);
    layout_->addWidget(what_);
    layout_->addWidget(histogram_);
    layout_->addWidget(table_, 1);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &ListPage::ask);
    connect(histogram_, &LengthHistogramView::chosenChanged, this, &ListPage::askSoon);
    connect(state_, &ViewState::selectionChanged, this, &ListPage::askSoon);
    connect(state_, &ViewState::visibleRangeChanged, this, &ListPage::askSoon);
    connect(state_, &ViewState::chosenRangeChanged, this, &ListPage::askSoon);
    connect(state_, &ViewState::timesChanged, this, &ListPage::askSoon);
    connect(state_, &ViewState::traceChanged, this, [this] {
        stop_.request_stop();
        work_.cancel();
        answered({.what = {}, .lengths = {}, .showRows = [this] { clearRows(); }});
        askSoon();
    });
}

ListPage::~ListPage() {
    stop_.request_stop();
}

void ListPage::ask() {
    if (!state_->facts() || !isVisible()) // what nobody sees is not computed
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    work_.request(question(stop_.get_token()));
}

void ListPage::answered(const Answer& answer) {
    what_->setText(answer.what);
    what_->setToolTip(answer.what);
    histogram_->show(answer.lengths);
    answer.showRows();
}

void ListPage::askSoon() {
    if (!leading_)
        askTimer_.start();
}

void ListPage::showEvent(QShowEvent* event) {
    askSoon();
    QWidget::showEvent(event);
}

} // namespace waitscope
