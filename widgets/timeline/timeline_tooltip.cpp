// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_tooltip.h"

#include "model/inspect/state_times.h"
#include "model/lod/strip.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/wake_up.h"
#include "widgets/common/from_utf8.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace waitscope {

namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("TimelineTooltip", source);
}

constexpr std::uint32_t mostSpansSummed = 20'000; // a tooltip takes less than a millisecond
constexpr qsizetype longestText = 120;            // characters of a name in a tooltip; the panels have it whole

QString shortened(const QString& text) {
    return text.size() <= longestText ? text : text.left(longestText) + QStringLiteral("…");
}

// A line for each of the first few of the places (by time, not overlapping) that touch a cell, and how many more do.
template <class RangeOf, class LineOf>
void addNotes(QStringList& lines, std::span<const std::uint32_t> places, TimeRange cell, const RangeOf& rangeOf,
              const LineOf& lineOf) {
    constexpr std::ptrdiff_t most = 4;
    const auto first =
        std::ranges::upper_bound(places, cell.begin, {}, [&](std::uint32_t p) { return rangeOf(p).end; });
    const auto last = std::upper_bound(first, places.end(), cell.end,
                                       [&](Time end, std::uint32_t p) { return end < rangeOf(p).begin; });
    std::for_each(first, first + std::min(most, last - first), [&](std::uint32_t p) { lines << lineOf(p); });
    if (last - first > most)
        lines << tr("and %1 more under this pixel")
                     .arg(fromUtf8(countText(static_cast<std::uint64_t>(last - first - most))));
}

// The first few of `ranges` (by time, not overlapping) that touch a cell.
template <class Use> void forEachTouching(const std::vector<TimeRange>& ranges, TimeRange cell, const Use& use) {
    constexpr int most = 4;
    auto next = std::ranges::upper_bound(ranges, cell.begin, {}, &TimeRange::end);
    for (int i = 0; i < most && next != ranges.end() && next->begin < cell.end; ++i, ++next)
        use(*next);
}

std::string_view labelOf(const Trace& trace, GoroutineIndex g) {
    for (const Label& label : trace.labels)
        if (label.goroutine == g)
            return trace.text(label.text);
    return {};
}

// "running 62 %, lock wait 38 %"
QString sharesText(const TraceFacts& facts, GoroutineIndex g, TimeRange cell) {
    const StateTimes times = stateTimesOf(facts, std::span(&g, 1), cell, {.most = 0});
    QStringList parts;
    for (const StateTime& state : times.states)
        if (state.total > 0)
            parts << fromUtf8(textOf(state.what)) + u' ' +
                         fromUtf8(percentText(100.0 * static_cast<double>(state.total) /
                                              static_cast<double>(std::max<Time>(times.lifetime, 1))));
    return parts.join(QStringLiteral(", "));
}

} // namespace

QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell, const TimeText& times) {
    const Trace& trace = *facts.trace;
    QStringList lines;
    lines << fromUtf8(spanText(facts, g, span));
    lines << tr("from %1, %2 exactly")
                 .arg(times.text(trace.spans.start(span)),
                      fromUtf8(exactDurationText(trace.spans.range(span).length())));
    const GoroutineState state = trace.spans.state(span);
    if (state == GoroutineState::Waiting || state == GoroutineState::Syscall) {
        const FrameId site = facts.waits.of(trace, span).site;
        lines << (site.known() ? tr("at %1").arg(fromUtf8(siteText(trace, site)))
                               : fromUtf8(missingStackText(facts, span)));
    }
    if (state == GoroutineState::Waiting && !trace.isOpen(g, span))
        lines << fromUtf8(wakeUpText(facts, span, wakeUpAfter(facts, span)));
    if (const std::string held = heldProcessorText(trace, span); !held.empty())
        lines << fromUtf8(held);
    if (state == GoroutineState::Running && trace.spans.proc(span).value < trace.processors.size())
        lines << tr("on processor %1").arg(trace.processors[trace.spans.proc(span).value].id);
    const SpanIndex last = trace.spanAt(g, std::min(cell.end, trace.lifetime(g).end) - 1);
    const SpanIndex first = trace.spanAt(g, std::max(cell.begin, trace.lifetime(g).begin));
    if (first.known() && last.known() && last.value > first.value) {
        lines << tr("%1 spans under this pixel, this one is the longest")
                     .arg(fromUtf8(countText(last.value - first.value + 1)));
        if (last.value - first.value < mostSpansSummed)
            lines << sharesText(facts, g, cell);
    }
    addNotes(
        lines, facts.notes.runtimeWork(g), cell, [&](std::uint32_t p) { return trace.ranges[p].range; },
        [&](std::uint32_t p) {
            return tr("%1, %2").arg(fromUtf8(trace.text(trace.ranges[p].name)),
                                    fromUtf8(durationText(trace.ranges[p].range.length())));
        });
    for (std::size_t track = 0; track < facts.notes.trackCount(g); ++track)
        addNotes(
            lines, facts.notes.regions(g, track), cell, [&](std::uint32_t p) { return trace.regions[p].range(); },
            [&](std::uint32_t p) {
                const Region region = trace.regions[p];
                return tr("region %1, %2%3")
                    .arg(shortened(fromUtf8(trace.text(region.type))),
                         region.open || region.beforeTrace ? tr("at least ") : QString(),
                         fromUtf8(durationText(region.range().length())));
            });
    addNotes(
        lines, facts.notes.logs(g), cell,
        [&](std::uint32_t p) {
            return TimeRange{trace.logs[p].time, trace.logs[p].time + 1};
        },
        [&](std::uint32_t p) {
            return tr("log %1: %2")
                .arg(fromUtf8(trace.text(trace.logs[p].category)),
                     shortened(fromUtf8(trace.text(trace.logs[p].message))));
        });
    return lines.join(u'\n');
}

