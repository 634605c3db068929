// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/groups.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace waitscope {

Time openWaitOf(const Trace& trace, GoroutineIndex g) {
    const SpanIndex last = trace.lastSpan(g);
    const bool waits = trace.aliveAtEnd(g) && trace.spans.state(last) == GoroutineState::Waiting;
    return waits ? trace.spans.range(last).length() : 0;
}

GoroutineGroups groupsByFunction(const Trace& trace, const WaitClasses& waits) {
    GoroutineGroups all;
    auto& groups = all.groups;
    std::unordered_map<std::uint32_t, std::size_t> groupOf; // by the id of the function's name
    for (std::uint32_t i = 0; i < trace.goroutines.size(); ++i) {
        const GoroutineIndex g{i};
        const FrameId entry = trace.goroutines.entry(g);
        const std::uint32_t name = entry.known() ? trace.frame(entry).function.value : 0;
        const auto [found, isNew] = groupOf.try_emplace(name, groups.size());
        if (isNew)
            groups.push_back({.function = trace.function(g), .runtime = waits.isRuntime(g)});
        GoroutineGroup& group = groups[found->second];
        group.members.push_back(g);
        const Time open = openWaitOf(trace, g);
        group.openWait += open;
        group.oldestOpen = std::max(group.oldestOpen, open);
        group.blockedAtEnd += open > 0 ? 1 : 0;
    }
    std::ranges::sort(groups, [](const GoroutineGroup& a, const GoroutineGroup& b) {
        return std::tuple(a.runtime, -a.openWait, b.members.size(), a.function) <
               std::tuple(b.runtime, -b.openWait, a.members.size(), b.function);
    });
    all.groupOf.resize(trace.goroutines.size());
    all.placeIn.resize(trace.goroutines.size());
    for (std::uint32_t i = 0; i < groups.size(); ++i) {
        std::uint32_t place = 0;
        for (const GoroutineIndex member : groups[i].members) {
            all.groupOf[member.value] = i;
            all.placeIn[member.value] = place++;
        }
    }
    return all;
}

Activity activityOf(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                    TimeRange range, std::size_t bins, const std::stop_token& stop) {
    Activity activity{.range = range, .bins = {}};
    if (bins == 0 || range.empty())
        return activity;
    const double binLength = static_cast<double>(range.length()) / static_cast<double>(bins);
    // A span adds to its first and its last bin what it covers of them, and 1 to every bin between, which is kept as a
    // difference: +1 where that begins, -1 behind where it ends.
    std::vector<Activity::Counts> partial(bins);
    std::vector<Activity::Counts> steps(bins + 1);
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : members) {
        if (++sinceCheck % 1024 == 0 && stop.stop_requested())
            return {};
        const TimeRange life = trace.lifetime(g).clippedTo(range);
        if (life.empty())
            continue;
        const SpanRange own = trace.goroutines.spans(g);
        for (std::uint32_t s = trace.spanAt(g, life.begin).value; s < own.end; ++s) {
            const TimeRange part = trace.spans.range({s}).clippedTo(range);
            if (trace.spans.start({s}) >= range.end)
                break;
            if (part.empty())
                continue;
            const auto family = static_cast<std::size_t>(waits.familyOf(trace, {s}));
            const double from = static_cast<double>(part.begin - range.begin) / binLength;
            const double to = static_cast<double>(part.end - range.begin) / binLength;
            const std::size_t first = std::min(static_cast<std::size_t>(from), bins - 1);
            const std::size_t last = std::min(static_cast<std::size_t>(to), bins - 1);
            if (first == last) {
                partial[first][family] += static_cast<float>(to - from);
                continue;
            }
            partial[first][family] += static_cast<float>(static_cast<double>(first + 1) - from);
            partial[last][family] += static_cast<float>(to - static_cast<double>(last));
            steps[first + 1][family] += 1;
            steps[last][family] -= 1;
        }
    }
    Activity::Counts level{};
    for (std::size_t i = 0; i < bins; ++i) {
        for (std::size_t f = 0; f < stateFamilyCount; ++f) {
            level[f] += steps[i][f];
            partial[i][f] += level[f];
        }
        activity.peak = std::max(activity.peak, std::accumulate(partial[i].begin(), partial[i].end(), 0.0F));
    }
    activity.bins = std::move(partial);
    return activity;
}

} // namespace waitscope
