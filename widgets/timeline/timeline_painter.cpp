// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_painter.h"

#include "widgets/timeline/activity_stack.h"
#include "widgets/timeline/timeline_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace waitscope {

namespace {

constexpr int mergedMarkHeight = 2; // the line under cells that hide more than one span
constexpr int stripePeriod = 6;     // device pixels

} // namespace

TimelinePainter::Canvas TimelinePainter::canvasOf(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows,
                                                  const TimelineFrame& frame) {
    return {.painter = painter,
            .facts = facts,
            .rows = rows,
            .frame = frame,
            .axis = axisOf(frame),
            .colours = canvasColours(frame.dark),
            .rowsArea = frame.area.adjusted(0, rows.sizes().ruler, 0, 0)};
}

void TimelinePainter::paint(QPainter& painter, const TraceFacts& facts, const TimelineRows& rows,
                            const TimelineFrame& frame) {
    Canvas canvas = canvasOf(painter, facts, rows, frame);
    prepareImage(frame);
    drawStrips(canvas);
    painter.save();
    painter.setClipRect(frame.area);
    painter.drawImage(frame.area.topLeft(), image_);
    paintOverStrips(canvas);
    painter.restore();
    paintHover(painter, facts, rows, frame);
}

void TimelinePainter::draw(const QFont& font, const TraceFacts& facts, const TimelineRows& rows,
                           const TimelineFrame& frame) {
    prepareImage(frame);
    if (image_.isNull())
        return;       // no room
    QPainter painter; // begins when the strips, which are written without one, are there
    Canvas canvas = canvasOf(painter, facts, rows, frame);
    drawStrips(canvas);
    painter.begin(&image_);
    painter.setFont(font);
    paintOverStrips(canvas);
}

void TimelinePainter::prepareImage(const TimelineFrame& frame) {
    const QSize size = (QSizeF(frame.area.size()) * frame.devicePixelRatio).toSize();
    if (image_.size() != size)
        image_ = QImage(size, QImage::Format_RGB32);
    image_.setDevicePixelRatio(frame.devicePixelRatio);
}

// Words, marks and lines.
void TimelinePainter::paintOverStrips(Canvas& canvas) {
    QPainter& painter = canvas.painter;
    painter.setClipRect(canvas.scrolledArea());
    canvas.forEachScrolledRow([&](const TimelineRow& row) { paintRow(canvas, row); });
    painter.setClipRect(canvas.stickyArea());
    canvas.forEachStickyRow([&](const TimelineRow& row) { paintRow(canvas, row); });
    painter.setClipRect(canvas.rowsArea);
    paintCollector(canvas);
    paintLinks(canvas);
    paintMarks(canvas);
    painter.setClipRect(canvas.frame.area);
    paintRuler(canvas);
}

// Everything that is made of states, in device pixels.
void TimelinePainter::drawStrips(Canvas& canvas) {
    work_ = {};
    stackRuns_.clear();
    plain_ = striped_ = stateColours(canvas.frame.lit, canvas.colours.background);
    for (std::size_t f = 0; f < stateFamilyCount; ++f)
        if (isStriped(static_cast<StateFamily>(f)))
            striped_[f] = QColor(plain_[f]).darker(128).rgb();
    const QSize size = image_.size();
    image_.fill(canvas.colours.background.rgb());
    const int right = canvas.device(canvas.frame.rightWidth());
    cells_.assign(static_cast<std::size_t>(std::max(0, size.width() - canvas.deviceLeft() - right)), {});
    canvas.forEachScrolledRow([&](const TimelineRow& row) { paintStrip(canvas, row); });
    // What stays hides what scrolls below it.
    const int bottom = std::min(size.height(), canvas.device(canvas.sizes().ruler + canvas.rows.stickyHeight()));
    for (int y = 0; y < bottom; ++y)
        std::fill_n(reinterpret_cast<QRgb*>(image_.scanLine(y)), size.width(), canvas.colours.background.rgb());
    canvas.forEachStickyRow([&](const TimelineRow& row) { paintStrip(canvas, row); });
}

