// SPDX-License-Identifier: GPL-3.0-or-later
// The logarithmic axis below histograms of the lengths of waits.
#pragma once

#include "model/inspect/state_times.h"
#include "widgets/common/colours.h"

#include <QRectF>
#include <QString>

#include <initializer_list>

class QFont;
class QPainter;

namespace waitscope {

struct LengthAxis {
    [[nodiscard]] static int height(const QFont& font); ///< of the labels, below the field

    int first = 0; ///< the bins that are drawn: those between the shortest and the longest wait
    int end = 0;
    QRectF field; ///< where the bars are

    /// Holds all waits of all of these.
    void fit(std::initializer_list<const LengthHistogram*> histograms);
    [[nodiscard]] bool empty() const { return first >= end; }
    [[nodiscard]] double xOf(int bin) const;
    [[nodiscard]] int binAt(double x) const; ///< the nearest one
    /// A label a decade, where there is room.
    void paintLabels(QPainter& painter, const QColor& colour) const;
    /// The background of a widget, and the sentence where there is nothing to draw on it; true if there is something.
    bool paintGround(QPainter& painter, QRect whole, const CanvasColours& colours, const QString& nothing) const;
};

} // namespace waitscope
