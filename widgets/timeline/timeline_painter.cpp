// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_painter.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

namespace waitscope {

namespace {

constexpr int stripMargin = 2;      // above and below the bar of a row
constexpr int mergedMarkHeight = 2; // the line under cells that hide more than one span
constexpr int stripePeriod = 6;     // device pixels

// Colours as the image stores them, each with the darker one of its stripes.
struct Palette {
    std::array<QRgb, stateFamilyCount> plain{};
    std::array<QRgb, stateFamilyCount> stripe{};

    Palette() {
        for (std::size_t f = 0; f < stateFamilyCount; ++f) {
            const QColor colour = colourOf(static_cast<StateFamily>(f));
            plain[f] = colour.rgb();
            stripe[f] = isStriped(static_cast<StateFamily>(f)) ? colour.darker(128).rgb() : colour.rgb();
        }
    }
};

} // namespace

struct TimelinePainter::Canvas {
    QPainter& painter;
    const TraceFacts& facts;
    const TimelineRows& rows;
    const TimelineFrame& frame;
    TimeAxis axis;
    CanvasColours colours;
    QRect rowsArea; ///< below the ruler

    [[nodiscard]] int y(const TimelineRow& row) const { return rowsArea.top() + row.top - frame.scrollY; }
    template <class Use> void forEachVisibleRow(Use use) const {
        const int bottom = frame.scrollY + rowsArea.height();
        for (TimelineRow row = rows.rowAt(frame.scrollY); row.kind != TimelineRow::Kind::None && row.top < bottom;
             row = rows.rowBelow(row))
            use(row);
    }
};

void TimelinePainter::paint(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows,
                            const TimelineFrame& frame) {
    work_ = {};
    Canvas canvas{.painter = painter,
                  .facts = facts,
                  .rows = rows,
                  .frame = frame,
                  .axis = axisOf(frame),
                  .colours = canvasColours(frame.dark),
                  .rowsArea = frame.area.adjusted(0, rulerHeight, 0, 0)};
    painter.save();
    painter.setClipRect(frame.area);
    paintStrips(canvas);
    painter.setClipRect(canvas.rowsArea);
    canvas.forEachVisibleRow([&](const TimelineRow& row) {
        paintRowText(canvas, row);
        paintOpenWait(canvas, row);
        if (row.goroutine.known()) {
            paintSpanNames(canvas, row);
            paintEnds(canvas, row);
        }
    });
    paintCollector(canvas);
    paintMarks(canvas);
    painter.setClipRect(frame.area);
    paintRuler(canvas);
    painter.restore();
}

// Everything that is made of states, in device pixels.
void TimelinePainter::paintStrips(Canvas& canvas) {
    const TimelineFrame& frame = canvas.frame;
    const qreal ratio = frame.devicePixelRatio;
    const QSize size = (QSizeF(frame.area.size()) * ratio).toSize();
    if (image_.size() != size)
        image_ = QImage(size, QImage::Format_RGB32);
    image_.setDevicePixelRatio(ratio);
    image_.fill(canvas.colours.background.rgb());
    const int left = qRound(canvasLeft * ratio);
    cells_.assign(static_cast<std::size_t>(std::max(0, size.width() - left - qRound(canvasRight * ratio))), {});
    const auto device = [&](int logical) { return qRound(logical * ratio); };
    const Trace& trace = *canvas.facts.trace;
    canvas.forEachVisibleRow([&](const TimelineRow& row) {
        const int top = canvas.y(row) - frame.area.top();
        if (row.kind == TimelineRow::Kind::Group && !row.goroutine.known()) {
            QPainter band(&image_);
            band.fillRect(QRect(0, top, frame.area.width(), row.height), canvas.colours.headerBand);
        }
        if (row.kind == TimelineRow::Kind::Processor)
            stripOf(trace, canvas.facts.pyramids, row.processor, frame.range, cells_, work_);
        else if (row.goroutine.known())
            stripOf(trace, canvas.facts.waits, canvas.facts.pyramids, row.goroutine, frame.range, cells_, work_);
        else {
            const Activity* activity =
                row.kind == TimelineRow::Kind::Group && frame.activityOf ? frame.activityOf(row.group) : nullptr;
            if (activity != nullptr && !activity->empty())
                paintActivity(canvas, row, *activity);
            return;
        }
        if (row.kind == TimelineRow::Kind::Processor)
            paintLoad(device(top + stripMargin), device(row.height - 2 * stripMargin));
        else
            paintCells(canvas, device(top + stripMargin), device(row.height - 2 * stripMargin));
    });
    canvas.painter.drawImage(frame.area.topLeft(), image_);
}

// One bar: the few different lines of it are written once and copied down.
void TimelinePainter::paintCells(Canvas& canvas, int top, int height) {
    static const Palette palette;
    const int left = qRound(canvasLeft * canvas.frame.devicePixelRatio);
    const int mark = qRound(mergedMarkHeight * canvas.frame.devicePixelRatio);
    for (int y = std::max(0, top); y < std::min(image_.height(), top + height); ++y) {
        auto* const line = reinterpret_cast<QRgb*>(image_.scanLine(y)) + left;
        const bool inMark = y >= top + height - mark;
        const int twin = y - stripePeriod;
        if (twin >= std::max(0, top) && !inMark) {
            std::memcpy(line, reinterpret_cast<const QRgb*>(image_.constScanLine(twin)) + left,
                        cells_.size() * sizeof(QRgb));
            continue;
        }
        for (std::size_t x = 0; x < cells_.size(); ++x) {
            const StripCell cell = cells_[x];
            if (!cell.alive)
                continue;
            const auto family = static_cast<std::size_t>(cell.family);
            const bool stripe = (x + static_cast<std::size_t>(y)) % stripePeriod < 2;
            line[x] =
                inMark && cell.merged ? canvas.colours.text.rgb() : (stripe ? palette.stripe : palette.plain)[family];
        }
    }
}

// A processor: the bar is as high as the share of the time in which it ran something, so that one that wakes up a
// thousand times a second for a microsecond does not look busy.
void TimelinePainter::paintLoad(int top, int height) {
    const QRgb colour = colourOf(StateFamily::Running).rgb();
    const int left = qRound(canvasLeft * image_.devicePixelRatio());
    for (std::size_t x = 0; x < cells_.size(); ++x) {
        if (!cells_[x].alive)
            continue;
        const int rows = std::max(1, (cells_[x].share * height + 127) / 255);
        for (int y = std::max(0, top + height - rows); y < std::min(image_.height(), top + height); ++y)
            reinterpret_cast<QRgb*>(image_.scanLine(y))[left + static_cast<int>(x)] = colour;
    }
}

// A folded group: how many of its goroutines were in which state, as a stack of colours. What is rare still gets a
// pixel: one blocked goroutine of ten thousand is visible.
void TimelinePainter::paintActivity(Canvas& canvas, const TimelineRow& row, const Activity& activity) {
    constexpr std::array order{StateFamily::Lock,     StateFamily::Channel, StateFamily::GC,    StateFamily::Other,
                               StateFamily::Unknown,  StateFamily::Network, StateFamily::Sleep, StateFamily::Syscall,
                               StateFamily::Runnable, StateFamily::Running};
    const qreal ratio = canvas.frame.devicePixelRatio;
    const int top = qRound((canvas.y(row) - canvas.frame.area.top() + stripMargin) * ratio);
    const int height = qRound((row.height - 2 * stripMargin) * ratio);
    const int left = qRound(canvasLeft * ratio);
    const TimeAxis old{.range = activity.range, .left = 0, .width = static_cast<double>(activity.bins.size())};
    TimeAxis now = canvas.axis;
    now.left = 0;
    now.width = static_cast<double>(cells_.size());
    for (std::size_t x = 0; x < cells_.size(); ++x) {
        ++work_.itemsRead;
        const double bin = old.x(now.timeAt(static_cast<double>(x)));
        if (bin < 0 || bin >= old.width)
            continue;
        const Activity::Counts& counts = activity.bins[static_cast<std::size_t>(bin)];
        int bottom = top + height;
        for (const StateFamily family : order) {
            const float count = counts[static_cast<std::size_t>(family)];
            if (count <= 0)
                continue;
            const int wanted = static_cast<int>(std::lround(count / activity.peak * static_cast<float>(height)));
            const int rows = std::min(std::max(wanted, 1), bottom - top);
            const QRgb colour = colourOf(family).rgb();
            for (int y = bottom - rows; y < bottom; ++y)
                if (y >= 0 && y < image_.height())
                    reinterpret_cast<QRgb*>(image_.scanLine(y))[left + static_cast<int>(x)] = colour;
            bottom -= rows;
        }
    }
}

void TimelinePainter::paintRowText(Canvas& canvas, const TimelineRow& row) {
    QPainter& painter = canvas.painter;
    const Trace& trace = *canvas.facts.trace;
    const int y = canvas.y(row);
    QRect box(canvas.frame.area.left(), y, canvasLeft, row.height);
    const bool selected = row.goroutine.known() && row.goroutine == canvas.frame.selectedGoroutine;
    painter.fillRect(box, row.kind == TimelineRow::Kind::Group && !row.goroutine.known() ? canvas.colours.headerBand
                                                                                         : canvas.colours.background);
    if (selected)
        painter.fillRect(QRect(box.left(), box.top(), 4, box.height()), canvas.colours.selection);
    painter.setPen(canvas.colours.line);
    painter.drawLine(box.left(), y + row.height - 1, canvas.frame.area.right(), y + row.height - 1);
    QString name;
    QString note;
    int indent = 8;
    if (row.kind == TimelineRow::Kind::Collector) {
        name = QStringLiteral("GC and stop-the-world");
    } else if (row.kind == TimelineRow::Kind::Processor) {
        name = QStringLiteral("Processor %1").arg(trace.processors[row.processor.value].id);
    } else if (row.kind == TimelineRow::Kind::Goroutine) {
        indent = 24;
        name = QStringLiteral("goroutine %1").arg(trace.goroutines.id(row.goroutine));
    } else {
        const GoroutineGroup& group = canvas.rows.groups()[row.group];
        name = fromUtf8(shortFunction(group.function));
        if (row.goroutine.known()) {
            indent = 22;
            note = QStringLiteral("g%1").arg(trace.goroutines.id(row.goroutine));
        } else {
            const bool folded = canvas.rows.isFolded(row.group);
            name = (folded ? QStringLiteral("▸ ") : QStringLiteral("▾ ")) + name;
            note = fromUtf8(countText(group.members.size()));
            if (folded && group.blockedAtEnd > 0) {
                const QString blocked =
                    group.blockedAtEnd == group.members.size()
                        ? QStringLiteral("all blocked at the end")
                        : fromUtf8(countText(group.blockedAtEnd)) + QStringLiteral(" blocked at the end");
                painter.save();
                painter.setPen(canvas.colours.fadedText);
                painter.drawText(box.adjusted(22, row.height / 2 - 1, -8, 0), Qt::AlignLeft | Qt::AlignVCenter,
                                 blocked);
                painter.restore();
                box.setHeight(row.height / 2 + 3);
            }
        }
    }
    const QFontMetrics metrics = painter.fontMetrics();
    const int noteWidth = note.isEmpty() ? 0 : metrics.horizontalAdvance(note) + 8;
    painter.setPen(canvas.colours.text);
    painter.drawText(box.adjusted(indent, 0, -noteWidth - 8, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(name, Qt::ElideMiddle, box.width() - indent - noteWidth - 8));
    painter.setPen(canvas.colours.fadedText);
    painter.drawText(box.adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, note);
    if (canvas.frame.hasFocus && canvas.frame.focusedRow == row.top) {
        painter.setPen(QPen(canvas.colours.selection, 1, Qt::DotLine));
        painter.drawRect(QRect(canvas.frame.area.left(), y, canvas.frame.area.width() - 1, row.height - 2));
    }
}

// At the right: for how long it has been waiting when the trace ends. Of a group the oldest of these waits.
void TimelinePainter::paintOpenWait(Canvas& canvas, const TimelineRow& row) {
    const Trace& trace = *canvas.facts.trace;
    Time open = 0;
    bool atLeast = false;
    if (row.goroutine.known()) {
        open = openWaitOf(trace, row.goroutine);
        atLeast = trace.spans.kind(trace.lastSpan(row.goroutine)).origin == SpanOrigin::BeforeTrace;
    } else if (row.kind == TimelineRow::Kind::Group) {
        open = canvas.rows.groups()[row.group].oldestOpen;
        atLeast = open == trace.duration;
    }
    if (open == 0)
        return;
    const QRect box(canvas.frame.area.right() - canvasRight + 1, canvas.y(row), canvasRight - 10, row.height);
    canvas.painter.setPen(canvas.colours.text);
    canvas.painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                            (atLeast ? QStringLiteral("≥ ") : QString()) + fromUtf8(durationText(open)));
}

// What is waited for, in the spans that have room for it; a letter where there is room for that only.
void TimelinePainter::paintSpanNames(Canvas& canvas, const TimelineRow& row) {
    constexpr double roomForName = 64;
    constexpr double roomForLetter = 14;
    const Trace& trace = *canvas.facts.trace;
    QPainter& painter = canvas.painter;
    const TimeRange shown = trace.lifetime(row.goroutine).clippedTo(canvas.frame.range);
    if (shown.empty())
        return;
    // Look only where a name would fit: at most width / roomForLetter spans.
    const int y = canvas.y(row);
    Time t = shown.begin;
    SpanIndex last; // a name is drawn once, whatever the rounding between times and pixels
    for (double x = canvas.axis.x(t); t < shown.end; x += roomForLetter, t = std::max(t + 1, canvas.axis.timeAt(x))) {
        const SpanIndex span = trace.spanAt(row.goroutine, t);
        ++work_.itemsRead;
        if (!span.known())
            return;
        if (span == std::exchange(last, span))
            continue;
        const TimeRange part = trace.spans.range(span).clippedTo(canvas.frame.range);
        const double from = canvas.axis.x(part.begin);
        const double to = canvas.axis.x(part.end);
        if (to - from < roomForLetter)
            continue;
        const StateFamily family = canvas.facts.waits.familyOf(trace, span);
        const QChar letter = letterOf(family);
        QString name = letter.isNull() ? QString() : QString(letter);
        if (to - from >= roomForName) {
            const GoroutineState state = trace.spans.state(span);
            name = state == GoroutineState::Waiting || state == GoroutineState::Syscall
                       ? fromUtf8(nameOf(canvas.facts.waits.of(trace, span).primitive))
                       : fromUtf8(nameOf(family));
        }
        const bool behindArrow = part.begin == 0 && trace.preExisting(row.goroutine);
        const double textBegin = from + (behindArrow ? 9 : 3);
        const QRectF box(textBegin, y, to - textBegin - 3, row.height - 1);
        painter.setPen(readableOn(colourOf(family)));
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(name, Qt::ElideRight, static_cast<int>(box.width())));
        if (span == canvas.frame.selectedSpan) {
            painter.setPen(QPen(canvas.colours.selection, 2));
            painter.drawRect(QRectF(from, y + 1, to - from - 1, row.height - 3));
        }
        x = std::max(x, to - roomForLetter);
    }
}

