// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/groups.h"

#include "model/report/text.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace waitscope {

Time openWaitOf(const Trace& trace, GoroutineIndex g) {
    const SpanIndex last = trace.lastSpan(g);
    const bool waits = trace.aliveAtEnd(g) && trace.spans.state(last) == GoroutineState::Waiting;
    return waits ? trace.spans.range(last).length() : 0;
}

namespace {

Time totalWaitOf(const Trace& trace, GoroutineIndex g) {
    Time total = 0;
    const SpanRange own = trace.goroutines.spans(g);
    for (std::uint32_t s = own.begin; s < own.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Waiting)
            total += trace.spans.range({s}).length();
    return total;
}

std::string_view stateName(GoroutineState state) {
    constexpr std::array<std::string_view, goroutineStateCount> names{
        "state not recorded", "runnable at the end", "running at the end", "waiting at the end",
        "in a system call",   "ended in the trace",  "state not recorded"};
    return names[static_cast<std::size_t>(state)];
}

// "cache.go:45 main.(*cache).Get"
std::string lineName(const Trace& trace, FrameId site) {
    if (!site.known())
        return "(place not recorded)";
    const Frame& frame = trace.frame(site);
    const std::string_view path = trace.text(frame.file);
    return std::string(trace.text(frame.function)) + " " + std::string(path.substr(path.rfind('/') + 1)) + ":" +
           std::to_string(frame.line);
}

// Tells the groups apart. Goroutines with equal keys are together.
class GroupKeys {
  public:
    GroupKeys(const Trace& trace, const WaitClasses& waits, Grouping grouping)
        : trace_(trace), waits_(waits), grouping_(grouping) {}

    [[nodiscard]] std::uint64_t of(GoroutineIndex g) const {
        switch (grouping_) {
        case Grouping::Function: {
            const FrameId entry = trace_.goroutines.entry(g);
            return entry.known() ? trace_.frame(entry).function.value : 0;
        }
        case Grouping::Creator:
            return trace_.preExisting(g) ? UINT64_MAX : waits_.siteOf(trace_.creationStack(g)).value;
        case Grouping::State:
            return static_cast<std::uint64_t>(stateAtEnd(g));
        case Grouping::WaitsFor: {
            const WaitClass* const wait = openWait(g);
            return wait == nullptr ? UINT64_MAX
                                   : (static_cast<std::uint64_t>(wait->primitive) << 32) + wait->site.value;
        }
        case Grouping::Task:
        case Grouping::None:
            break;
        }
        return 0;
    }
    [[nodiscard]] std::string nameOf(GoroutineIndex g) const {
        switch (grouping_) {
        case Grouping::Function:
            return std::string(trace_.function(g));
        case Grouping::Creator:
            if (trace_.preExisting(g))
                return "(created before the trace)";
            return trace_.creationStack(g).known() ? lineName(trace_, waits_.siteOf(trace_.creationStack(g)))
                                                   : "(created by the runtime)";
        case Grouping::State:
            return std::string(stateName(stateAtEnd(g)));
        case Grouping::WaitsFor: {
            const WaitClass* const wait = openWait(g);
            return wait == nullptr
                       ? "(not waiting at the end)"
                       : std::string(waitscope::nameOf(wait->primitive)) + " at " + lineName(trace_, wait->site);
        }
        case Grouping::Task:
            return "(no task)";
        case Grouping::None:
            break;
        }
        return "all goroutines";
    }

  private:
    [[nodiscard]] GoroutineState stateAtEnd(GoroutineIndex g) const {
        return trace_.aliveAtEnd(g) ? trace_.spans.state(trace_.lastSpan(g)) : GoroutineState::Ended;
    }
    [[nodiscard]] const WaitClass* openWait(GoroutineIndex g) const {
        return openWaitOf(trace_, g) > 0 ? &waits_.of(trace_, trace_.lastSpan(g)) : nullptr;
    }

