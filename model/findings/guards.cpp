// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/guards.h"

#include "model/findings/threshold.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace waitscope {

namespace {

// A creator may have as many children as the trace has goroutines; so many of them are looked at for a pair.
constexpr std::size_t siblingsLookedAt = 64;

bool holds(const Trace& trace, StackId stack, StringId function) {
    return std::ranges::any_of(trace.stacks[stack], [&](FrameId f) { return trace.frame(f).function == function; });
}

bool readsStream(const Evidence& evidence, GoroutineIndex g) {
    const Trace& trace = evidence.trace();
    return trace.aliveAtEnd(g) &&
           evidence.idioms().isStreamRead(evidence.facts().waits.of(trace, trace.lastSpan(g)).stack);
}

/// It does, or it may: a wait whose stack is not recorded can be one for the network.
bool waitsForPeer(const Evidence& evidence, GoroutineIndex g) {
    const Trace& trace = evidence.trace();
    if (!trace.aliveAtEnd(g) || evidence.facts().waits.indexOf(trace, trace.lastSpan(g)) == 0)
        return false;
    const WaitClass& wait = evidence.facts().waits.of(trace, trace.lastSpan(g));
    return wait.primitive == Primitive::Network ||
           (evidence.isUnnamed(wait.stack) && !waitsToBePulled(trace, g, wait)) ||
           evidence.idioms().isStreamRead(wait.stack);
}

/// Streams that share a connection leave no goroutine of their own at the network: where their clients are in the trace
/// too, there must be one that reads for each.
bool haveReaders(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    const Trace& trace = evidence.trace();
    if (members.empty() || !Idioms::handlesStream(trace.function(members.front())))
        return false;
    const auto readers = static_cast<std::size_t>(std::ranges::count_if(evidence.living(), [&](const Living& l) {
        return readsStream(evidence, l.goroutine) || evidence.isUnnamed(l);
    }));
    return readers * 10 >= members.size() * 8;
}

} // namespace

bool creatorLeft(const Evidence& evidence, GoroutineIndex g) {
    const Trace& trace = evidence.trace();
    const Waker creator = trace.creator(g);
    if (!creator.isGoroutine())
        return false;
    if (!trace.aliveAtEnd(creator.goroutine()))
        return true;
    const SpanIndex wait = evidence.lastWait(creator.goroutine());
    if (!wait.known() || trace.spans.start(wait) < trace.lifetime(g).begin)
        return false;
    const auto creation = trace.stacks[trace.creationStack(g)];
    const StackId now = trace.spans.stack(wait);
    if (creation.empty() || evidence.isUnnamed(now))
        return false; // where a frame has no name (a file that was cut) the creating function may be behind it
    // A helper of a library, such as errgroup.Go, returns at once; what called it may stay.
    const auto own = std::ranges::find_if(
        creation, [&](FrameId f) { return !evidence.facts().waits.isLibrary(f) && !isFromModule(trace, f); });
    return !holds(trace, now, trace.frame(own == creation.end() ? creation.front() : *own).function);
}

bool mayBeStartUp(const Evidence& evidence, std::span<const GoroutineIndex> members, Time begin) {
    constexpr std::size_t many = 100; // so many are seldom meant to be idle
    return evidence.end() >= shortTrace && evidence.end() < begin && members.size() < many &&
           std::ranges::none_of(members, [&](GoroutineIndex g) { return creatorLeft(evidence, g); });
}

bool outlives(const Evidence& evidence, GoroutineIndex g) {
    const Time age = evidence.end() - evidence.trace().lifetime(g).begin;
    const auto usual = evidence.usualLife(evidence.cohortOf(g));
    return usual && age > evidence.threshold() && age > *usual + *usual / 2;
}

bool isAbout(const Evidence& evidence, GoroutineIndex g) {
    const Trace& trace = evidence.trace();
    if (!trace.aliveAtEnd(g))
        return false;
    const SpanIndex last = trace.lastSpan(g);
    const std::uint32_t c = evidence.facts().waits.indexOf(trace, last);
    if (c == 0 || trace.spans.start(last) > evidence.end() - evidence.threshold())
        return true;
    const Primitive p = evidence.facts().waits.all()[c].primitive;
    return p == Primitive::Network || p == Primitive::Sleep || p == Primitive::Syscall;
}