// Older than the trace: open at the left. Alive after it: open at the right. Ended: a cap.
void TimelinePainter::paintEnds(Canvas& canvas, const TimelineRow& row) {
    const Trace& trace = *canvas.facts.trace;
    const TimeRange life = trace.lifetime(row.goroutine);
    QPainter& painter = canvas.painter;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = canvas.y(row) + row.height / 2.0;
    const auto arrow = [&](double tip, double base) {
        const std::array<QPointF, 3> points{QPointF(tip, middle), QPointF(base, middle - 5), QPointF(base, middle + 5)};
        painter.setPen(Qt::NoPen);
        painter.setBrush(canvas.colours.text);
        painter.drawPolygon(points.data(), static_cast<int>(points.size()));
    };
    if (trace.preExisting(row.goroutine) && canvas.frame.range.begin == life.begin)
        arrow(canvas.axis.x(life.begin), canvas.axis.x(life.begin) + 6);
    if (trace.aliveAtEnd(row.goroutine)) {
        if (canvas.frame.range.end >= life.end)
            arrow(canvas.axis.x(life.end), canvas.axis.x(life.end) - 6);
    } else if (canvas.frame.range.contains(life.end)) {
        painter.fillRect(QRectF(canvas.axis.x(life.end) - 1, canvas.y(row) + 1, 2, row.height - 3),
                         canvas.colours.text);
    }
    painter.restore();
}

