// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_marks.h"

#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/from_utf8.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

QRect cellsIn(const QCPAxisRect& rect) {
    return rect.rect().translated(0, -1);
}

namespace {

// Where bins begin on the axis of time.
double xOfBin(const QCPAxisRect& rect, const Grid& grid, std::uint32_t bin) {
    const double width = static_cast<double>(grid.range.length()) / grid.bins;
    return rect.axis(QCPAxis::atBottom)->coordToPixel(static_cast<double>(grid.range.begin) + bin * width);
}

} // namespace

void CellMarks::show(const HeatmapContents& contents) {
    contents_ = contents;
    unknown_.clear();
    standingOut_.clear();
    before_.clear();
    open_.clear();
    if (!contents.grid || contents.grid->marks.empty())
        return;
    const Grid& grid = *contents.grid;
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
        for (std::uint32_t b = 0; b < grid.bins;) {
            const std::uint8_t mark = grid.marks[grid.cell(r, b)];
            std::uint32_t end = b + 1;
            while (end < grid.bins && grid.marks[grid.cell(r, end)] == mark)
                ++end;
            if (mark != 0)
                (mark == StateUnknown ? unknown_ : standingOut_).push_back({r, b, end});
            b = end;
        }
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        grow(before_, r, grid.rows[r].preExisting > 0);
        grow(open_, r, grid.rows[r].openAtEnd > 0);
    }
}

void CellMarks::grow(std::vector<Stretch>& stretches, std::uint32_t row, bool belongs) {
    if (!belongs)
        return;
    if (stretches.empty() || stretches.back().end != row)
        stretches.push_back({0, row, row});
    stretches.back().end = row + 1;
}

double CellMarks::y(double place) const {
    return mParentPlot->axisRect()->axis(QCPAxis::atLeft)->coordToPixel(place);
}

void CellMarks::draw(QCPPainter* painter) {
    if (!contents_.grid || contents_.grid->empty())
        return;
    const QCPAxisRect* rect = mParentPlot->axisRect();
    const QRect canvas = cellsIn(*rect);
    const Grid& grid = *contents_.grid;
    const auto x = [&](std::uint32_t bin) { return xOfBin(*rect, grid, bin); };
    const auto top = [&](std::uint32_t row) { return y(grid.placeOf(row).top); };
    const auto bottom = [&](std::uint32_t row) { return y(grid.placeOf(row).bottom); };
    painter->save();
    painter->setClipRect(canvas);
    for (const Stretch& s : unknown_) {
        const QRectF cells(QPointF(x(s.begin), top(s.row)), QPointF(x(s.end), bottom(s.row)));
        painter->fillRect(cells, QColor(0x99, 0x99, 0x99));
        painter->fillRect(cells, QBrush(QColor(0x55, 0x55, 0x55), Qt::BDiagPattern));
    }
    // A dot in the middle of a short stretch, one every few pixels along a long one.
    constexpr double apart = 7;
    const QColor dot(namedOf(contents_.colours).stops.back());
    for (const Stretch& s : standingOut_) {
        const double from = x(s.begin), to = x(s.end);
        const double middle = std::round((top(s.row) + bottom(s.row)) / 2);
        const double dots = std::max(1.0, std::floor((to - from) / apart));
        const double step = (to - from) / dots;
        // Of a stretch that is seen very closely most dots lie beside the canvas.
        const double first = std::max(0.0, std::floor((canvas.left() - from) / step));
        const double end = std::min(dots, std::ceil((canvas.right() + 1 - from) / step));
        for (double i = first; i < end; ++i)
            painter->fillRect(QRectF(std::round(from + step * (i + 0.5)) - 1, middle - 1, 2, 2), dot);
    }
    painter->restore();
    for (const Stretch& s : before_) {
        const double from = std::max<double>(top(s.begin), canvas.top());
        const double to = std::min<double>(bottom(s.end - 1), canvas.bottom() + 1);
        if (to > from)
            // Stripes need a few pixels to be seen as stripes.
            painter->fillRect(QRectF(canvas.left() - 8, from, 6, to - from),
                              QBrush(look_.faint, to - from < 5 ? Qt::SolidPattern : Qt::BDiagPattern));
    }
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    painter->setBrush(look_.ink);
    for (const Stretch& s : open_)
        drawArrows(painter, canvas, top(s.begin), bottom(s.end - 1), bottom(s.begin) - top(s.begin));
    painter->setAntialiasing(false);
}

