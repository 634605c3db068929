// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/scheduler_latency.h"

#include "model/waits/rank.h"

#include <algorithm>
#include <array>
#include <map>

namespace waitscope {

namespace {

/// Calls `take(span, part)` for each stretch in which a goroutine of the program was ready but did not run, with its
/// part inside the range. O(goroutines · log + spans inside).
template <class Take> void eachReady(const TraceFacts& facts, TimeRange range, const Take& take) {
    const Spans& spans = facts.trace->spans;
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g) {
        if (facts.waits.isRuntime({g}))
            continue;
        const SpanRange inside = facts.trace->spansIn({g}, range);
        for (std::uint32_t s = inside.begin; s < inside.end; ++s)
            if (spans.state({s}) == GoroutineState::Runnable)
                take(SpanIndex{s}, spans.range({s}).clippedTo(range));
    }
}

} // namespace

Moments::Moments(std::vector<TimeRange> ranges) {
    std::erase_if(ranges, [](TimeRange range) { return range.empty(); });
    std::ranges::sort(ranges, {}, &TimeRange::begin);
    for (const TimeRange range : ranges) {
        if (!ranges_.empty() && range.begin <= ranges_.back().end)
            ranges_.back().end = std::max(ranges_.back().end, range.end);
        else
            ranges_.push_back(range);
    }
    for (const TimeRange range : ranges_)
        sums_.push_back(total() + range.length());
    if (ranges_.empty())
        return;
    // A slot a range or two: times from the trace's start are not negative.
    const auto last = static_cast<std::uint64_t>(std::max<Time>(ranges_.back().begin, 0));
    while (last >> slotShift_ > ranges_.size())
        ++slotShift_;
    for (std::uint64_t slot = 0; slot <= (last >> slotShift_) + 1; ++slot) {
        const auto begin = static_cast<Time>(slot << slotShift_);
        std::size_t next = firsts_.empty() ? 0 : firsts_.back();
        while (next < ranges_.size() && ranges_[next].begin < begin)
            ++next;
        firsts_.push_back(static_cast<std::uint32_t>(next));
    }
}

Time Moments::until(Time t) const {
    if (t < 0 || ranges_.empty())
        return 0;
    // Those that begin up to `t`: in its slot, or before.
    const std::size_t slot = std::min<std::size_t>(static_cast<std::uint64_t>(t) >> slotShift_, firsts_.size() - 1);
    const auto from = ranges_.begin() + firsts_[slot];
    const auto to = slot + 1 < firsts_.size() ? ranges_.begin() + firsts_[slot + 1] : ranges_.end();
    const auto after =
        std::upper_bound(from, to, t, [](Time at, TimeRange range) { return at < range.begin; }) - ranges_.begin();
    if (after == 0)
        return 0;
    const auto last = static_cast<std::size_t>(after - 1);
    return sums_[last] - std::max<Time>(0, ranges_[last].end - t);
}

SchedulerLatency schedulerLatency(const TraceFacts& facts, TimeRange range) {
    const Trace& trace = *facts.trace;
    std::vector<TimeRange> idle;
    std::vector<TimeRange> known;
    for (const Processor& processor : trace.processors)
        for (std::size_t i = 0; i < processor.spans.size(); ++i) {
            const ProcSpan& span = processor.spans[i];
            const TimeRange whole{span.start,
                                  i + 1 < processor.spans.size() ? processor.spans[i + 1].start : trace.duration};
            if (span.state == ProcState::Idle)
                idle.push_back(whole);
            if (span.state != ProcState::Unknown)
                known.push_back(whole);
        }
    const std::vector<TimeRange>& stops = facts.collector.stops;
    const Moments stopped(stops);
    const Moments collecting(facts.collector.marks);
    // An idle processor is of no use while the world is stopped, so that comes first.
    idle.insert(idle.end(), stops.begin(), stops.end());
    known.insert(known.end(), stops.begin(), stops.end());
    const Moments notSaturated(std::move(idle));
    const Moments recorded(std::move(known));

    SchedulerLatency latency;
    // To keep the length of each of millions would be the most memory that a window ever takes.
    LengthClasses lengths;
    eachReady(facts, range, [&](SpanIndex s, TimeRange) { lengths.add(trace.spans.range(s).length()); });
    constexpr std::array<std::size_t, 4> percents{50, 95, 99, 100};
    Percentiles percentiles(lengths, percents);
    Time longestStopped = 0, longestSaturated = 0, longestLate = 0;
    eachReady(facts, range, [&](SpanIndex s, TimeRange part) {
        const auto keep = [&](Time time, Time& longest, SpanIndex& most) {
            if (time > longest) {
                longest = time;
                most = s;
            }
        };
        percentiles.offer(trace.spans.range(s).length());
        const Time stoppedPart = stopped.inside(part);
        const Time recordedPart = recorded.inside(part);
        const Time usable = notSaturated.inside(part) - stoppedPart;
        latency.total += part.length();
        latency.stopped += stoppedPart;
        latency.late += usable;
        latency.saturated += recordedPart - stoppedPart - usable;
        latency.unknown += part.length() - recordedPart;
        keep(stoppedPart, longestStopped, latency.mostStopped);
        keep(recordedPart - stoppedPart - usable, longestSaturated, latency.mostSaturated);
        keep(usable, longestLate, latency.mostLate);
        latency.duringCollection += collecting.inside(part);
    });
    latency.count = lengths.total();
    latency.p50 = percentiles.at(50);
    latency.p95 = percentiles.at(95);
    latency.p99 = percentiles.at(99);
    latency.max = percentiles.at(100);
    return latency;
}

std::vector<ReadyPlace> readyPlaces(const TraceFacts& facts, TimeRange range) {
    const Trace& trace = *facts.trace;
    const auto inside = [&](SpanIndex s) {
        return s.known() ? trace.spans.range(s).clippedTo(range).length() : Time{-1};
    };
    const auto longer = [&](SpanIndex a, SpanIndex b) { return inside(b) > inside(a) ? b : a; };
    std::vector<ReadyPlace> byStack(trace.stacks.size());
    eachReady(facts, range, [&](SpanIndex s, TimeRange part) {
        ReadyPlace& place = byStack[trace.spans.stack(s).value];
        ++place.count;
        place.total += part.length();
        place.longest = longer(place.longest, s);
    });
    std::map<FrameId, ReadyPlace> bySite;
    for (std::uint32_t stack = 0; stack < byStack.size(); ++stack)
        if (byStack[stack].count > 0) {
            ReadyPlace& place = bySite[facts.waits.siteOf({stack})];
            place.count += byStack[stack].count;
            place.total += byStack[stack].total;
            place.longest = longer(place.longest, byStack[stack].longest);
        }
    std::vector<ReadyPlace> places;
    places.reserve(bySite.size());
    for (const auto& [site, place] : bySite)
        places.push_back({site, place.count, place.total, place.longest});
    std::ranges::stable_sort(places, std::ranges::greater{}, &ReadyPlace::total);
    return places;
}

} // namespace waitscope
