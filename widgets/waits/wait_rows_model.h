// SPDX-License-Identifier: GPL-3.0-or-later
// The wait table as an item model. Rows that are idle by nature come after all others, whatever the order. Sorts and
// filters an index of its own: a proxy asks for every cell through QVariants, which takes seconds where this takes
// milliseconds.
#pragma once

#include "model/report/wait_columns.h"

#include <QAbstractTableModel>
#include <QIcon>

#include <array>
#include <memory>
#include <vector>

namespace waitscope {

class WaitRowsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column {
        PrimitiveName = static_cast<int>(WaitColumn::Primitive),
        Site = static_cast<int>(WaitColumn::Key), ///< what makes a row, whatever the grouping
        Goroutines = static_cast<int>(WaitColumn::Goroutines),
        Open = static_cast<int>(WaitColumn::Open),
        Total = static_cast<int>(WaitColumn::Total),
        OpenTime = static_cast<int>(WaitColumn::OpenTime),
        Longest = static_cast<int>(WaitColumn::Longest),
        Concurrency = static_cast<int>(WaitColumn::Concurrency),
        Finished = static_cast<int>(WaitColumn::Finished),
        P50 = static_cast<int>(WaitColumn::P50),
        P95 = static_cast<int>(WaitColumn::P95),
        P99 = static_cast<int>(WaitColumn::P99),
        Peak = static_cast<int>(WaitColumn::Peak),
        TopWaker = static_cast<int>(WaitColumn::TopWaker),
    };
    static constexpr int columns = static_cast<int>(waitColumns.size());

    using QAbstractTableModel::QAbstractTableModel;

    /// Another table; the order and the filter stay. No facts: no rows.
    void show(std::shared_ptr<const TraceFacts> facts, WaitTable table);
    /// Only rows that hold `text` in what they wait on, at or were woken by; in any case of letters.
    void setFilter(const QString& text);
    /// The rows are of an older range: they are drawn faded.
    void setStale(bool stale);

    [[nodiscard]] const WaitTable& table() const { return table_; }
    [[nodiscard]] const WaitRow& rowAt(int row) const { return table_.rows[order_[static_cast<std::size_t>(row)]]; }
    /// -1 if it is not there, or filtered out.
    [[nodiscard]] int rowOf(const WaitRowKey& key) const;
    /// Of the rows that are shown.
    [[nodiscard]] int idleRows() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

  private:
    [[nodiscard]] QString textOf(const WaitRow& row, int column) const;
    [[nodiscard]] QString toolTipOf(const WaitRow& row, int column) const;
    [[nodiscard]] bool matches(const WaitRow& row) const;
    void arrange();
    [[nodiscard]] const QIcon& iconOf(StateFamily family) const;

    std::shared_ptr<const TraceFacts> facts_;
    WaitTable table_;
    std::vector<std::uint32_t> order_;
    QString filter_;
    int sortColumn_ = Total;
    Qt::SortOrder sortOrder_ = Qt::DescendingOrder;
    bool stale_ = false;
    mutable std::array<QIcon, stateFamilyCount> icons_;
};

} // namespace waitscope
