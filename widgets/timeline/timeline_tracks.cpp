// SPDX-License-Identifier: GPL-3.0-or-later
// What was recorded besides states: regions, logs, CPU samples, tasks, threads, and the graphs. Whatever there is more
// of than pixels is skipped by binary searches, a pixel at a time.
#include "model/lod/each_seen.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace waitscope {

// One line of pixels from `from` to `to` (logical pixels), at least one of them.
void TimelinePainter::paintColumn(Canvas& canvas, double from, double to, QRgb colour) {
    const qreal ratio = canvas.frame.devicePixelRatio;
    const auto most = static_cast<std::ptrdiff_t>(line_.size());
    const auto place = [&](double x) {
        return static_cast<std::ptrdiff_t>(
            std::clamp((x - canvas.axis.left) * ratio + 0.5, 0.0, static_cast<double>(most)));
    };
    const std::ptrdiff_t first = place(from);
    const std::ptrdiff_t last = std::clamp(place(to), std::min(first + 1, most), most);
    std::fill(line_.begin() + first, line_.begin() + last, colour);
}

// Copies `line_` into all lines of a bar; 0 leaves what is there.
void TimelinePainter::fillLines(Canvas& canvas, int top, int height) {
    const int left = canvas.deviceLeft();
    for (int y = std::max(0, top); y < std::min(image_.height(), top + height); ++y) {
        auto* const pixels = reinterpret_cast<QRgb*>(image_.scanLine(y)) + left;
        for (std::size_t x = 0; x < line_.size(); ++x)
            if (line_[x] != 0)
                pixels[x] = line_[x];
    }
}

// Below the bar of a goroutine: its regions, and a tick for every CPU sample.
void TimelinePainter::paintNotes(Canvas& canvas, const TimelineRow& row) {
    paintRegions(canvas, row);
    paintStacks(canvas, row);
    paintRuntimeWork(canvas, row);
    const auto samples = canvas.facts.notes.samples(row.goroutine);
    if (samples.empty())
        return;
    const Trace& trace = *canvas.facts.trace;
    line_.assign(cells_.size(), 0);
    eachSeen(
        samples, canvas.frame.range, canvas.axis.timeOf(2),
        [&](std::uint32_t p) {
            return TimeRange{trace.cpuSamples[p].time, trace.cpuSamples[p].time + 1};
        },
        [&](std::uint32_t p) {
            ++work_.itemsRead;
            const double x = canvas.axis.x(trace.cpuSamples[p].time);
            paintColumn(canvas, x, x + 1, canvas.colours.text.rgb());
        });
    const auto [top, height] = canvas.barOf(row);
    const int tick = canvas.edgeOf(height);
    fillLines(canvas, top + height - tick, tick);
}

// At the upper edge of the bar: while the goroutine worked for the collector, or stopped the world.
void TimelinePainter::paintRuntimeWork(Canvas& canvas, const TimelineRow& row) {
    const auto places = canvas.facts.notes.runtimeWork(row.goroutine);
    if (places.empty())
        return;
    const Trace& trace = *canvas.facts.trace;
    line_.assign(cells_.size(), 0);
    eachSeen(
        places, canvas.frame.range, canvas.axis.timeOf(1), [&](std::uint32_t p) { return trace.ranges[p].range; },
        [&](std::uint32_t p) {
            ++work_.itemsRead;
            paintColumn(canvas, canvas.axis.x(trace.ranges[p].range.begin), canvas.axis.x(trace.ranges[p].range.end),
                        colourOf(StateFamily::GC).rgb());
        });
    const auto [top, height] = canvas.barOf(row);
    fillLines(canvas, top, canvas.edgeOf(height));
}

