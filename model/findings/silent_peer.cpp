// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/silent_peer.h"

#include "model/findings/guards.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <optional>

namespace waitscope {

namespace {

constexpr Time much = 20;

/// Between its questions it waits for a timer, so it is the one who asks: whoever serves a peer waits for the next
/// question as long as that takes. How long the longest answer took; nothing if it is not one.
std::optional<Time> longestOfItsOwn(const Living& l) {
    constexpr std::uint32_t some = 5;
    return l.earlierHere >= some && !l.earlierByTimer && l.timerWakes * 2 >= l.earlierHere
               ? std::optional(l.earlierLongest)
               : std::nullopt;
}

/// Others like it, of which there were many, asked once and ended soon. How long they lived at most, but for a
/// hundredth; nothing if it is not so.
std::optional<Time> longestOfOthers(const Evidence& evidence, const Living& l) {
    constexpr std::size_t many = 20;
    const CohortIndex cohort = evidence.cohortOf(l.goroutine);
    return l.earlierHere == 0 && evidence.endedOf(cohort) >= many ? evidence.usualLife(cohort) : std::nullopt;
}

} // namespace

void silentPeer(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    struct Asking {
        std::vector<GoroutineIndex> members;
        Time longest = 0; ///< that an answer took
    };
    std::map<std::pair<CohortIndex, SiteIndex>, Asking> places;
    for (const Living& l : evidence.living()) {
        if (!l.wait.known() || evidence.openAge(l) < evidence.longWait())
            continue;
        const WaitClass& wait = evidence.openWait(l);
        if (!evidence.idioms().isNetworkLike(wait) || !ownLine(evidence.facts(), wait.stack).known() ||
            evidence.idioms().isIdleFunction(l.goroutine))
            continue;
        const auto own = longestOfItsOwn(l);
        const auto usual = own ? own : longestOfOthers(evidence, l);
        if (!usual || evidence.openAge(l) / much <= *usual)
            continue;
        Asking& asking = places[{evidence.cohortOf(l.goroutine), evidence.siteOfClass(l.klass)}];
        asking.members.push_back(l.goroutine);
        asking.longest = std::max(asking.longest, *usual);
    }
    for (auto& [place, asking] : places) {
        auto& [members, longest] = asking;
        if (areOpenedByPeers(evidence, members) || areHelpers(evidence, members))
            continue; // a proxy's, as long as the connection stays
        const Living& first = *evidence.livingOf(members.front());
        // Who started them before the trace, a listener or the program itself, is not known.
        const bool startedInTrace =
            std::ranges::none_of(members, [&](GoroutineIndex g) { return evidence.trace().preExisting(g); });
        const bool one = members.size() == 1;
        Finding f = findingAbout(evidence, std::move(members));
        f.tier = forLength(evidence, one || !startedInTrace ? Tier::Low : Tier::Medium);
        f.certainty = Certainty::Strong;
        f.primitive = evidence.openWait(first).primitive;
        f.site = evidence.site(place.second).frame;
        f.stack = evidence.openWait(first).stack;
        f.claim = counted(f.goroutines) + startedAt(evidence, f.createdAt) +
                  (one ? " waits for an answer" : " wait for an answer each") + " at " + placeOf(evidence, f.site) +
                  " for up to " + durationText(f.oldest) + "; answers before came within " + durationText(longest) +
                  ". Nothing has ended the wait: there is no deadline, or a late one.";
        f.doubt = "Whether the peer is silent, or only slow this time, a trace cannot tell.";
        f.numbers.emplace_back("longest_answer_ns", longest);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
