// SPDX-License-Identifier: GPL-3.0-or-later
// How is what was found about hold-ups put into sentences and rows?
#include "model/report/holdups.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/from_utf8.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/holdups/parts_bar.h"
#include "widgets/holdups/utilization_graph.h"
#include "widgets/holdups/waker_picture.h"

namespace waitscope {

namespace {

QString duration(Time time) {
    return time > 0 ? fromUtf8(durationText(time)) : QString();
}

QString durationOf(const std::optional<Time>& time) {
    return time ? fromUtf8(durationText(*time)) : QString();
}

QString number(std::uint64_t count) {
    return count > 0 ? fromUtf8(countText(count)) : QString();
}

QString share(Time part, Time whole) {
    return whole > 0 ? fromUtf8(percentText(100.0 * static_cast<double>(part) / static_cast<double>(whole)))
                     : QString();
}

template <class Times> void addTimes(QStringList& cells, const Times& times) {
    for (const StateFamily family : shownFamilies)
        cells << duration(times.in(family));
}

} // namespace

void HoldupsPanel::showWakers() {
    const Trace& trace = *answer_.facts->trace;
    const WakerGraph& graph = answer_.graph;
    QStringList sentences;
    constexpr qsizetype mostSentences = 2;
    for (const WakerKnot& knot : graph.knots)
        if (sentences.size() < mostSentences)
            sentences << fromUtf8(knotText(trace, graph, knot));
    if (graph.knots.size() > static_cast<std::size_t>(mostSentences))
        sentences << tr("%1 more knots are in the table.").arg(graph.knots.size() - mostSentences);
    if (graph.edges.empty())
        sentences << tr("No goroutine waited for another one here.");
    else if (graph.knots.empty())
        sentences << tr("No functions wait for one another: there is no knot.");
    if (graph.open > 0)
        sentences << tr("%1 waits, %2, have not ended: for whom is not known, they are not in the picture.")
                         .arg(fromUtf8(countText(graph.open)), fromUtf8(durationText(graph.openTime)));
    say(sentences.join(u'\n'));
    const auto functionOf = [&](std::uint32_t node) {
        const StringId function = graph.nodes[node].function;
        return function.known() ? fromUtf8(shortFunction(trace.text(function))) : tr("not recorded");
    };
    constexpr std::size_t mostRows = 2'000;
    std::vector<PlainRows::Row> rows;
    std::vector<FrameId> frames;
    for (const WakerEdge& edge : graph.edges) {
        if (rows.size() == mostRows)
            break;
        const std::uint32_t knot = graph.nodes[edge.waiter].knot;
        const bool tied = knot != nowhere && knot == graph.nodes[edge.waker].knot;
        rows.push_back(
            {{duration(edge.total), share(edge.total, graph.total), number(edge.count), functionOf(edge.waiter),
              functionOf(edge.waker),
              fromUtf8(nameOf(edge.primitive)) + QStringLiteral(" · ") + fromUtf8(siteText(trace, edge.waitSite)),
              fromUtf8(siteText(trace, edge.wakeSite)), tied ? QString::number(knot + 1) : QString()},
             tr("waits at %1\nwoken at %2")
                 .arg(fromUtf8(fullPlaceText(trace, edge.waitSite)), fromUtf8(fullPlaceText(trace, edge.wakeSite)))});
        frames.push_back(edge.waitSite);
    }
    fill(edges_, std::move(rows), std::move(frames));
    picture_->show(answer_.facts->trace, graph);
}

void HoldupsPanel::showProcessors() {
    const Trace& trace = *answer_.facts->trace;
    const SchedulerLatency& latency = answer_.latency;
    const std::string text = schedulerText(latency);
    say(text.empty() ? tr("No goroutine waited for a processor here.") : fromUtf8(text));
    queue_->show(
        {{tr("every processor was busy: short of CPU"), latency.saturated, colourOf(StateFamily::Runnable),
          latency.mostSaturated},
         {tr("a processor was idle: woken late"), latency.late, colourOf(StateFamily::Network), latency.mostLate},
         {tr("the world was stopped"), latency.stopped, colourOf(StateFamily::Lock), latency.mostStopped},
         {tr("the trace says nothing of the processors"), latency.unknown, colourOf(StateFamily::Unknown), {}}});
    std::vector<PlainRows::Row> rows;
    std::vector<FrameId> frames;
    for (const ReadyPlace& place : answer_.ready) {
        rows.push_back({{duration(place.total), share(place.total, latency.total), number(place.count),
                         place.site.known() ? fromUtf8(siteText(trace, place.site))
                                            : tr("by a timer, the network or the runtime")},
                        fromUtf8(fullPlaceText(trace, place.site))});
        frames.push_back(place.site);
    }
    fill(ready_, std::move(rows), std::move(frames));
}

void HoldupsPanel::showCollector() {
    say(fromUtf8(collectorText(answer_.cost, answer_.range)));
    const auto bytes = [](const std::optional<std::uint64_t>& value) {
        return value ? fromUtf8(bytesText(*value)) : QString();
    };
    std::vector<PlainRows::Row> rows;
    const TimeText times = view_->times();
    for (const CollectorCycle& cycle : answer_.cost.cycles)
        rows.push_back({{times.text(cycle.mark.begin), duration(cycle.mark.length()), duration(cycle.stopped),
                         duration(cycle.assisting), fromUtf8(countText(cycle.blocked)), bytes(cycle.heapLive),
                         bytes(cycle.heapGoal), cycle.forced ? tr("by runtime.GC") : QString()},
                        {}});
    fill(cycles_, std::move(rows));
    utilization_->show(answer_.curve);
}

void HoldupsPanel::showFunctions() {
    const Trace& trace = *answer_.facts->trace;
    std::uint64_t goroutines = 0;
    std::vector<PlainRows::Row> rows;
    for (const FunctionTimes& function : answer_.functions) {
        goroutines += function.goroutines;
        const QString name = fromUtf8(trace.text(function.function));
        QStringList cells{function.function.known() ? fromUtf8(shortFunction(trace.text(function.function)))
                                                    : tr("not recorded"),
                          number(function.goroutines), duration(function.lifetime)};
        addTimes(cells, function);
        cells << duration(function.assisting);
        rows.push_back({cells, name});
    }
    say(tr("%1 goroutines of the program, by the function that they run; most running time first.")
            .arg(fromUtf8(countText(goroutines))));
    fill(functions_, std::move(rows));
}

void HoldupsPanel::showWork(Table& table) {
    const Trace& trace = *answer_.facts->trace;
    const bool tasks = &table == &tasks_;
    std::uint64_t all = 0;
    std::vector<PlainRows::Row> rows;
    std::vector<FrameId> frames;
    for (const WorkTimes& work : answer_.work) {
        all += work.count;
        QStringList cells{fromUtf8(trace.text(work.type)),
                          number(work.count),
                          number(work.open),
                          duration(work.total),
                          durationOf(work.p50),
                          durationOf(work.p95),
                          durationOf(work.max),
                          duration(work.suspended())};
        addTimes(cells, work);
        cells << duration(work.elsewhere) << fromUtf8(siteText(trace, work.site));
        rows.push_back({cells, fromUtf8(fullPlaceText(trace, work.site))});
        frames.push_back(work.site);
    }
    if (rows.empty())
        say(tasks ? tr("The program names no tasks here (runtime/trace.NewTask).")
                  : tr("The program names no regions here (runtime/trace.WithRegion)."));
    else
        say(tasks ? tr("%1 tasks; states are those of the goroutine that began them.").arg(fromUtf8(countText(all)))
                  : tr("%1 regions; states are those of their goroutines.").arg(fromUtf8(countText(all))));
    fill(table, std::move(rows), std::move(frames));
}

} // namespace waitscope
