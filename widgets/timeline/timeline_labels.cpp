// SPDX-License-Identifier: GPL-3.0-or-later
// The words of rows and spans, and how a goroutine begins and ends.
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace waitscope {

namespace {

struct RowWords {
    QString name;
    QString note;   ///< at the right
    QString second; ///< below the name, where a row has room for it
    int indent = 8;
};

QString sectionName(TimelineSection section) {
    constexpr std::array<const char*, timelineSectionCount> names{"Graphs", "Processors", "Threads", "User tasks"};
    return QString::fromLatin1(names[static_cast<std::size_t>(section)]);
}

QString graphName(TimelineGraph graph) {
    constexpr std::array<const char*, 3> names{"Heap, goal", "Goroutines by state", "Runnable goroutines"};
    return QString::fromLatin1(names[static_cast<std::size_t>(graph)]);
}

QString foldMark(bool folded) {
    return folded ? QStringLiteral("▸ ") : QStringLiteral("▾ ");
}

// The largest value that a graph shows, which is the top of its scale.
QString scaleText(const TraceFacts& facts, TimelineGraph graph, const Activity* all) {
    if (graph == TimelineGraph::Heap) {
        const std::uint64_t most = facts.heap.most();
        return most == 0 ? QString() : fromUtf8(bytesText(most));
    }
    if (all == nullptr || all->empty())
        return {};
    return graph == TimelineGraph::Goroutines ? fromUtf8(meanText(all->peak))
                                              : fromUtf8(meanText(all->peakOf(StateFamily::Runnable)));
}

RowWords wordsOf(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row, const Activity* all) {
    using Kind = TimelineRow::Kind;
    const Trace& trace = *facts.trace;
    switch (row.kind) {
    case Kind::Collector:
        return {.name = QStringLiteral("GC and stop-the-world"), .note = {}, .second = {}};
    case Kind::Section:
        return {.name = foldMark(rows.isFolded(row.section)) + sectionName(row.section),
                .note =
                    row.section == TimelineSection::Graphs ? QString() : fromUtf8(countText(rows.sizeOf(row.section))),
                .second = {}};
    case Kind::Graph:
        return {.name = graphName(row.graph), .note = {}, .second = scaleText(facts, row.graph, all), .indent = 24};
    case Kind::Processor:
        return {.name = QStringLiteral("Processor %1").arg(trace.processors[row.processor.value].id),
                .note = {},
                .second = {},
                .indent = 24};
    case Kind::Thread:
        return {.name = QStringLiteral("Thread %1").arg(trace.threads[row.thread.value].id),
                .note = {},
                .second = {},
                .indent = 24};
    case Kind::Task: {
        const Task task = trace.tasks[row.task.value];
        return {.name = fromUtf8(trace.text(task.type)),
                .note = QStringLiteral("#%1").arg(task.id),
                .second = {},
                .indent = 24};
    }
    case Kind::Goroutine: {
        // Where the group does not say it: what it runs.
        const std::string_view function = trace.function(row.goroutine);
        const std::int64_t id = trace.goroutines.id(row.goroutine);
        if (!row.pinned && (function.empty() || rows.groups()[row.group].name == function))
            return {.name = QStringLiteral("goroutine %1").arg(id), .note = {}, .second = {}, .indent = 24};
        return {.name = fromUtf8(shortFunction(function)),
                .note = QStringLiteral("g%1").arg(id),
                .second = {},
                .indent = 24};
    }
    case Kind::Group:
        break;
    case Kind::None:
        return {};
    }
    const GoroutineGroup& group = rows.groups()[row.group];
    RowWords words{.name = fromUtf8(shortFunction(group.name)), .note = {}, .second = {}};
    if (row.goroutine.known()) {
        words.indent = 22;
        words.note = QStringLiteral("g%1").arg(trace.goroutines.id(row.goroutine));
        return words;
    }
    const bool folded = rows.isSummary(row) || rows.isFolded(row.group);
    words.name = row.pinned ? words.name : foldMark(folded) + words.name;
    words.note = fromUtf8(countText(group.members.size()));
    if (folded && group.blockedAtEnd > 0 && !group.task.known())
        words.second = group.blockedAtEnd == group.members.size()
                           ? QStringLiteral("all blocked at the end")
                           : fromUtf8(countText(group.blockedAtEnd)) + QStringLiteral(" blocked at the end");
    return words;
}

bool isSelected(const TimelineFrame& frame, const TimelineRows& rows, const TimelineRow& row) {
    using Kind = TimelineRow::Kind;
    if (row.kind == Kind::Processor)
        return frame.selection == Selection(ProcessorSelection{row.processor});
    if (row.kind == Kind::Thread)
        return frame.selection == Selection(ThreadSelection{row.thread});
    if (row.goroutine.known())
        return row.goroutine == frame.selectedGoroutine();
    const TaskIndex task = row.kind == Kind::Task    ? row.task
                           : row.kind == Kind::Group ? rows.groups()[row.group].task
                                                     : TaskIndex{};
    return task.known() && frame.selection == Selection(TaskSelection{task});
}

} // namespace

void TimelinePainter::paintRow(Canvas& canvas, const TimelineRow& row) {
    paintRowText(canvas, row);
    paintOpenWait(canvas, row);
    if (row.goroutine.known()) {
        if (canvas.frame.words && canvas.sizes().hasRoomForWords(canvas.sizes().row)) {
            paintSpanNames(canvas, row);
            paintRegionNames(canvas, row);
            paintStackNames(canvas, row);
        }
        paintSelectedSpan(canvas, row);
        paintLogs(canvas, row);
        paintEnds(canvas, row);
        paintOutsideOfTask(canvas, row);
    }
}

void TimelinePainter::paintRowText(Canvas& canvas, const TimelineRow& row) {
    QPainter& painter = canvas.painter;
    const int y = canvas.y(row);
    QRect box(canvas.frame.area.left(), y, canvas.frame.labelWidth(), row.height);
    const bool selected = isSelected(canvas.frame, canvas.rows, row);
    painter.fillRect(box, row.isGroup() ? canvas.colours.headerBand : canvas.colours.background);
    if (selected)
        painter.fillRect(QRect(box.left(), box.top(), 4, box.height()), canvas.colours.selection);
    // Between thin rows there is room for a gap only.
    if (canvas.sizes().hasRoomForWords(row.height)) {
        painter.setPen(canvas.colours.line);
        painter.drawLine(box.left(), y + row.height - 1, canvas.frame.area.right(), y + row.height - 1);
    }
    const auto isMarked = [](std::span<const std::uint8_t> marked, std::size_t place) {
        return place < marked.size() && marked[place] != 0;
    };
    const bool waitsThere = row.goroutine.known()                  ? isMarked(canvas.frame.marked, row.goroutine.value)
                            : row.kind == TimelineRow::Kind::Group ? isMarked(canvas.frame.groupsMarked, row.group)
                                                                   : false;
    if (waitsThere)
        painter.fillRect(QRect(box.left(), box.top(), 4, box.height() - 1), canvas.colours.selection);
    const Activity* const all =
        row.kind == TimelineRow::Kind::Graph && canvas.frame.activityOf ? canvas.frame.activityOf(everyGroup) : nullptr;
    if (canvas.sizes().hasRoomForWords(canvas.stateHeight(row)))
        paintRowWords(canvas, row, box, all);
    if (canvas.frame.hasFocus && canvas.frame.focusedRow == row.top) {
        painter.setPen(QPen(canvas.colours.selection, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush); // the arrows of other rows have one
        painter.drawRect(QRect(canvas.frame.area.left(), y, canvas.frame.area.width() - 1, row.height - 2));
    }
}

void TimelinePainter::paintRowWords(Canvas& canvas, const TimelineRow& row, QRect box, const Activity* all) {
    QPainter& painter = canvas.painter;
    const auto wide = [&](int usual) { return canvas.frame.sizes.wide(usual); };
    RowWords words = wordsOf(canvas.facts, canvas.rows, row, all);
    if (row.pinned) {
        words.name.prepend(QStringLiteral("★ "));
        words.indent = 8;
    }
    const int margin = wide(8);
    if (!words.second.isEmpty() && canvas.sizes().hasRoomForWords(row.height / 2)) {
        painter.setPen(canvas.colours.fadedText);
        words_.draw(painter, box.adjusted(wide(std::max(words.indent, 22)), row.height / 2 - 1, -margin, 0),
                    Qt::AlignLeft, words.second);
        box.setHeight(row.height / 2 + 3);
    } else {
        box.setHeight(canvas.stateHeight(row));
    }
    const int noteWidth =
        words.note.isEmpty() ? 0 : static_cast<int>(std::ceil(words_.widthOf(painter, words.note))) + margin;
    painter.setPen(canvas.colours.text);
    words_.draw(painter, box.adjusted(wide(words.indent), 0, -noteWidth - margin, 0), Qt::AlignLeft, words.name,
                Qt::ElideMiddle);
    painter.setPen(canvas.colours.fadedText);
    words_.draw(painter, box.adjusted(0, 0, -margin, 0), Qt::AlignRight, words.note);
}

// At the right: for how long it has been waiting when the trace ends. Of a group the oldest of these waits; of a task
// how long it took.
void TimelinePainter::paintOpenWait(Canvas& canvas, const TimelineRow& row) {
    if (!canvas.sizes().hasRoomForWords(canvas.stateHeight(row)))
        return;
    const Trace& trace = *canvas.facts.trace;
    Time open = 0;
    bool atLeast = false;
    if (row.goroutine.known()) {
        open = openWaitOf(trace, row.goroutine);
        atLeast = trace.spans.kind(trace.lastSpan(row.goroutine)).origin == SpanOrigin::BeforeTrace;
    } else if (row.kind == TimelineRow::Kind::Task) {
        const Task task = trace.tasks[row.task.value];
        open = task.range.length();
        atLeast = !task.begun || !task.ended;
    } else if (row.kind == TimelineRow::Kind::Group) {
        open = canvas.rows.groups()[row.group].oldestOpen;
        atLeast = open == trace.duration;
    }
    if (open == 0)
        return;
    const int right = canvas.frame.rightWidth();
    const QRect box(canvas.frame.area.right() - right + 1, canvas.y(row), right - 10, canvas.stateHeight(row));
    canvas.painter.setPen(canvas.colours.text);
    words_.draw(canvas.painter, box, Qt::AlignRight,
                (atLeast ? QStringLiteral("≥ ") : QString()) + fromUtf8(durationText(open)));
}

// What is waited for, in the spans that have room for it; a letter where there is room for that only.
void TimelinePainter::paintSpanNames(Canvas& canvas, const TimelineRow& row) {
    const double roomForName = canvas.frame.sizes.wide(64);
    const double roomForLetter = canvas.frame.sizes.wide(14);
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
        const QRectF box(textBegin, y, to - textBegin - 3, canvas.sizes().row - 1);
        painter.setPen(readableOn(QColor(plain_[static_cast<std::size_t>(family)])));
        words_.draw(painter, box, Qt::AlignLeft, name);
        x = std::max(x, to - roomForLetter);
    }
}

void TimelinePainter::paintSelectedSpan(Canvas& canvas, const TimelineRow& row) {
    const SpanIndex span = canvas.frame.selectedSpan();
    if (!span.known() || row.goroutine != canvas.frame.selectedGoroutine())
        return;
    const TimeRange part = canvas.facts.trace->spans.range(span).clippedTo(canvas.frame.range);
    if (part.empty())
        return;
    constexpr double narrowest = 3; // a span of less than a pixel is found, too
    const double from = canvas.axis.x(part.begin);
    const double width = std::max(narrowest, canvas.axis.x(part.end) - from - 1);
    canvas.painter.setPen(QPen(canvas.colours.selection, 2));
    canvas.painter.setBrush(Qt::NoBrush);
    canvas.painter.drawRect(QRectF(from, canvas.y(row) + 1, width, canvas.sizes().row - 3));
}

// Older than the trace: open at the left. Alive after it: open at the right. Ended: a cap.
void TimelinePainter::paintEnds(Canvas& canvas, const TimelineRow& row) {
    const Trace& trace = *canvas.facts.trace;
    const TimeRange life = trace.lifetime(row.goroutine);
    QPainter& painter = canvas.painter;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = canvas.y(row) + canvas.sizes().row / 2.0;
    const double half = std::min(5.0, (canvas.sizes().row - 1) / 2.0);
    const auto arrow = [&](double tip, double base) {
        const std::array<QPointF, 3> points{QPointF(tip, middle), QPointF(base, middle - half),
                                            QPointF(base, middle + half)};
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

} // namespace waitscope
