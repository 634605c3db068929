// SPDX-License-Identifier: GPL-3.0-or-later
// What stands where in the panel of waits. What it does is in waits_panel.cpp.
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"
#include "widgets/common/written_times.h"
#include "widgets/waits/wait_rows_model.h"
#include "widgets/waits/waiting_goroutines_model.h"
#include "widgets/waits/waits_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int gap = 4;            // the window's grid, in logical pixels
constexpr int examinedRows = 100; // whose contents decide the width of a column

QLabel* messageLabel(QWidget* parent) {
    auto* const label = new QLabel(parent);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    label->setMargin(4 * gap);
    return label;
}

} // namespace

QWidget* WaitsPanel::buildRows() {
    auto* const part = new QWidget(this);
    filter_ = new QLineEdit(part);
    filter_->setPlaceholderText(tr("Filter by primitive, function or file"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter of the waits"));
    filter_->installEventFilter(this);
    connect(filter_, &QLineEdit::textChanged, this, &WaitsPanel::filterChanged);
    grouping_ = new QComboBox(part);
    grouping_->setAccessibleName(tr("What makes a row"));
    grouping_->setToolTip(tr("What makes a row"));
    for (const WaitGrouping by : waitGroupings)
        grouping_->addItem(tr("By %1").arg(fromUtf8(nameOf(by))), static_cast<int>(by));
    connect(grouping_, &QComboBox::currentIndexChanged, this,
            [this] { groupBy(static_cast<WaitGrouping>(grouping_->currentData().toInt())); });
    runtime_ = new QToolButton(part);
    runtime_->setObjectName(QStringLiteral("runtime"));
    runtime_->setText(tr("Runtime"));
    runtime_->setCheckable(true);
    runtime_->setToolTip(tr("Counts the waits of Go's own goroutines (collector, tracer, scheduler) too"));
    runtime_->setAccessibleName(tr("Waits of Go's own goroutines too"));
    connect(runtime_, &QToolButton::toggled, this, &WaitsPanel::followRange);
    summary_ = new QLabel(part);
    summary_->setWordWrap(true);
    summary_->setAccessibleName(tr("What the table of waits shows"));
    progress_ = new QProgressBar(part);
    progress_->setRange(0, 0);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(3);
    progress_->setAccessibleName(tr("Computing the waits"));
    QSizePolicy keepsItsPlace = progress_->sizePolicy();
    keepsItsPlace.setRetainSizeWhenHidden(true);
    progress_->setSizePolicy(keepsItsPlace);
    progress_->hide();

    rowsTable_ = new TextTable(part);
    rowsTable_->setAccessibleName(tr("Waits by primitive and site"));
    rowsTable_->setModel(rowsModel_);
    rowsTable_->horizontalHeader()->setSortIndicator(WaitRowsModel::Total, Qt::DescendingOrder);
    rowsTable_->horizontalHeader()->setStretchLastSection(true);
    rowsTable_->horizontalHeader()->setResizeContentsPrecision(examinedRows);
    rowsTable_->setSortingEnabled(true);
    connect(rowsTable_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, &WaitsPanel::setBusy);
    // What is still open, and for how long, is what an engineer in an incident looks for: it must need no scrolling.
    // It stands at the left; the rest can be had at the header.
    for (const WaitColumn column : {WaitColumn::P50, WaitColumn::P95, WaitColumn::P99, WaitColumn::Max,
                                    WaitColumn::Peak, WaitColumn::AtEnd, WaitColumn::BeforeTrace})
        rowsTable_->setColumnHidden(static_cast<int>(column), true);
    connect(rowsTable_, &TextTable::columnsChosen, this, [this] {
        if (view_->facts() && needsDistributions())
            requestRows();
    });
    connect(rowsTable_, &TextTable::rowChosen, this, &WaitsPanel::rowChosen);
    connect(rowsTable_, &TextTable::rowActivated, this, [this] { goroutinesTable_->setFocus(); });
    // Once everything has the new font.
    followFont(rowsTable_, [this] { QTimer::singleShot(0, this, &WaitsPanel::fitRowColumns); });

    auto* const noRows = new QWidget(part);
    message_ = messageLabel(noRows);
    clearFilter_ = new QPushButton(tr("Clear filter"), noRows);
    connect(clearFilter_, &QPushButton::clicked, filter_, &QLineEdit::clear);
    auto* const noRowsLayout = new QVBoxLayout(noRows);
    noRowsLayout->addStretch();
    noRowsLayout->addWidget(message_);
    noRowsLayout->addWidget(clearFilter_, 0, Qt::AlignHCenter);
    noRowsLayout->addStretch();
    rowsOrMessage_ = new QStackedWidget(part);
    rowsOrMessage_->addWidget(rowsTable_);
    rowsOrMessage_->addWidget(noRows);

    auto* const layout = new QVBoxLayout(part);
    layout->setContentsMargins(gap, gap, gap, 0);
    layout->setSpacing(gap);
    auto* const controls = new QHBoxLayout;
    controls->setSpacing(gap);
    controls->addWidget(filter_, 1);
    controls->addWidget(grouping_);
    controls->addWidget(runtime_);
    layout->addLayout(controls);
    layout->addWidget(summary_);
    layout->addWidget(progress_);
    layout->addWidget(rowsOrMessage_, 1);
    return part;
}

QWidget* WaitsPanel::buildGoroutines() {
    auto* const part = new QWidget(this);
    goroutinesTitle_ = new QLabel(part);
    goroutinesTitle_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    goroutinesTitle_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    stacksOnce_ = new QCheckBox(tr("Identical stacks as one"), part);
    stacksOnce_->setToolTip(tr("One entry for all goroutines with the same stack: the first of them, and how many"));
    stacksOnce_->setChecked(true);
    connect(stacksOnce_, &QCheckBox::toggled, this, &WaitsPanel::showStacksOnce);
    goroutinesTable_ = new TextTable(part);
    goroutinesTable_->setAccessibleName(tr("Goroutines of the selected waits, oldest first"));
    goroutinesTable_->setModel(goroutinesModel_);
    writeTimesAs(view_, goroutinesModel_);
    goroutinesTable_->horizontalHeader()->setStretchLastSection(true);
    goroutinesTable_->horizontalHeader()->setResizeContentsPrecision(examinedRows);
    connect(goroutinesTable_, &TextTable::rowChosen, this, &WaitsPanel::goroutineChosen);
    connect(goroutinesTable_, &TextTable::rowHovered, this,
            [this](int row) { view_->setHoverTime(row >= 0 ? goroutinesModel_->goroutineAt(row).since : -1); });
    connect(goroutinesTable_, &TextTable::rowActivated, this, &WaitsPanel::goroutineChosen);
    followFont(goroutinesTable_, [this] { QTimer::singleShot(0, this, &WaitsPanel::fitGoroutineColumns); });
    goroutinesMessage_ = messageLabel(part);
    goroutinesOrMessage_ = new QStackedWidget(part);
    goroutinesOrMessage_->addWidget(goroutinesTable_);
    goroutinesOrMessage_->addWidget(goroutinesMessage_);
    auto* const layout = new QVBoxLayout(part);
    layout->setContentsMargins(gap, gap, gap, gap);
    layout->setSpacing(gap);
    auto* const head = new QHBoxLayout;
    head->setSpacing(gap);
    head->addWidget(goroutinesTitle_, 1);
    head->addSpacing(2 * gap);
    head->addWidget(stacksOnce_);
    layout->addLayout(head);
    layout->addWidget(goroutinesOrMessage_, 1);
    return part;
}

} // namespace waitscope
