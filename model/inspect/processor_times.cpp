// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/processor_times.h"

#include "model/inspect/first_place.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

std::size_t firstRunBehind(const Trace& trace, ProcIndex processor, Time begin) {
    const auto& runs = trace.processors[processor.value].runs;
    return firstPlace(runs.size(), [&](std::size_t i) { return trace.spans.end(runs[i]) > begin; });
}

std::vector<IdleProcessor> idleProcessors(const Trace& trace, TimeRange range) {
    std::vector<IdleProcessor> found;
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p) {
        const auto& spans = trace.processors[p].spans;
        const auto endOf = [&](std::size_t i) { return i + 1 < spans.size() ? spans[i + 1].start : trace.duration; };
        Time idle = 0;
        for (std::size_t i = firstPlace(spans.size(), [&](std::size_t at) { return endOf(at) > range.begin; });
             i < spans.size() && spans[i].start < range.end; ++i)
            if (spans[i].state == ProcState::Idle)
                idle += TimeRange{spans[i].start, endOf(i)}.clippedTo(range).length();
        if (idle > 0)
            found.push_back({{p}, idle});
    }
    std::ranges::stable_sort(found, std::ranges::greater{}, &IdleProcessor::idle);
    return found;
}

ProcessorTimes processorTimesOf(const Trace& trace, ProcIndex processor, TimeRange range, std::size_t most) {
    const ThreadRun all{range, processor};
    return threadTimesOf(trace, std::span(&all, 1), range, most);
}

ProcessorTimes threadTimesOf(const Trace& trace, std::span<const ThreadRun> held, TimeRange range, std::size_t most) {
    ProcessorTimes times{.range = range, .functions = {}, .longest = {}};
    std::map<std::string_view, FunctionRuns> functions;
    const auto addRun = [&](SpanIndex run, TimeRange part) {
        const TimeRange whole = trace.spans.range(run);
        const GoroutineIndex g = trace.ownerOf(run);
        const std::string_view name = trace.function(g);
        FunctionRuns& sum = functions[name];
        sum.function = name;
        sum.total += whole.clippedTo(part).length();
        ++sum.count;
        sum.longest = std::max(sum.longest, whole.length());
        times.busy += whole.clippedTo(part).length();
        times.longest.push_back({g, run, whole.length()});
    };
    for (const ThreadRun& stretch : held) {
        const TimeRange part = stretch.range.clippedTo(range);
        if (part.empty())
            continue;
        const auto& runs = trace.processors[stretch.processor.value].runs;
        for (std::size_t i = firstRunBehind(trace, stretch.processor, part.begin);
             i < runs.size() && trace.spans.start(runs[i]) < part.end; ++i)
            addRun(runs[i], part);
    }
    times.idle = range.length() - times.busy;
    for (const auto& [name, sum] : functions)
        times.functions.push_back(sum);
    std::ranges::stable_sort(times.functions, std::ranges::greater{}, &FunctionRuns::total);
    const auto isLonger = [](const LongWait& a, const LongWait& b) {
        return std::tuple(b.length, a.span.value) < std::tuple(a.length, b.span.value);
    };
    const std::size_t kept = std::min(most, times.longest.size());
    std::ranges::partial_sort(times.longest, times.longest.begin() + static_cast<std::ptrdiff_t>(kept), isLonger);
    times.longest.resize(kept);
    return times;
}

} // namespace waitscope