void TimelinePainter::paintStrip(Canvas& canvas, const TimelineRow& row) {
    using Kind = TimelineRow::Kind;
    const TimelineFrame& frame = canvas.frame;
    const Trace& trace = *canvas.facts.trace;
    const int top = canvas.y(row) - frame.area.top();
    const auto [barTop, barHeight] = canvas.barOf(row);
    if (row.goroutine.known()) {
        stripOf(trace, canvas.facts.waits, canvas.facts.pyramids, row.goroutine, frame.range, cells_, work_);
        paintCells(canvas, barTop, barHeight);
        paintNotes(canvas, row);
        return;
    }
    if (row.kind == Kind::Group || row.kind == Kind::Section) {
        QPainter band(&image_);
        band.fillRect(QRect(0, top, frame.area.width(), row.height), canvas.colours.headerBand);
    }
    const auto activity = [&](std::size_t group) { return frame.activityOf ? frame.activityOf(group) : nullptr; };
    switch (row.kind) {
    case Kind::Processor:
        stripOf(trace, canvas.facts.pyramids, row.processor, frame.range, cells_, work_);
        paintLoad(canvas, barTop, barHeight);
        break;
    case Kind::Thread:
        paintThread(canvas, row);
        break;
    case Kind::Task:
        paintTask(canvas, row, row.task);
        break;
    case Kind::Graph:
        if (row.graph == TimelineGraph::Heap)
            paintHeap(canvas, row);
        else if (row.graph == TimelineGraph::Runnable)
            paintRunnable(canvas, row);
        else if (const Activity* all = activity(everyGroup); all != nullptr && !all->empty())
            paintActivity(canvas, row, *all);
        break;
    case Kind::Group:
        if (const TaskIndex task = canvas.rows.groups()[row.group].task; task.known())
            paintTask(canvas, row, task);
        else if (canvas.rows.isSummary(row))
            if (const Activity* own = activity(row.group); own != nullptr && !own->empty())
                paintActivity(canvas, row, *own);
        break;
    default:
        break;
    }
}

// One bar: the few different lines of it are written once and copied down.
void TimelinePainter::paintCells(Canvas& canvas, int top, int height) {
    const int left = canvas.deviceLeft();
    const int mark = std::max(1, std::min(canvas.device(mergedMarkHeight), height / 4)); // of a thin bar less
    const int first = std::max(0, top);
    const int last = std::min(image_.height(), top + height);
    if (first >= last)
        return;
    // What each column has on stripes and between them; where nothing is, the background on both.
    const std::size_t width = cells_.size();
    line_.resize(width);
    stripes_.resize(width);
    bool isStriped = false;
    bool isMerged = false;
    const QRgb background = canvas.colours.background.rgb();
    for (std::size_t x = 0; x < width; ++x) {
        const StripCell cell = cells_[x];
        const auto family = static_cast<std::size_t>(cell.family);
        line_[x] = cell.alive ? plain_[family] : background;
        stripes_[x] = cell.alive ? striped_[family] : background;
        isStriped |= line_[x] != stripes_[x];
        isMerged |= cell.alive && cell.merged;
    }
    const auto lineAt = [&](int y) { return reinterpret_cast<QRgb*>(image_.scanLine(y)) + left; };
    const int period = isStriped ? stripePeriod : 1;
    for (int y = first; y < last; ++y) {
        QRgb* const line = lineAt(y);
        std::memcpy(line, y - period >= first ? lineAt(y - period) : line_.data(), width * sizeof(QRgb));
        if (!isStriped || y - period >= first)
            continue;
        for (const int phase : {0, 1}) // two columns of every period
            for (auto x = static_cast<std::size_t>((phase + stripePeriod - y % stripePeriod) % stripePeriod); x < width;
                 x += stripePeriod)
                line[x] = stripes_[x];
    }
    if (!isMerged)
        return;
    const QRgb ink = canvas.colours.text.rgb();
    for (int y = std::max(first, top + height - mark); y < last; ++y) {
        QRgb* const line = lineAt(y);
        for (std::size_t x = 0; x < width; ++x)
            if (cells_[x].alive && cells_[x].merged)
                line[x] = ink;
    }
}

// A processor: the bar is as high as the share of the time in which it ran something, so that one that wakes up a
// thousand times a second for a microsecond does not look busy.
void TimelinePainter::paintLoad(Canvas& canvas, int top, int height) {
    const QRgb colour = colourOf(StateFamily::Running).rgb();
    const int left = canvas.deviceLeft();
    for (std::size_t x = 0; x < cells_.size(); ++x) {
        if (!cells_[x].alive)
            continue;
        const int rows = std::max(1, (cells_[x].share * height + 127) / 255);
        for (int y = std::max(0, top + height - rows); y < std::min(image_.height(), top + height); ++y)
            reinterpret_cast<QRgb*>(image_.scanLine(y))[left + static_cast<int>(x)] = colour;
    }
}

// A folded group: how many of its goroutines were in which state.
void TimelinePainter::paintActivity(Canvas& canvas, const TimelineRow& row, const Activity& activity) {
    const auto [top, height] = canvas.barOf(row);
    const QRect box(canvas.deviceLeft(), top, static_cast<int>(cells_.size()), height);
    work_.itemsRead += drawActivity(image_, box, activity, canvas.frame.range, plain_);
}

} // namespace waitscope
