// SPDX-License-Identifier: GPL-3.0-or-later
// What the user chose of a heatmap: everything but the range, which all views share. Each choice has an option of the
// command `heatmap`.
#pragma once

#include "model/heatmap/colour_scale.h"
#include "model/heatmap/heatmap.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QString>

#include <optional>

namespace waitscope {

struct HeatmapSettings {
    HeatmapMode mode = HeatmapMode::Lifetime;
    HeatmapMetric metric;
    RowOrder order = RowOrder::Creation;
    std::optional<HeatmapGrouping> grouping; ///< none: what the mode is used to
    Bundling bundling = Bundling::Mean;
    QString filter;                       ///< part of a function's name; empty: all
    std::optional<ScaleKind> colourScale; ///< none: what the unit is used to
    ColourMap colours = ColourMap::Viridis;
    friend bool operator==(const HeatmapSettings&, const HeatmapSettings&) = default;
};

} // namespace waitscope
