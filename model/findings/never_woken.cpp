// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/never_woken.h"

#include "model/findings/guards.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

struct Ruling {
    Tier tier;
    std::string_view rule;
};

Ruling lockRuling(const Evidence& evidence, const BlockedGroup& group) {
    if (group.detail == "sync.Once")
        return {Tier::Low, "it waits for another's sync.Once, which may take long"};
    if (group.oldest >= evidence.longWait())
        return {Tier::High, "a lock is not held that long by design"};
    if (group.members.size() >= 3)
        return {Tier::Medium, "several wait for a lock, but not for very long yet"};
    return {Tier::Low, "one or two wait for a lock, and not for very long yet"};
}

Ruling foreverRuling(const BlockedGroup& group) {
    if (group.fresh >= 20 || (group.fresh >= 5 && group.spread >= 3))
        return {Tier::High, "nothing can wake them, and the trace saw them come"};
    // A nil channel is always a mistake, a select without cases is a way to keep a goroutine for ever.
    if (group.primitive == Primitive::SelectEmpty && group.spread <= 1 && group.creatorsLeft == 0)
        return {Tier::Low,
                "they were started at one time by a call that still runs, as a program starts what it keeps"};
    if (group.members.size() >= 5 || group.spread >= 2)
        return {Tier::Medium, "nothing can wake them, but the trace did not see them come one after another"};
    return {Tier::Low, "one that waits for ever is often meant to keep a program alive"};
}

Ruling sendRuling(const Evidence& evidence, const BlockedGroup& group) {
    const std::size_t n = group.members.size();
    Ruling ruling{Tier::Low, "a single sender whose creator still runs may be received from later"};
    if (n >= 20 || (n >= 2 && group.spread >= 2))
        ruling = {Tier::High, "a sender has something to hand over, and nobody takes it"};
    else if (n >= 2 || group.creatorsLeft > 0)
        ruling = {Tier::Medium, "a sender has something to hand over, and nobody takes it"};
    // A creator that received and returned does not come back to this channel.
    std::vector<GoroutineIndex> gone;
    for (const GoroutineIndex g : group.members)
        if (creatorLeft(evidence, g))
            gone.push_back(evidence.trace().creator(g).goroutine());
    std::ranges::sort(gone);
    const bool receiverIsAbout = std::ranges::any_of(evidence.site(group.site).wakers, [&](GoroutineIndex w) {
        return isAbout(evidence, w) && !std::ranges::binary_search(gone, w);
    });
    const bool doubtful = group.oldest < evidence.longWait() || group.fresh == 0 || receiverIsAbout;
    if (!doubtful)
        return ruling;
    const std::string_view why = receiverIsAbout    ? "a receiver of this channel is alive and not stuck itself"
                                 : group.fresh == 0 ? "all of them are older than the trace"
                                                    : "they have not waited for very long yet";
    return {n == 1 ? Tier::Low : std::min(ruling.tier, Tier::Medium), why};
}

/// What called them has come to its end, and so has all that could wake them but main: nobody would keep what waits for
/// work then. (A rule beyond section 3a, for kernels of known bugs that leave a single goroutine.)
bool areLeftAlone(const Evidence& evidence, const BlockedGroup& group) {
    const Trace& trace = evidence.trace();
    return evidence.standsStill() && group.fresh == group.members.size() &&
           ownLine(evidence.facts(), group.stack).known() && std::ranges::none_of(group.members, [&](GoroutineIndex g) {
               const Waker creator = trace.creator(g);
               return !creator.isGoroutine() || trace.aliveAtEnd(creator.goroutine());
           });
}

/// The many that were like them came to their end, and soon: such goroutines are not kept, these are what is left. (A
/// rule beyond section 3a, for kernels of known bugs where two of a hundred requests of one burst hang.)
bool areLeftBehind(const Evidence& evidence, const BlockedGroup& group) {
    // A library starts whatever it is asked for at one line: only who waits at the same one is like another.
    const FrameId entry = evidence.trace().goroutines.entry(group.members.front());
    const bool dispatched = evidence.facts().waits.isLibrary(entry) || isFromModule(evidence.trace(), entry);
    if (dispatched && evidence.site(group.site).finished < 10 * group.members.size())
        return false;
    const std::size_t ended = evidence.endedOf(group.cohort);
    const std::size_t n = group.members.size();
    return n >= 2 && group.outliving == n && ended >= 20 && ended >= 10 * n && group.oldest >= evidence.longWait();
}

