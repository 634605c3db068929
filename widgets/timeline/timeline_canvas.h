// SPDX-License-Identifier: GPL-3.0-or-later
// One frame's way through the parts of the painter: what is drawn, on what, and where a row is.
#pragma once

#include "widgets/timeline/timeline_painter.h"

#include <QPainter>

#include <algorithm>
#include <array>

namespace waitscope {

struct TimelinePainter::Canvas {
    QPainter& painter;
    const TraceFacts& facts;
    const TimelineRows& rows;
    const TimelineFrame& frame;
    TimeAxis axis;
    CanvasColours colours;
    QRect rowsArea; ///< below the ruler

    [[nodiscard]] int y(const TimelineRow& row) const {
        return rowsArea.top() + row.top - (row.top < rows.stickyHeight() ? 0 : frame.scrollY);
    }
    /// Where rows scroll: below those that stay.
    [[nodiscard]] QRect scrolledArea() const { return rowsArea.adjusted(0, rows.stickyHeight(), 0, 0); }
    [[nodiscard]] QRect stickyArea() const {
        return {rowsArea.topLeft(), QSize(rowsArea.width(), rows.stickyHeight())};
    }
    template <class Use> void forEachScrolledRow(Use use) const {
        const int bottom = frame.scrollY + rowsArea.height();
        for (TimelineRow row = rows.rowAt(frame.scrollY + rows.stickyHeight());
             row.kind != TimelineRow::Kind::None && row.top < bottom; row = rows.rowBelow(row))
            use(row);
    }
    template <class Use> void forEachStickyRow(Use use) const {
        for (TimelineRow row = rows.rowAt(0);
             row.kind != TimelineRow::Kind::None && row.top < std::min(rows.stickyHeight(), rowsArea.height());
             row = rows.rowBelow(row))
            use(row);
    }
    [[nodiscard]] const TimelineSizes& sizes() const { return rows.sizes(); }
    /// Where a goroutine's states are, and its words; regions are below.
    [[nodiscard]] int stateHeight(const TimelineRow& row) const {
        return row.goroutine.known() ? sizes().row : row.height;
    }
    /// The bar itself, from the top of the frame, in device pixels.
    struct Bar {
        int top;
        int height;
    };
    [[nodiscard]] Bar barOf(const TimelineRow& row) const {
        return {device(y(row) - frame.area.top() + sizes().above),
                device(stateHeight(row) - sizes().above - sizes().below)};
    }
    /// What is marked at an edge of a bar of this height: no more of it than leaves the state to be seen.
    [[nodiscard]] int edgeOf(int barHeight) const { return std::min(device(4), barHeight / 2); }
    [[nodiscard]] int device(double logical) const { return qRound(logical * frame.devicePixelRatio); }
    /// Where the axis begins in the image.
    [[nodiscard]] int deviceLeft() const { return device(frame.labelWidth()); }
};

// Regions, tasks and functions are the program's own words, so they have colours that no state has; the name chooses
// one.
constexpr std::array<QRgb, 4> ownColours{0xFF9FB4D0, 0xFFB9A7D0, 0xFFA8C9B8, 0xFFD0BFA0};
inline QRgb colourOfName(StringId name) {
    return ownColours[name.value % ownColours.size()];
}

} // namespace waitscope
