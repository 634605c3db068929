// SPDX-License-Identifier: GPL-3.0-or-later
// What lies over all rows: the collector, the ruler, marks, and who did what to whom.
#include "model/lod/each_seen.h"
#include "model/report/text.h"
#include "model/waits/wake_up.h"
#include "widgets/common/flags.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_canvas.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace waitscope {

// Mark phases fill their row and tinge all others, so that it can be seen what fell into one; a stop of the world
// crosses all rows.
void TimelinePainter::paintCollector(Canvas& canvas) {
    const QColor gc = colourOf(StateFamily::GC);
    QColor stop = colourOf(StateFamily::Lock);
    stop.setAlpha(70);
    QColor tinge = gc;
    tinge.setAlpha(28);
    const TimelineRow row = canvas.rows.rowAt(0);
    const auto box = [&](TimeRange part, int top, int height) {
        const double from = canvas.axis.x(part.begin);
        return QRectF(from, top, std::max(1.0, canvas.axis.x(part.end) - from), height);
    };
    const auto eachOf = [&](const std::vector<TimeRange>& ranges, const auto& paint) {
        eachSeen(
            ranges, canvas.frame.range, canvas.axis.timeOf(1), [](TimeRange range) { return range; },
            [&](TimeRange range) { paint(range.clippedTo(canvas.frame.range)); });
    };
    const auto cross = [&](TimeRange part, const QColor& colour) {
        canvas.painter.fillRect(box(part, canvas.rowsArea.top(), canvas.rowsArea.height()), colour);
    };
    eachOf(canvas.facts.collector.marks, [&](TimeRange part) {
        cross(part, tinge);
        canvas.painter.fillRect(box(part, canvas.y(row) + 2, row.height - 4), gc);
    });
    eachOf(canvas.facts.collector.stops, [&](TimeRange part) { cross(part, stop); });
}

