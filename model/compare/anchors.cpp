// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/anchors.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

namespace waitscope {
namespace {

/// By name: the first time.
using Firsts = std::map<std::string, Time, std::less<>>;

class FirstTimes {
  public:
    explicit FirstTimes(const Trace& trace) : trace_(trace), seen_(trace.strings.size(), none) {}

    void happened(StringId name, Time t) {
        Time& first = seen_[name.value];
        if (first == none || t < first)
            first = t;
    }
    [[nodiscard]] Firsts byName() const {
        Firsts firsts;
        for (std::uint32_t i = 0; i < seen_.size(); ++i)
            if (seen_[i] != none)
                firsts.emplace(trace_.text({i}), seen_[i]);
        return firsts;
    }

  private:
    static constexpr Time none = -1;
    const Trace& trace_;
    std::vector<Time> seen_; ///< by string
};

Firsts firstRuns(const TraceFacts& facts, const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    FirstTimes first(trace);
    for (std::uint32_t i = 0; i < trace.goroutines.size() && !stop.stop_requested(); ++i) {
        const GoroutineIndex g{i};
        if (!trace.goroutines.entry(g).known())
            continue;
        const SpanRange own = trace.goroutines.spans(g);
        // What runs when the trace begins began to run before it.
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (trace.spans.state({s}) == GoroutineState::Running && !(s == own.begin && trace.preExisting(g))) {
                first.happened(trace.frame(trace.goroutines.entry(g)).function, trace.spans.start({s}));
                break;
            }
    }
    return first.byName();
}

Firsts firstTasks(const Trace& trace) {
    FirstTimes first(trace);
    for (const Task& task : trace.tasks)
        if (task.begun)
            first.happened(task.type, task.range.begin);
    return first.byName();
}

Firsts firstRegions(const Trace& trace) {
    FirstTimes first(trace);
    for (const Region& region : trace.regions)
        if (!region.beforeTrace)
            first.happened(region.type, region.begin);
    return first.byName();
}

Firsts firstLogs(const Trace& trace) {
    FirstTimes first(trace);
    for (const Log& log : trace.logs)
        first.happened(log.category, log.time);
    return first.byName();
}

void addCommon(std::vector<Anchor>& anchors, AnchorKind kind, const Firsts& a, const Firsts& b,
               const std::string& objection) {
    const std::size_t before = anchors.size();
    for (const auto& [name, time] : a)
        if (const auto other = b.find(name); other != b.end())
            anchors.push_back({.kind = kind, .name = name, .a = time, .b = other->second, .objection = {}});
    if (anchors.size() == before)
        anchors.push_back({.kind = kind, .name = {}, .objection = objection});
}

// Mark phases that were going on when the trace began did not begin in it.
std::vector<Time> collectionsOf(const TraceFacts& facts) {
    std::vector<Time> begins;
    for (const TimeRange mark : facts.collector.marks)
        if (mark.begin > 0)
            begins.push_back(mark.begin);
    return begins;
}

} // namespace

Anchor atTheClock(const Trace& a, const Trace& b) {
    Anchor anchor{.kind = AnchorKind::Clock, .name = {}, .objection = {}};
    if (!a.wallClock || !b.wallClock)
        anchor.objection = std::string(a.wallClock   ? "B does not"
                                       : b.wallClock ? "A does not"
                                                     : "Neither trace does") +
                           " say at what time of day it began; traces of Go 1.25 and later do.";
    else
        anchor.a = b.wallClock->unixNanosecondsAtStart - a.wallClock->unixNanosecondsAtStart;
    return anchor;
}

std::string textOf(const Anchor& anchor) {
    const std::string named = anchor.name.empty() ? std::string() : " " + anchor.name;
    switch (anchor.kind) {
    case AnchorKind::Start:
        return "start of the trace";
    case AnchorKind::End:
        return "end of the trace";
    case AnchorKind::Mark:
        return "mark" + named;
    case AnchorKind::Clock:
        return "time of day";
    case AnchorKind::Collection:
        return "GC cycle" + named;
    case AnchorKind::FirstRun:
        return "first run of " + (anchor.name.empty() ? "a function" : anchor.name);
    case AnchorKind::Task:
        return "first task" + named;
    case AnchorKind::Region:
        return "first region" + named;
    case AnchorKind::Log:
        return "first log" + named;
    }
    return {};
}

std::vector<Anchor> commonAnchors(const TraceFacts& a, const TraceFacts& b, const std::stop_token& stop) {
    std::vector<Anchor> anchors{
        {.kind = AnchorKind::Start, .name = {}, .objection = {}},
        {.kind = AnchorKind::End, .name = {}, .a = a.trace->duration, .b = b.trace->duration, .objection = {}},
        atTheClock(*a.trace, *b.trace)};
    const std::vector<Time> cyclesOfA = collectionsOf(a);
    const std::vector<Time> cyclesOfB = collectionsOf(b);
    if (cyclesOfA.empty() || cyclesOfB.empty())
        anchors.push_back({.kind = AnchorKind::Collection,
                           .name = {},
                           .objection = std::string(cyclesOfA.empty() ? "A" : "B") + " holds no garbage collection."});
    for (std::size_t i = 0; i < std::min(cyclesOfA.size(), cyclesOfB.size()); ++i)
        anchors.push_back({.kind = AnchorKind::Collection,
                           .name = std::to_string(i + 1),
                           .a = cyclesOfA[i],
                           .b = cyclesOfB[i],
                           .objection = {}});
    addCommon(anchors, AnchorKind::FirstRun, firstRuns(a, stop), firstRuns(b, stop),
              "No function begins to run in both traces.");
    addCommon(anchors, AnchorKind::Task, firstTasks(*a.trace), firstTasks(*b.trace),
              "No user task (trace.NewTask) begins in both traces.");
    addCommon(anchors, AnchorKind::Region, firstRegions(*a.trace), firstRegions(*b.trace),
              "No region (trace.WithRegion) begins in both traces.");
    addCommon(anchors, AnchorKind::Log, firstLogs(*a.trace), firstLogs(*b.trace),
              "No log message (trace.Log) of one category is in both traces.");
    return anchors;
}

} // namespace waitscope