// Mark phases fill their row; a stop of the world crosses all rows.
void TimelinePainter::paintCollector(Canvas& canvas) {
    const QColor gc = colourOf(StateFamily::GC);
    QColor stop = colourOf(StateFamily::Lock);
    stop.setAlpha(70);
    const TimelineRow row = canvas.rows.rowAt(0);
    const double pixel = canvas.axis.nanosecondsPerPixel();
    const auto box = [&](TimeRange part, int top, int height) {
        const double from = canvas.axis.x(part.begin);
        return QRectF(from, top, std::max(1.0, canvas.axis.x(part.end) - from), height);
    };
    forEachVisible(canvas.facts.collector.marks, canvas.frame.range, pixel, [&](TimeRange part) {
        canvas.painter.fillRect(box(part, canvas.y(row) + stripMargin, row.height - 2 * stripMargin), gc);
    });
    forEachVisible(canvas.facts.collector.stops, canvas.frame.range, pixel, [&](TimeRange part) {
        canvas.painter.fillRect(box(part, canvas.rowsArea.top(), canvas.rowsArea.height()), stop);
    });
}

void TimelinePainter::paintRuler(Canvas& canvas) {
    QPainter& painter = canvas.painter;
    const QRect area(canvas.frame.area.topLeft(), QSize(canvas.frame.area.width(), rulerHeight));
    painter.fillRect(area, canvas.colours.headerBand);
    painter.setPen(canvas.colours.line);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    for (const Tick& tick : ticksOf(canvas.axis)) {
        const double x = canvas.axis.x(tick.time);
        painter.setPen(canvas.colours.line);
        painter.drawLine(QPointF(x, area.bottom() - 6), QPointF(x, area.bottom()));
        painter.setPen(canvas.colours.text);
        const QString label = fromUtf8(tick.label);
        if (x + 4 + painter.fontMetrics().horizontalAdvance(label) < area.right() - canvasRight)
            painter.drawText(QPointF(x + 4, area.bottom() - 8), label);
    }
    painter.setPen(canvas.colours.fadedText);
    painter.drawText(QRect(area.right() - canvasRight + 1, area.top(), canvasRight - 10, area.height()),
                     Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("still waiting"));
    painter.drawText(QRect(area.left() + 8, area.top(), canvasLeft - 16, area.height()),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("Δ ") + fromUtf8(durationText(canvas.frame.range.length())));
}