void TimelinePainter::paintRegions(Canvas& canvas, const TimelineRow& row) {
    const Trace& trace = *canvas.facts.trace;
    const std::size_t tracks = canvas.rows.regionTracks(row.goroutine);
    for (std::size_t track = 0; track < tracks; ++track) {
        line_.assign(cells_.size(), 0);
        eachSeen(
            canvas.facts.notes.regions(row.goroutine, track), canvas.frame.range, canvas.axis.timeOf(1),
            [&](std::uint32_t p) { return trace.regions[p].range(); },
            [&](std::uint32_t p) {
                ++work_.itemsRead;
                const Region region = trace.regions[p];
                const double to = canvas.axis.x(region.end);
                const double from = canvas.axis.x(region.begin);
                // A gap of a pixel parts neighbours.
                paintColumn(canvas, from, to - from > 3 ? to - 1 : to, colourOfName(region.type));
            });
        const int top = canvas.y(row) - canvas.frame.area.top() + canvas.sizes().trackTop(track);
        fillLines(canvas, canvas.device(top), canvas.device(canvas.sizes().track - 1));
    }
}

void TimelinePainter::paintRegionNames(Canvas& canvas, const TimelineRow& row) {
    if (canvas.rows.regionTracks(row.goroutine) == 0)
        return;
    const double roomForName = canvas.frame.sizes.wide(28);
    const Trace& trace = *canvas.facts.trace;
    QPainter& painter = canvas.painter;
    const QFont usual = painter.font();
    QFont small = usual;
    small.setPixelSize(canvas.sizes().track - 3);
    painter.setFont(small);
    painter.setPen(Qt::black);
    const std::size_t tracks = canvas.rows.regionTracks(row.goroutine);
    for (std::size_t track = 0; track < tracks; ++track)
        eachSeen(
            canvas.facts.notes.regions(row.goroutine, track), canvas.frame.range, canvas.axis.timeOf(roomForName),
            [&](std::uint32_t p) { return trace.regions[p].range(); },
            [&](std::uint32_t p) {
                ++work_.itemsRead;
                const Region region = trace.regions[p];
                const TimeRange part = region.range().clippedTo(canvas.frame.range);
                const double from = canvas.axis.x(part.begin);
                const double room = canvas.axis.x(part.end) - from;
                if (room < roomForName)
                    return;
                const QRectF box(from + 3, canvas.y(row) + canvas.sizes().trackTop(track), room - 6,
                                 canvas.sizes().track - 1);
                smallWords_.draw(painter, box, Qt::AlignLeft, fromUtf8(trace.text(region.type)));
            });
    painter.setFont(usual);
}

// Logs: a flag on the bar where each was written.
void TimelinePainter::paintLogs(Canvas& canvas, const TimelineRow& row) {
    const auto logs = canvas.facts.notes.logs(row.goroutine);
    if (logs.empty())
        return;
    constexpr double apart = 5;
    const Trace& trace = *canvas.facts.trace;
    canvas.painter.save();
    canvas.painter.setPen(Qt::NoPen);
    canvas.painter.setBrush(canvas.colours.text);
    eachSeen(
        logs, canvas.frame.range, canvas.axis.timeOf(apart),
        [&](std::uint32_t p) {
            return TimeRange{trace.logs[p].time, trace.logs[p].time + 1};
        },
        [&](std::uint32_t p) {
            ++work_.itemsRead;
            const double x = canvas.axis.x(trace.logs[p].time);
            const double y = canvas.y(row) + 1;
            const double side = std::min(5, canvas.sizes().row - 3);
            const std::array<QPointF, 3> flag{QPointF(x, y), QPointF(x + side, y + side / 2), QPointF(x, y + side)};
            canvas.painter.drawPolygon(flag.data(), static_cast<int>(flag.size()));
            canvas.painter.fillRect(QRectF(x, y, 1, canvas.sizes().row - 3), canvas.colours.text);
        });
    canvas.painter.restore();
}

// A thread: when it held a processor.
void TimelinePainter::paintThread(Canvas& canvas, const TimelineRow& row) {
    const auto runs = canvas.facts.notes.runs(row.thread);
    line_.assign(cells_.size(), 0);
    eachSeen(
        runs, canvas.frame.range, canvas.axis.timeOf(1), [](const ThreadRun& run) { return run.range; },
        [&](const ThreadRun& run) {
            ++work_.itemsRead;
            paintColumn(canvas, canvas.axis.x(run.range.begin), canvas.axis.x(run.range.end),
                        colourOf(StateFamily::Running).rgb());
        });
    const auto [top, height] = canvas.barOf(row);
    fillLines(canvas, top, height);
}

