// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/words_model.h"

#include <utility>

namespace waitscope {

WordsModel::WordsModel(QStringList header, int firstFigures, QObject* parent)
    : QAbstractTableModel(parent), header_(std::move(header)), firstFigures_(firstFigures) {}

void WordsModel::show(std::vector<QStringList> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int WordsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int WordsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(header_.size());
}

QVariant WordsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((index.column() >= firstFigures_ ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return rows_[static_cast<std::size_t>(index.row())].value(index.column());
    return {};
}

QVariant WordsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    return orientation == Qt::Horizontal && role == Qt::DisplayRole ? QVariant(header_.value(section)) : QVariant();
}

} // namespace waitscope