// One a row; where rows are thinner than arrows, as many as there is room for.
void CellMarks::drawArrows(QCPPainter* painter, const QRect& canvas, double top, double bottom,
                           double rowHeight) const {
    constexpr double height = 8;
    const double from = std::max<double>(top, canvas.top()), to = std::min<double>(bottom, canvas.bottom() + 1);
    if (to <= from)
        return;
    double step = std::max(rowHeight, height);
    double middle = top + step / 2;
    if (rowHeight < height) {
        const int arrows = std::max(1, static_cast<int>((to - from) / height));
        step = (to - from) / arrows;
        middle = from + step / 2;
    } else {
        middle += std::floor(std::max(0.0, from - top) / step) * step;
    }
    const double x = canvas.right() + 3;
    for (; middle < to; middle += step)
        if (middle > from)
            painter->drawPolygon(
                QPolygonF({{x, middle - height / 2 + 0.5}, {x + 6, middle}, {x, middle + height / 2 - 0.5}}));
}

void PopulationBands::draw(QCPPainter* painter) {
    if (!contents_.grid || contents_.grid->empty() || contents_.grid->mode != HeatmapMode::Population)
        return;
    painter->setAntialiasing(false); // bands touch
    const Grid& grid = *contents_.grid;
    const QCPAxisRect* rect = mParentPlot->axisRect();
    const QCPAxis* counts = rect->axis(QCPAxis::atLeft);
    const auto colour = [&](std::uint32_t row) { return QColor(groupColours[row % groupColours.size()]); };
    struct Widest {
        double height = 0;
        QPointF middle;
    };
    std::vector<Widest> widest(grid.rows.size());
    for (std::uint32_t b = 0; b < grid.bins; ++b) {
        const double left = xOfBin(*rect, grid, b), right = xOfBin(*rect, grid, b + 1);
        double below = 0;
        for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
            const double above = below + static_cast<double>(grid.values[grid.cell(r, b)]);
            const double top = counts->coordToPixel(above), bottom = counts->coordToPixel(below);
            painter->fillRect(QRectF(QPointF(left, top), QPointF(right, bottom)), colour(r));
            if (bottom - top > widest[r].height)
                widest[r] = {bottom - top, {(left + right) / 2, (top + bottom) / 2}};
            below = above;
        }
    }
    const QRect canvas = cellsIn(*rect);
    const QFontMetricsF metrics(counts->tickLabelFont());
    painter->setFont(counts->tickLabelFont());
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        const double height = metrics.height(), width = 3 * height;
        if (widest[r].height < height)
            continue;
        QRectF where(0, 0, width, height);
        where.moveCenter(widest[r].middle);
        where.moveLeft(
            std::clamp(where.left(), canvas.left() + 2.0, std::max(canvas.left() + 2.0, canvas.right() - width - 2)));
        painter->setPen(readableOn(colour(r)));
        painter->drawText(where, Qt::AlignCenter, QString::number(r + 1));
    }
}

void SectionNames::draw(QCPPainter* painter) {
    if (!contents_.grid || contents_.grid->empty())
        return;
    const QRect canvas = cellsIn(*mParentPlot->axisRect());
    painter->setFont(look_.font);
    if (contents_.grid->mode == HeatmapMode::Population)
        drawGroups(painter, canvas);
    else if (!contents_.grid->sections.empty())
        drawSections(painter, canvas);
}

void SectionNames::drawSections(QCPPainter* painter, const QRect& canvas) const {
    const QCPAxis* places = mParentPlot->axisRect()->axis(QCPAxis::atLeft);
    const QFontMetricsF metrics(look_.font);
    QFont bold = look_.font;
    bold.setBold(true);
    const double line = std::ceil(metrics.height());
    double free = canvas.top(); // from here down nothing is written yet
    for (const GridSection& section : contents_.grid->sections) {
        const double top = std::max<double>(places->coordToPixel(section.top), canvas.top());
        const double bottom = std::min<double>(places->coordToPixel(section.bottom), canvas.bottom() + 1);
        if (bottom <= canvas.top() || top >= canvas.bottom() || bottom <= top)
            continue;
        painter->setPen(look_.faint);
        painter->drawLine(QPointF(left_, std::round(top)), QPointF(canvas.right(), std::round(top)));
        double y = std::max(top + 1, free);
        const auto write = [&](const QString& text, const QFont& font) {
            if (y + line > bottom + 1)
                return;
            painter->setFont(font);
            painter->setPen(look_.ink);
            painter->drawText(QRectF(left_, y, width_, line), Qt::AlignRight | Qt::AlignVCenter,
                              QFontMetricsF(font).elidedText(text, Qt::ElideMiddle, width_));
            y += line;
        };
        write(fromUtf8(section.title), bold);
        for (const std::string& note : section.notes)
            write(fromUtf8(note), look_.font);
        free = y;
    }
}

