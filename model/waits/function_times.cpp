// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/function_times.h"

#include <algorithm>
#include <unordered_map>

namespace waitscope {

std::vector<FunctionTimes> functionTimes(const TraceFacts& facts, TimeRange range, bool runtimeGoroutines) {
    const Trace& trace = *facts.trace;
    std::vector<FunctionTimes> rows;
    std::unordered_map<std::uint32_t, std::size_t> rowOfFunction;
    std::vector<std::uint32_t> rowOfGoroutine(trace.goroutines.size(), nowhere);
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const Time lifetime = trace.lifetime({g}).clippedTo(range).length();
        const bool touches = trace.lifetime({g}).begin < range.end && trace.lifetime({g}).end >= range.begin;
        if (!touches || (!runtimeGoroutines && facts.waits.isRuntime({g})))
            continue;
        const StringId function = trace.frame(trace.goroutines.entry({g})).function;
        const auto [found, isNew] = rowOfFunction.try_emplace(function.value, rows.size());
        if (isNew)
            rows.push_back({.function = function});
        FunctionTimes& row = rows[found->second];
        rowOfGoroutine[g] = static_cast<std::uint32_t>(found->second);
        ++row.goroutines;
        row.lifetime += lifetime;
        const SpanRange inside = trace.spansIn({g}, range);
        for (std::uint32_t s = inside.begin; s < inside.end; ++s)
            row.states[static_cast<std::size_t>(facts.waits.familyOf(trace, {s}))] +=
                trace.spans.range({s}).clippedTo(range).length();
    }
    for (const RuntimeRange& r : trace.ranges)
        if (r.goroutine.known() && rowOfGoroutine[r.goroutine.value] != nowhere &&
            trace.text(r.name) == "GC mark assist")
            rows[rowOfGoroutine[r.goroutine.value]].assisting += r.range.clippedTo(range).length();
    std::ranges::stable_sort(rows, [&](const FunctionTimes& a, const FunctionTimes& b) {
        if (a.in(StateFamily::Running) != b.in(StateFamily::Running))
            return a.in(StateFamily::Running) > b.in(StateFamily::Running);
        return trace.text(a.function) < trace.text(b.function);
    });
    return rows;
}

} // namespace waitscope
