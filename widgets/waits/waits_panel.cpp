// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/waits_panel.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"
#include "widgets/common/text_table.h"
#include "widgets/waits/wait_rows_model.h"
#include "widgets/waits/waiting_goroutines_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

WaitRowKey rowKeyOf(const SiteSelection& site) {
    return {.by = WaitGrouping::Site, .primitive = site.primitive, .site = site.site};
}

constexpr int gap = 4; // the window's grid, in logical pixels
constexpr int widestPrimitive = 112;
constexpr int narrowestSite = 118; // it gets at least this, if it needs it: file and line
constexpr int fadeAfter = 150;     // ms: what is computed faster needs no sign of it

using GoroutineIndices = std::shared_ptr<const std::vector<GoroutineIndex>>; ///< null: all

GoroutineIndices membersOf(const std::optional<GroupSelection>& group) {
    return group ? group->members : nullptr;
}

// Of the two columns of words that can be long; the tooltip has the whole text. The site gets what is left beside the
// columns up to `lastToSee`, which must need no scrolling.
void fitColumns(TextTable* table, int panelWidth, int firstWords, int site, int lastToSee) {
    const CanvasSizes sizes(table->font());
    table->resizeColumnsToContents();
    table->setColumnWidth(firstWords, std::min(table->columnWidth(firstWords), sizes.wide(widestPrimitive)));
    int left = panelWidth - table->verticalScrollBar()->sizeHint().width() - 2 * (table->frameWidth() + gap);
    for (int column = 0; column <= lastToSee; ++column)
        left -= column == site || table->isColumnHidden(column) ? 0 : table->columnWidth(column);
    // Every heading has room for the arrow of the sorted one; where it is short, the others give it away.
    const int arrow = table->style()->pixelMetric(QStyle::PM_HeaderMarkSize, nullptr, table->horizontalHeader());
    for (int column = 0; column <= lastToSee && left < sizes.wide(narrowestSite); ++column) {
        if (column == site || table->isColumnHidden(column) ||
            column == table->horizontalHeader()->sortIndicatorSection())
            continue;
        const int before = table->columnWidth(column);
        const int contents = static_cast<QAbstractItemView*>(table)->sizeHintForColumn(column) + 1; // and the grid
        table->setColumnWidth(column, std::min(before, std::max(contents, before - arrow)));
        left += before - table->columnWidth(column);
    }
    table->setColumnWidth(site, std::min(table->columnWidth(site), std::max(sizes.wide(narrowestSite), left)));
}

} // namespace

WaitsPanel::WaitsPanel(ViewState* view, QWidget* parent)
    : QWidget(parent)
    , view_(view)
    , rowsModel_(new WaitRowsModel(this))
    , goroutinesModel_(new WaitingGoroutinesModel(this))
    , fade_(new QTimer(this))
    , rows_([this](const Rows& rows) { rowsModel_->show(rows); })
    , goroutines_([this](Goroutines goroutines) { showGoroutines(std::move(goroutines)); }) {
    setAccessibleName(tr("Waits"));
    fade_->setSingleShot(true);
    fade_->setInterval(fadeAfter);
    connect(fade_, &QTimer::timeout, this, [this] {
        progress_->setVisible(busy());
        rowsModel_->setStale(rows_.busy() || rowsModel_->busy());
        goroutinesModel_->setStale(goroutines_.busy());
    });

    auto* const splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildRows());
    splitter->addWidget(buildGoroutines());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({600, 400}); // in proportion; else what is still empty gets as much
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    connect(rowsModel_, &QAbstractItemModel::modelAboutToBeReset, this, [this] {
        scrolled_ = rowsModel_->rowCount() > 0 ? std::optional(rowsTable_->verticalScrollBar()->value()) : std::nullopt;
        changed_ = true;
    });
    connect(rowsModel_, &SortedRows::arranged, this, &WaitsPanel::rowsArranged);
    connect(view_, &ViewState::traceChanged, this, &WaitsPanel::followTrace);
    connect(view_, &ViewState::visibleRangeChanged, this, &WaitsPanel::followRange);
    connect(view_, &ViewState::chosenRangeChanged, this, &WaitsPanel::followRange);
    connect(view_, &ViewState::onlyChanged, this, &WaitsPanel::followRange);
    connect(view_, &ViewState::timesChanged, this, &WaitsPanel::showWhatThereIs);
    connect(view_, &ViewState::selectionChanged, this, &WaitsPanel::followSelection);
    followTrace();
    followRange();
    followSelection(view_->selection());
}

