// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/busy_ghost.h"

#include "model/findings/growth.h"
#include "model/findings/guards.h"
#include "model/findings/ticking.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace waitscope {

namespace {

// The gaps between ticks vary by less than this share of their mean.
constexpr double regular = 0.3;

double wakesPerSecond(const Evidence& evidence, const Living& l) {
    return static_cast<double>(l.wakes) * 1e9 /
           static_cast<double>(std::max<Time>(evidence.trace().lifetime(l.goroutine).length(), 1));
}

/// Timers woke it more than once, and it has not waited for much longer by now than it did from one time to the next.
bool keepsWaking(const Evidence& evidence, const Living& l) {
    constexpr Time much = 5;
    const Time life = evidence.trace().lifetime(l.goroutine).length();
    return l.timerWakes > 1 && (!l.wait.known() || evidence.openAge(l) <= much * (life / l.timerWakes));
}

/// Since it outlived its siblings, only timers woke it and it did nothing to others.
bool isResident(const Evidence& evidence, const Living& l) {
    if (!outlives(evidence, l.goroutine) || !hardlyRuns(evidence, l, 1))
        return false;
    const Time usual = *evidence.usualLife(evidence.cohortOf(l.goroutine));
    const Time since = evidence.trace().lifetime(l.goroutine).begin + usual + usual / 2;
    return l.lastWokenByTimer >= since && l.lastWokenByGoroutine < since && l.lastActedOnOthers < since;
}

bool isBusy(const Evidence& evidence, const Living& l) {
    const Time life = evidence.trace().lifetime(l.goroutine).length();
    // Those like it end after a while: it is not older than they became.
    if (evidence.usualLife(evidence.cohortOf(l.goroutine)) && !outlives(evidence, l.goroutine))
        return false;
    // Work is handed to it, and was until late.
    const std::uint32_t byGoroutines = l.wakes - l.timerWakes - l.networkWakes;
    if (byGoroutines * 4ULL >= l.wakes && l.lastWokenByGoroutine >= evidence.end() - life / 2)
        return false;
    return life >= evidence.threshold() && wakesPerSecond(evidence, l) >= 10 && l.timerWakes >= 5 &&
           (l.gapVariation < regular || l.timerWakes * 100ULL >= l.wakes * 99ULL) && !talks(l) &&
           hardlyRuns(evidence, l, 1) && l.lastActedOnOthers < 0;
}

struct Ghosts {
    std::vector<GoroutineIndex> residents;
    std::vector<GoroutineIndex> busy;
    const Living* one = nullptr;
};

Tier tierOf(const Evidence& evidence, const Population* population, const Ghosts& ghosts) {
    const Trace& trace = evidence.trace();
    const auto spreadOf = [&](const std::vector<GoroutineIndex>& set) {
        Spread births(trace.duration);
        for (const GoroutineIndex g : set)
            if (!trace.preExisting(g))
                births.tell(trace.lifetime(g).begin);
        return births.tenths();
    };
    if (ghosts.residents.size() >= 5 && spreadOf(ghosts.residents) >= 3)
        return Tier::Medium;
    if (ghosts.busy.size() >= 5 && spreadOf(ghosts.busy) >= 3)
        return Tier::Medium;
    // Those that grow are these, not others like them; and they tick, which work that takes its time does not.
    const auto ticks = static_cast<std::size_t>(std::ranges::count_if(
        ghosts.busy, [&](GoroutineIndex g) { return evidence.livingOf(g)->gapVariation < regular; }));
    if (population != nullptr && population->trend.z >= 3 &&
        static_cast<double>(ghosts.busy.size()) * 2 > population->last && ticks * 2 > ghosts.busy.size())
        return Tier::Medium;
    std::set<std::uint32_t> creators;
    std::size_t left = 0;
    for (const GoroutineIndex g : ghosts.busy)
        if (creatorLeft(evidence, g)) {
            ++left;
            creators.insert(trace.creator(g).link());
        }
    return left * 2 >= ghosts.busy.size() && creators.size() >= 3 ? Tier::Medium : Tier::Low;
}

} // namespace

void busyGhost(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    std::map<CohortIndex, Ghosts> cohorts;
    for (const Living& l : evidence.living()) {
        if (evidence.idioms().isIdleFunction(l.goroutine) || !keepsWaking(evidence, l))
            continue;
        const bool resident = isResident(evidence, l);
        const bool busy = isBusy(evidence, l);
        if (!resident && !busy)
            continue;
        Ghosts& ghosts = cohorts[evidence.cohortOf(l.goroutine)];
        if (resident)
            ghosts.residents.push_back(l.goroutine);
        if (busy)
            ghosts.busy.push_back(l.goroutine);
        ghosts.one = &l;
    }
    for (auto& [cohort, ghosts] : cohorts) {
        const bool residents = ghosts.residents.size() >= 5 || ghosts.busy.empty();
        if (residents && ghosts.residents.size() < 5)
            continue;
        const Tier tier = forLength(evidence, tierOf(evidence, scene.populations.of(cohort), ghosts));
        double rate = 0;
        const std::vector<GoroutineIndex>& members =
            ghosts.residents.size() >= ghosts.busy.size() ? ghosts.residents : ghosts.busy;
        std::size_t left = 0;
        for (const GoroutineIndex g : members) {
            rate += wakesPerSecond(evidence, *evidence.livingOf(g));
            left += creatorLeft(evidence, g) ? 1 : 0;
        }
        rate /= static_cast<double>(members.size());
        Finding f = findingAbout(evidence, members);
        f.tier = tier;
        f.certainty = Certainty::NeedsCode;
        f.primitive = ghosts.one->usualPrimitive;
        f.site = ghosts.one->usualSite;
        f.stack = ghosts.one->usualStack;
        f.since = evidence.trace().lifetime(f.members.front()).begin;
        f.claim = counted(f.goroutines) + startedAt(evidence, f.createdAt) + (f.goroutines == 1 ? " keeps" : " keep") +
                  " waking " + rateText(rate) + " times a second each at " + placeOf(evidence, f.site) +
                  " without running for long, creating or waking anything";
        f.claim += left > 0 ? "; the call that started " + countText(left) + " of them has returned." : ".";
        f.doubt = "A poller or a heartbeat that is meant to be there looks the same.";
        f.numbers.emplace_back("wakes_per_second", rate);
        f.numbers.emplace_back("creator_left", static_cast<std::int64_t>(left));
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
