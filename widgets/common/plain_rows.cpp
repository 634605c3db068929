// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/plain_rows.h"

#include "widgets/common/text_style.h"

namespace waitscope {

void PlainRows::show(std::vector<Row> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int PlainRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int PlainRows::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(titles_.size());
}

QVariant PlainRows::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const ColumnTitle& title = titles_[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole)
        return title.name;
    return role == Qt::TextAlignmentRole ? lookOf(role, title.figures) : QVariant();
}

QVariant PlainRows::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const ColumnTitle& title = titles_[static_cast<std::size_t>(index.column())];
    switch (role) {
    case Qt::DisplayRole:
        return row.cells.value(index.column());
    case Qt::ToolTipRole:
        return row.toolTip.isEmpty() ? row.cells.value(index.column()) : row.toolTip;
    case Qt::DecorationRole:
        return index.column() == 0 && !row.icon.isNull() ? QVariant(row.icon) : QVariant();
    default:
        return lookOf(role, title.figures);
    }
}

} // namespace waitscope
