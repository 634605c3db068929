// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of a comparison as an item model, the largest change first unless it is sorted. Sorts and filters an index
// of its own, as the table of waits does.
#pragma once

#include "model/report/delta_columns.h"
#include "widgets/common/sorted_rows.h"

#include <QColor>

#include <cstdint>
#include <memory>
#include <vector>

namespace waitscope {

/// Of a verdict; its word always stands beside it. An invalid colour where there is nothing to say.
[[nodiscard]] QColor colourOf(RowVerdict verdict);

class DeltaRowsModel : public SortedRows {
    Q_OBJECT

  public:
    static constexpr int columns = static_cast<int>(deltaColumns.size());

    /// At first the largest change is first.
    explicit DeltaRowsModel(QObject* parent = nullptr) : SortedRows(columns, -1, SIZE_MAX, parent) {}

    /// Another comparison; order, filter and measure stay. Null: no rows.
    void show(std::shared_ptr<const Comparison> comparison);
    void setMeasure(DeltaMeasure measure);

    [[nodiscard]] const std::shared_ptr<const Comparison>& comparison() const { return comparison_; }
    [[nodiscard]] const ComparedRow& rowAt(int row) const { return comparison_->rows[shown(row)]; }
    /// The row of these keys; -1 if it is not there, or filtered out.
    [[nodiscard]] int rowOf(const Both<RowKey>& key) const;

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    void change(std::shared_ptr<const Comparison> comparison, DeltaMeasure measure);

    std::shared_ptr<const Comparison> comparison_;
    DeltaMeasure measure_ = DeltaMeasure::Concurrency;
};

} // namespace waitscope
