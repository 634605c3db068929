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

} // namespace

std::optional<Tier> contentionTier(const Evidence& evidence, const LockSite& row) {
    using namespace literals;
    if (row.detail == "sync.Once")
        return std::nullopt; // waiting for another's initialisation is what it is for
    if (row.finished >= 100 && (concurrencyOf(evidence, row) >= 1 || shareOf(evidence, row) >= 5))
        return forLength(evidence, Tier::High);
    // A few long waits are what any lock shows on a busy machine, where its holder lost the processor: they are said,
    // and to be checked only where they add up to a fifth of what is heavy.
    const bool matters = concurrencyOf(evidence, row) >= 0.2 || shareOf(evidence, row) >= 1;
    if (row.finished >= 30 && row.p99 >= 10_ms)
        return matters ? forLength(evidence, Tier::Medium) : Tier::Low;
    return std::nullopt;
}

void contention(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const LockSite& row : scene.locks.sites) {
        const auto tier = contentionTier(evidence, row);
        if (!tier)
            continue;
        const double concurrency = concurrencyOf(evidence, row);
        const double share = shareOf(evidence, row);
        const SiteHistory& site = evidence.site(row.site);
        const LockClass& lock = scene.locks.classes[row.lockClass];
        Finding f = findingAboutNone(evidence);
        f.tier = *tier;
        f.certainty = Certainty::Proved;
        f.primitive = site.primitive;
        f.site = site.frame;
        f.stack = row.stack;
        f.cause = row.unlock;
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
        f.claim = "On average " + meanText(concurrency) + " goroutines were waiting for the lock (" +
                  std::string(nameOf(site.primitive)) + ") taken at " + placeOf(evidence, site.frame) + ", " +
                  percentText(share) + " of all goroutine time: " + counted(row.finished, "wait", "waits") + " of " +
                  counted(f.goroutines) + ", p99 " + durationText(row.p99) + ", longest " + durationText(row.max) + ".";
        if (lock.hold)
            f.claim += " The lock looks held for about " + durationText(*lock.hold) + " each time.";
        if (row.unlock.known() && row.unlock != site.frame)
            f.claim += " Most of it was ended by the unlock at " + placeOf(evidence, row.unlock) + ".";
        f.doubt = "Several locks can share this line, and uncontended use is not recorded.";
        f.numbers.emplace_back("concurrency", concurrency);
        f.numbers.emplace_back("share_percent", share);
        f.numbers.emplace_back("finished", static_cast<std::int64_t>(row.finished));
        f.numbers.emplace_back("open", static_cast<std::int64_t>(row.open));
        f.numbers.emplace_back("total_ns", row.total);
        f.numbers.emplace_back("p50_ns", row.p50);
        f.numbers.emplace_back("p99_ns", row.p99);
        f.numbers.emplace_back("max_ns", row.max);
        f.numbers.emplace_back("peak_queue", static_cast<std::int64_t>(lock.peakQueue));
        f.numbers.emplace_back("lock_class", std::int64_t{row.lockClass});
        if (lock.hold)
            f.numbers.emplace_back("hold_ns", *lock.hold);
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
