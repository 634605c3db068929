// SPDX-License-Identifier: GPL-3.0-or-later
// A timeline as a picture for a report, with or without a window.
#pragma once

#include "model/facts.h"
#include "widgets/timeline/timeline_choice.h"

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace waitscope {

struct TimelinePictureOptions {
    TimeRange range;       ///< empty: the whole trace
    QSize size{1600, 900}; ///< in units; at least 480 x 320
    int scale = 1;         ///< pixels a unit
    TimelineContents contents;
    /// The command that makes this picture, for programs; asked where the picture is made. Null: it has none.
    std::function<QString()> command;
};

/// The widget's painter in its light colours, with the caption that every picture has. As many rows as fit; the
/// caption says of how many. Null if there is not enough memory. Needs a QGuiApplication, but no display.
[[nodiscard]] QImage renderTimeline(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options);

/// The same as SVG: text and lines as such, the states as an image of `scale` pixels a unit.
[[nodiscard]] QByteArray renderTimelineSvg(std::shared_ptr<const TraceFacts> facts,
                                           const TimelinePictureOptions& options);

} // namespace waitscope
