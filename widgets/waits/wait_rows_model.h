// SPDX-License-Identifier: GPL-3.0-or-later
// The wait table as an item model. Rows that are idle by nature come after all others, whatever the order. Sorts and
// filters places of its own: a proxy asks for every cell through QVariants, which takes seconds where this takes
// milliseconds, and cannot do it on another thread.
#pragma once

#include "model/report/wait_columns.h"
#include "widgets/common/sorted_rows.h"

#include <QIcon>

#include <array>
#include <memory>
#include <vector>

namespace waitscope {

class WaitRowsModel : public SortedRows {
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

    static constexpr std::size_t fewRows = 2'000; ///< are arranged in less than a millisecond

    /// A table, and what is asked of all its rows. O(rows) to make and to free: not on the GUI thread.
    class Content {
      public:
        Content() = default;
        Content(std::shared_ptr<const TraceFacts> facts, WaitTable table);
        /// Whoever lets go of it last, it is freed on another thread.
        static std::shared_ptr<const Content> of(std::shared_ptr<const TraceFacts> facts, WaitTable table);

      private:
        friend class WaitRowsModel;
        [[nodiscard]] QString textOf(const WaitRow& row, int column) const;
        /// In what it waits on, at, or was woken by.
        [[nodiscard]] bool matches(const WaitRow& row, const QString& text) const;
        [[nodiscard]] Places arranged(const Arrangement& how) const;

        std::shared_ptr<const TraceFacts> facts_;
        WaitTable table_;
        std::uint64_t waits_ = 0;
    };

    explicit WaitRowsModel(QObject* parent = nullptr) : SortedRows(columns, Total, fewRows, parent) {}

    /// Another table; the order and the filter stay.
    void show(const std::shared_ptr<const Content>& content);

    /// What is shown.
    [[nodiscard]] const WaitTable& table() const { return content_->table_; }
    /// Of all rows of the table.
    [[nodiscard]] std::uint64_t waits() const { return content_->waits_; }
    [[nodiscard]] const WaitRow& rowAt(int row) const { return content_->table_.rows[shown(row)]; }
    /// -1 if it is not there, or filtered out.
    [[nodiscard]] int rowOf(const WaitRowKey& key) const;
    /// Of the rows that are shown. O(log rows).
    [[nodiscard]] int idleRows() const;

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Always by a column.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  private:
    [[nodiscard]] QString textOf(const WaitRow& row, int column) const { return content_->textOf(row, column); }
    [[nodiscard]] QString toolTipOf(const WaitRow& row, int column) const;
    [[nodiscard]] const QIcon& iconOf(StateFamily family) const;

    std::shared_ptr<const Content> content_ = std::make_shared<const Content>();
    mutable std::array<QIcon, stateFamilyCount> icons_;
};

} // namespace waitscope
