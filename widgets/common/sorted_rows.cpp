// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/sorted_rows.h"

namespace waitscope {

void SortedRows::setFilter(const QString& text) {
    if (text == filter_)
        return;
    beginResetModel();
    filter_ = text;
    arrange();
    endResetModel();
}

void SortedRows::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns_ - 1), {Qt::ForegroundRole});
}

int SortedRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int SortedRows::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns_;
}

void SortedRows::sort(int column, Qt::SortOrder order) {
    if (column >= columns_)
        return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<std::uint32_t> kept;
    for (const QModelIndex& index : before)
        kept.push_back(shown(index.row()));
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

void SortedRows::reset(const std::function<void()>& change) {
    beginResetModel();
    change();
    stale_ = false;
    arrange();
    endResetModel();
}

void SortedRows::arrange() {
    order_.clear();
    for (std::size_t row = 0; row < allRows(); ++row)
        if (const auto place = static_cast<std::uint32_t>(row); filter_.isEmpty() || matches(place, filter_))
            order_.push_back(place);
    order();
}

} // namespace waitscope
