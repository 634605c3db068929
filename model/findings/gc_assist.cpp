// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/gc_assist.h"

#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace waitscope {

namespace {

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

/// What the program calls a piece of its work, and what assists cost each piece.
struct Work {
    std::string_view type;
    bool isTask = false;
    std::size_t helped = 0; ///< pieces in which a goroutine had to assist
    Time total = 0;         ///< their assists, waits inside them included: what they took longer
    Time p99 = 0;           ///< of the pieces that helped
};

Time p99Of(std::vector<Time>& lengths) {
    const auto at = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() * 99 + 99) / 100 - 1);
    std::ranges::nth_element(lengths, at);
    return *at;
}

/// The type of task that assists cost most; of a program without tasks the type of region, whose pieces are the
/// assists. None if no assist lies in one. O(assists · log).
std::optional<Work> mostHeldUp(const Trace& trace, const AnnotationTypes* annotations,
                               const std::vector<const RuntimeRange*>& assists) {
    if (annotations == nullptr)
        return std::nullopt;
    std::map<std::uint32_t, Time> ofTask;
    std::map<StringId, std::vector<Time>> ofType;
    for (const RuntimeRange* const assist : assists) {
        if (!trace.tasks.empty()) {
            if (const TaskIndex task = annotations->taskOf(assist->goroutine, assist->range.begin); task.known())
                ofTask[task.value] += assist->range.length();
        } else if (const auto region = annotations->region(assist->goroutine, assist->range.begin)) {
            ofType[*region].push_back(assist->range.length());
        }
    }
    for (const auto& [task, sum] : ofTask)
        ofType[trace.tasks.type(task)].push_back(sum);
    std::optional<Work> most;
    for (auto& [type, sums] : ofType) {
        const Time total = std::accumulate(sums.begin(), sums.end(), Time{0});
        if (!most || total > most->total)
            most = Work{trace.text(type), !trace.tasks.empty(), sums.size(), total, p99Of(sums)};
    }
    return most;
}

std::string heldUpText(const Work& work) {
    const std::string type = "“" + std::string(work.type) + "”";
    return work.isTask ? " Most of it in tasks " + type + ": " + countText(work.helped) + " of them took longer by " +
                             durationText(work.total / static_cast<Time>(work.helped)) + " on average, p99 " +
                             durationText(work.p99) + "."
                       : " Most of it in regions " + type + ": " + durationText(work.total) + ", p99 of an assist " +
                             durationText(work.p99) + ".";
}

} // namespace

void gcAssist(const Scene& scene, std::vector<Finding>& found) {
    using namespace literals;
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    std::vector<const RuntimeRange*> assists;
    std::unordered_set<std::uint32_t> helpers;
    Time assisting = 0;
    std::int64_t cycles = 0;
    for (const RuntimeRange& range : trace.ranges) {
        const std::string_view name = trace.text(range.name);
        if (name == "GC concurrent mark phase")
            ++cycles;
        if (name != "GC mark assist" || !range.goroutine.known())
            continue;
        // It may wait for a processor or for work meanwhile: only what it ran is work.
        assisting += trace.timeIn(GoroutineState::Running, range.goroutine, range.range);
        assists.push_back(&range);
        helpers.insert(range.goroutine.value);
    }
    if (assists.empty())
        return;
    Time running = 0;
    for (const std::uint32_t g : helpers)
        running += trace.timeIn(GoroutineState::Running, {g}, trace.wholeRange());
    std::vector<Time> lengths;
    lengths.reserve(assists.size());
    for (const RuntimeRange* const assist : assists)
        lengths.push_back(assist->range.length());
    const Time p99 = p99Of(lengths);
    const std::optional<Work> work = mostHeldUp(trace, scene.annotations.types(), assists);
    // What a request waits for is the sum of its assists; where the program does not say what a request is, one of
    // them.
    const bool areRequests = work && work->isTask;
    const bool holdsUp = areRequests ? work->p99 >= 10_ms && work->helped >= 30 : p99 >= 10_ms && lengths.size() >= 30;
    const double share = running > 0 ? 100.0 * static_cast<double>(assisting) / static_cast<double>(running) : 0;
    // What the program pays is the share of all processors; the share of those that allocate says who pays.
    const auto processors = static_cast<double>(std::max<std::size_t>(trace.processors.size(), 1));
    const double ofMachine =
        100.0 * static_cast<double>(assisting) / (static_cast<double>(std::max<Time>(trace.duration, 1)) * processors);
    constexpr double tooLittleToMatter = 0.5;
    if (ofMachine < tooLittleToMatter || (share < 10 && !holdsUp))
        return;
    Finding f = findingAboutNone(evidence);
    f.tier = ofMachine >= 5 && share >= 10 ? forLength(evidence, Tier::Medium) : Tier::Low;
    f.certainty = Certainty::Proved;
    f.primitive = Primitive::GC;
    f.goroutines = helpers.size();
    f.since = assists.front()->range.begin;
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
    if (work) {
        f.claim += heldUpText(*work);
        f.numbers.emplace_back(work->isTask ? "assist_per_task_p99_ns" : "assist_in_region_p99_ns", work->p99);
        f.numbers.emplace_back(work->isTask ? "assist_in_tasks_ns" : "assist_in_regions_ns", work->total);
        f.numbers.emplace_back(work->isTask ? "tasks_that_assisted" : "assists_in_regions",
                               static_cast<std::int64_t>(work->helped));
    }
    f.doubt = "The p99 counts what they waited inside an assist too; the share does not.";
    f.numbers.emplace_back("assist_percent", share);
    f.numbers.emplace_back("assist_ns", assisting);
    f.numbers.emplace_back("assist_p99_ns", p99);
    f.numbers.emplace_back("of_processors_percent", ofMachine);
    f.numbers.emplace_back("cycles", cycles);
    found.push_back(std::move(f));
}

} // namespace waitscope
