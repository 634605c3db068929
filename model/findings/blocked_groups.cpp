// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/blocked_groups.h"

#include "model/findings/guards.h"
#include "model/findings/never_woken.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

// Few finished waits say nothing about how long a wait at the site may last.
constexpr std::uint64_t fewWaits = 5;

/// Its own earlier waits at the site still speak for it.
bool isWorker(const Evidence& evidence, const Living& l, const SiteHistory& site) {
    if (l.earlierHere == 0 || isLock(site.primitive))
        return false;
    const Time age = evidence.openAge(l);
    if (l.earlierByTimer && age > 3 * l.earlierLongest)
        return false; // its ticks stopped
    if (site.primitive == Primitive::ChanSend && age > 3 * site.longest)
        return false;
    if (site.primitive == Primitive::Other && age > 3 * l.earlierLongest)
        return false; // each value that was asked of it is such a wait
    return !outlives(evidence, l.goroutine);
}

Standing standingOf(const Evidence& evidence, const Living& l, bool& joins) {
    if (!l.wait.known())
        return Standing::NotWaiting;
    const WaitClass& wait = evidence.openWait(l);
    const StateFamily family = familyOf(wait.primitive);
    const Trace& trace = evidence.trace();
    const bool nobodyKnown = !trace.preExisting(l.goroutine) && trace.function(l.goroutine).empty();
    const bool pulled = waitsToBePulled(trace, l.goroutine, wait); // such waits have no stack
    if (wait.primitive == Primitive::Unknown || (evidence.isUnnamed(l) && !pulled) || nobodyKnown)
        return Standing::NotExplained;
    if (evidence.idioms().isNetworkLike(wait))
        return wait.primitive == Primitive::Network ? Standing::OwnTime : Standing::ConnectionEnd;
    if (family != StateFamily::Lock && family != StateFamily::Channel && !pulled)
        return Standing::OwnTime;
    if (evidence.idioms().isIdle(l.goroutine, wait))
        return Standing::Idle;
    const SiteHistory& site = evidence.site(evidence.siteOfClass(l.klass));
    const Time age = evidence.openAge(l);
    const bool known = site.finished >= fewWaits;
    if (age < evidence.threshold()) {
        joins = age > 0 && (!known || age > 3 * site.p99);
        return Standing::Young;
    }
    if (known && age <= site.p99 + site.p99 / 2)
        return Standing::AsUsual;
    return isWorker(evidence, l, site) ? Standing::Worker : Standing::Stuck;
}

bool hasPaused(std::uint32_t n, TimeRange births, Time end) {
    constexpr Time aWhile = 1'000'000'000;
    const Time quiet = end - births.end;
    return n > 1 && quiet >= aWhile && quiet > 8 * births.length() / (n - 1);
}

/// No more of them have come for twice as long as it took all of them to come; or, of many, for as long as eight of
/// them took and half as long as all.
bool hasComeToAnEnd(std::uint32_t n, TimeRange births, Time end) {
    const Time quiet = end - births.end;
    const Time took = births.length();
    return quiet > 2 * took || (n > 1 && quiet > 8 * took / (n - 1) && 2 * quiet > took);
}

} // namespace

BlockedGroups::BlockedGroups(const Evidence& evidence) {
    const Trace& trace = evidence.trace();
    const auto& living = evidence.living();
    standings_.resize(living.size());
    groupOf_.assign(living.size(), UINT32_MAX);
    using Key = std::pair<CohortIndex, SiteIndex>; // a cohort has one creation stack and function, a site one primitive
    std::map<Key, std::uint32_t> groups;
    std::vector<std::size_t> young;
    for (std::size_t i = 0; i < living.size(); ++i) {
        const Living& l = living[i];
        bool joins = false;
        standings_[i] = standingOf(evidence, l, joins);
        if (standings_[i] == Standing::Young && joins)
            young.push_back(i);
        if (standings_[i] != Standing::Stuck)
            continue;
        const SiteIndex site = evidence.siteOfClass(l.klass);
        const auto [found, isNew] =
            groups.try_emplace({evidence.cohortOf(l.goroutine), site}, static_cast<std::uint32_t>(groups_.size()));
        if (isNew) {
            BlockedGroup& group = groups_.emplace_back();
            group.primitive = evidence.openWait(l).primitive;
            group.detail = evidence.openWait(l).detail;
            group.site = site;
            group.cohort = evidence.cohortOf(l.goroutine);
        }
        groups_[found->second].members.push_back(l.goroutine);
        groupOf_[i] = found->second;
    }
    for (std::size_t i = 0; i < living.size(); ++i) {
        const Living& l = living[i];
        if (!l.wait.known() || l.earlierHere == 0 || standings_[i] == Standing::Stuck)
            continue;
        const auto found = groups.find({evidence.cohortOf(l.goroutine), evidence.siteOfClass(l.klass)});
        if (found == groups.end())
            continue;
        ++groups_[found->second].served;
        groups_[found->second].cleared += standings_[i] == Standing::Worker ? 1 : 0;
    }
    for (BlockedGroup& group : groups_) {
        measure(evidence, group);
        group.tier = neverWokenTier(evidence, group, group.rule);
    }
    // The number said is the number stuck: those who came last are stuck like the others.
    for (const std::size_t i : young) {
        const Living& l = living[i];
        const auto found = groups.find({evidence.cohortOf(l.goroutine), evidence.siteOfClass(l.klass)});
        if (found == groups.end())
            continue;
        BlockedGroup& group = groups_[found->second];
        group.members.push_back(l.goroutine);
        group.youngest = std::min(group.youngest, evidence.openAge(l));
        group.fresh += trace.preExisting(l.goroutine) ? 0 : 1;
        standings_[i] = Standing::Stuck;
        groupOf_[i] = found->second;
    }
    for (BlockedGroup& group : groups_)
        std::ranges::sort(group.members);
    addUnexplained(evidence);
}

