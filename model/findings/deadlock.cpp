// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/deadlock.h"

#include "model/findings/closed_circle.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace waitscope {

namespace {

/// By site. Nothing of a site where nobody was seen to wait for a lock long enough to tell.
using LockClasses = std::map<SiteIndex, std::uint32_t>;

LockClasses lockClassesOf(const Scene& scene) {
    LockClasses classes;
    for (const LockSite& site : scene.locks.sites)
        classes[site.site] = site.lockClass;
    return classes;
}

/// Groups of open lock waits that may be one deadlock: of one lock class, or waiting at a lock that goroutines of the
/// other were seen to unlock. Where nobody was ever seen to unlock one (nothing tells it from others), those that began
/// to wait within the threshold of the first.
std::vector<std::vector<const BlockedGroup*>> related(const Scene& scene, const LockClasses& classOfSite,
                                                      const std::vector<const BlockedGroup*>& all) {
    const Evidence& evidence = scene.evidence;
    std::vector<std::uint32_t> parents(all.size());
    for (std::uint32_t i = 0; i < all.size(); ++i)
        parents[i] = i;
    const auto rootOf = [&](std::uint32_t i) {
        while (parents[i] != i)
            i = parents[i] = parents[parents[i]];
        return i;
    };
    const auto join = [&](std::uint32_t a, std::uint32_t b) { // the earlier one leads, so that the order is that of all
        const std::uint32_t one = rootOf(a);
        const std::uint32_t other = rootOf(b);
        parents[std::max(one, other)] = std::min(one, other);
    };
    std::map<std::uint32_t, std::uint32_t> groupOfGoroutine;
    std::map<std::uint32_t, std::uint32_t> groupOfClass;
    std::map<SiteIndex, std::uint32_t> groupOfSite;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        for (const GoroutineIndex g : all[i]->members)
            groupOfGoroutine[g.value] = i;
        join(groupOfSite.try_emplace(all[i]->site, i).first->second, i);
        if (const auto c = classOfSite.find(all[i]->site); c != classOfSite.end())
            join(groupOfClass.try_emplace(c->second, i).first->second, i);
    }
    for (std::uint32_t i = 0; i < all.size(); ++i)
        for (const GoroutineIndex waker : evidence.site(all[i]->site).wakers)
            if (const auto other = groupOfGoroutine.find(waker.value); other != groupOfGoroutine.end())
                join(i, other->second);
    std::vector<std::uint32_t> bySince = parents;
    std::ranges::sort(bySince, {}, [&](std::uint32_t i) { return std::pair(all[i]->since, i); });
    for (std::size_t i = 0, first = 0; i < bySince.size(); ++i) {
        if (all[bySince[i]]->since - all[bySince[first]]->since > evidence.threshold())
            first = i;
        if (!classOfSite.contains(all[bySince[i]]->site) || !classOfSite.contains(all[bySince[first]]->site))
            join(bySince[first], bySince[i]);
    }
    std::map<std::uint32_t, std::vector<const BlockedGroup*>> sets;
    for (std::uint32_t i = 0; i < all.size(); ++i)
        sets[rootOf(i)].push_back(all[i]);
    std::vector<std::vector<const BlockedGroup*>> found;
    found.reserve(sets.size());
    for (auto& [root, set] : sets)
        found.push_back(std::move(set));
    return found;
}

void report(const Scene& scene, const LockClasses& classes, const std::vector<const BlockedGroup*>& set,
            std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    std::size_t goroutines = 0;
    for (const BlockedGroup* group : set)
        goroutines += group->members.size();
    if (goroutines < 2)
        return;
    const auto largest = *std::ranges::max_element(set, {}, [](const BlockedGroup* g) { return g->members.size(); });
    Finding f = findingAbout(evidence, *largest);
    f.certainty = Certainty::Strong;
    f.members.clear();
    std::set<std::string> places;
    std::set<std::uint32_t> locks;
    bool isKnown = true; ///< which lock each of them waits for: wake-ups tell
    bool unlocked = false;
    Time lastOnset = 0;
    for (const BlockedGroup* group : set) {
        unlocked |= !evidence.site(group->site).wakers.empty();
        lastOnset = std::max(lastOnset, group->since);
        f.members.insert(f.members.end(), group->members.begin(), group->members.end());
        f.tier = std::max(f.tier, group->tier);
        f.since = std::min(f.since, group->since);
        f.oldest = std::max(f.oldest, group->oldest);
        f.beforeTrace |= group->beforeTrace;
        places.insert(placeOf(evidence, evidence.site(group->site).frame));
        const auto lock = classes.find(group->site);
        isKnown &= lock != classes.end() && !evidence.site(group->site).wakers.empty();
        locks.insert(isKnown ? lock->second : 0);
    }
    f.oneLock = isKnown && locks.size() == 1;
    std::ranges::sort(f.members);
    f.goroutines = f.members.size();
    f.cost = static_cast<double>(f.goroutines);
    if (set.size() > 1)
        f.rank = -1; // it unites what is said of each group
    std::string lines;
    std::size_t named = 0;
    for (const std::string& place : places) {
        if (++named > 4) {
            lines += " and " + countText(places.size() - 4) + " more";
            break;
        }
        lines += (lines.empty() ? "" : ", ") + place;
    }
    f.numbers.emplace_back("lines", static_cast<std::int64_t>(places.size()));
    f.numbers.emplace_back("onset_ns", f.since);
    f.claim = "No goroutine of this set of " + countText(f.goroutines) + " moved after " +
              (f.beforeTrace ? "the trace began" : durationText(f.since)) + ": they wait for locks at " + lines +
              (unlocked ? ", and whoever was seen unlocking there has ended or waits among them."
                        : ", and nobody was ever seen unlocking there.");
    if (f.oneLock && places.size() > 1)
        f.claim += " It is one lock, as far as wake-ups tell: never unlocked, or locked twice.";
    else if (places.size() > 1 && lastOnset - f.since <= evidence.threshold())
        f.claim += " Their waits began together, as those for locks that are taken in opposite orders do.";
    else if (!unlocked)
        f.claim += " One of them may hold the lock itself: locked twice, or never unlocked.";
    f.doubt = "The identity of a lock is inferred from wake-ups; which was taken first needs the code.";
    found.push_back(std::move(f));
}

} // namespace

void deadlock(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    std::vector<const BlockedGroup*> set;
    for (const BlockedGroup& group : scene.groups.all())
        if (isLock(group.primitive) && group.tier >= Tier::Medium)
            set.push_back(&group);
    // A group whose lock somebody outside still unlocks leaves, and with it those that it could have unlocked.
    std::vector<bool> isMember(trace.goroutines.size());
    for (bool changed = true; changed && !set.empty();) {
        isMember.assign(isMember.size(), false);
        for (const BlockedGroup* group : set)
            for (const GoroutineIndex g : group->members)
                isMember[g.value] = true;
        const std::size_t before = set.size();
        std::erase_if(set, [&](const BlockedGroup* group) {
            return std::ranges::any_of(evidence.site(group->site).wakers,
                                       [&](GoroutineIndex w) { return trace.aliveAtEnd(w) && !isMember[w.value]; });
        });
        changed = set.size() != before;
    }
    const LockClasses classes = lockClassesOf(scene);
    for (const auto& locks : related(scene, classes, set))
        report(scene, classes, locks, found);
    closedCircle(scene, found);
}

} // namespace waitscope
