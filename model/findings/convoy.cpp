// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/convoy.h"

#include "model/report/text.h"
#include "model/waits/wake_up.h"

#include <algorithm>
#include <set>

namespace waitscope {

namespace {

/// A stretch of hand-overs during which the queue stayed long.
struct Run {
    std::size_t begin = 0; ///< places among the class's waits, by end
    std::size_t end = 0;
};

struct Measured {
    Run run;
    std::uint64_t medianQueue = 0;
    Time medianWait = 0;
    Time handOver = 0;      ///< median time from being woken to running
    double oldestFirst = 0; ///< share of wake-ups that went to the one that waited longest, percent
    double gaveWay = 0;     ///< share of unlockers that lost their processor on unlocking, percent
    std::size_t goroutines = 0;
    TimeRange range;
};

template <class T> T medianOf(std::vector<T>& values) {
    if (values.empty())
        return {};
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

// Whether the unlocker then stopped as `preempted`: a lock in starvation mode hands its owner's time on.
bool gaveWay(const Trace& trace, GoroutineIndex unlocker, Time at) {
    const SpanIndex span = trace.spanAt(unlocker, at);
    if (!span.known() || span.value + 1 >= trace.goroutines.marker(unlocker).value)
        return false;
    const SpanKind& next = trace.spans.kind({span.value + 1});
    return next.state == GoroutineState::Runnable && trace.text(next.reason) == "preempted";
}

Measured measure(const Evidence& evidence, const LockClass& lock, std::uint64_t longQueue) {
    const Trace& trace = evidence.trace();
    const auto& waits = evidence.lockWaits();
    const auto& order = lock.waits;
    std::vector<Time> begins;
    begins.reserve(order.size());
    for (const std::uint32_t w : order)
        begins.push_back(trace.spans.start(waits[w].span));
    // The earliest begin among those that are woken later, or never.
    std::vector<Time> earliestLater(order.size() + 1, INT64_MAX);
    for (std::size_t i = order.size(); i-- > 0;)
        earliestLater[i] = std::min(earliestLater[i + 1], begins[i]);
    std::vector<Time> sorted = begins;
    std::ranges::sort(sorted);
    Measured m;
    Run run;
    std::vector<std::uint64_t> queues(order.size());
    std::size_t begun = 0;
    for (std::size_t i = 0; i < order.size() && !waits[order[i]].open; ++i) {
        const Time end = trace.spans.end(waits[order[i]].span);
        while (begun < sorted.size() && sorted[begun] <= end)
            ++begun;
        queues[i] = begun - i;
        if (queues[i] < longQueue)
            run = {i + 1, i + 1};
        else
            run.end = i + 1;
        if (run.end - run.begin > m.run.end - m.run.begin)
            m.run = run;
    }
    std::vector<std::uint64_t> length;
    std::vector<Time> wait;
    std::vector<Time> handOver;
    std::set<std::uint32_t> goroutines;
    std::size_t oldest = 0;
    std::size_t gave = 0;
    std::size_t looked = 0;
    const std::size_t n = m.run.end - m.run.begin;
    // Unlockers are looked up in their own history: a few thousand tell the share.
    const std::size_t step = n / 2000 + 1;
    for (std::size_t i = m.run.begin; i < m.run.end; ++i) {
        const SpanIndex span = waits[order[i]].span;
        length.push_back(queues[i]);
        wait.push_back(trace.spans.range(span).length());
        goroutines.insert(waits[order[i]].goroutine.value);
        oldest += earliestLater[i + 1] >= begins[i] ? 1 : 0;
        if (trace.spans.state({span.value + 1}) == GoroutineState::Runnable)
            handOver.push_back(trace.spans.range({span.value + 1}).length());
        if ((i - m.run.begin) % step == 0) {
            const WakeUp wakeUp = wakeUpAfter(evidence.facts(), span);
            if (wakeUp.how == WokenBy::Goroutine) {
                ++looked;
                gave += gaveWay(trace, wakeUp.goroutine, trace.spans.end(span)) ? 1 : 0;
            }
        }
    }
    if (n == 0)
        return m;
    m.medianQueue = medianOf(length);
    m.medianWait = medianOf(wait);
    m.handOver = medianOf(handOver);
    m.goroutines = goroutines.size();
    m.oldestFirst = 100.0 * static_cast<double>(oldest) / static_cast<double>(n);
    m.gaveWay = looked > 0 ? 100.0 * static_cast<double>(gave) / static_cast<double>(looked) : 0;
    m.range = {trace.spans.end(waits[order[m.run.begin]].span), trace.spans.end(waits[order[m.run.end - 1]].span)};
    return m;
}

} // namespace

void convoy(const Scene& scene, std::vector<Finding>& found) {
    constexpr std::size_t fewestHandOvers = 50;
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    const std::uint64_t longQueue = std::max<std::uint64_t>(4, 2 * trace.processors.size());
    std::set<std::uint32_t> seen;
    for (const LockSite& row : scene.locks.sites) { // most time first: it names its class
        if (row.isPool() || !seen.insert(row.lockClass).second)
            continue;
        const LockClass& lock = scene.locks.classes[row.lockClass];
        if (lock.waits.size() < fewestHandOvers || !lock.hold)
            continue;
        const Measured m = measure(evidence, lock, longQueue);
        const std::size_t handOvers = m.run.end - m.run.begin;
        if (handOvers < fewestHandOvers || m.medianQueue < 4)
            continue;
        const Time hold = *lock.hold;
        const bool storm = handOvers < 2 * m.goroutines; // each of them came once
        const bool slow = m.medianWait >= 20 * hold || 10 * m.handOver >= 3 * (m.handOver + hold);
        if (!storm && (!slow || m.oldestFirst < 80))
            continue;
        Finding f = findingAboutNone(evidence);
        f.tier = storm ? Tier::Info : forLength(evidence, Tier::Medium);
        f.certainty = Certainty::Strong;
        f.primitive = evidence.site(row.site).primitive;
        f.site = evidence.site(row.site).frame;
        f.stack = row.stack;
        f.goroutines = m.goroutines;
        f.members = row.goroutines;
        f.function = trace.frame(trace.goroutines.entry(row.goroutines.front())).function;
        f.since = m.range.begin;
        f.oldest = 0;
        f.cost = static_cast<double>(row.total) / static_cast<double>(std::max<Time>(trace.duration, 1));
        const std::string queue = countText(m.medianQueue) + " in the queue";
        if (storm) {
            f.claim = "A storm at the lock taken at " + placeOf(evidence, f.site) + ": " + counted(m.goroutines) +
                      " queued up once each, and the queue drained in " + durationText(m.range.length()) + " (" +
                      durationText(hold) + " for each).";
            f.doubt = "Several locks can share this line.";
        } else {
            f.claim = "The queue for the lock taken at " + placeOf(evidence, f.site) + " never emptied for " +
                      durationText(m.range.length()) + " (" + queue + ", " + countText(handOvers) +
                      " hand-overs); each hand-over costs " + durationText(m.handOver) + " for " + durationText(hold) +
                      " of work, and a goroutine waits " + durationText(m.medianWait) +
                      ". Shorter sections or sharding help; more processors will not.";
            f.doubt = "That it is one lock is inferred from who woke whom.";
        }
        f.numbers.emplace_back("lock_class", std::int64_t{row.lockClass});
        f.numbers.emplace_back("hand_overs", static_cast<std::int64_t>(handOvers));
        f.numbers.emplace_back("median_queue", static_cast<std::int64_t>(m.medianQueue));
        f.numbers.emplace_back("median_wait_ns", m.medianWait);
        f.numbers.emplace_back("hand_over_ns", m.handOver);
        f.numbers.emplace_back("hold_ns", hold);
        f.numbers.emplace_back("oldest_first_percent", m.oldestFirst);
        f.numbers.emplace_back("gave_way_percent", m.gaveWay);
        f.numbers.emplace_back("length_ns", m.range.length());
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