    const Trace& trace_;
    const WaitClasses& waits_;
    Grouping grouping_;
};

// Calls `use` with a task and a goroutine that worked for it, by its regions and its logs, or began it.
template <class Use> void eachWork(const Trace& trace, const Use& use) {
    const auto pair = [&](TaskIndex task, GoroutineIndex g) {
        if (task.known() && g.known())
            use(task, g);
    };
    for (std::uint32_t t = 0; t < trace.tasks.size(); ++t)
        pair({t}, trace.tasks.beganOn(t));
    for (const Region& region : trace.regions)
        pair(region.task, region.goroutine);
    for (const Log& log : trace.logs)
        pair(log.task, log.goroutine);
}

template <class Item> void sortUnique(std::vector<Item>& items) {
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
}

// By task and goroutine, each pair once.
std::vector<std::pair<std::uint32_t, GoroutineIndex>> workersOfTasks(const Trace& trace) {
    std::vector<std::pair<std::uint32_t, GoroutineIndex>> pairs;
    eachWork(trace, [&](TaskIndex task, GoroutineIndex g) { pairs.emplace_back(task.value, g); });
    sortUnique(pairs);
    return pairs;
}

void sum(const Trace& trace, GoroutineGroup& group) {
    for (const GoroutineIndex g : group.members) {
        const Time open = openWaitOf(trace, g);
        group.openWait += open;
        group.oldestOpen = std::max(group.oldestOpen, open);
        group.blockedAtEnd += open > 0 ? 1 : 0;
    }
}

// What an order compares, small first.
class SortKey {
  public:
    SortKey(const Trace& trace, GroupOrder order) : trace_(trace), order_(order) {
        if (order == GroupOrder::TotalWait) {
            totals_.resize(trace.goroutines.size());
            for (std::uint32_t g = 0; g < totals_.size(); ++g)
                totals_[g] = totalWaitOf(trace, {g});
        }
    }
    [[nodiscard]] Time of(GoroutineIndex g) const {
        switch (order_) {
        case GroupOrder::TotalWait:
            return -totals_[g.value];
        case GroupOrder::Age:
            return -openWaitOf(trace_, g);
        case GroupOrder::End:
            return trace_.aliveAtEnd(g) ? INT64_MAX : trace_.lifetime(g).end;
        case GroupOrder::Name:
            return trace_.goroutines.id(g);
        case GroupOrder::OpenWait:
        case GroupOrder::Creation:
            break;
        }
        return g.value; // the table's order is that of first appearance
    }
    [[nodiscard]] Time of(const GoroutineGroup& group) const {
        if (order_ == GroupOrder::OpenWait)
            return -group.openWait;
        if (order_ == GroupOrder::Name)
            return 0;
        Time key = order_ == GroupOrder::TotalWait ? 0 : INT64_MAX;
        for (const GoroutineIndex g : group.members)
            key = order_ == GroupOrder::TotalWait ? key + of(g) : std::min(key, of(g));
        return key;
    }

  private:
    const Trace& trace_;
    GroupOrder order_;
    std::vector<Time> totals_;
};

void sortGroups(const Trace& trace, std::vector<GoroutineGroup>& groups, GroupOrder order,
                const std::stop_token& stop) {
    const SortKey key(trace, order);
    if (stop.stop_requested())
        return;
    std::vector<std::pair<Time, GoroutineIndex>> keyed;
    for (GoroutineGroup& group : groups) {
        if (order == GroupOrder::OpenWait || order == GroupOrder::Creation)
            break; // they are in this order
        keyed.clear();
        for (const GoroutineIndex g : group.members)
            keyed.emplace_back(key.of(g), g);
        std::ranges::sort(keyed);
        std::ranges::transform(keyed, group.members.begin(), [](const auto& pair) { return pair.second; });
    }
    // Groups are moved once, by a list of what they are compared by.
    struct Place {
        bool runtime;
        Time key;
        std::size_t members; ///< of two with the same key the larger one is first
        std::size_t index;
    };
    std::vector<Place> places;
    for (std::size_t i = 0; i < groups.size(); ++i)
        places.push_back({groups[i].runtime, key.of(groups[i]), groups[i].members.size(), i});
    std::ranges::sort(places, [&](const Place& a, const Place& b) {
        if (order == GroupOrder::Name) { // as it is shown
            const auto keyOf = [&](const Place& place) {
                const std::string_view name = groups[place.index].name;
                return std::tuple(place.runtime, shortFunction(name), name);
            };
            return keyOf(a) < keyOf(b);
        }
        if (groups[a.index].task.known() && groups[b.index].task.known())
            return std::tie(a.key, groups[a.index].task.value) < std::tie(b.key, groups[b.index].task.value);
        return std::tie(a.runtime, a.key, b.members, groups[a.index].name) <
               std::tie(b.runtime, b.key, a.members, groups[b.index].name);
    });
    std::vector<GoroutineGroup> sorted;
    sorted.reserve(groups.size());
    for (const Place& place : places)
        sorted.push_back(std::move(groups[place.index]));
    groups = std::move(sorted);
}

} // namespace

