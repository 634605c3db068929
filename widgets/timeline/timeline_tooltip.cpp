// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_tooltip.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/wake_up.h"
#include "widgets/common/from_utf8.h"

#include <QCoreApplication>
#include <QStringList>

namespace waitscope {

namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("TimelineTooltip", source);
}

} // namespace

QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell) {
    const Trace& trace = *facts.trace;
    QStringList lines;
    lines << fromUtf8(spanText(facts, g, span));
    lines << tr("from %1, %2 exactly")
                 .arg(fromUtf8(durationText(trace.spans.start(span))),
                      fromUtf8(exactDurationText(trace.spans.range(span).length())));
    const GoroutineState state = trace.spans.state(span);
    if (state == GoroutineState::Waiting || state == GoroutineState::Syscall) {
        const FrameId site = facts.waits.of(trace, span).site;
        lines << (site.known() ? tr("at %1").arg(fromUtf8(siteText(trace, site)))
                               : fromUtf8(missingStackText(facts, span)));
    }
    if (state == GoroutineState::Waiting && !trace.isOpen(g, span))
        lines << fromUtf8(wakeUpText(facts, span, wakeUpAfter(facts, span)));
    if (state == GoroutineState::Running && trace.spans.proc(span).value < trace.processors.size())
        lines << tr("on processor %1").arg(trace.processors[trace.spans.proc(span).value].id);
    const SpanIndex last = trace.spanAt(g, std::min(cell.end, trace.lifetime(g).end) - 1);
    const SpanIndex first = trace.spanAt(g, std::max(cell.begin, trace.lifetime(g).begin));
    if (first.known() && last.known() && last.value > first.value)
        lines << tr("%1 spans under this pixel, this one is the longest")
                     .arg(fromUtf8(countText(last.value - first.value + 1)));
    return lines.join(u'\n');
}

QString rowTooltip(const TraceFacts& facts, const TimelineRows& rows, const TimelineRow& row) {
    const Trace& trace = *facts.trace;
    switch (row.kind) {
    case TimelineRow::Kind::None:
        return {};
    case TimelineRow::Kind::Collector:
        return tr("Mark phases of the garbage collector.\nWhen the world is stopped, a line crosses all rows.");
    case TimelineRow::Kind::Processor:
        return tr("Processor %1: when a goroutine ran on it").arg(trace.processors[row.processor.value].id);
    case TimelineRow::Kind::Group: {
        const GoroutineGroup& group = rows.groups()[row.group];
        QString tip = tr("%1\n%2 goroutines, %3 waiting at the trace's end")
                          .arg(fromUtf8(group.function), fromUtf8(countText(group.members.size())),
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
                                            : tr("\ncreated at %1").arg(fromUtf8(durationText(life.begin)));
    tip += trace.aliveAtEnd(row.goroutine) ? tr("\nalive at the end")
                                           : tr("\nended at %1").arg(fromUtf8(durationText(life.end)));
    return tip;
}

} // namespace waitscope
