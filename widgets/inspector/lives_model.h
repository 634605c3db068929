// SPDX-License-Identifier: GPL-3.0-or-later
// Goroutines as rows: which function, since when, how long, and what they did with their time.
#pragma once

#include "model/inspect/lives.h"
#include "widgets/common/sorted_rows.h"
#include "widgets/common/time_text.h"

#include <memory>

namespace waitscope {

class LivesModel : public SortedRows {
    Q_OBJECT

  public:
    enum Column { Goroutine, Function, Created, Lived, Waiting, Running, Ready, Syscalls, AtEnd };
    static constexpr int columns = AtEnd + 1;

    explicit LivesModel(QObject* parent = nullptr) : SortedRows(columns, Lived, fewRows, parent) {}

    void show(std::shared_ptr<const TraceFacts> facts, Lives lives);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] const Life& lifeAt(int row) const { return content_->lives.lives[shown(row)]; }

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Content {
        std::shared_ptr<const TraceFacts> facts;
        Lives lives;

        [[nodiscard]] QString textOf(const Life& life, int column, const TimeText& times = {}) const;
        [[nodiscard]] Places arranged(const Arrangement& how) const;
    };
    static constexpr std::size_t fewRows = 5'000;
    std::shared_ptr<const Content> content_;
    TimeText times_;
};

} // namespace waitscope
