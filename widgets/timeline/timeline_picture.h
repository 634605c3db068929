// SPDX-License-Identifier: GPL-3.0-or-later
// A timeline as a picture for a report, with or without a window.
#pragma once

#include "model/facts.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>
#include <string_view>

namespace waitscope {

struct TimelinePictureOptions {
    TimeRange range;                                       ///< empty: the whole trace
    QSize size{1600, 900};                                 ///< in units; at least 480 x 320
    int scale = 1;                                         ///< pixels a unit
    QString filterText;                                    ///< as the user wrote it, for the caption
    std::function<bool(std::string_view function)> filter; ///< of groups, by function; null: all
};

/// The widget's painter in its light colours, with the caption that every picture has. As many rows as fit; the
/// caption says of how many. Null if there is not enough memory. Needs a QGuiApplication, but no display.
[[nodiscard]] QImage renderTimeline(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options);

} // namespace waitscope