Ruling receiveRuling(const Evidence& evidence, const BlockedGroup& group) {
    if (haveLiveConnections(evidence, group.members))
        return {Tier::Low, "each belongs to a connection that is open, and waits as long as its peer stays"};
    if (watchProcesses(evidence, group.members))
        return {Tier::Low, "each stands for a process that somebody waits for"};
    if (group.cleared > group.members.size() && group.outliving < 5)
        return {Tier::Low, "more goroutines like it finished waits at this line than not: the line is in use"};
    // From here on it can be said that no more come.
    constexpr Time longEnough = 1'000'000'000;
    // A program starts what it keeps within a while, and a library keeps a goroutine for each thing it is asked for.
    constexpr std::uint32_t few = 20;
    const bool started = group.cameToAnEnd && group.fresh < few;
    if (started && group.inModule)
        return {Tier::Low, "a library started them within a while, and then no more"};
    // Of those that were there before the trace it is not known how they came.
    const bool noneCame = group.fresh == 0 && evidence.end() >= longEnough;
    if (noneCame && group.inModule)
        return {Tier::Low, "a library started them before the trace, and then no more"};
    if ((group.cameToAnEnd || noneCame) && group.served * 4 >= group.members.size())
        return {Tier::Low, "no more came, and others like them finish waits at this line"};
    constexpr std::size_t many = 100;
    // All that were ever started are there. If no more come either, and the calls that started them go on or some are
    // in use, they are what a program starts to keep, and so many as it needs.
    const bool noneEnded = evidence.endedOf(group.cohort) == 0;
    const bool kept = noneEnded && (group.creatorsLeft * 2 < group.members.size() || group.served > 0);
    if (kept && group.cameToAnEnd && group.members.size() < many)
        return {Tier::Low, "no more of them come and none ended: the same as what a program starts to keep"};
    if (noneEnded && group.inModule && group.paused && group.creatorsLeft == 0)
        return {Tier::Low, "a library started them within a while, in calls that go on, and then no more"};
    if (areHelpers(evidence, group.members))
        return {Tier::Low, "each belongs to a goroutine that is still in the call which started it"};
    constexpr Time startOfAProgram = 2'000'000'000;
    const bool doubtful = group.inModule || started || (kept && group.cameToAnEnd) || (noneEnded && group.paused) ||
                          (noneEnded && group.served * 4 >= group.members.size()) ||
                          mayBeStartUp(evidence, group.members, startOfAProgram);
    const auto limited = [&](Tier tier) { return doubtful ? std::min(tier, Tier::Medium) : tier; };
    if (group.fresh >= 5 && group.spread >= 3)
        return {limited(Tier::High), "they came one after another, and none was woken"};
    if (group.fresh >= 4 && group.spread >= 2 && group.creatorsLeft * 2 >= group.members.size() &&
        evidence.site(group.site).finished == 0)
        return {Tier::Medium, "the calls that started them have returned, and no wait at this line ever ended"};
    if (areLeftAlone(evidence, group))
        return {Tier::Medium, "those that started them have ended, and nothing goes on that could wake them"};
    if (areLeftBehind(evidence, group))
        return {Tier::Medium, "more than nine of ten goroutines like them ended long ago"};
    if (group.members.size() >= many)
        return {Tier::Medium, "so many are seldom meant to be idle, but a pool looks the same"};
    return {Tier::Low, "few, or started at one time: the same as goroutines that wait for work"};
}

