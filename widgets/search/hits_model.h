// SPDX-License-Identifier: GPL-3.0-or-later
// The hits of a search as an item model; a hit's text is made when it is seen.
#pragma once

#include "model/search/search.h"
#include "widgets/common/time_text.h"

#include <QAbstractTableModel>

#include <memory>

namespace waitscope {

class HitsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Kind, Time, Text };
    static constexpr int columns = Text + 1;

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const TraceFacts> facts, SearchResult result);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] const SearchResult& result() const { return result_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::shared_ptr<const TraceFacts> facts_;
    SearchResult result_;
    TimeText times_;
};

} // namespace waitscope
