// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/blocker.h"

#include "model/findings/contention.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

// A part smaller than this explains nothing.
constexpr double leastPercent = 30;
// Locks that are looked into, those with the most time first.
constexpr std::size_t mostLocks = 5;

std::string doing(BlockerState state) {
    switch (state) {
    case BlockerState::Running:
        return "running: the locked section is long";
    case BlockerState::Runnable:
        return "ready and had no processor: the process was short of them";
    case BlockerState::Timer:
        return "waiting for a timer: move this call out of the locked section";
    case BlockerState::Waiting:
        return "waiting itself: move this call out of the locked section";
    case BlockerState::NotBorn:
        return "not started yet";
    case BlockerState::Unknown:
        return "doing something that was not recorded";
    case BlockerState::Syscall:
        return "in a system call: move this call out of the locked section";
    case BlockerState::Sleep:
        return "sleeping: move this call out of the locked section";
    case BlockerState::Network:
        return "waiting for the network: move this call out of the locked section";
    }
    return {};
}

void explainWaits(const Scene& scene, const LockSite& row, Tier tier, BlockerWalk& walk, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    std::vector<SpanIndex> waits;
    const LockClass& lock = scene.locks.classes[row.lockClass];
    Time since = trace.duration;
    for (const std::uint32_t w : lock.waits) {
        const LockWait& wait = evidence.lockWaits()[w];
        if (wait.site != row.site || wait.open)
            continue;
        waits.push_back(wait.span);
        since = std::min(since, trace.spans.start(wait.span));
    }
    const RootCauses causes = rootCausesOf(trace, walk.timesOf(waits, trace.wholeRange()));
    if (causes.causes.empty())
        return;
    const RootCause& first = causes.causes.front();
    const double percent = causes.percent(first).value_or(0);
    if (percent < leastPercent || !first.site.known())
        return;
    const SiteHistory& site = evidence.site(row.site);
    Finding f = findingAboutNone(evidence);
    f.tier = tier;
    f.certainty = Certainty::Strong;
    f.primitive = site.primitive;
    f.site = site.frame;
    f.stack = first.stack;
    f.cause = first.site;
    f.goroutines = row.goroutines.size();
    f.members = row.goroutines;
    f.function = trace.frame(trace.goroutines.entry(row.goroutines.front())).function;
    f.since = since;
    f.cost = static_cast<double>(causes.time) / static_cast<double>(std::max<Time>(trace.duration, 1));
    // A holder that has to help the collector is woken by the collector's workers.
    const bool ofRuntime = trace.text(trace.frame(first.site).function).starts_with("runtime.");
    f.claim = percentText(percent) + " of the waiting for the lock (" + std::string(nameOf(site.primitive)) +
              ") taken at " + placeOf(evidence, site.frame) + " passed while " + placeOf(evidence, first.site) +
              " was " +
              (ofRuntime && first.state == BlockerState::Running ? "running: the runtime kept the holder"
                                                                 : doing(first.state)) +
              ".";
    f.doubt = "Derived from the order of wake-ups; the holder of a lock is not recorded.";
    f.numbers.emplace_back("percent", percent);
    f.numbers.emplace_back("waits", static_cast<std::int64_t>(causes.waits));
    f.numbers.emplace_back("waits_looked_at", static_cast<std::int64_t>(causes.sampled));
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
    BlockerWalk walk(scene.evidence.facts());
    std::size_t looked = 0;
    for (const LockSite& row : scene.locks.sites) {
        const auto tier = contentionTier(scene.evidence, row);
        if (!tier || *tier < Tier::Medium)
            continue;
        if (++looked > mostLocks)
            break;
        explainWaits(scene, row, *tier, walk, found);
    }
    looked = 0;
    for (const BlockedGroup& group : scene.groups.all())
        if (isLock(group.primitive) && group.tier >= Tier::Medium && ++looked <= mostLocks)
            nameHolders(scene, group, found);
}

} // namespace waitscope
