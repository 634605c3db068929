// SPDX-License-Identifier: GPL-3.0-or-later
// A table whose rows are shown in an order of their own: those that match a filter, sorted by a column. What is
// selected stays selected when the order changes.
#pragma once

#include <QAbstractTableModel>
#include <QString>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace waitscope {

class SortedRows : public QAbstractTableModel {
    Q_OBJECT

  public:
    /// Sorted by `sortColumn` at first, the largest first; -1: by none.
    SortedRows(int columns, int sortColumn, QObject* parent)
        : QAbstractTableModel(parent), columns_(columns), sortColumn_(sortColumn) {}

    /// Only rows that hold `text`, in any case of letters.
    void setFilter(const QString& text);
    /// The rows are of an older range: they are drawn faded.
    void setStale(bool stale);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    /// By column; -1: as `order` leaves them.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  protected:
    /// All rows, of which those that match are shown.
    [[nodiscard]] virtual std::size_t allRows() const = 0;
    [[nodiscard]] virtual bool matches(std::uint32_t row, const QString& text) const = 0;
    /// Puts the shown rows, which come by place, into their order (`orderBy`).
    virtual void order() = 0;

    /// Calls `change` and shows what there is then: no longer stale, in the order and through the filter of before.
    void reset(const std::function<void()>& change);
    /// By place among all rows.
    [[nodiscard]] std::uint32_t shown(int row) const { return order_[static_cast<std::size_t>(row)]; }
    [[nodiscard]] std::vector<std::uint32_t>& shown() { return order_; }
    [[nodiscard]] const std::vector<std::uint32_t>& shown() const { return order_; }
    [[nodiscard]] int sortColumn() const { return sortColumn_; }
    [[nodiscard]] bool isStale() const { return stale_; }
    /// Sorts by what `key` says of each row. Stable: equals stay as they came.
    template <class Key> void orderBy(const Key& key) {
        if (sortOrder_ == Qt::AscendingOrder)
            std::ranges::stable_sort(order_, std::ranges::less{}, key);
        else
            std::ranges::stable_sort(order_, std::ranges::greater{}, key);
    }

  private:
    void arrange();

    int columns_;
    int sortColumn_;
    Qt::SortOrder sortOrder_ = Qt::DescendingOrder;
    std::vector<std::uint32_t> order_;
    QString filter_;
    bool stale_ = false;
};

} // namespace waitscope
