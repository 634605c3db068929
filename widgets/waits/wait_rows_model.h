// SPDX-License-Identifier: GPL-3.0-or-later
// The wait table by site as an item model. Sorts and filters an index of its own: a proxy asks for every cell through
// QVariants, which takes seconds where this takes milliseconds.
#pragma once

#include "model/waits/wait_table.h"

#include <QAbstractTableModel>
#include <QIcon>

#include <array>
#include <memory>
#include <vector>

namespace waitscope {

class WaitRowsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { PrimitiveName, Site, Goroutines, Total, Share, Concurrency, Finished, Open, Longest, TopWaker };
    static constexpr int columns = TopWaker + 1;

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
    [[nodiscard]] int rowOf(Primitive primitive, FrameId site) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

  private:
    [[nodiscard]] QString textOf(const WaitRow& row, int column) const;
    [[nodiscard]] QString toolTipOf(const WaitRow& row, int column) const;
    [[nodiscard]] QString wakerText(const WaitRow& row) const;
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