Ruling rulingOn(const Evidence& evidence, const BlockedGroup& group) {
    switch (group.primitive) {
    case Primitive::Mutex:
    case Primitive::RWMutexRead:
    case Primitive::RWMutexWrite:
        return lockRuling(evidence, group);
    case Primitive::NilChan:
    case Primitive::SelectEmpty:
        return foreverRuling(group);
    case Primitive::ChanSend:
        return sendRuling(evidence, group);
    case Primitive::Unknown:
        return {Tier::Medium, "created together before the trace, and none moved in it"};
    default:
        return receiveRuling(evidence, group);
    }
}

/// Whoever was seen to end a wait there is one of their kind: they take and give back what there is a number of.
bool isSemaphore(const Evidence& evidence, const BlockedGroup& group) {
    if (group.primitive != Primitive::ChanSend && group.primitive != Primitive::ChanReceive)
        return false;
    constexpr std::size_t some = 3;
    const auto& wakers = evidence.site(group.site).wakers;
    const auto own =
        std::ranges::count_if(wakers, [&](GoroutineIndex w) { return evidence.cohortOf(w) == group.cohort; });
    return wakers.size() >= some && static_cast<std::size_t>(own) * 2 > wakers.size();
}

std::string doubtOf(const BlockedGroup& group) {
    if (group.primitive == Primitive::NilChan || group.primitive == Primitive::SelectEmpty)
        return "Nothing in the program can wake such a wait; that it was not meant needs the code.";
    if (group.primitive == Primitive::Unknown)
        return "This version of Go records neither where nor why a goroutine waited before the trace; a goroutine "
               "dump would say.";
    if (group.beforeTrace && group.fresh == 0)
        return "They were blocked before the trace began, so their true age is not known, and a trace cannot prove "
               "that they will never be woken.";
    if (group.tier < Tier::Medium)
        return "Goroutines that wait for work look the same; a trace cannot prove that they will never be woken.";
    if (group.tier == Tier::Medium && !isLock(group.primitive))
        return "A pool that was started in the trace and had nothing to do can look the same; a trace cannot prove "
               "that they will never be woken.";
    return "A trace cannot prove that they will never be woken.";
}

} // namespace

Tier neverWokenTier(const Evidence& evidence, const BlockedGroup& group, std::string_view& rule) {
    const Ruling ruling = rulingOn(evidence, group);
    rule = ruling.rule;
    return forLength(evidence, ruling.tier);
}

void neverWoken(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    for (const BlockedGroup& group : scene.groups.all()) {
        Finding f = findingAbout(evidence, group);
        f.certainty = Certainty::Proved;
        f.semaphore = isSemaphore(evidence, group);
        const std::string who = counted(f.goroutines) + startedAt(evidence, f.createdAt);
        const bool one = f.goroutines == 1;
        const std::string ages = (group.beforeTrace ? "at least " : "") + spanOfTimes(group.youngest, group.oldest);
        if (group.primitive == Primitive::Unknown) {
            f.claim = who + (one ? " has" : " have") + " been blocked since before the trace. None was woken in " +
                      durationText(evidence.trace().duration) +
                      ". Their ids lie side by side: " + percentText(group.density * 100) +
                      " of the numbers between the first and the last.";
            f.numbers.emplace_back("id_density_percent", group.density * 100);
        } else {
            f.claim = who;
            f.claim.append(one ? " has" : " have").append(" been blocked in ");
            f.claim.append(primitiveText(group.primitive, group.detail)).append(" at ");
            f.claim.append(placeOf(evidence, f.site)).append(" for ").append(ages).append(". ");
            f.claim.append(one ? "It was not" : "None was").append(" woken before the trace ended.");
            if (group.density >= denseIds) {
                f.claim += " They were probably created together before the trace: their ids are " +
                           percentText(group.density * 100) + " of the numbers between the first and the last.";
                f.numbers.emplace_back("id_density_percent", group.density * 100);
            }
        }
        f.numbers.emplace_back("youngest_ns", group.youngest);
        f.numbers.emplace_back("born_in_trace", std::int64_t{group.fresh});
        f.numbers.emplace_back("creator_left", std::int64_t{group.creatorsLeft});
        f.numbers.emplace_back("tenths_of_trace", std::int64_t{group.spread});
        f.doubt = doubtOf(group);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
