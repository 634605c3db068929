// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/processor_times.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

std::size_t firstRunBehind(const Trace& trace, ProcIndex processor, Time begin) {
    const auto& runs = trace.processors[processor.value].runs;
    std::size_t first = 0;
    for (std::size_t high = runs.size(); first < high;) {
        const std::size_t middle = first + (high - first) / 2;
        if (trace.spans.end(runs[middle]) <= begin)
            first = middle + 1;
        else
            high = middle;
    }
    return first;
}

ProcessorTimes processorTimesOf(const Trace& trace, ProcIndex processor, TimeRange range, std::size_t most) {
    ProcessorTimes times{.range = range, .functions = {}, .longest = {}};
    const auto& runs = trace.processors[processor.value].runs;
    std::map<std::string_view, FunctionRuns> functions;
    for (std::size_t i = firstRunBehind(trace, processor, range.begin);
         i < runs.size() && trace.spans.start(runs[i]) < range.end; ++i) {
        const TimeRange whole = trace.spans.range(runs[i]);
        const GoroutineIndex g = trace.ownerOf(runs[i]);
        const std::string_view name = trace.function(g);
        FunctionRuns& sum = functions[name];
        sum.function = name;
        sum.total += whole.clippedTo(range).length();
        ++sum.count;
        sum.longest = std::max(sum.longest, whole.length());
        times.busy += whole.clippedTo(range).length();
        times.longest.push_back({g, runs[i], whole.length()});
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
