// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks or regions as rows: which, since when, how long, and what their goroutine did meanwhile.
#pragma once

#include "model/inspect/works.h"
#include "widgets/common/sorted_rows.h"
#include "widgets/common/time_text.h"

#include <memory>

namespace waitscope {

class WorksModel : public SortedRows {
    Q_OBJECT

  public:
    enum Column { Name, Number, Begun, Lasted, Waiting, Running, Ready, Syscalls };
    static constexpr int columns = Syscalls + 1;

    explicit WorksModel(QObject* parent = nullptr) : SortedRows(columns, Lasted, fewRows, parent) {}

    void show(std::shared_ptr<const TraceFacts> facts, Works works);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] WorkKind kind() const { return content_->works.kind; }
    [[nodiscard]] const Work& workAt(int row) const { return content_->works.works[shown(row)]; }

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Content {
        std::shared_ptr<const TraceFacts> facts;
        Works works;

        [[nodiscard]] QString textOf(const Work& work, int column, const TimeText& times = {}) const;
        [[nodiscard]] Time figureOf(const Work& work, int column) const;
        [[nodiscard]] Places arranged(const Arrangement& how) const;
    };
    static constexpr std::size_t fewRows = 5'000;
    std::shared_ptr<const Content> content_ = std::make_shared<const Content>();
    TimeText times_;
};

} // namespace waitscope