void TimelinePainter::paintRuler(Canvas& canvas) {
    QPainter& painter = canvas.painter;
    const QRect area(canvas.frame.area.topLeft(), QSize(canvas.frame.area.width(), canvas.sizes().ruler));
    painter.fillRect(area, canvas.colours.headerBand);
    painter.setPen(canvas.colours.line);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const int left = canvas.frame.labelWidth();
    const int right = canvas.frame.rightWidth();
    const int baseline = area.bottom() - (canvas.sizes().ruler - canvas.sizes().line) / 2 - 2;
    for (const Tick& tick : canvas.frame.times.ticks(canvas.axis, canvas.frame.sizes.wide(90))) {
        const double x = canvas.axis.x(tick.time);
        painter.setPen(canvas.colours.line);
        painter.drawLine(QPointF(x, area.bottom() - 6), QPointF(x, area.bottom()));
        painter.setPen(canvas.colours.text);
        const QString label = fromUtf8(tick.label);
        if (x + 4 + painter.fontMetrics().horizontalAdvance(label) < area.right() - right)
            painter.drawText(QPointF(x + 4, baseline), label);
    }
    painter.setPen(canvas.colours.fadedText);
    painter.drawText(QRect(area.right() - right + 1, area.top(), right - 10, area.height()),
                     Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("still waiting"));
    painter.drawText(QRect(area.left() + 8, area.top(), left - 16, area.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("Δ ") + fromUtf8(durationText(canvas.frame.range.length())));
}

void TimelinePainter::paintHover(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows,
                                 const TimelineFrame& frame) {
    if (frame.hover < 0)
        return;
    const Canvas canvas = canvasOf(painter, facts, rows, frame);
    // What a list speaks of may lie beyond an edge: the arrow says which.
    const bool before = frame.hover < frame.range.begin;
    const bool behind = frame.hover > frame.range.end;
    const double x = std::clamp(canvas.axis.x(frame.hover), canvas.axis.left, canvas.axis.left + canvas.axis.width);
    if (!before && !behind) {
        painter.setPen(canvas.colours.hoverLine);
        painter.drawLine(QPointF(x, canvas.rowsArea.top()), QPointF(x, canvas.rowsArea.bottom()));
    }
    // The instant under the mouse, exactly.
    const QString text = (before ? QStringLiteral("◂ ") : QString()) + frame.times.exact(frame.hover) +
                         (behind ? QStringLiteral(" ▸") : QString());
    const int width = painter.fontMetrics().horizontalAdvance(text) + 10;
    const double left = std::clamp(x - width / 2.0, canvas.axis.left,
                                   std::max(canvas.axis.left, canvas.axis.left + canvas.axis.width - width));
    const QRectF box(left, frame.area.top() + 2, width, rows.sizes().ruler - 5);
    painter.fillRect(box, canvas.colours.text);
    painter.setPen(canvas.colours.background);
    painter.drawText(box, Qt::AlignCenter, text);
}

void TimelinePainter::paintMarks(Canvas& canvas) {
    QPainter& painter = canvas.painter;
    const QRect& area = canvas.rowsArea;
    const double begin = std::clamp(canvas.axis.x(0), canvas.axis.left, canvas.axis.left + canvas.axis.width);
    const double end =
        std::clamp(canvas.axis.x(canvas.facts.trace->duration), begin, canvas.axis.left + canvas.axis.width);
    paintBeside(painter, QRectF(canvas.axis.left, area.top(), begin - canvas.axis.left, area.height()),
                canvas.colours.line);
    paintBeside(painter, QRectF(end, area.top(), canvas.axis.left + canvas.axis.width - end, area.height()),
                canvas.colours.line);
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
        const QRectF box((from + to - width) / 2, area.top() + 4, width, canvas.sizes().line + 4);
        painter.fillRect(box, canvas.colours.selection);
        painter.setPen(readableOn(canvas.colours.selection));
        painter.drawText(box, Qt::AlignCenter, length);
    }
    std::vector<Flag> flags;
    const auto line = [&](Time time, const QPen& pen, const QString& text) {
        if (!canvas.frame.range.contains(time))
            return;
        const double x = canvas.axis.x(time);
        painter.setPen(pen);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        flags.push_back({x, text, pen.color()});
    };
    line(canvas.frame.onset, QPen(onsetColour, 2, Qt::DashLine), QStringLiteral("it began"));
    if (const TimeMarks* const marks = canvas.frame.marks; marks != nullptr) {
        for (const TimeMark& mark : marks->marks())
            line(mark.time, QPen(canvas.colours.selection, 1, Qt::DashLine),
                 mark.note.isEmpty() ? QStringLiteral("⚑") : mark.note);
        if (marks->a())
            line(*marks->a(), QPen(markerAColour, 2), QStringLiteral("A"));
        if (marks->b())
            line(*marks->b(), QPen(markerBColour, 2),
                 marks->a() ? QStringLiteral("B  Δ ") + fromUtf8(durationText(std::abs(*marks->b() - *marks->a())))
                            : QStringLiteral("B"));
    }
    paintFlags(painter, std::move(flags), area.top());
}

