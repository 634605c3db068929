// SPDX-License-Identifier: GPL-3.0-or-later
// A list of events as an item model: eight bytes an event, words made when they are seen, so millions scroll.
#pragma once

#include "model/inspect/events.h"
#include "widgets/common/time_text.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace waitscope {

class EventsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { At, Goroutine, Kind, For, Detail, By, Stack };
    static constexpr int columns = Stack + 1;

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const TraceFacts> facts, std::vector<Event> events);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] const Event& eventAt(int row) const { return events_[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::shared_ptr<const TraceFacts> facts_;
    std::vector<Event> events_;
    TimeText times_;
};

} // namespace waitscope
