// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/search/search.h"

#include "model/heatmap/row_order.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

std::vector<std::uint8_t> matchingStrings(const Trace& trace, std::string_view text) {
    std::vector<std::uint8_t> matches(trace.strings.size());
    for (std::uint32_t i = 1; i < matches.size(); ++i)
        matches[i] = nameContains(trace.strings[{i}], text) ? 1 : 0;
    return matches;
}

// A stack matches where a frame does that is not its outermost: that one is what the goroutine runs.
std::vector<std::uint8_t> matchingStacks(const Trace& trace, std::string_view text,
                                         const std::vector<std::uint8_t>& strings) {
    std::vector<std::uint8_t> frames(trace.stacks.frameCount());
    const bool isPlace = text.find(".go") != std::string_view::npos;
    for (std::uint32_t f = 1; f < frames.size(); ++f)
        frames[f] =
            strings[trace.frame({f}).function.value] | (isPlace && nameContains(placeText(trace, {f}), text) ? 1U : 0U);
    std::vector<std::uint8_t> stacks(trace.stacks.size());
    for (std::uint32_t s = 1; s < stacks.size(); ++s) {
        const auto members = trace.stacks[{s}];
        for (std::size_t i = 0; i + 1 < members.size() || (isPlace && i < members.size()); ++i)
            stacks[s] |= frames[members[i].value];
    }
    return stacks;
}

} // namespace

SearchResult search(const TraceFacts& facts, std::string_view text, std::size_t most, const std::stop_token& stop) {
    SearchResult result;
    if (text.empty())
        return result;
    const Trace& trace = *facts.trace;
    const auto add = [&](const SearchHit& hit) {
        result.cut = result.hits.size() >= most;
        if (!result.cut)
            result.hits.push_back(hit);
        return !result.cut && !stop.stop_requested();
    };
    const auto goroutine = [&](GoroutineIndex g) {
        return SearchHit{.kind = HitKind::Goroutine, .place = g.value, .time = trace.lifetime(g).begin, .goroutine = g};
    };
    if (const auto id = goroutineIdFrom(text.starts_with('g') ? std::string(text) : "g" + std::string(text)))
        if (const GoroutineIndex g = trace.findGoroutine(*id); g.known())
            add(goroutine(g));
    const std::vector<std::uint8_t> strings = matchingStrings(trace, text);
    const auto matches = [&](StringId id) { return strings[id.value] != 0; };
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if (const FrameId entry = trace.goroutines.entry({g}); entry.known() && matches(trace.frame(entry).function))
            if (!add(goroutine({g})))
                return result;
    for (std::uint32_t i = 0; i < trace.tasks.size(); ++i)
        if (const Task task = trace.tasks[i]; matches(task.type))
            if (!add({.kind = HitKind::Task, .place = i, .time = task.range.begin, .goroutine = task.beganOn}))
                return result;
    for (std::uint32_t i = 0; i < trace.regions.size(); ++i)
        if (const Region region = trace.regions[i]; matches(region.type))
            if (!add({.kind = HitKind::Region, .place = i, .time = region.begin, .goroutine = region.goroutine}))
                return result;
    for (std::uint32_t i = 0; i < trace.logs.size(); ++i)
        if (const Log& log = trace.logs[i]; matches(log.message) || matches(log.category))
            if (!add({.kind = HitKind::Log, .place = i, .time = log.time, .goroutine = log.goroutine}))
                return result;
    for (std::uint32_t i = 0; i < trace.labels.size(); ++i)
        if (const Label& label = trace.labels[i]; matches(label.text))
            if (!add({.kind = HitKind::Label, .place = i, .time = label.time, .goroutine = label.goroutine}))
                return result;
    const std::vector<std::uint8_t> stacks = matchingStacks(trace, text, strings);
    const std::size_t firstStack = result.hits.size();
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        SearchHit hit{.kind = HitKind::Stack, .goroutine = {g}, .count = 0};
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const std::uint32_t c = facts.waits.indexOf(trace, {s});
            if (c == 0 || stacks[trace.spans.stack({s}).value] == 0)
                continue;
            if (hit.count++ == 0) {
                hit.place = s;
                hit.time = trace.spans.start({s});
            }
        }
        if (hit.count > 0 && !add(hit))
            break;
    }
    for (std::uint32_t g = 0; g < trace.goroutines.size() && !result.cut; ++g) {
        SearchHit hit{.kind = HitKind::Sample, .goroutine = {g}, .count = 0};
        for (const std::uint32_t place : facts.notes.samples({g})) {
            if (stacks[trace.cpuSamples[place].stack.value] == 0)
                continue;
            if (hit.count++ == 0) {
                hit.place = place;
                hit.time = trace.cpuSamples[place].time;
            }
        }
        if (hit.count > 0 && !add(hit))
            break;
    }
    std::ranges::stable_sort(result.hits.begin() + static_cast<std::ptrdiff_t>(firstStack), result.hits.end(), {},
                             &SearchHit::time);
    return result;
}

std::string hitText(const TraceFacts& facts, const SearchHit& hit) {
    const Trace& trace = *facts.trace;
    switch (hit.kind) {
    case HitKind::Goroutine:
        return goroutineText(trace, hit.goroutine);
    case HitKind::Task: {
        const Task task = trace.tasks[hit.place];
        return std::string(trace.text(task.type)) + " #" + std::to_string(task.id) + ", " +
               (task.begun && task.ended ? "" : "at least ") + durationText(task.range.length());
    }
    case HitKind::Region: {
        const Region region = trace.regions[hit.place];
        return std::string(trace.text(region.type)) + ", " + durationText(region.end - region.begin) + " on " +
               goroutineText(trace, region.goroutine);
    }
    case HitKind::Log: {
        const Log& log = trace.logs[hit.place];
        const std::string_view category = trace.text(log.category);
        return (category.empty() ? "" : std::string(category) + ": ") + std::string(trace.text(log.message));
    }
    case HitKind::Label:
        return std::string(trace.text(trace.labels[hit.place].text));
    case HitKind::Sample:
        return goroutineText(trace, hit.goroutine) + ", seen there by the profiler" +
               (hit.count > 1 ? " (first of " + countText(hit.count) + ")" : "");
    case HitKind::Stack:
        break;
    }
    return spanText(facts, hit.goroutine, {hit.place}) +
           (hit.count > 1 ? " (first of " + countText(hit.count) + ")" : "");
}

} // namespace waitscope
