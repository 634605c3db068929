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

/// The living goroutines that could call Done for a waiter, of those that were there when the wait began: its children,
/// or else those that the same call of its creator started beside it, which run something else.
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
        const auto [known, isNew] = siblings_.try_emplace(creator.goroutine());
        Siblings& siblings = known->second;
        if (isNew)
            siblings.byBirth = siblingsOf(waiter, creator.goroutine());
        const auto wasThere = [&](GoroutineIndex g) { return trace.lifetime(g).begin <= begin; };
        for (; siblings.added < siblings.byBirth.size() && wasThere(siblings.byBirth[siblings.added]); ++siblings.added)
            all_.insert(siblings.byBirth[siblings.added]);
        return !siblings.byBirth.empty() && wasThere(siblings.byBirth.front());
    }
    [[nodiscard]] const std::set<GoroutineIndex>& all() const { return all_; }

  private:
    /// Those that the same call started beside the goroutines of the group.
    struct Siblings {
        std::vector<GoroutineIndex> byBirth;
        std::size_t added = 0; ///< so many are among all()
    };
    std::vector<GoroutineIndex> siblingsOf(GoroutineIndex waiter, GoroutineIndex creator) {
        const Trace& trace = evidence_.trace();
        const StringId from = creatingFunction(trace, waiter);
        const StringId own = trace.frame(trace.goroutines.entry(waiter)).function;
        const auto children = evidence_.livingChildren(creator);
        std::vector<GoroutineIndex> siblings;
        for (const GoroutineIndex child : children.first(std::min(children.size(), enough)))
            if (trace.frame(trace.goroutines.entry(child)).function != own && creatingFunction(trace, child) == from)
                siblings.push_back(child);
        return siblings;
    }

    const Evidence& evidence_;
    std::set<GoroutineIndex> all_;
    std::map<GoroutineIndex, Siblings> siblings_; ///< by creator
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
