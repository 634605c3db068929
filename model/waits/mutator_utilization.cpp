// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/mutator_utilization.h"

#include <algorithm>

namespace waitscope {

namespace {

struct Change {
    Time time = 0;
    std::uint32_t proc = nowhere; ///< nowhere: all of them
    int step = 0;
};

class Changes {
  public:
    explicit Changes(const Trace& trace) : trace_(trace) {}

    void add(ProcIndex proc, TimeRange range) {
        if (range.empty() || proc.value >= trace_.processors.size())
            return;
        changes_.push_back({range.begin, proc.value, 1});
        changes_.push_back({range.end, proc.value, -1});
    }
    void addForAll(TimeRange range) {
        changes_.push_back({range.begin, nowhere, 1});
        changes_.push_back({range.end, nowhere, -1});
    }
    /// What of the range the goroutine runs on which processor.
    void addRunning(GoroutineIndex g, TimeRange range) {
        const SpanRange inside = trace_.spansIn(g, range);
        for (std::uint32_t s = inside.begin; s < inside.end; ++s)
            if (trace_.spans.state({s}) == GoroutineState::Running)
                add(trace_.spans.proc({s}), trace_.spans.range({s}).clippedTo(range));
    }
    std::vector<Change> take() {
        std::ranges::stable_sort(changes_, {}, &Change::time);
        return std::move(changes_);
    }

  private:
    const Trace& trace_;
    std::vector<Change> changes_;
};

} // namespace

std::vector<UtilizationStep> mutatorUtilization(const TraceFacts& facts) {
    const Trace& trace = *facts.trace;
    const auto processors = std::ranges::find(trace.metrics, std::string_view("/sched/gomaxprocs:threads"),
                                              [&](const Metric& m) { return trace.text(m.name); });
    Changes all(trace);
    for (const RuntimeRange& range : trace.ranges) {
        const std::string_view name = trace.text(range.name);
        if (name.starts_with("stop-the-world (GC"))
            all.addForAll(range.range);
        else if (range.proc.known())
            all.add(range.proc, range.range);
        else if (name == "GC mark assist" && range.goroutine.known())
            all.addRunning(range.goroutine, range.range);
    }
    for (const Label& label : trace.labels) {
        const std::string_view text = trace.text(label.text);
        if (!text.starts_with("GC ") || text == "GC (idle)" || !label.goroutine.known())
            continue;
        // A worker gets its label when it begins to run.
        if (const SpanIndex span = trace.spanAt(label.goroutine, label.time); span.known())
            all.addRunning(label.goroutine, {label.time, trace.spans.end(span)});
    }

    std::vector<UtilizationStep> steps;
    std::size_t sample = 0;
    std::uint64_t count = processors != trace.metrics.end() && !processors->samples.empty()
                              ? processors->samples.front().value
                              : trace.processors.size();
    if (count == 0)
        return steps;
    std::vector<int> held(trace.processors.size());
    int stopped = 0;
    std::uint64_t taken = 0;
    const auto note = [&](Time time) {
        const double share =
            stopped > 0 ? 0 : 1 - static_cast<double>(std::min(taken, count)) / static_cast<double>(count);
        if (!steps.empty() && steps.back().start == time)
            steps.back().share = share;
        else if (steps.empty() || steps.back().share != share)
            steps.push_back({time, share});
    };
    note(0);
    for (const Change& change : all.take()) {
        if (processors != trace.metrics.end())
            for (; sample < processors->samples.size() && processors->samples[sample].time <= change.time; ++sample) {
                count = std::max<std::uint64_t>(1, processors->samples[sample].value);
                note(processors->samples[sample].time);
            }
        if (change.proc == nowhere) {
            stopped += change.step;
        } else {
            const int before = held[change.proc];
            held[change.proc] += change.step;
            taken += before == 0 ? 1 : 0;
            taken -= held[change.proc] == 0 ? 1 : 0;
        }
        note(change.time);
    }
    return steps;
}

namespace {

/// The share × time from the trace's start, asked at ever later moments. O(1) a question on the whole.
class SumUntil {
  public:
    explicit SumUntil(const std::vector<UtilizationStep>& steps) : steps_(steps) {}

    double operator()(Time t) {
        while (at_ + 1 < steps_.size() && steps_[at_ + 1].start <= t) {
            sum_ += steps_[at_].share * static_cast<double>(steps_[at_ + 1].start - steps_[at_].start);
            ++at_;
        }
        return sum_ + steps_[at_].share * static_cast<double>(t - steps_[at_].start);
    }

  private:
    const std::vector<UtilizationStep>& steps_;
    std::size_t at_ = 0;
    double sum_ = 0; ///< until the begin of step `at_`
};

} // namespace

// The mean over a window is a straight line between the moments at which an edge of the window meets a step, so its
// least value is at one of them.
double minimumUtilization(const std::vector<UtilizationStep>& steps, Time end, Time window) {
    if (steps.empty() || end <= 0)
        return 1;
    window = std::clamp<Time>(window, 1, end);
    double least = 1;
    for (const Time edge : {Time{0}, window}) { // the begin of the window meets the step, then its end
        SumUntil untilBegin(steps);
        SumUntil untilEnd(steps);
        const auto look = [&](Time begin) {
            begin = std::clamp<Time>(begin, 0, end - window);
            least = std::min(least, (untilEnd(begin + window) - untilBegin(begin)) / static_cast<double>(window));
        };
        for (const UtilizationStep& step : steps)
            look(step.start - edge);
        look(end - window);
    }
    return std::max(0.0, least);
}

std::vector<UtilizationPoint> utilizationCurve(const std::vector<UtilizationStep>& steps, Time duration) {
    std::vector<UtilizationPoint> points;
    if (steps.empty() || duration <= 0)
        return points;
    const auto add = [&](Time window) {
        points.push_back({window, 100 * minimumUtilization(steps, duration, window)});
    };
    for (Time decade = 10'000; decade < duration; decade *= 10)
        for (const Time window : {decade, 2 * decade, 5 * decade})
            if (window < duration)
                add(window);
    add(duration);
    return points;
}

} // namespace waitscope