// The largest group is the lowest band and the last name.
void SectionNames::drawGroups(QCPPainter* painter, const QRect& canvas) const {
    const Grid& grid = *contents_.grid;
    const QFontMetricsF metrics(look_.font);
    const double side = std::ceil(metrics.height());
    const auto groups = static_cast<double>(grid.rows.size());
    // Line and function below each other where there is room, else beside.
    const bool below = (2 * side + 6) * groups <= canvas.height();
    const double line = (below ? 2 * side : side) + (below ? 6 : 3);
    double y = std::max<double>(canvas.top(), canvas.bottom() - line * groups);
    for (auto r = static_cast<std::uint32_t>(grid.rows.size()); r-- > 0;) {
        if (y + side > canvas.bottom() + 2)
            return;
        const QColor colour(groupColours[r % groupColours.size()]);
        const QRectF patch(left_, y, side, side);
        painter->fillRect(patch, colour);
        painter->setPen(readableOn(colour));
        painter->drawText(patch, Qt::AlignCenter, QString::number(r + 1));
        painter->setPen(look_.ink);
        const double room = width_ - side - 4;
        const QString count = QStringLiteral(" (%1)").arg(fromUtf8(countText(grid.rows[r].count)));
        const auto write = [&](const QString& text, double at) {
            painter->drawText(QRectF(left_ + side + 4, at, room, side), Qt::AlignLeft | Qt::AlignVCenter,
                              metrics.elidedText(text, Qt::ElideMiddle, room));
        };
        const QStringList parts = fromUtf8(grid.rows[r].label).split(QStringLiteral("  "));
        write((below ? parts.front() : parts.join(' ')) + count, y);
        if (below && parts.size() > 1)
            write(parts.back(), y + side);
        y += line;
    }
}

int CalloutMarks::stripHeight(const QFont& font) {
    return static_cast<int>(std::ceil(QFontMetricsF(font).height())) + 4;
}

void CalloutMarks::draw(QCPPainter* painter) {
    if (!contents_.grid || contents_.grid->empty())
        return;
    const QCPAxisRect* rect = mParentPlot->axisRect();
    const QRect canvas = cellsIn(*rect);
    const TimeRange shown{static_cast<Time>(rect->axis(QCPAxis::atBottom)->range().lower),
                          static_cast<Time>(rect->axis(QCPAxis::atBottom)->range().upper)};
    QFont bold = look_.font;
    bold.setBold(true);
    painter->setFont(bold);
    const int side = stripHeight(look_.font) - 2;
    double free = canvas.left() - side; // badges do not cover each other
    for (std::size_t i = 0; i < contents_.callouts.size(); ++i) {
        const Callout& callout = contents_.callouts[i];
        if (callout.time > shown.end || (callout.range.empty() ? callout.time : callout.range.end) < shown.begin)
            continue;
        const double x = std::max<double>(
            rect->axis(QCPAxis::atBottom)->coordToPixel(static_cast<double>(callout.time)), canvas.left());
        // Dark and light beside each other are seen on every colour.
        painter->setPen(QPen(Qt::white, 1));
        painter->drawLine(QPointF(std::round(x) + 1, canvas.top()), QPointF(std::round(x) + 1, canvas.bottom()));
        painter->setPen(QPen(Qt::black, 1, Qt::DashLine));
        painter->drawLine(QPointF(std::round(x), canvas.top()), QPointF(std::round(x), canvas.bottom()));
        const double left = std::max(free, std::min<double>(std::round(x - side / 2.0), canvas.right() - side + 1));
        const QRectF badge(left, canvas.top() - side - 1, side, side);
        painter->fillRect(badge, look_.ink);
        painter->setPen(look_.paper);
        painter->drawText(badge, Qt::AlignCenter, QString(letterOf(i)));
        free = left + side + 1;
    }
}

} // namespace waitscope
