// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/scheduler_latency.h"

#include "model/report/text.h"
#include "model/waits/scheduler_latency.h"

#include <string_view>

namespace waitscope {

namespace {

/// Of the ready time, the part of goroutines that were inside an assist of the collector: they gave their processor up
/// in it, or had to.
Time readyInsideAssists(const Trace& trace) {
    Time sum = 0;
    for (const RuntimeRange& range : trace.ranges)
        if (range.goroutine.known() && trace.text(range.name) == "GC mark assist")
            sum += trace.timeIn(GoroutineState::Runnable, range.goroutine, range.range);
    return sum;
}

std::string_view causeText(const SchedulerLatency& split) {
    if (split.stopped * 2 >= split.total)
        return "the runtime had stopped the world.";
    if (split.unknown * 2 >= split.total)
        return "what the processors did meanwhile is not recorded.";
    return split.saturated * 2 >= split.total ? "the process was short of processors."
                                              : "the process was woken late, which points to a busy machine.";
}

} // namespace

void schedulerLatency(const Scene& scene, std::vector<Finding>& found) {
    using namespace literals;
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    const Evidence::RunnableTimes& ready = evidence.runnable();
    if (ready.count < 1000 || evidence.goroutineTime() <= 0)
        return;
    const double share = 100.0 * static_cast<double>(ready.total) / static_cast<double>(evidence.goroutineTime());
    if (ready.p99 < 10_ms && share < 5)
        return;
    const SchedulerLatency split = schedulerLatency(evidence.facts(), {0, trace.duration});
    const Time assisting = readyInsideAssists(trace);
    const auto ofReady = [&](Time part) {
        return split.total > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(split.total) : 0.0;
    };
    const double concurrency =
        static_cast<double>(ready.total) / static_cast<double>(std::max<Time>(trace.duration, 1));
    // Short of processors: on average more goroutines were ready than there are processors to run them.
    const bool starved =
        ready.p99 >= 10_ms && share >= 5 && concurrency >= static_cast<double>(trace.processors.size());
    Finding f = findingAboutNone(evidence);
    f.tier = forLength(evidence, starved ? Tier::Medium : Tier::Low);
    f.certainty = Certainty::Proved;
    f.goroutines = ready.goroutines;
    f.since = 0;
    f.oldest = 0;
    f.cost = concurrency;
    f.claim = "Ready goroutines waited " + durationText(ready.p99) + " (p99) for a processor, " +
              durationText(ready.max) + " at most, " + percentText(share) + " of all goroutine time; " +
              percentText(ofReady(split.saturated)) + " of it with every processor busy, " +
              percentText(ofReady(split.late)) + " with an idle one, " + percentText(ofReady(split.stopped)) +
              " while the world was stopped: ";
    f.claim += causeText(split);
    if (split.duringCollection > 0)
        f.claim += " The collector was marking in " + percentText(ofReady(split.duringCollection)) + " of it" +
                   (assisting > 0 ? ", and " + percentText(ofReady(assisting)) + " was inside assists." : ".");
    f.doubt = "A trace does not show what else ran on the machine.";
    f.numbers.emplace_back("p50_ns", ready.p50);
    f.numbers.emplace_back("p99_ns", ready.p99);
    f.numbers.emplace_back("max_ns", ready.max);
    f.numbers.emplace_back("share_percent", share);
    f.numbers.emplace_back("saturated_percent", ofReady(split.saturated));
    f.numbers.emplace_back("woken_late_percent", ofReady(split.late));
    f.numbers.emplace_back("world_stopped_percent", ofReady(split.stopped));
    f.numbers.emplace_back("collector_marking_percent", ofReady(split.duringCollection));
    f.numbers.emplace_back("inside_assists_percent", ofReady(assisting));
    f.numbers.emplace_back("count", static_cast<std::int64_t>(ready.count));
    f.numbers.emplace_back("concurrency", concurrency);
    found.push_back(std::move(f));
}

} // namespace waitscope
