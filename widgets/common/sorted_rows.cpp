// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/sorted_rows.h"

namespace waitscope {

void SortedRows::setFilter(const QString& text) {
    if (text == wanted_.filter)
        return;
    wanted_.filter = text;
    arrange();
}

void SortedRows::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns_ - 1), {Qt::ForegroundRole});
}

int SortedRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(places_.size());
}

int SortedRows::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns_;
}

void SortedRows::sort(int column, Qt::SortOrder order) {
    if (column >= columns_)
        return;
    wanted_.column = column;
    wanted_.order = order;
    arrange();
}

void SortedRows::reset(std::size_t count, Arranger arranger, std::function<void()> change) {
    count_ = count;
    arranger_ = std::move(arranger);
    change_ = std::move(change);
    arrange();
}

void SortedRows::arrange() {
    if (!arranger_)
        return;
    if (count_ > fewRows_) {
        work_.request([arranger = arranger_, how = wanted_] { return Arranged{how, arranger(how)}; });
        return;
    }
    work_.cancel();
    show({wanted_, arranger_(wanted_)});
}

void SortedRows::show(Arranged arranged) {
    if (change_ || arranged.how.filter != shownFilter_) {
        beginResetModel();
        if (change_) {
            std::exchange(change_, nullptr)();
            stale_ = false;
        }
        shownFilter_ = arranged.how.filter;
        places_ = std::move(arranged.places);
        endResetModel();
    } else { // the same rows in another order
        Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const QModelIndexList before = persistentIndexList();
        QModelIndexList after;
        if (!before.isEmpty()) {
            std::vector<int> rowOfPlace(count_);
            for (std::size_t row = 0; row < arranged.places.size(); ++row)
                rowOfPlace[arranged.places[row]] = static_cast<int>(row);
            for (const QModelIndex& old : before)
                after.push_back(index(rowOfPlace[shown(old.row())], old.column()));
        }
        places_ = std::move(arranged.places);
        changePersistentIndexList(before, after);
        Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }
    Q_EMIT this->arranged();
}

} // namespace waitscope
