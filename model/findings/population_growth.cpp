// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/population_growth.h"

#include "model/findings/growth.h"
#include "model/findings/guards.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace waitscope {

namespace {

// A blocked goroutine's stack, descriptor and wait record, bytes (analysis.md, fact 11).
constexpr double bytesOfGoroutine = 2048 + 448 + 96;

// A smaller rise over the trace is no growth.
constexpr double fewestMore = 20;

// In a shorter trace a population of which none ended yet may be the begin of any load.
constexpr Time startOfALoad = 4'000'000'000;

/// It does, or it may.
bool waitsNetworkLike(const Evidence& evidence, GoroutineIndex g) {
    const Living* const l = evidence.livingOf(g);
    return l != nullptr && l->wait.known() &&
           (evidence.idioms().isNetworkLike(evidence.openWait(*l)) ||
            (evidence.isUnnamed(*l) && !waitsToBePulled(evidence.trace(), g, evidence.openWait(*l))));
}

bool isResting(const Evidence& evidence, GoroutineIndex g) {
    const Living* const l = evidence.livingOf(g);
    if (l == nullptr || talks(*l))
        return false;
    if (l->wait.known() && evidence.openAge(*l) >= evidence.threshold())
        return true;
    return l->wakes > 0 && l->wakes == l->timerWakes;
}

/// The oldest of those that wait where most of them do, or did last; null if none ever waited. O(members · log).
const Living* usualOf(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    struct Place {
        std::size_t goroutines = 0;
        const Living* oldest = nullptr;
    };
    std::map<std::pair<std::uint32_t, Primitive>, Place> places;
    const Place* most = nullptr;
    for (const GoroutineIndex g : members) {
        const Living* const l = evidence.livingOf(g);
        if (l == nullptr || !l->usualSite.known())
            continue;
        Place& place = places[{l->usualSite.value, l->usualPrimitive}];
        place.oldest = place.oldest == nullptr ? l : place.oldest;
        ++place.goroutines;
        if (most == nullptr || place.goroutines > most->goroutines)
            most = &place;
    }
    return most == nullptr ? nullptr : most->oldest;
}

} // namespace

std::vector<GoroutineIndex> livingOfCohort(const Evidence& evidence, CohortIndex cohort) {
    std::vector<GoroutineIndex> alive;
    for (const GoroutineIndex g : evidence.cohort(cohort))
        if (evidence.trace().aliveAtEnd(g))
            alive.push_back(g);
    return alive;
}

Growing growthOf(const Evidence& evidence, CohortIndex cohort, const Population& p) {
    const double rise = p.trend.slope * static_cast<double>(growthBins);
    if (p.trend.z < 3 || rise < std::max(fewestMore, 0.1 * p.mean) || p.plateau)
        return {};
    const std::vector<GoroutineIndex> alive = livingOfCohort(evidence, cohort);
    if (alive.empty())
        return {}; // behind damage all of them ended
    const auto share = [&](auto&& holds) {
        return static_cast<double>(std::ranges::count_if(alive, holds)) / static_cast<double>(alive.size());
    };
    const bool retained = p.births > 0 && (p.births - p.ends) / p.births >= 0.5;
    if (!retained && share([&](GoroutineIndex g) { return outlives(evidence, g); }) < 0.5)
        return {};
    const bool noneEnded = p.ends == 0 && p.meanLife <= 0;
    // A pool of connections fills up and stays so, and peers come as they like. Connections that the program itself
    // opens one after another, and never closes, are to be checked, if it opens them to the end as it did before; they
    // must be twice as many as of anything else, or come so fast that a process has no descriptors left within minutes.
    const double fast = evidence.end() < startOfALoad ? 10 : 5;
    // What has been left open is silent; a pool's connections have answers again and again.
    constexpr std::uint32_t again = 3;
    const auto isAnswered = [&](GoroutineIndex g) {
        const Living* const l = evidence.livingOf(g);
        const Time age = evidence.end() - evidence.trace().lifetime(g).begin;
        return l != nullptr && l->networkWakes >= again && l->lastWokenByNetwork >= evidence.end() - age / 2;
    };
    const bool opensOnly = noneEnded && p.goesOnAsBefore && (rise >= 2 * fewestMore || p.perSecond >= fast) &&
                           share(isAnswered) < 0.5 && !areOpenedByPeers(evidence, alive);
    const Tier ofConnections = opensOnly ? forLength(evidence, Tier::Medium) : Tier::Low;
    if (share([&](GoroutineIndex g) { return waitsNetworkLike(evidence, g); }) > 0.5)
        return {opensOnly, ofConnections, opensOnly};
    if (std::ranges::any_of(alive, [&](GoroutineIndex g) { return evidence.idioms().isIdleFunction(g); }))
        return {};
    if (haveLiveConnections(evidence, alive))
        return {true, ofConnections, opensOnly};
    // They are handed work, or were until no more of them came: so it is with those that serve somebody.
    const auto wasHandedWork = [&](GoroutineIndex g) {
        const Living* const l = evidence.livingOf(g);
        return l != nullptr && l->earlierHere > 0 && !l->earlierByTimer;
    };
    // More of them come and the number stays: as many end.
    const bool comeAndGo =
        p.lateBirths * static_cast<double>(growthSamples) >= p.births * static_cast<double>(lateSamples) / 2;
    // A subscriber that nobody closed has each message too: use alone does not say that they are needed. Pools and
    // sessions that are in use fill up and then stay, or some of them end.
    const bool keepComing = p.goesOnAsBefore && rise >= 2 * fewestMore && p.births > 0 &&
                            (p.births - p.ends) / p.births >= 0.9 && evidence.end() >= startOfALoad;
    if (areInUse(evidence, alive))
        return {true, keepComing ? Tier::Medium : Tier::Low, false};
    if (!p.goesOn && (comeAndGo || share(wasHandedWork) >= 0.25))
        return {true, Tier::Low, false};
    // None ended, and hardly any more come: whether they are kept or left behind, those say that look at each of them.
    if (noneEnded && !p.goesOn)
        return {true, Tier::Low, false};
    const bool resting = share([&](GoroutineIndex g) { return isResting(evidence, g); }) >= 0.5;
    // Where none of them ended yet, a short trace shows the begin of any load.
    const bool starting = noneEnded && mayBeStartUp(evidence, alive, startOfALoad);
    const Tier tier = forLength(evidence, resting && p.goesOn && !starting ? Tier::High : Tier::Medium);
    return {true, noneEnded ? forLength(evidence, tier) : tier, false};
}

