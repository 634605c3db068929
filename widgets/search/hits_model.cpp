// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/search/hits_model.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <utility>

namespace waitscope {

void HitsModel::show(std::shared_ptr<const TraceFacts> facts, SearchResult result) {
    beginResetModel();
    facts_ = std::move(facts);
    result_ = std::move(result);
    endResetModel();
}

int HitsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(result_.hits.size());
}

int HitsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant HitsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole && index.column() == Time)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const SearchHit& hit = result_.hits[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case Kind:
        return fromUtf8(nameOf(hit.kind));
    case Time:
        return times_.text(hit.time);
    default:
        return fromUtf8(hitText(*facts_, hit));
    }
}

QVariant HitsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Kind:
        return tr("Found in");
    case Time:
        return tr("At");
    default:
        return tr("What");
    }
}

} // namespace waitscope
