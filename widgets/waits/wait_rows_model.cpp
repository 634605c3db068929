// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/wait_rows_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>

namespace waitscope {

namespace {

constexpr int patchSide = 14; // logical pixels

WaitColumn columnOf(int column) {
    return static_cast<WaitColumn>(column);
}

} // namespace

void WaitRowsModel::show(std::shared_ptr<const TraceFacts> facts, WaitTable table) {
    beginResetModel();
    facts_ = std::move(facts);
    table_ = std::move(table);
    stale_ = false;
    arrange();
    endResetModel();
}

void WaitRowsModel::setFilter(const QString& text) {
    if (text == filter_)
        return;
    beginResetModel();
    filter_ = text;
    arrange();
    endResetModel();
}

void WaitRowsModel::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1), {Qt::ForegroundRole});
}

int WaitRowsModel::rowOf(const WaitRowKey& key) const {
    const auto found = std::ranges::find_if(order_, [&](std::uint32_t i) { return table_.rows[i].key == key; });
    return found == order_.end() ? -1 : static_cast<int>(found - order_.begin());
}

int WaitRowsModel::idleRows() const {
    return static_cast<int>(
        std::ranges::count_if(order_, [&](std::uint32_t i) { return !table_.rows[i].idiom.empty(); }));
}

int WaitRowsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int WaitRowsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant WaitRowsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(columnOf(section)) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::DisplayRole)
        return fromUtf8(titleOf(columnOf(section), table_.by));
    if (role == Qt::ToolTipRole)
        return fromUtf8(meaningOf(columnOf(section), table_.by));
    return {};
}

QString WaitRowsModel::textOf(const WaitRow& row, int column) const {
    return fromUtf8(cellText(*facts_, table_, row, columnOf(column)));
}

QString WaitRowsModel::toolTipOf(const WaitRow& row, int column) const {
    const Trace& trace = *facts_->trace;
    const auto waits = [&](std::uint64_t count, Time time) {
        return tr("%1 waits, %2").arg(fromUtf8(countText(count)), fromUtf8(exactDurationText(time)));
    };
    switch (column) {
    case PrimitiveName:
        return row.idiom.empty() ? textOf(row, column)
                                 : tr("%1\nidle by nature: %2").arg(textOf(row, column), fromUtf8(row.idiom));
    case Site:
        if (table_.by != WaitGrouping::Site)
            return textOf(row, column);
        return row.site.known() ? fromUtf8(std::string(trace.text(trace.frame(row.site).function))) + u'\n' +
                                      fromUtf8(fullPlaceText(trace, row.site))
                                : tr("No stack was recorded for these waits.");
    case Total:
        return tr("%1\nfinished: %2\nopen: %3")
            .arg(fromUtf8(exactDurationText(row.total())), waits(row.finished, row.finishedTime),
                 waits(row.open, row.openTime));
    case Finished:
        return waits(row.finished, row.finishedTime);
    case Open:
        return row.open > 0 ? waits(row.open, row.openTime) + u'\n' + tr("Still blocked when the trace ends")
                            : waits(0, 0);
    case Longest:
        return fromUtf8(exactDurationText(row.longest())) +
               (row.longestBeforeTrace ? u'\n' + tr("It began before the trace: it is at least this long") : QString());
    case TopWaker: {
        QString text;
        for (const RowWaker& waker : row.wakers) {
            if (text.count(u'\n') == 9) // the rest is a long tail
                return text + QStringLiteral("…");
            text += QStringLiteral("%1 × %2 · %3\n")
                        .arg(fromUtf8(countText(waker.count)), fromUtf8(wakerText(trace, waker)),
                             fromUtf8(durationText(waker.total)));
        }
        return text.trimmed();
    }
    default:
        return textOf(row, column).trimmed();
    }
}

QVariant WaitRowsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const WaitRow& row = rowAt(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, column);
    case Qt::AccessibleTextRole:
        return column == Open && row.open > 0 ? tr("%1 still open").arg(row.open) : textOf(row, column).trimmed();
    case Qt::ToolTipRole:
        return toolTipOf(row, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(columnOf(column)) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == PrimitiveName)
            return {};
        QFont font = figuresFont(QApplication::font("QTableView"));
        font.setBold(column == Open && row.open > 0);
        return font;
    }
    case Qt::ForegroundRole:
        return stale_ || !row.idiom.empty() || (column == Open && row.open == 0) ||
                       (column == Site && table_.by == WaitGrouping::Site && !row.site.known())
                   ? QVariant(mutedText(QApplication::palette("QTableView")))
                   : QVariant();
    case Qt::DecorationRole:
        return column == PrimitiveName ? QVariant(iconOf(familyOf(row.primitive))) : QVariant();
    default:
        return {};
    }
}

const QIcon& WaitRowsModel::iconOf(StateFamily family) const {
    QIcon& icon = icons_[static_cast<std::size_t>(family)];
    if (icon.isNull())
        for (const qreal ratio : {1.0, 2.0, 3.0})
            for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Selected}) // a selected row must not tint the colour
                icon.addPixmap(familyPatch(family, patchSide, ratio), mode);
    return icon;
}

bool WaitRowsModel::matches(const WaitRow& row) const {
    if (filter_.isEmpty())
        return true;
    const Trace& trace = *facts_->trace;
    const auto holds = [&](std::string_view text) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))
            .contains(filter_, Qt::CaseInsensitive);
    };
    const Frame& frame = trace.frame(row.site);
    return textOf(row, PrimitiveName).contains(filter_, Qt::CaseInsensitive) ||
           textOf(row, Site).contains(filter_, Qt::CaseInsensitive) || holds(trace.text(frame.function)) ||
           holds(trace.text(frame.file)) || holds(row.idiom) ||
           textOf(row, TopWaker).contains(filter_, Qt::CaseInsensitive);
}

void WaitRowsModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columns)
        return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<std::uint32_t> kept;
    for (const QModelIndex& index : before)
        kept.push_back(order_[static_cast<std::size_t>(index.row())]);
    sortColumn_ = column;
    sortOrder_ = order;
    arrange();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const auto row = std::ranges::find(order_, kept[static_cast<std::size_t>(i)]) - order_.begin();
        after.push_back(index(static_cast<int>(row), before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void WaitRowsModel::arrange() {
    order_.clear();
    for (std::uint32_t i = 0; i < table_.rows.size(); ++i)
        if (matches(table_.rows[i]))
            order_.push_back(i);
    const auto by = [&](const auto& key) {
        // Stable: equals stay in the order of the table, most time first.
        if (sortOrder_ == Qt::AscendingOrder)
            std::ranges::stable_sort(order_, std::ranges::less{}, key);
        else
            std::ranges::stable_sort(order_, std::ranges::greater{}, key);
    };
    const auto row = [&](std::uint32_t i) -> const WaitRow& { return table_.rows[i]; };
    if (isFigure(columnOf(sortColumn_)))
        by([&](std::uint32_t i) { return cellFigure(table_, row(i), columnOf(sortColumn_)); });
    else
        by([&](std::uint32_t i) { return textOf(row(i), sortColumn_); });
    std::stable_partition(order_.begin(), order_.end(), [&](std::uint32_t i) { return row(i).idiom.empty(); });
}

} // namespace waitscope
