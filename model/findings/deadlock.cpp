// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/deadlock.h"

#include "model/report/text.h"

#include <algorithm>
#include <set>

namespace waitscope {

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
    for (const BlockedGroup* group : set) {
        f.members.insert(f.members.end(), group->members.begin(), group->members.end());
        f.tier = std::max(f.tier, group->tier);
        f.since = std::min(f.since, group->since);
        f.oldest = std::max(f.oldest, group->oldest);
        f.beforeTrace |= group->beforeTrace;
        places.insert(placeOf(evidence, evidence.site(group->site).frame));
    }
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
              ", and whoever was seen unlocking there has ended or waits among them.";
    f.doubt = "The identity of a lock is inferred from wake-ups; which was taken first needs the code.";
    found.push_back(std::move(f));
}

} // namespace waitscope
