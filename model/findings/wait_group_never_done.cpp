// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/wait_group_never_done.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace waitscope {

namespace {

StringId creatingFunction(const Trace& trace, GoroutineIndex g) {
    const auto frames = trace.stacks[trace.creationStack(g)];
    return frames.empty() ? StringId{} : trace.frame(frames.front()).function;
}

// Of goroutines that have very many children or siblings, so many are looked at.
constexpr std::size_t enough = 256;

/// The living goroutines that could call Done for a waiter: its children that were there when the wait began, or else
/// those that the same call of its creator started beside it, which run something else.
class Awaited {
  public:
    explicit Awaited(const Evidence& evidence) : evidence_(evidence) {}

    /// Adds them to all(); false if there is none. `waiter` is one of a group, so that all of them run the same
    /// function and were created at the same stack.
    bool add(GoroutineIndex waiter) {
        const Trace& trace = evidence_.trace();
        const Time begin = trace.spans.start(trace.lastSpan(waiter));
        const auto children = evidence_.livingChildren(waiter);
        std::size_t own = 0;
        while (own < std::min(children.size(), enough) && trace.lifetime(children[own]).begin <= begin)
            all_.insert(children[own++]);
        const Waker creator = trace.creator(waiter);
        if (own > 0 || !creator.isGoroutine())
            return own > 0;
        const auto [known, isNew] = siblings_.try_emplace(creator.goroutine(), false);
        if (isNew)
            known->second = addSiblings(waiter, creator.goroutine());
        return known->second;
    }
    [[nodiscard]] const std::set<GoroutineIndex>& all() const { return all_; }

  private:
    bool addSiblings(GoroutineIndex waiter, GoroutineIndex creator) {
        const Trace& trace = evidence_.trace();
        const StringId from = creatingFunction(trace, waiter);
        const StringId own = trace.frame(trace.goroutines.entry(waiter)).function;
        const auto siblings = evidence_.livingChildren(creator);
        bool any = false;
        for (const GoroutineIndex sibling : siblings.first(std::min(siblings.size(), enough)))
            if (trace.frame(trace.goroutines.entry(sibling)).function != own &&
                creatingFunction(trace, sibling) == from) {
                all_.insert(sibling);
                any = true;
            }
        return any;
    }

    const Evidence& evidence_;
    std::set<GoroutineIndex> all_;
    std::map<GoroutineIndex, bool> siblings_; ///< by creator: there are some
};

/// Where goroutines are, most of them first: "chan send at main.work main.go:12 (40), at work (2)".
std::string whereText(const Evidence& evidence, const std::set<GoroutineIndex>& goroutines) {
    constexpr std::size_t named = 3;
    std::map<std::uint32_t, std::uint64_t> counts; // by class of the wait; 0: it does not wait
    for (const GoroutineIndex g : goroutines) {
        const Living* const l = evidence.livingOf(g);
        ++counts[l != nullptr && l->wait.known() ? l->klass : 0];
    }
    std::vector<std::pair<std::uint32_t, std::uint64_t>> order(counts.begin(), counts.end());
    std::ranges::stable_sort(order, std::ranges::greater{}, &std::pair<std::uint32_t, std::uint64_t>::second);
    std::string text;
    for (std::size_t i = 0; i < order.size() && i < named; ++i) {
        const WaitClass& wait = evidence.facts().waits.all()[order[i].first];
        text += (i == 0 ? "" : ", ") +
                (order[i].first == 0
                     ? "at work"
                     : "in " + primitiveText(wait.primitive, wait.detail) + " at " + placeOf(evidence, wait.site)) +
                " (" + countText(order[i].second) + ")";
    }
    return order.size() > named ? text + " and " + countText(order.size() - named) + " more places" : text;
}

/// A finding about those of a group's waiters that are `waiters`.
Finding findingAboutWaiters(const Evidence& evidence, const BlockedGroup& group, std::vector<GoroutineIndex> waiters,
                            Tier tier) {
    Finding f = findingAbout(evidence, group);
    f.members = std::move(waiters);
    f.goroutines = f.members.size();
    f.cost = static_cast<double>(f.members.size());
    f.tier = tier;
    f.certainty = Certainty::Strong;
    f.claim = counted(f.goroutines, "WaitGroup wait", "WaitGroup waits") + " at " + placeOf(evidence, f.site) +
              (f.goroutines == 1 ? " is" : " are") + " still open after up to " + durationText(group.oldest) + "; ";
    return f;
}

} // namespace

void waitGroupNeverDone(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const BlockedGroup& group : scene.groups.all()) {
        if (group.primitive != Primitive::WaitGroup)
            continue;
        std::vector<GoroutineIndex> alone;
        std::vector<GoroutineIndex> others;
        Awaited awaited(evidence);
        for (const GoroutineIndex g : group.members)
            if (!trace.preExisting(g))
                (awaited.add(g) ? others : alone).push_back(g);
        if (!alone.empty()) {
            const std::size_t n = alone.size();
            const Tier tier = forLength(evidence, n >= 5 ? Tier::High : n >= 2 ? Tier::Medium : Tier::Low);
            Finding f = findingAboutWaiters(evidence, group, std::move(alone), tier);
            f.claim += "no child is left that could call Done, so Add and Done do not match.";
            f.doubt = "A goroutine that was started elsewhere may hold the WaitGroup too.";
            found.push_back(std::move(f));
        }
        if (!others.empty()) {
            // Their children are the cause, so it says no more than that they never woke.
            Finding f = findingAboutWaiters(evidence, group, std::move(others), group.tier);
            f.claim += counted(awaited.all().size(), "child is", "children are") +
                       " alive: " + whereText(evidence, awaited.all()) + ".";
            f.doubt = "They wait as long as their children do; that these are the ones awaited is inferred from who "
                      "started them.";
            f.numbers.emplace_back("children_alive", static_cast<std::int64_t>(awaited.all().size()));
            found.push_back(std::move(f));
        }
    }
}

} // namespace waitscope