void BlockedGroups::measure(const Evidence& evidence, BlockedGroup& group) const {
    const Trace& trace = evidence.trace();
    Spread births(trace.duration);
    Spread begins(trace.duration);
    group.since = evidence.end();
    group.youngest = evidence.end();
    Time firstBirth = evidence.end();
    Time lastBirth = 0;
    for (const GoroutineIndex g : group.members) {
        const SpanIndex wait = trace.lastSpan(g);
        const Time begin = trace.spans.start(wait);
        const bool before = trace.spans.kind(wait).origin == SpanOrigin::BeforeTrace;
        begins.tell(begin);
        if (!trace.preExisting(g)) {
            ++group.fresh;
            births.tell(trace.lifetime(g).begin);
            firstBirth = std::min(firstBirth, trace.lifetime(g).begin);
            lastBirth = std::max(lastBirth, trace.lifetime(g).begin);
        }
        if (begin < group.since || !group.stack.known()) {
            group.since = begin;
            group.stack = trace.spans.stack(wait);
        }
        group.beforeTrace |= before;
        group.youngest = std::min(group.youngest, evidence.end() - begin);
        group.outliving += outlives(evidence, g) ? 1 : 0;
        group.creatorsLeft += creatorLeft(evidence, g) ? 1 : 0;
    }
    if (group.fresh == 0 && group.members.size() >= fewestForDensity) {
        const auto idOf = [&](GoroutineIndex g) { return trace.goroutines.id(g); };
        const auto [least, most] = std::ranges::minmax_element(group.members, {}, idOf);
        group.density = static_cast<double>(group.members.size()) / static_cast<double>(idOf(*most) - idOf(*least) + 1);
    }
    group.oldest = evidence.end() - group.since;
    group.cameToAnEnd = group.fresh > 0 && hasComeToAnEnd(group.fresh, {firstBirth, lastBirth}, evidence.end());
    group.paused = group.fresh > 0 && hasPaused(group.fresh, {firstBirth, lastBirth}, evidence.end());
    group.spread = std::min(births.tenths(), begins.tenths());
    group.inModule = isFromModule(trace, trace.goroutines.entry(group.members.front())) &&
                     isFromModule(trace, evidence.site(group.site).frame);
}

// Go 1.22 and older say neither where nor why a goroutine waited before the trace. Ids are given out in blocks, so a
// dense run of them was created together.
void BlockedGroups::addUnexplained(const Evidence& evidence) {
    constexpr std::int64_t widestGap = 32;
    const Trace& trace = evidence.trace();
    const auto& living = evidence.living();
    std::vector<std::size_t> unexplained;
    for (std::size_t i = 0; i < living.size(); ++i)
        if (standings_[i] == Standing::NotExplained && evidence.openAge(living[i]) >= evidence.threshold() &&
            trace.spans.kind(living[i].wait).origin == SpanOrigin::BeforeTrace &&
            !evidence.idioms().isIdleFunction(living[i].goroutine))
            unexplained.push_back(i);
    const auto idOf = [&](std::size_t i) { return trace.goroutines.id(living[i].goroutine); };
    std::ranges::sort(unexplained, {}, idOf);
    for (std::size_t begin = 0; begin < unexplained.size();) {
        std::size_t end = begin + 1;
        while (end < unexplained.size() && idOf(unexplained[end]) - idOf(unexplained[end - 1]) <= widestGap)
            ++end;
        const std::size_t n = end - begin;
        const std::int64_t range = idOf(unexplained[end - 1]) - idOf(unexplained[begin]) + 1;
        if (n >= fewestForDensity && static_cast<double>(n) >= denseIds * static_cast<double>(range)) {
            BlockedGroup group;
            const Living& first = living[unexplained[begin]];
            group.site = evidence.siteOfClass(first.klass);
            group.cohort = evidence.cohortOf(first.goroutine);
            for (std::size_t i = begin; i < end; ++i) {
                group.members.push_back(living[unexplained[i]].goroutine);
                standings_[unexplained[i]] = Standing::Stuck;
                groupOf_[unexplained[i]] = static_cast<std::uint32_t>(groups_.size());
            }
            std::ranges::sort(group.members);
            measure(evidence, group);
            group.tier = neverWokenTier(evidence, group, group.rule);
            groups_.push_back(std::move(group));
        }
        begin = end;
    }
}

} // namespace waitscope
