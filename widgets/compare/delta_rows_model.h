// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of a comparison as an item model, the largest change first unless it is sorted. Sorts and filters an index
// of its own, as the table of waits does.
#pragma once

#include "model/report/delta_columns.h"

#include <QAbstractTableModel>
#include <QColor>

#include <memory>
#include <vector>

namespace waitscope {

/// Of a verdict; its word always stands beside it. An invalid colour where there is nothing to say.
[[nodiscard]] QColor colourOf(RowVerdict verdict);

class DeltaRowsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    static constexpr int columns = static_cast<int>(deltaColumns.size());

    using QAbstractTableModel::QAbstractTableModel;

    /// Another comparison; order, filter and measure stay. Null: no rows.
    void show(std::shared_ptr<const Comparison> comparison);
    void setMeasure(DeltaMeasure measure);
    /// Only rows that hold `text` in what they wait on, where, or in their verdict; in any case of letters.
    void setFilter(const QString& text);
    /// The numbers are of another range: they are drawn faded.
    void setStale(bool stale);

    [[nodiscard]] const std::shared_ptr<const Comparison>& comparison() const { return comparison_; }
    [[nodiscard]] const ComparedRow& rowAt(int row) const {
        return comparison_->rows[order_[static_cast<std::size_t>(row)]];
    }
    /// The row of these keys; -1 if it is not there, or filtered out.
    [[nodiscard]] int rowOf(const Both<RowKey>& key) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// By column; -1: the largest change first.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  private:
    [[nodiscard]] QString textOf(const ComparedRow& row, int column) const;
    [[nodiscard]] bool matches(const ComparedRow& row) const;
    void arrange();

    std::shared_ptr<const Comparison> comparison_;
    DeltaMeasure measure_ = DeltaMeasure::Concurrency;
    std::vector<std::uint32_t> order_; ///< the shown rows, by place in the comparison
    QString filter_;
    int sortColumn_ = -1;
    Qt::SortOrder sortOrder_ = Qt::DescendingOrder;
    bool stale_ = false;
};

} // namespace waitscope
