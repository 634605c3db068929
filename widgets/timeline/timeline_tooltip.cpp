// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_tooltip.h"

#include "model/report/text.h"

#include <QCoreApplication>
#include <QStringList>

namespace waitscope {

namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("TimelineTooltip", source);
}

QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString stateText(const TraceFacts& facts, SpanIndex span) {
    const GoroutineState state = facts.trace->spans.state(span);
    if (state != GoroutineState::Waiting)
        return text(nameOf(facts.waits.familyOf(*facts.trace, span)));
    const WaitClass& wait = facts.waits.of(*facts.trace, span);
    QString what = tr("waiting: %1").arg(text(nameOf(wait.primitive)));
    if (!wait.detail.empty())
        what += QStringLiteral(" (%1)").arg(text(wait.detail));
    return what;
}

QString frameText(const Trace& trace, FrameId id) {
    const Frame& frame = trace.frame(id);
    return QStringLiteral("%1  %2:%3")
        .arg(text(shortFunction(trace.text(frame.function))), text(shortFile(trace.text(frame.file))))
        .arg(frame.line);
}

QString lengthText(const Trace& trace, GoroutineIndex g, SpanIndex span) {
    QString length = text(durationText(trace.spans.range(span).length()));
    if (trace.spans.kind(span).origin == SpanOrigin::BeforeTrace)
        length = tr("at least %1, since before the trace").arg(length);
    if (trace.isOpen(g, span))
        length += tr(", still open at the end");
    return length;
}

} // namespace

QString wokenByText(const TraceFacts& facts, const WakeUp& wake) {
    if (wake.how == WokenBy::Goroutine)
        return tr("goroutine %1, %2")
            .arg(facts.trace->goroutines.id(wake.goroutine))
            .arg(text(shortFunction(facts.trace->function(wake.goroutine))));
    return wake.how == WokenBy::Unknown ? tr("not recorded") : text(nameOf(wake.how));
}

QString spanSummary(const TraceFacts& facts, GoroutineIndex g, SpanIndex span) {
    const Trace& trace = *facts.trace;
    return tr("goroutine %1, %2, %3, %4")
        .arg(trace.goroutines.id(g))
        .arg(text(shortFunction(trace.function(g))), stateText(facts, span), lengthText(trace, g, span));
}

QString spanTooltip(const TraceFacts& facts, GoroutineIndex g, SpanIndex span, TimeRange cell) {
    const Trace& trace = *facts.trace;
    QStringList lines;
    lines << tr("goroutine %1 · %2").arg(trace.goroutines.id(g)).arg(text(trace.function(g)));
    lines << QStringLiteral("%1 · %2").arg(stateText(facts, span), lengthText(trace, g, span));
    lines << tr("from %1 (%2 exactly)")
                 .arg(text(durationText(trace.spans.start(span))),
                      text(exactDurationText(trace.spans.range(span).length())));
    const GoroutineState state = trace.spans.state(span);
    const bool waits = state == GoroutineState::Waiting || state == GoroutineState::Syscall;
    if (waits) {
        const FrameId site = facts.waits.of(trace, span).site;
        lines << (site.known() ? tr("at %1").arg(frameText(trace, site)) : tr("stack not recorded"));
    }
    if (state == GoroutineState::Waiting && !trace.isOpen(g, span))
        lines << tr("woken by %1").arg(wokenByText(facts, wakeUpAfter(facts, span)));
    if (state == GoroutineState::Running && trace.spans.proc(span).value < trace.processors.size())
        lines << tr("on processor %1").arg(trace.processors[trace.spans.proc(span).value].id);
    const SpanIndex last = trace.spanAt(g, std::min(cell.end, trace.lifetime(g).end) - 1);
    const SpanIndex first = trace.spanAt(g, std::max(cell.begin, trace.lifetime(g).begin));
    if (first.known() && last.known() && last.value > first.value)
        lines << tr("%1 spans under this pixel, this one is the longest")
                     .arg(text(countText(last.value - first.value + 1)));
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
        QString tip =
            tr("%1\n%2 goroutines, %3 waiting at the trace's end")
                .arg(text(group.function), text(countText(group.members.size())), text(countText(group.blockedAtEnd)));
        if (group.openWait > 0)
            tip += tr("\nopen waits: %1 together").arg(text(durationText(group.openWait)));
        return tip;
    }
    case TimelineRow::Kind::Goroutine:
        break;
    }
    const TimeRange life = trace.lifetime(row.goroutine);
    QString tip =
        tr("goroutine %1 · %2").arg(trace.goroutines.id(row.goroutine)).arg(text(trace.function(row.goroutine)));
    tip += trace.preExisting(row.goroutine) ? tr("\nolder than the trace")
                                            : tr("\ncreated at %1").arg(text(durationText(life.begin)));
    tip += trace.aliveAtEnd(row.goroutine) ? tr("\nalive at the end")
                                           : tr("\nended at %1").arg(text(durationText(life.end)));
    return tip;
}

} // namespace waitscope
