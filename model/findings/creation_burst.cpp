// SPDX-License-Identifier: GPL-3.0-or-later
// Goroutines from before the trace are never part of a burst: old formats write a creation event for each of them at
// the start of the trace.
#include "model/findings/creation_burst.h"

#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace waitscope {

namespace {

constexpr std::size_t fewestForBurst = 50;

/// P(X >= count) for a Poisson variable is below one in a million. Bounded from above by the sum of a geometric series.
bool isUnlikely(double count, double expected) {
    if (expected <= 0)
        return true;
    if (count <= expected)
        return false;
    const double first = std::exp(-expected + count * std::log(expected) - std::lgamma(count + 1));
    return first / (1 - expected / (count + 1)) < 1e-6;
}

struct Burst {
    std::size_t begin = 0; ///< places among the births
    std::size_t end = 0;
};

/// The usual number of births in a window of this length, without those of the fullest one. If there are births in less
/// than a tenth of the trace, the usual number is next to none, and a burst may fill several windows.
double usualCount(std::span<const Time> births, Time window, Time duration) {
    std::map<Time, std::size_t> counts;
    for (const Time t : births)
        ++counts[t / window];
    const auto windows = static_cast<std::size_t>(duration / window) + 1;
    if (counts.size() * 10 < windows)
        return 0;
    const auto fullest = std::ranges::max_element(counts, {}, [](const auto& bin) { return bin.second; });
    std::vector<std::size_t> others;
    for (auto bin = counts.begin(); bin != counts.end(); ++bin)
        if (std::abs(bin->first - fullest->first) > 1)
            others.push_back(bin->second);
    if (others.empty())
        return 0;
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
    std::ranges::nth_element(others, middle);
    return static_cast<double>(*middle);
}

/// The largest one, of windows that hold unlikely many; such windows closer than one window's length are one burst.
Burst largestBurst(std::span<const Time> births, Time window, Time duration) {
    const double usual = usualCount(births, window, duration);
    Burst largest;
    Burst current;
    std::size_t end = 0;
    for (std::size_t begin = 0; begin < births.size(); ++begin) {
        end = std::max(end, begin);
        while (end < births.size() && births[end] < births[begin] + window)
            ++end;
        if (end - begin < fewestForBurst || !isUnlikely(static_cast<double>(end - begin), usual))
            continue;
        if (current.end > current.begin && births[begin] - births[current.end - 1] < window)
            current.end = end;
        else
            current = {begin, end};
        if (current.end - current.begin > largest.end - largest.begin)
            largest = current;
    }
    return largest;
}

/// Who created them, and in which task or region of the program.
std::string parentText(const Evidence& evidence, std::span<const GoroutineIndex> born, const AnnotationTypes* work,
                       std::size_t& parents) {
    const Trace& trace = evidence.trace();
    std::vector<std::uint32_t> creators;
    std::map<std::pair<bool, StringId>, std::size_t> kinds;
    for (const GoroutineIndex g : born) {
        if (const Waker creator = trace.creator(g); creator.isGoroutine())
            creators.push_back(creator.goroutine().value);
        if (const auto at = work != nullptr ? work->workAtBirth(g) : std::nullopt)
            ++kinds[{at->isTask, at->type}];
    }
    std::ranges::sort(creators);
    const auto distinct = std::unique(creators.begin(), creators.end()) - creators.begin();
    parents = static_cast<std::size_t>(distinct);
    std::string text;
    if (parents == 1) {
        const GoroutineIndex parent{creators.front()};
        const std::string_view function = trace.function(parent);
        text = " by goroutine " + std::to_string(trace.goroutines.id(parent)) +
               (function.empty() ? std::string() : " (" + std::string(function) + ")");
    } else if (parents > 1) {
        text = " by " + countText(parents) + " goroutines";
    }
    const auto most = std::ranges::max_element(kinds, {}, [](const auto& entry) { return entry.second; });
    if (most != kinds.end() && most->second * 2 > born.size())
        text += std::string(most->first.first ? " in the task “" : " in the region “") +
                std::string(trace.text(most->first.second)) + "”";
    return text;
}

} // namespace

void creationBurst(const Scene& scene, std::vector<Finding>& found) {
    using namespace literals;
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    const Time window = std::max<Time>(10_ms, trace.duration / 300);
    for (CohortIndex c = 0; c < evidence.cohortCount(); ++c) {
        const auto members = evidence.cohort(c);
        if (members.size() < fewestForBurst || trace.preExisting(members.front()) ||
            evidence.idioms().isExcluded(members.front()))
            continue;
        std::vector<Time> births;
        births.reserve(members.size());
        for (const GoroutineIndex g : members)
            births.push_back(trace.lifetime(g).begin);
        const Burst burst = largestBurst(births, window, trace.duration);
        if (burst.end == burst.begin)
            continue;
        const auto born = members.subspan(burst.begin, burst.end - burst.begin);
        std::vector<GoroutineIndex> survivors;
        std::ranges::copy_if(born, std::back_inserter(survivors),
                             [&](GoroutineIndex g) { return trace.aliveAtEnd(g); });
        std::map<std::uint32_t, std::size_t> classes;
        for (const GoroutineIndex g : survivors)
            if (const std::uint32_t k = evidence.facts().waits.indexOf(trace, trace.lastSpan(g)); k != 0)
                ++classes[k];
        const auto most = std::ranges::max_element(classes, {}, [](const auto& entry) { return entry.second; });
        const double percent = 100.0 * static_cast<double>(survivors.size()) / static_cast<double>(born.size());
        // The middle 98 %: a straggler does not make a burst long.
        const std::size_t trim = born.size() / 100;
        const Time begin = births[burst.begin + trim];
        const Time length = births[burst.end - 1 - trim] - begin;
        // What tasks and regions take comes next, and there may be millions of each. ("= {}" would keep the memory.)
        births = std::vector<Time>();
        Finding f = findingAbout(evidence, survivors);
        f.function = trace.frame(trace.goroutines.entry(born.front())).function;
        f.createdAt = evidence.facts().waits.siteOf(trace.creationStack(born.front()));
        f.goroutines = born.size();
        f.members.assign(born.begin(), born.end());
        f.cost = static_cast<double>(survivors.size());
        f.since = begin;
        f.oldest = survivors.empty() ? 0 : f.oldest;
        f.tier = survivors.empty() ? Tier::Info : forLength(evidence, Tier::Low);
        f.certainty = Certainty::Proved;
        std::size_t parents = 0;
        const std::string parent = parentText(evidence, born, scene.annotations.types(), parents);
        f.claim = counted(f.goroutines) + (f.goroutines == 1 ? " was" : " were") + " created at " +
                  placeOf(evidence, f.createdAt) + " within " + durationText(length) + parent + "; " +
                  countText(survivors.size()) + " of them (" + percentText(percent) + ") were still alive at the end";
        if (most != classes.end()) {
            const WaitClass& wait = evidence.facts().waits.all()[most->first];
            f.primitive = wait.primitive;
            f.site = wait.site;
            f.stack = wait.stack;
            f.claim += ", " + countText(most->second) + " in " + std::string(nameOf(wait.primitive)) + " at " +
                       placeOf(evidence, wait.site);
        }
        f.claim += ".";
        f.doubt = "A burst by itself is normal for requests that come together.";
        f.numbers.emplace_back("length_ns", length);
        f.numbers.emplace_back("creators", static_cast<std::int64_t>(parents));
        f.numbers.emplace_back("survivors", static_cast<std::int64_t>(survivors.size()));
        f.numbers.emplace_back("survivors_percent", percent);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