// An arrow from who did it to whom it was done. Both are at one instant, so it is a vertical one; where a row is not on
// the screen it comes from the edge that the row lies behind.
void TimelinePainter::paintLink(Canvas& canvas, Time time, GoroutineIndex from, GoroutineIndex to,
                                const QString& text) {
    if (!canvas.frame.range.contains(std::min(time, canvas.frame.range.end - 1)) || time < canvas.frame.range.begin)
        return;
    const TimelineRow source = canvas.rows.rowOf(from);
    const TimelineRow target = canvas.rows.rowOf(to);
    if (target.kind == TimelineRow::Kind::None)
        return;
    QPainter& painter = canvas.painter;
    const QRect area = canvas.scrolledArea();
    const auto middle = [&](const TimelineRow& row) {
        return std::clamp(canvas.y(row) + std::min(row.height, canvas.sizes().row) / 2, area.top(), area.bottom());
    };
    const double x = canvas.axis.x(time);
    const double end = middle(target);
    // A source that no row shows (filtered out, or the timer) is a short arrow from above.
    const double begin = source.kind == TimelineRow::Kind::None ? end - canvas.sizes().header : middle(source);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto draw = [&](const QColor& colour, double width) {
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(x, begin), QPointF(x, end));
        const double back = end > begin ? -7 : 7;
        painter.drawLine(QPointF(x, end), QPointF(x - 4, end + back));
        painter.drawLine(QPointF(x, end), QPointF(x + 4, end + back));
        painter.drawEllipse(QPointF(x, begin), 2, 2);
    };
    if (std::abs(end - begin) > 2) {
        draw(canvas.colours.background, 4); // a halo, so that it is seen on every state's colour
        draw(canvas.colours.text, 1.5);
    }
    if (!text.isEmpty()) {
        const int width = painter.fontMetrics().horizontalAdvance(text) + 10;
        // Where neither side has room for it, it lies on the arrow rather than on the names of rows.
        const double left =
            x + 8 + width < canvas.axis.left + canvas.axis.width ? x + 8 : std::max(canvas.axis.left, x - 8 - width);
        const int height = canvas.sizes().line + 2;
        const double y = std::clamp((begin + end - height) / 2, static_cast<double>(area.top()),
                                    static_cast<double>(std::max(area.top(), area.bottom() - height)));
        const QRectF box(left, y, width, height);
        painter.fillRect(box, canvas.colours.text);
        painter.setPen(canvas.colours.background);
        painter.drawText(box, Qt::AlignCenter, text);
    }
    painter.restore();
}

// Of the selected span: who ended it, or who created the goroutine, and whom it created.
void TimelinePainter::paintLinks(Canvas& canvas) {
    const GoroutineIndex g = canvas.frame.selectedGoroutine();
    const TraceFacts& facts = canvas.facts;
    const Trace& trace = *facts.trace;
    if (g.value >= trace.goroutines.size())
        return;
    const SpanIndex span = canvas.frame.selectedSpan();
    const auto shortName = [&](GoroutineIndex other) {
        return QStringLiteral("g%1 ").arg(trace.goroutines.id(other)) + fromUtf8(shortFunction(trace.function(other)));
    };
    if (const SpanIndex wait = endedWaitOf(trace, g, span); wait.known()) {
        const WakeUp wake = wakeUpAfter(facts, wait);
        const Time at = trace.spans.end(wait);
        if (wake.how == WokenBy::Goroutine)
            paintLink(canvas, at, wake.goroutine, g, QStringLiteral("woken by ") + shortName(wake.goroutine));
        else if (wake.how != WokenBy::Unknown)
            paintLink(canvas, at, {}, g,
                      wake.how == WokenBy::Timer ? QStringLiteral("woken by a timer")
                                                 : QStringLiteral("woken by the network"));
    }
    if (const Waker creator = trace.creator(g); creator.isGoroutine())
        paintLink(canvas, trace.lifetime(g).begin, creator.goroutine(), g,
                  QStringLiteral("created by ") + shortName(creator.goroutine()));
    // Of many created ones as many arrows as can be told apart.
    Time next = canvas.frame.range.begin;
    const auto children = facts.notes.created(g);
    const auto begin = [&](std::uint32_t child) { return trace.lifetime({child}).begin; };
    for (auto child = std::ranges::lower_bound(children, next, {}, begin);
         child != children.end() && begin(*child) < canvas.frame.range.end;
         child = std::ranges::lower_bound(child, children.end(), next, {}, begin)) {
        paintLink(canvas, begin(*child), g, {*child}, {});
        ++work_.itemsRead;
        next = begin(*child) + std::clamp<Time>(canvas.axis.timeOf(6), 1, canvas.frame.range.end - begin(*child));
    }
}

} // namespace waitscope
