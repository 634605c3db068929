// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/blocker.h"

#include "model/findings/contention.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

// Groups that are looked into.
constexpr std::size_t mostLocks = 5;

std::string doing(BlockerState state, bool pool) {
    const std::string moved = pool ? ": give the connection back before" : ": move this call out of the locked section";
    switch (state) {
    case BlockerState::Running:
        return pool ? "running with a connection" : "running: the locked section is long";
    case BlockerState::Runnable:
        return "ready and had no processor: the process was short of them";
    case BlockerState::Timer:
        return "waiting for a timer" + moved;
    case BlockerState::Waiting:
        return "waiting itself" + moved;
    case BlockerState::NotBorn:
        return "not started yet";
    case BlockerState::Unknown:
        return "doing something that was not recorded";
    case BlockerState::Syscall:
        return "in a system call" + moved;
    case BlockerState::Sleep:
        return "sleeping" + moved;
    case BlockerState::Network:
        return "waiting for the network" + moved;
    }
    return {};
}

void explainWaits(const Scene& scene, const LockSite& row, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    const auto [cause, percent] = mainCauseOf(row);
    if (cause == nullptr)
        return;
    const SiteHistory& site = evidence.site(row.site);
    Finding f = findingAboutNone(evidence);
    f.tier = *row.contention;
    f.certainty = Certainty::Strong;
    f.primitive = site.primitive;
    f.site = site.frame;
    f.stack = cause->stack;
    f.cause = cause->site;
    f.goroutines = row.goroutines.size();
    f.members = row.goroutines;
    f.function = trace.frame(trace.goroutines.entry(row.goroutines.front())).function;
    f.since = trace.duration;
    for (const std::uint32_t w : scene.locks.classes[row.lockClass].waits)
        if (const LockWait& wait = evidence.lockWaits()[w]; wait.site == row.site && !wait.open)
            f.since = std::min(f.since, trace.spans.start(wait.span));
    f.cost = static_cast<double>(row.causes->time) / static_cast<double>(std::max<Time>(trace.duration, 1));
    f.claim =
        percentText(percent) + " of the waiting for " + lockText(evidence, row) + " passed while " +
        placeOf(evidence, cause->site) + " was " +
        (isOfRuntime(trace, *cause) && cause->state == BlockerState::Running ? "running: the runtime kept the holder"
                                                                             : doing(cause->state, row.isPool())) +
        ".";
    f.doubt = row.isPool() ? "Derived from the order of wake-ups; who has a connection is not recorded."
                           : "Derived from the order of wake-ups; the holder of a lock is not recorded.";
    f.numbers.emplace_back("percent", percent);
    f.numbers.emplace_back("waits", static_cast<std::int64_t>(row.causes->waits));
    f.numbers.emplace_back("waits_looked_at", static_cast<std::int64_t>(row.causes->sampled));
    f.numbers.emplace_back("lock_class", std::int64_t{row.lockClass});
    found.push_back(std::move(f));
}

void nameHolders(const Scene& scene, const BlockedGroup& group, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    Finding f = findingAbout(evidence, group);
    const auto holders = candidateHolders(evidence.facts(), group.primitive, f.site);
    f.certainty = Certainty::NeedsCode;
    if (holders.empty()) {
        f.claim = "Nobody alive is inside the function at " + placeOf(evidence, f.site) +
                  " behind its Lock: the holder has ended or holds it elsewhere. Look for a Lock without an Unlock";
        const bool mayBeItself = group.members.size() == 1 && evidence.site(group.site).wakers.empty();
        f.claim += mayBeItself ? ", or for one that this goroutine took before." : ".";
    } else {
        f.cause = holders.front().frame;
        f.claim = "The lock taken at " + placeOf(evidence, f.site) + " may be held by " +
                  counted(holders.front().goroutines) + " at " + placeOf(evidence, holders.front().frame) +
                  ", behind the same Lock.";
    }
    f.numbers.emplace_back("candidate_holders",
                           holders.empty() ? std::int64_t{0} : static_cast<std::int64_t>(holders.front().goroutines));
    f.doubt = "A trace does not record who holds a lock.";
    found.push_back(std::move(f));
}

} // namespace

void blocker(const Scene& scene, std::vector<Finding>& found) {
    for (const LockSite& row : scene.locks.sites)
        if (row.contention && *row.contention >= Tier::Medium)
            explainWaits(scene, row, found);
    std::size_t looked = 0;
    for (const BlockedGroup& group : scene.groups.all())
        if (isLock(group.primitive) && group.tier >= Tier::Medium && ++looked <= mostLocks)
            nameHolders(scene, group, found);
}

} // namespace waitscope