bool talks(const Living& l) {
    return l.networkWakes > 0 && l.networkWakes * 10ULL >= l.wakes;
}

bool haveLiveConnections(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    using namespace literals;
    const Trace& trace = evidence.trace();
    std::unordered_map<std::uint32_t, int> served;
    const auto serves = [&](GoroutineIndex g) { return waitsForPeer(evidence, g) && ++served[g.value] <= 3; };
    if (haveReaders(evidence, members))
        return true;
    std::size_t paired = 0;
    for (const GoroutineIndex g : members) {
        if (waitsForPeer(evidence, g)) {
            ++paired;
            continue;
        }
        const auto children = evidence.livingChildren(g);
        if (std::ranges::any_of(children.first(std::min(children.size(), siblingsLookedAt)), serves)) {
            ++paired;
            continue;
        }
        const Waker creator = trace.creator(g);
        if (!creator.isGoroutine())
            continue;
        const Time birth = trace.lifetime(g).begin;
        const auto siblings = evidence.livingChildren(creator.goroutine());
        auto s = std::ranges::lower_bound(siblings, birth - 10_ms, {},
                                          [&](GoroutineIndex other) { return trace.lifetime(other).begin; });
        bool found = false;
        for (std::size_t looked = 0; s != siblings.end() && looked < siblingsLookedAt && !found; ++s, ++looked) {
            if (trace.lifetime(*s).begin > birth + 10_ms)
                break;
            found = *s != g && serves(*s);
        }
        const bool stays = !creatorLeft(evidence, g) || readsStream(evidence, creator.goroutine());
        if (found || (stays && serves(creator.goroutine())))
            ++paired;
    }
    return !members.empty() && paired * 10 >= members.size() * 8;
}

bool areHelpers(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    const Trace& trace = evidence.trace();
    std::set<std::uint32_t> creators;
    for (const GoroutineIndex g : members)
        if (const Waker creator = trace.creator(g);
            creator.isGoroutine() && trace.aliveAtEnd(creator.goroutine()) && !creatorLeft(evidence, g))
            creators.insert(creator.goroutine().value);
    return members.size() >= 2 && creators.size() * 10 >= members.size() * 8;
}

bool watchProcesses(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    if (members.empty() || !watchesProcess(evidence.trace().function(members.front())))
        return false;
    const auto waiting = static_cast<std::size_t>(std::ranges::count_if(evidence.living(), [&](const Living& l) {
        return l.wait.known() && (evidence.idioms().isProcessWait(evidence.openWait(l).stack) || evidence.isUnnamed(l));
    }));
    return waiting * 10 >= members.size() * 8;
}

bool areOpenedByPeers(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    const Trace& trace = evidence.trace();
    const auto byPeers = std::ranges::count_if(members, [&](GoroutineIndex g) {
        const Waker creator = trace.creator(g);
        if (!creator.isGoroutine())
            return false;
        if (waitsForPeer(evidence, creator.goroutine()))
            return true;
        // A proxy waits for both directions of what a listener gave it, in the call that started them.
        const Waker above = trace.creator(creator.goroutine());
        return !creatorLeft(evidence, g) && above.isGoroutine() && waitsForPeer(evidence, above.goroutine());
    });
    return static_cast<std::size_t>(byPeers) * 2 > members.size();
}

bool areInUse(const Evidence& evidence, std::span<const GoroutineIndex> members) {
    std::size_t old = 0;
    std::size_t used = 0;
    for (const GoroutineIndex g : members) {
        const Living* const l = evidence.livingOf(g);
        const Time age = evidence.end() - evidence.trace().lifetime(g).begin;
        if (l == nullptr || age < 2 * evidence.threshold())
            continue;
        ++old;
        used += l->lastWokenByGoroutine >= evidence.end() - age / 2 ? 1 : 0;
    }
    return used * 2 > old;
}

void Spread::tell(Time t) {
    const auto tenth = duration_ <= 0 ? 0 : std::clamp<Time>(t * 10 / duration_, 0, 9);
    bool& seen = seen_[static_cast<std::size_t>(tenth)];
    count_ += seen ? 0 : 1;
    seen = true;
}

} // namespace waitscope