void populationGrowth(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (CohortIndex c = 0; c < evidence.cohortCount(); ++c) {
        const Population* const measured = scene.populations.of(c);
        if (measured == nullptr)
            continue;
        const Population& p = *measured;
        const Growing growing = growthOf(evidence, c, p);
        if (!growing.grows && (!p.plateau || p.mean < 20))
            continue;
        Finding f = findingAbout(evidence, livingOfCohort(evidence, c));
        f.tier = growing.tier;
        if (const Living* const usual = usualOf(evidence, f.members)) {
            f.primitive = usual->usualPrimitive;
            f.site = usual->usualSite;
            f.stack = usual->usualStack;
        }
        f.numbers.emplace_back("births_per_second", p.birthRate);
        if (!growing.grows) {
            f.certainty = Certainty::Proved;
            f.cost = 0;
            f.claim = rateText(p.mean) + " live goroutines" + startedAt(evidence, f.createdAt) + " = " +
                      rateText(p.birthRate) + "/s × " + durationText(std::llround(p.meanLife)) +
                      ": steady load, not a leak.";
            f.doubt = "This holds as long as load and service time stay as they were.";
            f.numbers.emplace_back("mean_live", p.mean);
            f.numbers.emplace_back("mean_life_ns", static_cast<std::int64_t>(std::llround(p.meanLife)));
            found.push_back(std::move(f));
            continue;
        }
        f.since = trace.lifetime(f.members.front()).begin;
        f.certainty = trace.duration >= 10 * p.medianLife ? Certainty::Strong : Certainty::NeedsCode;
        f.cost += std::max(0.0, p.perSecond) * 60;
        const double perHour = p.perSecond * 3600;
        f.claim = "Live goroutines" + startedAt(evidence, f.createdAt) + " grow by " + rateText(p.perSecond) +
                  "/s (95 %: " + rateText(p.lowest) + "–" + rateText(p.highest) + "), " +
                  rateText(p.birthRate > 0 ? p.perSecond / p.birthRate : 0) + " for each one started: about " +
                  countText(static_cast<std::uint64_t>(std::llround(std::max(0.0, perHour)))) + " and " +
                  bytesText(static_cast<std::uint64_t>(std::max(0.0, perHour) * bytesOfGoroutine)) +
                  " more in an hour if this goes on.";
        if (growing.opened)
            f.claim += " They belong to connections that the program opens itself, and none of them was closed.";
        if (!p.goesOn)
            f.claim += " In the last quarter of the trace it hardly did.";
        f.doubt = "Growth is proved for these " + durationText(trace.duration) +
                  " only: a load that is still rising grows in the same way.";
        f.numbers.emplace_back("growth_per_second", p.perSecond);
        f.numbers.emplace_back("growth_lowest_per_second", p.lowest);
        f.numbers.emplace_back("growth_highest_per_second", p.highest);
        f.numbers.emplace_back("z", p.trend.z);
        f.numbers.emplace_back("bytes_per_hour", perHour * bytesOfGoroutine);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