QString rowTooltip(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row, const TimeText& times) {
    const Trace& trace = *facts.trace;
    switch (row.kind) {
    case TimelineRow::Kind::None:
        return {};
    case TimelineRow::Kind::Collector:
        return tr("Mark phases of the garbage collector.\nWhen the world is stopped, a line crosses all rows.");
    case TimelineRow::Kind::Section:
        return rows.isFolded(row.section) ? tr("Click to unfold") : tr("Click to fold");
    case TimelineRow::Kind::Graph:
        switch (row.graph) {
        case TimelineGraph::Heap:
            return facts.heap.most() == 0
                       ? tr("The trace holds no heap metrics.")
                       : tr("Area: live heap objects. Line: the size at which the next collection is due to end.\n"
                            "Top of the scale: %1")
                             .arg(fromUtf8(bytesText(facts.heap.most())));
        case TimelineGraph::Goroutines:
            return tr("How many goroutines of the program were in each state, from the first instant on:\n"
                      "those that are older than the trace count from its start");
        case TimelineGraph::Runnable:
            return tr("How many goroutines were ready to run and had no processor");
        }
        return {};
    case TimelineRow::Kind::Thread:
        return tr("Thread %1: when it held a processor").arg(trace.threads[row.thread.value].id);
    case TimelineRow::Kind::Task: {
        const Task task = trace.tasks[row.task.value];
        QString tip = tr("task %1 #%2, %3%4")
                          .arg(shortened(fromUtf8(trace.text(task.type))), QString::number(task.id),
                               task.begun && task.ended ? QString() : tr("at least "),
                               fromUtf8(durationText(task.range.length())));
        if (!task.begun)
            tip += tr("\nbegun before the trace");
        if (!task.ended)
            tip += tr("\nnot ended in the trace");
        if (task.parentId != 0)
            tip += tr("\npart of task #%1").arg(task.parentId);
        return tip;
    }
    case TimelineRow::Kind::Processor:
        return tr("When a goroutine ran on it:\n%1")
            .arg(trace.processors[row.processor.value].runs.size() < mostSpansSummed
                     ? fromUtf8(processorText(trace, row.processor))
                     : tr("processor %1").arg(trace.processors[row.processor.value].id));
    case TimelineRow::Kind::Group: {
        const GoroutineGroup& group = rows.groups()[row.group];
        QString tip = tr("%1\n%2 goroutines, %3 waiting at the trace's end")
                          .arg(shortened(fromUtf8(group.name)), fromUtf8(countText(group.members.size())),
                               fromUtf8(countText(group.blockedAtEnd)));
        if (group.openWait > 0)
            tip += tr("\nopen waits: %1 together").arg(fromUtf8(durationText(group.openWait)));
        return tip;
    }
    case TimelineRow::Kind::Goroutine:
        break;
    }
    const TimeRange life = trace.lifetime(row.goroutine);
    QString tip = fromUtf8(goroutineText(trace, row.goroutine));
    tip += trace.preExisting(row.goroutine) ? tr("\nolder than the trace")
                                            : tr("\ncreated at %1").arg(times.text(life.begin));
    tip += trace.aliveAtEnd(row.goroutine) ? tr("\nalive at the end") : tr("\nended at %1").arg(times.text(life.end));
    if (trace.goroutines.spans(row.goroutine).size() < mostSpansSummed)
        tip += u'\n' + sharesText(facts, row.goroutine, life);
    if (const Waker creator = trace.creator(row.goroutine); creator.isGoroutine())
        tip += tr("\ncreated by %1").arg(fromUtf8(goroutineText(trace, creator.goroutine())));
    if (const std::size_t created = facts.notes.created(row.goroutine).size(); created > 0)
        tip += tr("\ncreated %1 goroutines").arg(fromUtf8(countText(created)));
    const std::string_view label = labelOf(trace, row.goroutine);
    if (!label.empty())
        tip += tr("\nlabel %1").arg(shortened(fromUtf8(label)));
    return tip;
}

