// SPDX-License-Identifier: GPL-3.0-or-later
// The goroutines of one wait row as an item model, oldest first as the model orders them.
#pragma once

#include "model/waits/waiting_goroutines.h"
#include "widgets/common/time_text.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace waitscope {

class WaitingGoroutinesModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Goroutine, Function, State, Since, Waited, SameStack, CreatedAt, LastLabel };
    static constexpr int columns = LastLabel + 1;

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const TraceFacts> facts, std::vector<WaitingGoroutine> goroutines);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    void setStale(bool stale);

    [[nodiscard]] const WaitingGoroutine& goroutineAt(int row) const {
        return goroutines_[static_cast<std::size_t>(row)];
    }
    /// One of them has a label.
    [[nodiscard]] bool labelled() const;
    /// -1 if it is not there.
    [[nodiscard]] int rowOf(GoroutineIndex g) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    [[nodiscard]] QString textOf(const WaitingGoroutine& waiting, int column) const;
    [[nodiscard]] QString toolTipOf(const WaitingGoroutine& waiting, int column) const;

    std::shared_ptr<const TraceFacts> facts_;
    std::vector<WaitingGoroutine> goroutines_;
    TimeText times_;
    bool stale_ = false;
};

} // namespace waitscope
