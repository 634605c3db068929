// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/channel_without_peer.h"

#include "model/report/text.h"

#include <algorithm>
#include <map>

namespace waitscope {

namespace {

/// Each creator got one answer and left the other senders behind: at most one of its children at this site ended.
bool firstResultWon(const Evidence& evidence, const BlockedGroup& group) {
    const Trace& trace = evidence.trace();
    std::map<std::uint32_t, std::uint32_t> stuckOf;
    for (const GoroutineIndex g : group.members) {
        const Waker creator = trace.creator(g);
        if (!creator.isGoroutine())
            return false;
        ++stuckOf[creator.goroutine().value];
    }
    std::map<std::uint32_t, std::uint32_t> bornOf;
    for (const GoroutineIndex g : evidence.cohort(group.cohort))
        if (const Waker creator = trace.creator(g); creator.isGoroutine())
            if (stuckOf.contains(creator.goroutine().value))
                ++bornOf[creator.goroutine().value];
    constexpr std::size_t noChance = 3;
    return stuckOf.size() >= noChance && std::ranges::all_of(stuckOf, [&](const auto& parent) {
               return bornOf[parent.first] >= 2 && bornOf[parent.first] == parent.second + 1;
           });
}

} // namespace

void channelWithoutPeer(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const BlockedGroup& group : scene.groups.all()) {
        const bool send = group.primitive == Primitive::ChanSend;
        if (group.tier < Tier::Medium || (!send && group.primitive != Primitive::ChanReceive))
            continue;
        const auto& peers = evidence.site(group.site).wakers;
        // Where a peer ended just now others like it come: each message may have a sender of its own.
        if (std::ranges::any_of(peers, [&](GoroutineIndex p) {
                return trace.aliveAtEnd(p) || trace.lifetime(p).end > evidence.end() - evidence.threshold();
            }))
            continue;
        Finding f = findingAbout(evidence, group);
        f.certainty = send ? Certainty::Strong : Certainty::NeedsCode;
        const std::string doing = send ? "receiving" : "sending";
        std::string peer = "nobody was ever seen " + doing + " there";
        if (!peers.empty()) {
            Time last = 0;
            for (const GoroutineIndex p : peers)
                last = std::max(last, trace.lifetime(p).end);
            peer = "the last goroutine seen " + doing + " there ended at " + durationText(last);
            f.numbers.emplace_back("last_peer_ended_ns", last);
        }
        f.numbers.emplace_back("peers_seen", static_cast<std::int64_t>(peers.size()));
        f.claim = (send ? counted(f.goroutines, "sender waits", "senders wait")
                        : counted(f.goroutines, "receiver waits", "receivers wait")) +
                  " at " + placeOf(evidence, f.site) + "; " + peer + ".";
        if (send && firstResultWon(evidence, group)) {
            f.claim += " Each caller took the first result and left the other senders: a channel with room for all of "
                       "them would let them end.";
            f.numbers.emplace_back("first_result_wins", std::int64_t{1});
        }
        f.doubt = "A hand-over through a buffer leaves no trace, and goroutines outside this window are unknown.";
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