WaitsPanel::~WaitsPanel() = default;

bool WaitsPanel::withRuntime() const {
    return runtime_->isChecked();
}

bool WaitsPanel::busy() const {
    return rows_.busy() || rowsModel_->busy() || goroutines_.busy();
}

void WaitsPanel::focusFilter() {
    filter_->setFocus(Qt::ShortcutFocusReason);
    filter_->selectAll();
}

bool WaitsPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == filter_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            rowsTable_->setFocus();
            if (!rowsTable_->selectionModel()->hasSelection() && rowsModel_->rowCount() > 0)
                rowsTable_->showRow(0);
            return true;
        }
        if (key == Qt::Key_Escape && !filter_->text().isEmpty()) {
            filter_->clear();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

// Another trace: nothing of the old one may stay. The rows are requested by the change of the range that follows.
void WaitsPanel::followTrace() {
    const QScopedValueRollback following(following_, true);
    rows_.cancel();
    goroutines_.cancel();
    row_.reset();
    listed_.reset();
    selected_ = {};
    rowsModel_->show(WaitRowsModel::Content::of(nullptr, {}));
    goroutinesModel_->show(nullptr, {});
    showWhatThereIs();
}

void WaitsPanel::followRange() {
    if (!view_->facts())
        return;
    requestRows();
    if (row_)
        requestGoroutines();
}

void WaitsPanel::followSelection(const Selection& selection) {
    if (!view_->facts())
        return;
    const TraceFacts& facts = *view_->facts();
    std::optional<WaitRowKey> row;
    if (const auto* const chosen = std::get_if<SiteSelection>(&selection)) {
        row = rowKeyOf(*chosen);
    } else if (const auto* const span = std::get_if<SpanSelection>(&selection)) {
        if (facts.waits.indexOf(*facts.trace, span->span) != 0) {
            const WaitClass& wait = facts.waits.of(*facts.trace, span->span);
            row = rowKeyOf({wait.primitive, wait.site});
        }
    }
    selected_ = selectedGoroutine(selection);
    // A goroutine of the row that is there, however it is grouped: the list stays.
    if (listed_ && listed_->by != WaitGrouping::Site && goroutinesModel_->rowOf(selected_) >= 0 && !goroutines_.busy())
        row = listed_;
    const bool hidden = stacksOnce_->isChecked() && selected_.known() && goroutinesModel_->rowOf(selected_) < 0;
    if (row && row == row_ && !hidden && !goroutines_.busy()) { // it is there already
        const QScopedValueRollback following(following_, true);
        showSelectedRow();
        goroutinesTable_->showRow(goroutinesModel_->rowOf(selected_));
        return;
    }
    row_ = row;
    if (row || std::holds_alternative<GoroutineSelection>(selection)) {
        requestGoroutines();
    } else {
        const QScopedValueRollback following(following_, true);
        goroutines_.cancel();
        listed_.reset();
        goroutinesModel_->show(nullptr, {});
    }
    const QScopedValueRollback following(following_, true);
    showSelectedRow();
    showWhatThereIs();
}

void WaitsPanel::requestRows() {
    rows_.request([facts = view_->facts(), range = view_->rangeOfInterest(), only = membersOf(view_->only()), by = by_,
                   distributions = needsDistributions(), runtime = withRuntime()] {
        WaitTableOptions options{
            .range = range, .by = by, .runtimeGoroutines = runtime, .distributions = distributions};
        if (only)
            options.only = *only;
        return WaitRowsModel::Content::of(facts, computeWaitTable(*facts, options));
    });
    setBusy();
}

void WaitsPanel::requestGoroutines() {
    goroutines_.request([facts = view_->facts(), range = view_->rangeOfInterest(), only = membersOf(view_->only()),
                         row = row_, selected = selected_, stacksOnce = stacksOnce_->isChecked(),
                         withRuntime = withRuntime()]() -> Goroutines {
        Goroutines found{.facts = facts, .row = row, .selected = selected};
        if (!row) {
            const SpanIndex wait = openOrLongestWait(*facts, selected, range);
            if (!wait.known())
                return found;
            const WaitClass& what = facts->waits.of(*facts->trace, wait);
            found.row = rowKeyOf({what.primitive, what.site});
        }
        const bool runtime = withRuntime || (selected.known() && facts->waits.isRuntime(selected));
        found.list = goroutinesOf(*facts, *found.row, range, runtime,
                                  only ? std::span(*only) : std::span<const GoroutineIndex>());
        found.count = found.list.size();
        if (stacksOnce) {
            const auto own = std::ranges::find(found.list, selected, &WaitingGoroutine::goroutine);
            const StackId stack = own == found.list.end() ? StackId{} : facts->trace->spans.stack(own->wait);
            found.list = oneOfEachStack(*facts->trace, found.list);
            // The entry that stands for the selected goroutine is the selected one.
            if (!facts->trace->stacks[stack].empty())
                found.selected = std::ranges::find(found.list, stack, [&](const WaitingGoroutine& waiting) {
                                     return facts->trace->spans.stack(waiting.wait);
                                 })->goroutine;
        }
        return found;
    });
    setBusy();
}

void WaitsPanel::fitRowColumns() {
    if (rowsModel_->rowCount() > 0)
        fitColumns(rowsTable_, width(), WaitRowsModel::PrimitiveName, WaitRowsModel::Site, WaitRowsModel::Longest);
}

void WaitsPanel::fitGoroutineColumns() {
    fitColumns(goroutinesTable_, width(), WaitingGoroutinesModel::State, WaitingGoroutinesModel::Function,
               WaitingGoroutinesModel::SameStack);
}

void WaitsPanel::rowsArranged() {
    {
        const QScopedValueRollback following(following_, true);
        if (std::exchange(changed_, false)) {
            if (!scrolled_)
                fitRowColumns();
            rowsTable_->verticalScrollBar()->setValue(scrolled_.value_or(0));
        }
        showSelectedRow();
    }
    setBusy();
    showWhatThereIs();
}

void WaitsPanel::showGoroutines(Goroutines goroutines) {
    {
        const QScopedValueRollback following(following_, true);
        const bool another = goroutines.row != listed_;
        listed_ = goroutines.row;
        row_ = goroutines.row;
        listedCount_ = goroutines.count;
        goroutinesModel_->show(std::move(goroutines.facts), std::move(goroutines.list));
        goroutinesTable_->setColumnHidden(WaitingGoroutinesModel::LastLabel, !goroutinesModel_->labelled());
        if (another)
            fitGoroutineColumns();
        goroutinesTable_->showRow(goroutinesModel_->rowOf(goroutines.selected));
        showSelectedRow();
    }
    setBusy();
    showWhatThereIs();
}

void WaitsPanel::showStacksOnce(bool once) {
    goroutinesTable_->setColumnHidden(WaitingGoroutinesModel::SameStack, !once);
    goroutinesTable_->resizeColumnToContents(WaitingGoroutinesModel::SameStack);
    if (listed_)
        requestGoroutines();
}

void WaitsPanel::showSelectedRow() {
    rowsTable_->showRow(row_ ? rowsModel_->rowOf(*row_) : -1);
}

void WaitsPanel::rowChosen(int row) {
    if (following_)
        return;
    const WaitRow& chosen = rowsModel_->rowAt(row);
    if (by_ == WaitGrouping::Site) {
        view_->select(SiteSelection{chosen.primitive, chosen.site});
    } else if (by_ == WaitGrouping::Goroutine) {
        view_->select(GoroutineSelection{chosen.key.goroutine});
    } else {
        // The other views have no name for such a row; its goroutines have.
        row_ = chosen.key;
        requestGoroutines();
        showWhatThereIs();
    }
}

void WaitsPanel::groupBy(WaitGrouping by) {
    by_ = by;
    rowsModel_->show(WaitRowsModel::Content::of(nullptr, {}));
    if (view_->facts())
        requestRows();
    showWhatThereIs();
}

bool WaitsPanel::needsDistributions() const {
    return std::ranges::any_of(
        std::array{WaitRowsModel::P50, WaitRowsModel::P95, WaitRowsModel::P99, WaitRowsModel::Peak},
        [&](WaitRowsModel::Column column) { return !rowsTable_->isColumnHidden(column); });
}

void WaitsPanel::goroutineChosen(int row) {
    if (following_)
        return;
    const WaitingGoroutine& chosen = goroutinesModel_->goroutineAt(row);
    view_->select(SpanSelection{chosen.goroutine, chosen.wait});
}

void WaitsPanel::filterChanged(const QString& text) {
    rowsModel_->setFilter(text.trimmed());
    setBusy();
}

void WaitsPanel::setBusy() {
    if (busy()) {
        if (!fade_->isActive())
            fade_->start();
        return;
    }
    fade_->stop();
    progress_->hide();
    rowsModel_->setStale(false);
    goroutinesModel_->setStale(false);
}

void WaitsPanel::showWhatThereIs() {
    const WaitTable& table = rowsModel_->table();
    const bool open = view_->facts() != nullptr;
    const bool filtered = !table.rows.empty() && rowsModel_->rowCount() == 0;
    filter_->setEnabled(open);
    if (!open)
        message_->setText(tr("Open a trace to see what its goroutines wait for."));
    else if (filtered)
        message_->setText(tr("Nothing matches “%1”.").arg(filter_->text().trimmed()));
    else if (rows_.busy() || rowsModel_->busy())
        message_->setText(tr("Counting the waits …"));
    else
        message_->setText(view_->only() ? tr("None of the goroutines shown waited in this part of the trace.")
                                        : tr("No goroutine of the program waited in this part of the trace."));
    clearFilter_->setVisible(filtered);
    rowsOrMessage_->setCurrentIndex(rowsModel_->rowCount() > 0 ? 0 : 1);
    const int idle = rowsModel_->idleRows();
    if (table.rows.empty())
        summary_->clear();
    else
        summary_->setText(
            tr("%1 of %2 rows%3 · %4%7%8 · %5: %6")
                .arg(fromUtf8(countText(static_cast<std::uint64_t>(rowsModel_->rowCount()))),
                     fromUtf8(countText(table.rows.size())),
                     idle > 0 ? tr(", %1 idle by nature at the end").arg(idle) : QString(),
                     rowsModel_->waits() == 1 ? tr("1 wait")
                                              : tr("%1 waits").arg(fromUtf8(countText(rowsModel_->waits()))),
                     view_->chosenRange().empty() ? tr("visible") : tr("chosen"),
                     table.range == view_->facts()->trace->wholeRange()
                         ? tr("the whole trace, %1").arg(fromUtf8(durationText(table.range.length())))
                         : view_->times().ends(table.range),
                     view_->only()
                         ? tr(" of the %1 goroutines shown").arg(fromUtf8(countText(view_->only()->members->size())))
                         : QString(),
                     table.runtimeWaits == 0 ? QString()
                     : table.runtimeGoroutines
                         ? tr(", %1 of them Go's own").arg(fromUtf8(countText(table.runtimeWaits)))
                         : tr(", %1 of Go's own not counted").arg(fromUtf8(countText(table.runtimeWaits)))));

    const int goroutines = goroutinesModel_->rowCount();
    goroutinesOrMessage_->setCurrentIndex(goroutines > 0 ? 0 : 1);
    if (listed_ && goroutines > 0) {
        const Trace& trace = *view_->facts()->trace;
        const QString title =
            tr("%1, oldest first · %2 · %3")
                .arg(listedCount_ == 1 ? tr("1 goroutine") : tr("%1 goroutines").arg(fromUtf8(countText(listedCount_))),
                     listed_->by == WaitGrouping::Site ? fromUtf8(nameOf(listed_->primitive))
                                                       : fromUtf8(nameOf(listed_->by)),
                     fromUtf8(rowKeyText(*view_->facts(), *listed_)));
        goroutinesTitle_->setText(title);
        goroutinesTitle_->setToolTip(title + u'\n' + fromUtf8(fullPlaceText(trace, listed_->site)));
        return;
    }
    goroutinesTitle_->setText(tr("Goroutines"));
    goroutinesTitle_->setToolTip({});
    if (!open)
        goroutinesMessage_->clear();
    else if (goroutines_.busy())
        goroutinesMessage_->setText(tr("Looking for the goroutines …"));
    else if (row_)
        goroutinesMessage_->setText(tr("No goroutine waits there in this part of the trace."));
    else if (selected_.known())
        goroutinesMessage_->setText(tr("%1 does not wait in this part of the trace.")
                                        .arg(fromUtf8(goroutineText(*view_->facts()->trace, selected_))));
    else
        goroutinesMessage_->setText(tr("Select a row above to see its goroutines, oldest first."));
}

} // namespace waitscope
