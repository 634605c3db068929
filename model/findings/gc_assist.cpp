// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/gc_assist.h"

#include "model/report/text.h"

#include <algorithm>
#include <unordered_set>

namespace waitscope {

namespace {

/// A goroutine that assists may wait for a processor or for work meanwhile: only what it ran is work.
Time runningIn(const Trace& trace, GoroutineIndex g, TimeRange range) {
    Time running = 0;
    const SpanRange own = trace.goroutines.spans(g);
    for (auto s = static_cast<std::uint32_t>(trace.spans.starts.firstAbove(own.begin + 1, own.end, range.begin)) - 1;
         s < own.end && trace.spans.start({s}) < range.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Running)
            running += trace.spans.range({s}).clippedTo(range).length();
    return running;
}

/// The rises of the live heap added up: at least so much was allocated, as what was freed meanwhile is not seen.
std::optional<std::uint64_t> allocatedAtLeast(const Trace& trace) {
    for (const Metric& metric : trace.metrics) {
        if (trace.text(metric.name) != "/memory/classes/heap/objects:bytes" || metric.samples.size() == 0)
            continue;
        std::uint64_t sum = 0;
        for (std::size_t i = 1; i < metric.samples.size(); ++i)
            if (metric.samples[i].value > metric.samples[i - 1].value)
                sum += metric.samples[i].value - metric.samples[i - 1].value;
        return sum;
    }
    return std::nullopt;
}

} // namespace

void gcAssist(const Scene& scene, std::vector<Finding>& found) {
    using namespace literals;
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    std::vector<Time> lengths;
    std::unordered_set<std::uint32_t> helpers;
    Time assisting = 0;
    std::int64_t cycles = 0;
    Time since = trace.duration;
    for (const RuntimeRange& range : trace.ranges) {
        const std::string_view name = trace.text(range.name);
        if (name == "GC concurrent mark phase")
            ++cycles;
        if (name != "GC mark assist" || !range.goroutine.known())
            continue;
        lengths.push_back(range.range.length());
        assisting += runningIn(trace, range.goroutine, range.range);
        helpers.insert(range.goroutine.value);
        since = std::min(since, range.range.begin);
    }
    if (lengths.empty())
        return;
    Time running = 0;
    for (const std::uint32_t g : helpers) {
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (trace.spans.state({s}) == GoroutineState::Running)
                running += trace.spans.range({s}).length();
    }
    const auto at = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() * 99 + 99) / 100 - 1);
    std::ranges::nth_element(lengths, at);
    const Time p99 = *at;
    const double share = running > 0 ? 100.0 * static_cast<double>(assisting) / static_cast<double>(running) : 0;
    // What the program pays is the share of all processors; the share of those that allocate says who pays.
    const auto processors = static_cast<double>(std::max<std::size_t>(trace.processors.size(), 1));
    const double ofMachine =
        100.0 * static_cast<double>(assisting) / (static_cast<double>(std::max<Time>(trace.duration, 1)) * processors);
    constexpr double tooLittleToMatter = 0.5;
    if (ofMachine < tooLittleToMatter || (share < 10 && (p99 < 10_ms || lengths.size() < 30)))
        return;
    Finding f = findingAboutNone(evidence);
    f.tier = ofMachine >= 5 && share >= 10 ? forLength(evidence, Tier::Medium) : Tier::Low;
    f.certainty = Certainty::Proved;
    f.primitive = Primitive::GC;
    f.goroutines = helpers.size();
    f.since = since;
    f.oldest = 0;
    f.cost = static_cast<double>(assisting) / static_cast<double>(std::max<Time>(trace.duration, 1));
    f.claim = "Goroutines that allocate spent " + percentText(share) +
              " of their running time helping the garbage collector (" + counted(f.goroutines) + ", " +
              countText(lengths.size()) + (lengths.size() == 1 ? " time" : " times") + ", p99 " + durationText(p99) +
              ", " + counted(static_cast<std::uint64_t>(cycles), "collection", "collections");
    const auto allocated = allocatedAtLeast(trace);
    if (allocated && trace.duration > 0) {
        const double perSecond = static_cast<double>(*allocated) * 1e9 / static_cast<double>(trace.duration);
        f.claim += ", at least " + bytesText(static_cast<std::uint64_t>(perSecond)) + "/s allocated";
        f.numbers.emplace_back("allocated_bytes_per_second", perSecond);
    }
    f.claim += "): allocation outran the collector in the background.";
    f.doubt = "The p99 counts what they waited inside an assist too; the share does not.";
    f.numbers.emplace_back("assist_percent", share);
    f.numbers.emplace_back("assist_ns", assisting);
    f.numbers.emplace_back("assist_p99_ns", p99);
    f.numbers.emplace_back("of_processors_percent", ofMachine);
    f.numbers.emplace_back("cycles", cycles);
    found.push_back(std::move(f));
}

} // namespace waitscope