QString collectorTooltip(const TraceFacts& facts, TimeRange cell, const TimeText& times) {
    const Trace& trace = *facts.trace;
    const auto sentence = [&](const QString& what, TimeRange range) {
        return tr("%1: %2 from %3").arg(what, fromUtf8(durationText(range.length())), times.text(range.begin));
    };
    QStringList lines;
    forEachTouching(facts.collector.marks, cell,
                    [&](TimeRange mark) { lines << sentence(tr("the collector marks"), mark); });
    forEachTouching(facts.collector.stops, cell, [&](TimeRange stop) {
        auto named = std::lower_bound(trace.ranges.begin(), trace.ranges.end(), stop.begin,
                                      [](const RuntimeRange& range, Time begin) { return range.range.begin < begin; });
        while (named != trace.ranges.end() && named->range != stop)
            ++named;
        if (named != trace.ranges.end())
            lines << sentence(fromUtf8(trace.text(named->name)), stop);
    });
    return lines.join(u'\n');
}

QString activityTooltip(const Activity& activity, Time at, const TimeText& times) {
    if (activity.empty() || !activity.range.contains(at))
        return {};
    const double share = static_cast<double>(at - activity.range.begin) / static_cast<double>(activity.range.length());
    const auto bin =
        std::min(static_cast<std::size_t>(share * static_cast<double>(activity.bins.size())), activity.bins.size() - 1);
    std::vector<std::pair<float, StateFamily>> counts;
    for (std::size_t f = 0; f < stateFamilyCount; ++f)
        if (activity.bins[bin][f] > 0)
            counts.emplace_back(activity.bins[bin][f], static_cast<StateFamily>(f));
    std::ranges::sort(counts, std::greater());
    QStringList parts;
    for (const auto& [count, family] : counts)
        parts << fromUtf8(meanText(count)) + u' ' + fromUtf8(nameOf(family));
    return tr("at %1: %2")
        .arg(times.text(at), parts.isEmpty() ? tr("none of them is there") : parts.join(QStringLiteral(", ")));
}

QString heapTooltip(const HeapSeries& heap, Time at, const TimeText& times) {
    const auto [live, goal] = heap.before(at + 1);
    QStringList parts;
    if (live)
        parts << tr("live %1").arg(fromUtf8(bytesText(*live)));
    if (goal)
        parts << tr("goal %1").arg(fromUtf8(bytesText(*goal)));
    return parts.isEmpty() ? QString() : tr("at %1: %2").arg(times.text(at), parts.join(QStringLiteral(", ")));
}

QString threadTooltip(const TraceFacts& facts, ThreadIndex thread, TimeRange cell, const TimeText& times) {
    const Trace& trace = *facts.trace;
    const ThreadRun* const longest = longestRunIn(facts.notes.runs(thread), cell);
    const QString name = tr("thread %1").arg(trace.threads[thread.value].id);
    if (longest == nullptr)
        return tr("%1 held no processor at %2").arg(name, times.text(cell.begin));
    return tr("%1 held processor %2 for %3\nfrom %4")
        .arg(name)
        .arg(trace.processors[longest->processor.value].id)
        .arg(fromUtf8(durationText(longest->range.length())), times.text(longest->range.begin));
}

QString processorTooltip(const TraceFacts& facts, ProcIndex processor, TimeRange cell, const TimeText& times) {
    const Trace& trace = *facts.trace;
    const SpanIndex run = runAt(trace, processor, cell.begin, cell.end);
    const QString where = tr("Processor %1").arg(trace.processors[processor.value].id);
    if (!run.known() || trace.spans.range(run).end <= cell.begin)
        return where + tr("\nidle at %1").arg(times.text(cell.begin));
    return where + u'\n' + spanTooltip(facts, trace.ownerOf(run), run, cell, times);
}

} // namespace waitscope
