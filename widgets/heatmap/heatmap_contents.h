// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn, and how it looks: the parts of the heatmap's painter share these.
#pragma once

#include "model/findings/callouts.h"
#include "model/heatmap/colour_scale.h"
#include "model/heatmap/grid.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QColor>
#include <QFont>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QPalette;

namespace waitscope {

struct HeatmapLook {
    QColor paper;  ///< around the cells
    QColor nobody; ///< where no goroutine of the row is alive
    QColor ink;    ///< texts and axes
    QColor faint;  ///< hatches and frames
    QFont font;

    [[nodiscard]] static HeatmapLook of(const QPalette& palette, const QFont& font);
    /// White paper: all pictures, whatever the window looks like.
    [[nodiscard]] static HeatmapLook light(const QFont& font);
};

struct HeatmapContents {
    std::shared_ptr<const Trace> trace;
    std::shared_ptr<const Grid> grid;
    QString order; ///< as in "ordered by …"; empty where rows have an order of their own
    std::optional<ScaleKind> scale;
    std::shared_ptr<const Grid> beside; ///< the other half of a comparison: both share one colour scale. Null: none
    ColourMap colours = ColourMap::Viridis;
    std::vector<Callout> callouts;
};

/// Rows that lie on the axis from bottom to top: quantities rise, lists go down.
[[nodiscard]] inline bool risesUpwards(HeatmapMode mode) {
    return mode == HeatmapMode::Age || mode == HeatmapMode::Latency || mode == HeatmapMode::Population ||
           mode == HeatmapMode::Processor;
}

/// The letter of a callout.
[[nodiscard]] inline QChar letterOf(std::size_t callout) {
    return QChar(static_cast<char16_t>(u'A' + callout % 26));
}

} // namespace waitscope
