// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/scheduler_latency.h"

#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

/// How long all processors were busy at the same time, up to any moment.
class BusyTime {
  public:
    explicit BusyTime(const Trace& trace) {
        std::vector<std::pair<Time, int>> changes;
        int known = 0;
        for (const Processor& proc : trace.processors) {
            ProcState state = ProcState::Unknown;
            for (const ProcSpan& span : proc.spans) {
                const bool was = state == ProcState::Running;
                const bool is = span.state == ProcState::Running;
                if (was != is)
                    changes.emplace_back(span.start, is ? 1 : -1);
                state = span.state;
            }
            known += proc.spans.empty() ? 0 : 1;
        }
        std::ranges::stable_sort(changes, {}, &std::pair<Time, int>::first);
        int busy = 0;
        Time since = 0;
        for (const auto& [time, change] : changes) {
            if (busy == known && known > 0 && time > since)
                stretches_.push_back({since, time, total_ += time - since});
            busy += change;
            since = time;
        }
        if (busy == known && known > 0 && trace.duration > since)
            stretches_.push_back({since, trace.duration, total_ += trace.duration - since});
    }
    /// The part of a range in which all were busy. O(log n).
    [[nodiscard]] Time inside(TimeRange range) const { return upTo(range.end) - upTo(range.begin); }

  private:
    struct Stretch {
        Time begin;
        Time end;
        Time sum; ///< of the stretches up to this one
    };
    [[nodiscard]] Time upTo(Time t) const {
        const auto next = std::ranges::upper_bound(stretches_, t, {}, &Stretch::begin);
        if (next == stretches_.begin())
            return 0;
        const Stretch& last = *std::prev(next);
        return last.sum - std::max<Time>(0, last.end - t);
    }
    std::vector<Stretch> stretches_;
    Time total_ = 0;
};

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
    // Which part of it is explained by a machine without a free processor? The long ones are nearly all of the time.
    const BusyTime busy(trace);
    constexpr Time tooShortToMatter = 100'000;
    Time looked = 0;
    Time saturated = 0;
    std::uint64_t goroutines = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (evidence.facts().waits.isRuntime({g}))
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        bool any = false;
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            if (trace.spans.state({s}) != GoroutineState::Runnable)
                continue;
            const TimeRange range = trace.spans.range({s});
            if (range.length() < tooShortToMatter)
                continue;
            any = true;
            looked += range.length();
            saturated += busy.inside(range);
        }
        goroutines += any ? 1 : 0;
    }
    const double full = looked > 0 ? 100.0 * static_cast<double>(saturated) / static_cast<double>(looked) : 0;
    const double concurrency =
        static_cast<double>(ready.total) / static_cast<double>(std::max<Time>(trace.duration, 1));
    // Short of processors: on average more goroutines were ready than there are processors to run them.
    const bool starved =
        ready.p99 >= 10_ms && share >= 5 && concurrency >= static_cast<double>(trace.processors.size());
    Finding f = findingAboutNone(evidence);
    f.tier = forLength(evidence, starved ? Tier::Medium : Tier::Low);
    f.certainty = Certainty::Proved;
    f.goroutines = goroutines;
    f.since = 0;
    f.oldest = 0;
    f.cost = concurrency;
    f.claim = "Ready goroutines waited " + durationText(ready.p99) + " (p99) for a processor, " +
              durationText(ready.max) + " at most, " + percentText(share) + " of all goroutine time; " +
              percentText(full) + " of it with every processor busy: the process was " +
              (full >= 50 ? "short of processors." : "woken late, which points to a busy machine.");
    f.doubt = "A trace does not show what else ran on the machine.";
    f.numbers.emplace_back("p50_ns", ready.p50);
    f.numbers.emplace_back("p99_ns", ready.p99);
    f.numbers.emplace_back("max_ns", ready.max);
    f.numbers.emplace_back("share_percent", share);
    f.numbers.emplace_back("saturated_percent", full);
    f.numbers.emplace_back("count", static_cast<std::int64_t>(ready.count));
    f.numbers.emplace_back("concurrency", concurrency);
    found.push_back(std::move(f));
}

} // namespace waitscope
