// SPDX-License-Identifier: GPL-3.0-or-later
// The heatmap as a picture that stands by itself: same painter as in the window, on white paper, with what it shows and
// of which trace written around it. Pixels depend on the trace and the options only.
#pragma once

#include "model/facts.h"
#include "model/heatmap/lifetime_grid.h"
#include "model/heatmap/row_order.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <memory>

namespace waitscope {

struct HeatmapPictureOptions {
    QSize size{1600, 900}; ///< 480 x 320 at least
    int scale = 1;         ///< pixels a unit: 1 or 2
    TimeRange range;       ///< empty: the whole trace
    StateSet states = waitingStates;
    Bundling bundling = Bundling::Mean;
    RowChoice rows;
    QString filter;               ///< what `rows.wanted` looks for, for the caption
    std::uint32_t firstPlace = 0; ///< in the order of rows
    std::uint32_t placeCount = 0; ///< 0: to the last one
};

/// Null if the size is smaller than that or larger than memory and QPainter allow (see emptyPicture).
[[nodiscard]] QImage renderHeatmap(const TraceFacts& facts, const HeatmapPictureOptions& options);

/// The numbers behind the colours of that very picture; null if the size is too small.
[[nodiscard]] std::shared_ptr<const Grid> pictureGrid(const TraceFacts& facts, const HeatmapPictureOptions& options);

} // namespace waitscope