std::vector<GoroutineIndex> workersOf(const Trace& trace, TaskIndex task) {
    std::vector<GoroutineIndex> workers;
    eachWork(trace, [&](TaskIndex of, GoroutineIndex g) {
        if (of == task)
            workers.push_back(g);
    });
    sortUnique(workers);
    return workers;
}

GoroutineGroups groupsOf(const Trace& trace, const WaitClasses& waits, const GroupChoice& choice,
                         const std::stop_token& stop) {
    GoroutineGroups all;
    auto& groups = all.groups;
    std::vector<bool> placed(trace.goroutines.size());
    const auto isWanted = [&](GoroutineIndex g) { return !choice.wanted || choice.wanted(g); };
    if (choice.grouping == Grouping::Task) {
        for (const auto& [task, g] : workersOfTasks(trace)) {
            if (!isWanted(g))
                continue;
            if (groups.empty() || groups.back().task.value != task)
                groups.push_back({.name = std::string(trace.text(trace.tasks.type(task))) + " #" +
                                          std::to_string(trace.tasks[task].id),
                                  .members = {},
                                  .task = {task}});
            groups.back().members.push_back(g);
            placed[g.value] = true;
        }
    }
    const GroupKeys keys(trace, waits, choice.grouping);
    std::unordered_map<std::uint64_t, std::size_t> groupOf;
    for (std::uint32_t i = 0; i < trace.goroutines.size(); ++i) {
        const GoroutineIndex g{i};
        if (placed[i] || !isWanted(g))
            continue;
        // The runtime's own are apart, whatever they have in common with the program's.
        const bool runtime = waits.isRuntime(g) && choice.grouping != Grouping::None;
        const auto [found, isNew] = groupOf.try_emplace(keys.of(g) * 2 + (runtime ? 1 : 0), groups.size());
        if (isNew) {
            groups.push_back({.name = keys.nameOf(g), .members = {}, .runtime = runtime, .task = {}});
            if (runtime && choice.grouping != Grouping::Function)
                groups.back().name += " · runtime";
        }
        groups[found->second].members.push_back(g);
    }
    for (GoroutineGroup& group : groups)
        sum(trace, group);
    sortGroups(trace, groups, choice.order, stop);
    all.groupOf.assign(trace.goroutines.size(), nowhere);
    all.placeIn.assign(trace.goroutines.size(), 0);
    for (std::uint32_t i = 0; i < groups.size(); ++i) {
        std::uint32_t place = 0;
        for (const GoroutineIndex member : groups[i].members) {
            if (all.groupOf[member.value] == nowhere) {
                all.groupOf[member.value] = i;
                all.placeIn[member.value] = place;
                ++all.shown;
            }
            ++place;
        }
    }
    return all;
}

std::vector<GoroutineIndex> goroutinesOf(const Trace& trace, const WaitClasses& waits, bool runtime) {
    std::vector<GoroutineIndex> members;
    members.reserve(trace.goroutines.size()); // the runtime's own are few
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if (runtime || !waits.isRuntime({g}))
            members.push_back({g});
    return members;
}

float Activity::peakOf(StateFamily family) const {
    float most = 0;
    for (const Counts& counts : bins)
        most = std::max(most, counts[static_cast<std::size_t>(family)]);
    return most;
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
