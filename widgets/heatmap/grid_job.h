// SPDX-License-Identifier: GPL-3.0-or-later
// Computes grids off the GUI thread, one at a time: a new question stops the work on the old one, whose answer is
// dropped. The order of rows is kept as long as nothing that it depends on changes, so that moving and zooming do not
// sort.
#pragma once

#include "model/facts.h"
#include "model/heatmap/lifetime_grid.h"
#include "model/heatmap/row_order.h"

#include <QFutureWatcher>
#include <QObject>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

using GoroutineList = std::shared_ptr<const std::vector<GoroutineIndex>>;

struct GridQuestion {
    std::shared_ptr<const TraceFacts> facts;
    RowOrder order = RowOrder::Creation;
    std::string filter;           ///< part of the function's name
    GoroutineList goroutines;     ///< in that order, if they are known already
    std::uint32_t firstPlace = 0; ///< the part of them that is shown
    std::uint32_t placeCount = 0; ///< 0: to the last one
    GridOptions options;
};

struct GridAnswer {
    GoroutineList goroutines;
    std::shared_ptr<const Grid> grid;
    std::uint32_t firstPlace = 0;
};

class GridJob : public QObject {
    Q_OBJECT

  public:
    explicit GridJob(QObject* parent = nullptr);
    ~GridJob() override;

    void ask(const GridQuestion& question);
    /// Stops; no answer will come.
    void cancel();
    [[nodiscard]] bool isBusy() const { return busy_; }

  Q_SIGNALS:
    void answered(const waitscope::GridAnswer& answer);

  private:
    QFutureWatcher<GridAnswer> watcher_;
    std::stop_source stop_;
    bool busy_ = false;
};

} // namespace waitscope
