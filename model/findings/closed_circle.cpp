// SPDX-License-Identifier: GPL-3.0-or-later
// Waits that ended before clear a goroutine by the worker rule, for whoever woke it may do so again. Not if that one
// waits in the same circle. (A rule beyond section 3a, for a condition that is signalled to the wrong one: everybody
// waits where he has waited a thousand times.)
#include "model/findings/closed_circle.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace waitscope {

namespace {

// Fewer finished waits do not tell who wakes those that wait at a site.
constexpr std::uint64_t enoughWaits = 10;

/// Those that could be in a circle: they have waited for long, and longer than anybody before, at a site where
/// goroutines woke them and nothing else did.
std::vector<const Living*> candidates(const Evidence& evidence) {
    std::vector<const Living*> all;
    for (const Living& l : evidence.living()) {
        if (!l.wait.known() || !isHeldUp(evidence.openWait(l).primitive) ||
            evidence.idioms().isNetworkLike(evidence.openWait(l)) ||
            evidence.idioms().isIdle(l.goroutine, evidence.openWait(l)))
            continue;
        const SiteHistory& site = evidence.site(evidence.siteOfClass(l.klass));
        const Time age = evidence.openAge(l);
        if (site.finished >= enoughWaits && !site.byNobody && age >= evidence.longWait() && age > 3 * site.longest)
            all.push_back(&l);
    }
    return all;
}

/// Takes out who waits where somebody outside was seen to wake, until nobody is.
void keepClosed(const Evidence& evidence, std::vector<const Living*>& all) {
    std::vector<bool> isMember(evidence.trace().goroutines.size());
    for (const Living* l : all)
        isMember[l->goroutine.value] = true;
    for (std::size_t before = all.size() + 1; all.size() < before;) {
        before = all.size();
        std::map<SiteIndex, bool> open;
        for (const Living* l : all) {
            const auto [found, isNew] = open.try_emplace(evidence.siteOfClass(l->klass), false);
            if (isNew)
                found->second = std::ranges::any_of(evidence.site(found->first).wakers,
                                                    [&](GoroutineIndex w) { return !isMember[w.value]; });
        }
        std::erase_if(all, [&](const Living* l) {
            const bool isOut = open[evidence.siteOfClass(l->klass)];
            if (isOut)
                isMember[l->goroutine.value] = false;
            return isOut;
        });
    }
}

/// The circles: who waits at the same site, or woke somebody there, is in the same one.
std::vector<std::vector<const Living*>> apart(const Evidence& evidence, const std::vector<const Living*>& all) {
    std::map<GoroutineIndex, SiteIndex> siteOf;
    std::map<SiteIndex, SiteIndex> parents;
    for (const Living* l : all) {
        siteOf[l->goroutine] = evidence.siteOfClass(l->klass);
        parents[siteOf[l->goroutine]] = siteOf[l->goroutine];
    }
    const auto rootOf = [&](SiteIndex s) {
        while (parents[s] != s)
            s = parents[s] = parents[parents[s]];
        return s;
    };
    std::vector<SiteIndex> sites;
    sites.reserve(parents.size());
    for (const auto& [site, parent] : parents)
        sites.push_back(site);
    for (const SiteIndex site : sites)
        for (const GoroutineIndex waker : evidence.site(site).wakers)
            parents[rootOf(siteOf[waker])] = rootOf(site);
    std::map<SiteIndex, std::vector<const Living*>> circles;
    for (const Living* l : all)
        circles[rootOf(siteOf[l->goroutine])].push_back(l);
    std::vector<std::vector<const Living*>> found;
    found.reserve(circles.size());
    for (auto& [root, circle] : circles)
        found.push_back(std::move(circle));
    return found;
}

void report(const Scene& scene, const std::vector<const Living*>& circle, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const auto& living = evidence.living();
    const auto isTold = [&](const Living* l) {
        const auto place = static_cast<std::size_t>(l - living.data());
        return scene.groups.standing(place) == Standing::Stuck && scene.groups.groupOf(place).tier >= Tier::Medium;
    };
    if (circle.size() < 2 || static_cast<std::size_t>(std::ranges::count_if(circle, isTold)) * 2 > circle.size())
        return;
    std::vector<GoroutineIndex> members;
    std::map<FrameId, std::size_t> places;
    for (const Living* l : circle) {
        members.push_back(l->goroutine);
        ++places[evidence.openWait(*l).site];
    }
    const auto most = std::ranges::max_element(places, {}, [](const auto& place) { return place.second; });
    const Living& one =
        **std::ranges::find(circle, most->first, [&](const Living* l) { return evidence.openWait(*l).site; });
    Finding f = findingAbout(evidence, std::move(members));
    f.tier = forLength(evidence, Tier::Medium);
    f.certainty = Certainty::Strong;
    f.primitive = evidence.openWait(one).primitive;
    f.site = most->first;
    f.stack = evidence.openWait(one).stack;
    std::string lines;
    std::size_t named = 0;
    for (const auto& [frame, count] : places) {
        if (++named > 4) {
            lines += " and " + countText(places.size() - 4) + " more";
            break;
        }
        lines += (lines.empty() ? "" : ", ") + placeOf(evidence, frame) + " (" + countText(count) + ")";
    }
    f.numbers.emplace_back("lines", static_cast<std::int64_t>(places.size()));
    f.numbers.emplace_back("onset_ns", f.since);
    f.claim = "No goroutine of this set of " + countText(f.goroutines) + " moved after " + durationText(f.since) +
              ": they wait at " + lines + ", and whoever was ever seen waking one there is among them.";
    f.doubt = "Somebody who never woke them in this trace may do so later.";
    found.push_back(std::move(f));
}

} // namespace

void closedCircle(const Scene& scene, std::vector<Finding>& found) {
    std::vector<const Living*> all = candidates(scene.evidence);
    keepClosed(scene.evidence, all);
    for (const auto& circle : apart(scene.evidence, all))
        report(scene, circle, found);
}

} // namespace waitscope
