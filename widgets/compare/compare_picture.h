// SPDX-License-Identifier: GPL-3.0-or-later
// Two traces in one picture that stands by itself: the headline, the heatmap of each over the other on one colour scale
// and with the same nanoseconds a pixel, and between them a strip that says when B differs from A. Painted by the same
// painter as every heatmap, on white paper.
#pragma once

#include "model/compare/blocked_over_time.h"
#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "widgets/heatmap/heatmap_picture.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <memory>

namespace waitscope {

struct ComparePictureOptions {
    QSize size{1600, 1300}; ///< 640 x 800 at least
    int scale = 1;          ///< pixels a unit
    bool headline = true;   ///< above it; a page that has it needs it once
    QString command;        ///< that makes this picture, for programs
};

/// Everything about the picture but its pixels.
struct CompareSheet {
    ComparePictureOptions options;
    QString headline;
    QStringList warnings;                           ///< that belong to it
    Both<std::shared_ptr<const HeatmapSheet>> half; ///< each as a picture of its own
    StateSet states;
    BlockedOverTime strip;      ///< of the family, over the time that both have; empty if a pixel is not the same time
    bool sameTimeAPixel = true; ///< else the shorter trace is stretched: it would be too small
};

/// The costly part, on any thread. Null if the size is too small. Both heatmaps point at what was found; without
/// `findings` that is found out first.
[[nodiscard]] std::shared_ptr<const CompareSheet>
prepareComparison(const Comparison& comparison, const FindingsAcross* findings, const ComparePictureOptions& options);
/// The pixels, with the facts as texts; on the GUI thread. Null if the picture is larger than memory allows.
[[nodiscard]] QImage paintComparison(const CompareSheet& sheet);

} // namespace waitscope
