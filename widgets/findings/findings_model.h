// SPDX-License-Identifier: GPL-3.0-or-later
// The findings as an item model: most important first, what is explained indented below what explains it.
#pragma once

#include "model/findings/findings.h"
#include "widgets/common/time_text.h"

#include <QAbstractTableModel>
#include <QColor>

#include <memory>

namespace waitscope {

/// Colour of a tier; its word always stands beside it.
[[nodiscard]] QColor colourOf(Tier tier);
/// "HIGH".
[[nodiscard]] QString tierText(Tier tier);

class FindingsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { TierName, What, Goroutines, Oldest, Since, Where };
    static constexpr int columns = Where + 1;

    using QAbstractTableModel::QAbstractTableModel;

    /// Null: no rows.
    void show(std::shared_ptr<const Findings> findings);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] const Finding& at(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    /// Rows in the order in which they are read: each explained one behind what explains it.
    std::vector<std::size_t> order_;
    std::shared_ptr<const Findings> findings_;
    TimeText times_;
};

} // namespace waitscope
