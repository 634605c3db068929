// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/residences.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace waitscope {

namespace {

bool closes(std::string_view message) {
    constexpr std::array<std::string_view, 5> words{"end", "done", "stop", "finish", "leave"};
    return std::ranges::any_of(words, [&](std::string_view w) { return message.find(w) != std::string_view::npos; });
}

void describe(ResidenceArm& arm) {
    std::ranges::sort(arm.residences, {},
                      [](const Residence& r) { return std::tuple(r.range.begin, r.range.end, r.goroutine.value); });
    const std::size_t n = arm.residences.size();
    if (n == 0)
        return;
    const SortedDurations sorted = lengthsOf(arm);
    const auto lengths = sorted.values();
    const auto rank = [&](double share) {
        return lengths[static_cast<std::size_t>(std::ceil(share * static_cast<double>(n))) - 1];
    };
    arm.p50 = rank(0.5);
    arm.p95 = rank(0.95);
    const double mean =
        std::accumulate(lengths.begin(), lengths.end(), 0.0, [](double s, Time t) { return s + double(t); }) /
        double(n);
    arm.mean = mean;
    if (n < 2)
        return;
    double squares = 0;
    for (const Time t : lengths)
        squares += (double(t) - mean) * (double(t) - mean);
    arm.halfWidth = 1.96 * std::sqrt(squares / double(n - 1) / double(n));
}

} // namespace

std::vector<ResidenceArm> residenceArms(const TraceFacts& facts, ResidenceKind kind, const std::vector<bool>& wanted) {
    const Trace& trace = *facts.trace;
    std::map<std::string_view, ResidenceArm> arms;
    const auto arm = [&](StringId name) -> ResidenceArm& {
        ResidenceArm& a = arms[trace.text(name)];
        a.name = trace.text(name);
        return a;
    };
    const auto isWanted = [&](GoroutineIndex g) {
        return wanted.empty() || (g.known() && g.value < wanted.size() && wanted[g.value]);
    };
    switch (kind) {
    case ResidenceKind::Log: {
        // By owner (tasks after goroutines) and category: what is open.
        std::map<std::tuple<bool, std::uint32_t, std::uint32_t>, std::vector<Residence>> open;
        for (std::size_t i = 0; i < trace.logs.size(); ++i) {
            const Log& log = trace.logs[i];
            if (!isWanted(log.goroutine))
                continue;
            const bool ofTask = log.task.known();
            auto& stack = open[{ofTask, ofTask ? log.task.value : log.goroutine.value, log.category.value}];
            if (!closes(trace.text(log.message))) {
                stack.push_back({log.goroutine, {log.time, log.time}});
            } else if (stack.empty()) {
                ++arm(log.category).unpaired;
            } else {
                Residence r = stack.back();
                stack.pop_back();
                r.range.end = log.time;
                arm(log.category).residences.push_back(r);
            }
        }
        for (const auto& [key, stack] : open)
            if (!stack.empty())
                arm(StringId{std::get<2>(key)}).unpaired += stack.size();
        break;
    }
    case ResidenceKind::Region:
        for (const Region& region : trace.regions) {
            if (!isWanted(region.goroutine))
                continue;
            if (region.beforeTrace || region.open)
                ++arm(region.type).unpaired;
            else
                arm(region.type).residences.push_back({region.goroutine, region.range()});
        }
        break;
    case ResidenceKind::Task:
        for (const Task& task : trace.tasks) {
            if (!isWanted(task.beganOn))
                continue;
            if (task.begun && task.ended)
                arm(task.type).residences.push_back({task.beganOn, task.range});
            else
                ++arm(task.type).unpaired;
        }
        break;
    }
    std::vector<ResidenceArm> result;
    for (auto& [name, a] : arms) {
        describe(a);
        result.push_back(std::move(a));
    }
    return result;
}

ResidenceKind usualResidences(const TraceFacts& facts) {
    const auto pairs = [&](ResidenceKind kind) {
        return std::ranges::any_of(residenceArms(facts, kind),
                                   [](const ResidenceArm& a) { return !a.residences.empty(); });
    };
    if (pairs(ResidenceKind::Log))
        return ResidenceKind::Log;
    return pairs(ResidenceKind::Region) || facts.trace->tasks.empty() ? ResidenceKind::Region : ResidenceKind::Task;
}

ResidenceSplit splitOf(const Trace& trace, const ResidenceArm& arm) {
    ResidenceSplit split;
    for (const Residence& residence : arm.residences) {
        Time left = residence.range.length();
        const TimeRange alive =
            residence.goroutine.known() ? trace.lifetime(residence.goroutine).clippedTo(residence.range) : TimeRange{};
        if (!alive.empty()) {
            const SpanRange own = trace.goroutines.spans(residence.goroutine);
            for (std::uint32_t s = trace.spanAt(residence.goroutine, alive.begin).value;
                 s < own.end && trace.spans.start({s}) < alive.end; ++s) {
                const Time part = trace.spans.range({s}).clippedTo(alive).length();
                switch (trace.spans.state({s})) {
                case GoroutineState::Running:
                    split.running += part;
                    break;
                case GoroutineState::Runnable:
                    split.runnable += part;
                    break;
                case GoroutineState::Waiting:
                case GoroutineState::Syscall:
                    split.blocked += part;
                    break;
                case GoroutineState::Unknown:
                case GoroutineState::Ended:
                case GoroutineState::StillAlive:
                    continue;
                }
                left -= part;
            }
        }
        split.unknown += left;
    }
    return split;
}

SortedDurations lengthsOf(const ResidenceArm& arm) {
    std::vector<Time> lengths;
    for (const Residence& r : arm.residences)
        lengths.push_back(r.range.length());
    return SortedDurations(std::move(lengths));
}

} // namespace waitscope
