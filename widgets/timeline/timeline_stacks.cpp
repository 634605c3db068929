// SPDX-License-Identifier: GPL-3.0-or-later
// Below a goroutine whose stacks are shown: what it called, the outermost frame at the top. Frames that the profiler
// saw are paler: it was there at their begin, and up to their end may have been elsewhere.
#include "model/report/span_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_canvas.h"

namespace waitscope {

namespace {

/// One function on one track.
struct FrameRun {
    TimeRange range;
    FrameId frame;
    bool sampled = false;
};

// Calls `use` for the frames of a track; those of one function that touch are one.
template <class Use>
void forEachFrame(const Trace& trace, const std::vector<StackRun>& runs, std::size_t track, const Use& use) {
    FrameRun last;
    const auto finish = [&] {
        if (last.frame.known())
            use(last);
    };
    for (const StackRun& run : runs) {
        const auto frames = trace.stacks[run.stack];
        const FrameId frame = track < run.frames ? frames[run.frames - 1 - track] : FrameId{};
        const bool goesOn = frame.known() && last.frame.known() && last.range.end == run.range.begin &&
                            last.sampled == run.sampled &&
                            trace.frame(frame).function == trace.frame(last.frame).function;
        if (!goesOn) {
            finish();
            last = {run.range, frame, run.sampled};
        }
        last.range.end = run.range.end;
    }
    finish();
}

int topOf(const TimelineRows& rows, GoroutineIndex g, std::size_t track) {
    return rows.sizes().trackTop(rows.regionTracks(g) + track);
}

} // namespace

// Of this frame: the colours and the words are painted at different times.
const std::vector<StackRun>& TimelinePainter::stackRuns(const Canvas& canvas, GoroutineIndex g) {
    const auto [found, isNew] = stackRuns_.try_emplace(g);
    if (isNew)
        found->second = stackRunsOf(canvas.facts, g, canvas.frame.range, canvas.axis.timeOf(1));
    return found->second;
}

void TimelinePainter::paintStacks(Canvas& canvas, const TimelineRow& row) {
    const std::size_t tracks = canvas.rows.stackTracks(row.goroutine);
    if (tracks == 0)
        return;
    const Trace& trace = *canvas.facts.trace;
    const std::vector<StackRun>& runs = stackRuns(canvas, row.goroutine);
    for (std::size_t track = 0; track < tracks; ++track) {
        line_.assign(cells_.size(), 0);
        work_.itemsRead += runs.size();
        forEachFrame(trace, runs, track, [&](const FrameRun& run) {
            const double to = canvas.axis.x(run.range.end);
            const double from = canvas.axis.x(run.range.begin);
            const QColor colour(colourOfName(trace.frame(run.frame).function));
            paintColumn(canvas, from, to - from > 3 ? to - 1 : to, (run.sampled ? colour.lighter(118) : colour).rgb());
        });
        const int top = canvas.y(row) - canvas.frame.area.top() + topOf(canvas.rows, row.goroutine, track);
        fillLines(canvas, canvas.device(top), canvas.device(canvas.sizes().track - 1));
    }
}

void TimelinePainter::paintStackNames(Canvas& canvas, const TimelineRow& row) {
    const double roomForName = canvas.frame.sizes.wide(40);
    const std::size_t tracks = canvas.rows.stackTracks(row.goroutine);
    if (tracks == 0)
        return;
    const Trace& trace = *canvas.facts.trace;
    const std::vector<StackRun>& runs = stackRuns(canvas, row.goroutine);
    const QFont usual = canvas.painter.font();
    QFont small = usual;
    small.setPixelSize(canvas.sizes().track - 3);
    canvas.painter.setFont(small);
    canvas.painter.setPen(Qt::black);
    for (std::size_t track = 0; track < tracks; ++track)
        forEachFrame(trace, runs, track, [&](const FrameRun& run) {
            const double from = canvas.axis.x(run.range.begin);
            const double room = canvas.axis.x(run.range.end) - from;
            if (room < roomForName)
                return;
            const QRectF box(from + 3, canvas.y(row) + topOf(canvas.rows, row.goroutine, track), room - 6,
                             canvas.sizes().track - 1);
            smallWords_.draw(canvas.painter, box, Qt::AlignLeft, fromUtf8(functionText(trace, run.frame)));
        });
    canvas.painter.setFont(usual);
}

FrameId stackFrameAt(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row, int y, TimeRange cell) {
    const int below = y - topOf(rows, row.goroutine, 0);
    const auto track = static_cast<std::size_t>(below / rows.sizes().track);
    if (below < 0 || track >= rows.stackTracks(row.goroutine))
        return {};
    for (const StackRun& run : stackRunsOf(facts, row.goroutine, cell, cell.length())) {
        const auto frames = facts.trace->stacks[run.stack];
        if (track < run.frames)
            return frames[run.frames - 1 - track];
    }
    return {};
}

} // namespace waitscope