// What a goroutine did before and after the task that it is listed under lies under a veil.
void TimelinePainter::paintOutsideOfTask(Canvas& canvas, const TimelineRow& row) {
    if (row.kind != TimelineRow::Kind::Goroutine || row.group == nowhere)
        return;
    const TaskIndex which = canvas.rows.groups()[row.group].task;
    if (!which.known())
        return;
    QColor veil = canvas.colours.background;
    veil.setAlpha(190);
    const TimeRange range = canvas.facts.trace->tasks.range(which.value);
    const double right = canvas.axis.left + canvas.axis.width;
    const double from = std::clamp(canvas.axis.x(range.begin), canvas.axis.left, right);
    const double to = std::clamp(canvas.axis.x(range.end), canvas.axis.left, right);
    canvas.painter.fillRect(QRectF(canvas.axis.left, canvas.y(row), from - canvas.axis.left, row.height - 1), veil);
    canvas.painter.fillRect(QRectF(to, canvas.y(row), right - to, row.height - 1), veil);
}

void TimelinePainter::paintTask(Canvas& canvas, const TimelineRow& row, TaskIndex which) {
    const Task task = canvas.facts.trace->tasks[which.value];
    ++work_.itemsRead;
    if (task.range.end < canvas.frame.range.begin || task.range.begin > canvas.frame.range.end)
        return;
    line_.assign(cells_.size(), 0);
    paintColumn(canvas, canvas.axis.x(task.range.begin), canvas.axis.x(task.range.end), colourOfName(task.type));
    const auto [top, height] = canvas.barOf(row);
    fillLines(canvas, top, height);
}

// The live heap as an area, its goal as a line. Before the first sample there is nothing to draw.
void TimelinePainter::paintHeap(Canvas& canvas, const TimelineRow& row) {
    const HeapSeries& heap = canvas.facts.heap;
    if (heap.most() == 0)
        return;
    const qreal ratio = canvas.frame.devicePixelRatio;
    const int left = canvas.deviceLeft();
    const auto bar = canvas.barOf(row);
    TimeAxis axis = canvas.axis;
    axis.left = 0;
    axis.width = static_cast<double>(cells_.size());
    const auto lineOf = [&](std::uint64_t bytes) {
        return bar.top + bar.height - 1 -
               static_cast<int>(
                   std::lround(static_cast<double>(bytes) / static_cast<double>(heap.most()) * (bar.height - 1)));
    };
    const auto set = [&](int x, int y, QRgb colour) {
        if (y >= 0 && y < image_.height())
            reinterpret_cast<QRgb*>(image_.scanLine(y))[left + x] = colour;
    };
    for (int x = 0; x < static_cast<int>(cells_.size()); ++x) {
        ++work_.itemsRead;
        const HeapSeries::Values values = heap.before(axis.timeAt(x + 1.0));
        if (values.live)
            for (int y = lineOf(*values.live); y < bar.top + bar.height; ++y)
                set(x, y, ownColours[0]);
        if (values.goal)
            for (int y = lineOf(*values.goal); y < lineOf(*values.goal) + std::max(1, qRound(ratio)); ++y)
                set(x, y, colourOf(StateFamily::Lock).rgb());
    }
}

// How many goroutines were ready and had no processor.
void TimelinePainter::paintRunnable(Canvas& canvas, const TimelineRow& row) {
    const Activity* const all = canvas.frame.activityOf ? canvas.frame.activityOf(everyGroup) : nullptr;
    if (all == nullptr || all->empty())
        return;
    Activity runnable{.range = all->range, .bins = {}, .peak = all->peakOf(StateFamily::Runnable)};
    constexpr auto place = static_cast<std::size_t>(StateFamily::Runnable);
    for (const Activity::Counts& counts : all->bins)
        runnable.bins.emplace_back()[place] = counts[place];
    if (runnable.peak > 0)
        paintActivity(canvas, row, runnable);
}

} // namespace waitscope
