// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/contention.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

double concurrencyOf(const Evidence& evidence, const LockSite& row) {
    return static_cast<double>(row.total) / static_cast<double>(std::max<Time>(evidence.trace().duration, 1));
}

double shareOf(const Evidence& evidence, const LockSite& row) {
    const Time all = evidence.goroutineTime();
    return all > 0 ? 100.0 * static_cast<double>(row.total) / static_cast<double>(all) : 0;
}

// A part smaller than this explains nothing.
constexpr double leastPercent = 30;
// Sites that are looked into, those with the most time first.
constexpr std::size_t mostSites = 5;
// A lock is hot if somebody waits for it for this share of the time at least, or a crowd does: on average so many.
constexpr double hotPercent = 10;
constexpr double crowd = 10;

/// Of the time in which somebody could have waited for it, percent.
double queuedPercent(const Evidence& evidence, const LockClass& lock) {
    return 100.0 * static_cast<double>(lock.queued) / static_cast<double>(std::max<Time>(evidence.trace().duration, 1));
}

/// A pool is there to make callers wait when too many come. It is too small, or its connections are kept too long,
/// where there is a queue most of the time and a caller waits long. (A rule beyond section 3.)
std::optional<Tier> starvedTier(const Evidence& evidence, const LockSite& row, const LockClass& pool) {
    using namespace literals;
    const std::uint64_t asked = row.finished + row.open;
    if (row.finished < 5 || asked < 20 || row.p50 < 10_ms || concurrencyOf(evidence, row) < 1 ||
        queuedPercent(evidence, pool) < 50)
        return std::nullopt;
    const bool hangs = asked >= 100 && row.p50 >= 100_ms && queuedPercent(evidence, pool) >= 90;
    return forLength(evidence, hangs ? Tier::High : Tier::Medium);
}

std::optional<Tier> tierOf(const Evidence& evidence, const LockSite& row, const LockClass& lock) {
    using namespace literals;
    if (row.detail == "sync.Once")
        return std::nullopt; // waiting for another's initialisation is what it is for
    if (row.isPool())
        return starvedTier(evidence, row, lock);
    const double concurrency = concurrencyOf(evidence, row);
    const double share = shareOf(evidence, row);
    const bool heavy = row.finished >= 100 && (concurrency >= 1 || share >= 5);
    // Heavy now and then is not hot: one writer in the second, on a machine that is late.
    if (heavy && (queuedPercent(evidence, lock) >= hotPercent || share >= 50 || concurrency >= crowd))
        return forLength(evidence, Tier::High);
    // A few long waits are what any lock shows on a busy machine, where its holder lost the processor: they are said,
    // and to be checked only where they add up to a fifth of what is heavy.
    const bool matters = concurrency >= 0.2 || share >= 1;
    if (row.finished >= 30 && row.p99 >= 10_ms)
        return matters ? forLength(evidence, Tier::Medium) : Tier::Low;
    return heavy ? std::optional(forLength(evidence, Tier::Medium)) : std::nullopt;
}

/// Most of the waiting was for the runtime, or for a processor, and not for what the holder does. Where there is always
/// a queue, the next holder's way to a processor is a part of what the lock costs (D5).
bool isOfMachine(const Trace& trace, const RootCauses& causes, bool alwaysQueued) {
    double percent = 0;
    for (const RootCause& cause : causes.causes)
        if (isOfRuntime(trace, cause) || (cause.state == BlockerState::Runnable && !alwaysQueued))
            percent += causes.percent(cause).value_or(0);
    return percent >= 50;
}

} // namespace

bool isOfRuntime(const Trace& trace, const RootCause& cause) {
    return cause.site.known() && trace.text(trace.frame(cause.site).function).starts_with("runtime.");
}

MainCause mainCauseOf(const LockSite& row) {
    if (!row.causes || row.causes->causes.empty())
        return {};
    const RootCause& first = row.causes->causes.front();
    const double percent = row.causes->percent(first).value_or(0);
    return percent >= leastPercent && first.site.known() ? MainCause{&first, percent} : MainCause{};
}

