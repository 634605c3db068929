// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/delta_rows_model.h"

#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

DeltaColumn columnOf(int column) {
    return static_cast<DeltaColumn>(column);
}

} // namespace

QColor colourOf(RowVerdict verdict) {
    switch (verdict) {
    case RowVerdict::Improved:
    case RowVerdict::Disappeared:
        return QColor(0x00, 0x9E, 0x73);
    case RowVerdict::Regressed:
    case RowVerdict::New:
        return QColor(0xD5, 0x5E, 0x00);
    case RowVerdict::NoEvidence:
    case RowVerdict::NotComparable:
        break;
    }
    return {};
}

void DeltaRowsModel::show(std::shared_ptr<const Comparison> comparison) {
    beginResetModel();
    comparison_ = std::move(comparison);
    stale_ = false;
    arrange();
    endResetModel();
}

void DeltaRowsModel::setMeasure(DeltaMeasure measure) {
    if (measure == measure_)
        return;
    beginResetModel();
    measure_ = measure;
    arrange();
    endResetModel();
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columns - 1);
}

void DeltaRowsModel::setFilter(const QString& text) {
    if (text == filter_)
        return;
    beginResetModel();
    filter_ = text;
    arrange();
    endResetModel();
}

void DeltaRowsModel::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1), {Qt::ForegroundRole});
}

int DeltaRowsModel::rowOf(const Both<RowKey>& key) const {
    const auto found = std::ranges::find_if(order_, [&](std::uint32_t i) { return comparison_->rows[i].key == key; });
    return found == order_.end() ? -1 : static_cast<int>(found - order_.begin());
}

int DeltaRowsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int DeltaRowsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant DeltaRowsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    const DeltaColumn column = columnOf(section);
    switch (role) {
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DisplayRole:
        return fromUtf8(titleOf(column));
    case Qt::ToolTipRole:
        return fromUtf8(meaningOf(column, measure_));
    default:
        return {};
    }
}

QString DeltaRowsModel::textOf(const ComparedRow& row, int column) const {
    return fromUtf8(cellText(*comparison_, row, measure_, columnOf(column)));
}

QVariant DeltaRowsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const ComparedRow& row = rowAt(index.row());
    const DeltaColumn column = columnOf(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, index.column());
    case Qt::ToolTipRole:
        return fromUtf8(exactText(*comparison_, row, measure_, column));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == DeltaColumn::Primitive || column == DeltaColumn::Match)
            return {};
        QFont font = column == DeltaColumn::Verdict ? QApplication::font("QTableView")
                                                    : figuresFont(QApplication::font("QTableView"));
        font.setBold(column == DeltaColumn::Verdict && colourOf(row.verdict).isValid());
        return font;
    }
    case Qt::ForegroundRole: {
        const bool idle = !(row.metrics.a ? row.metrics.a : row.metrics.b)->idiom.empty();
        return stale_ || idle ? QVariant(mutedText(QApplication::palette("QTableView"))) : QVariant();
    }
    case Qt::DecorationRole:
        return column == DeltaColumn::Verdict && colourOf(row.verdict).isValid() ? QVariant(colourOf(row.verdict))
                                                                                 : QVariant();
    default:
        return {};
    }
}

bool DeltaRowsModel::matches(const ComparedRow& row) const {
    if (filter_.isEmpty())
        return true;
    for (const DeltaColumn column :
         {DeltaColumn::Verdict, DeltaColumn::Primitive, DeltaColumn::Site, DeltaColumn::Match})
        if (textOf(row, static_cast<int>(column)).contains(filter_, Qt::CaseInsensitive))
            return true;
    return std::ranges::any_of(std::array{Side::A, Side::B}, [&](Side side) {
        return fromUtf8(row.key.of(side).text()).contains(filter_, Qt::CaseInsensitive);
    });
}

void DeltaRowsModel::sort(int column, Qt::SortOrder order) {
    if (column >= columns)
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

// Stable: equals stay in the order of the comparison, the largest change first. What is not known comes last, whatever
// the order.
void DeltaRowsModel::arrange() {
    order_.clear();
    if (!comparison_)
        return;
    for (std::uint32_t i = 0; i < comparison_->rows.size(); ++i)
        if (matches(comparison_->rows[i]))
            order_.push_back(i);
    if (sortColumn_ < 0)
        return;
    const bool rising = sortOrder_ == Qt::AscendingOrder;
    const auto by = [&](const auto& key) {
        if (rising)
            std::ranges::stable_sort(order_, std::ranges::less{}, key);
        else
            std::ranges::stable_sort(order_, std::ranges::greater{}, key);
    };
    if (!isFigure(columnOf(sortColumn_)))
        return by([&](std::uint32_t i) { return textOf(comparison_->rows[i], sortColumn_); });
    const auto figure = [&](std::uint32_t i) {
        return cellFigure(comparison_->rows[i], measure_, columnOf(sortColumn_));
    };
    by([&](std::uint32_t i) { return figure(i).value_or(0); });
    std::stable_partition(order_.begin(), order_.end(), [&](std::uint32_t i) { return figure(i).has_value(); });
}

} // namespace waitscope