void TimelinePainter::paintMarks(Canvas& canvas) {
    QPainter& painter = canvas.painter;
    const QRect& area = canvas.rowsArea;
    if (!canvas.frame.brushed.empty()) {
        const double from = canvas.axis.x(canvas.frame.brushed.begin);
        const double to = canvas.axis.x(canvas.frame.brushed.end);
        QColor veil = canvas.colours.selection;
        veil.setAlpha(48);
        painter.fillRect(QRectF(from, area.top(), to - from, area.height()), veil);
        painter.setPen(canvas.colours.selection);
        painter.drawLine(QPointF(from, area.top()), QPointF(from, area.bottom()));
        painter.drawLine(QPointF(to, area.top()), QPointF(to, area.bottom()));
        const QString length = QStringLiteral("Δ ") + fromUtf8(durationText(canvas.frame.brushed.length()));
        const int width = painter.fontMetrics().horizontalAdvance(length) + 12;
        const QRectF box((from + to - width) / 2, area.top() + 4, width, 18);
        painter.fillRect(box, canvas.colours.selection);
        painter.setPen(readableOn(canvas.colours.selection));
        painter.drawText(box, Qt::AlignCenter, length);
    }
    if (canvas.frame.onset >= 0 && canvas.frame.range.contains(canvas.frame.onset)) {
        const double x = canvas.axis.x(canvas.frame.onset);
        painter.setPen(QPen(onsetColour, 2, Qt::DashLine));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    if (canvas.frame.range.contains(canvas.frame.hover)) {
        painter.setPen(canvas.colours.hoverLine);
        const double x = canvas.axis.x(canvas.frame.hover);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
}

} // namespace waitscope