void rateContention(const Evidence& evidence, LockUse& use) {
    const Trace& trace = evidence.trace();
    BlockerWalk walk(evidence.facts());
    std::size_t looked = 0;
    for (LockSite& row : use.sites) { // most time first
        const LockClass& lock = use.classes[row.lockClass];
        row.contention = tierOf(evidence, row, lock);
        if (!row.contention || *row.contention < Tier::Medium || ++looked > mostSites)
            continue;
        std::vector<SpanIndex> waits;
        for (const std::uint32_t w : lock.waits)
            if (const LockWait& wait = evidence.lockWaits()[w]; wait.site == row.site && !wait.open)
                waits.push_back(wait.span);
        row.causes = rootCausesOf(trace, walk.timesOf(waits, trace.wholeRange()));
        if (isOfMachine(trace, *row.causes, queuedPercent(evidence, lock) >= hotPercent))
            row.contention = Tier::Low;
    }
}

std::string lockText(const Evidence& evidence, const LockSite& row) {
    const SiteHistory& site = evidence.site(row.site);
    if (row.isPool())
        return "a connection of the pool at " + placeOf(evidence, site.frame);
    return "the lock (" + std::string(nameOf(site.primitive)) + ") taken at " + placeOf(evidence, site.frame);
}

void contention(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const LockSite& row : scene.locks.sites) {
        if (!row.contention)
            continue;
        const double concurrency = concurrencyOf(evidence, row);
        const double share = shareOf(evidence, row);
        const SiteHistory& site = evidence.site(row.site);
        const LockClass& lock = scene.locks.classes[row.lockClass];
        Finding f = findingAboutNone(evidence);
        f.tier = *row.contention;
        f.certainty = Certainty::Proved;
        f.primitive = site.primitive;
        f.site = site.frame;
        f.stack = row.stack;
        const MainCause main = mainCauseOf(row);
        f.cause = main.cause != nullptr && !isOfRuntime(trace, *main.cause) ? main.cause->site : row.unlock;
        f.goroutines = row.goroutines.size();
        f.members = row.goroutines;
        f.function = trace.frame(trace.goroutines.entry(row.goroutines.front())).function;
        f.since = trace.duration;
        f.oldest = 0;
        for (const std::uint32_t w : lock.waits) {
            const LockWait& wait = evidence.lockWaits()[w];
            if (wait.site != row.site)
                continue;
            f.since = std::min(f.since, trace.spans.start(wait.span));
            if (wait.open)
                f.oldest = std::max(f.oldest, trace.spans.range(wait.span).length());
        }
        f.cost = concurrency;
        f.claim = "On average " + meanText(concurrency) + " goroutines were waiting for " + lockText(evidence, row) +
                  ", " + percentText(share) + " of all goroutine time: " + counted(row.finished, "wait", "waits") +
                  " of " + counted(f.goroutines) + ", p99 " + durationText(row.p99) + ", longest " +
                  durationText(row.max) + ".";
        if (lock.hold && !row.isPool())
            f.claim += " The lock looks held for about " + durationText(*lock.hold) + " each time.";
        if (row.unlock.known() && row.unlock != site.frame)
            f.claim += (row.isPool() ? " Most of it was ended by who gave one back at "
                                     : " Most of it was ended by the unlock at ") +
                       placeOf(evidence, row.unlock) + ".";
        if (row.causes && f.tier < Tier::Medium)
            f.claim += " Most of it passed while the one who held it had no processor or was kept by the runtime.";
        f.doubt = row.isPool() ? "Several pools can share this line, and calls that did not wait are not recorded."
                               : "Several locks can share this line, and uncontended use is not recorded.";
        f.numbers.emplace_back("concurrency", concurrency);
        f.numbers.emplace_back("share_percent", share);
        f.numbers.emplace_back("finished", static_cast<std::int64_t>(row.finished));
        f.numbers.emplace_back("open", static_cast<std::int64_t>(row.open));
        f.numbers.emplace_back("total_ns", row.total);
        f.numbers.emplace_back("p50_ns", row.p50);
        f.numbers.emplace_back("p99_ns", row.p99);
        f.numbers.emplace_back("max_ns", row.max);
        f.numbers.emplace_back("peak_queue", static_cast<std::int64_t>(lock.peakQueue));
        f.numbers.emplace_back("queued_ns", lock.queued);
        f.numbers.emplace_back("lock_class", std::int64_t{row.lockClass});
        if (lock.hold)
            f.numbers.emplace_back("hold_ns", *lock.hold);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
