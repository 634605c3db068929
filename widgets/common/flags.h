// SPDX-License-Identifier: GPL-3.0-or-later
// The words at lines of time: where two would lie over each other, the later one stands below; and where there are too
// many for that, it is said how many more.
#pragma once

#include <QColor>
#include <QRectF>
#include <QString>

#include <vector>

class QFontMetrics;
class QPainter;

namespace waitscope {

struct Flag {
    double x = 0; ///< of its line, where it begins
    QString text;
    QColor colour;
};

struct PlacedFlag {
    QRectF box;
    QString text;
    QColor colour;
};

/// Boxes that do not lie over each other, from `top` down. O(flags · log).
[[nodiscard]] std::vector<PlacedFlag> placeFlags(std::vector<Flag> flags, double top, const QFontMetrics& metrics);

void paintFlags(QPainter& painter, std::vector<Flag> flags, double top);

} // namespace waitscope
