// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/lock_use.h"

#include "model/waits/wake_up.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

namespace waitscope {

namespace {

Time nearestRank(std::vector<Time>& values, std::size_t percent) {
    if (values.empty())
        return 0;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>((values.size() * percent + 99) / 100 - 1);
    std::ranges::nth_element(values, at);
    return *at;
}

/// Sets that grow together; numbers are sites first, then unlocking frames.
class Union {
  public:
    explicit Union(std::size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), 0U); }
    std::uint32_t rootOf(std::uint32_t x) {
        while (parents_[x] != x)
            x = parents_[x] = parents_[parents_[x]];
        return x;
    }
    void join(std::uint32_t a, std::uint32_t b) { parents_[rootOf(a)] = rootOf(b); }

  private:
    std::vector<std::uint32_t> parents_;
};

// An unlock of a writer frees all readers at once: wake-ups by one goroutine closer than this are one.
constexpr Time oneUnlock = 5'000;

/// The time in which at least one of the waits lasted. O(n log n).
Time timeWithOne(const Evidence& evidence, const std::vector<std::uint32_t>& waits) {
    std::vector<TimeRange> ranges;
    ranges.reserve(waits.size());
    for (const std::uint32_t w : waits)
        ranges.push_back(evidence.trace().spans.range(evidence.lockWaits()[w].span));
    std::ranges::sort(ranges, {}, &TimeRange::begin);
    Time sum = 0;
    Time until = 0;
    for (const TimeRange& range : ranges) {
        sum += std::max<Time>(0, range.end - std::max(range.begin, until));
        until = std::max(until, range.end);
    }
    return sum;
}

void measureClass(const Evidence& evidence, LockClass& lock) {
    const Trace& trace = evidence.trace();
    const auto& waits = evidence.lockWaits();
    std::vector<Time> begins;
    begins.reserve(lock.waits.size());
    for (const std::uint32_t w : lock.waits)
        begins.push_back(trace.spans.start(waits[w].span));
    std::ranges::sort(begins);
    lock.queued = timeWithOne(evidence, lock.waits);
    std::vector<Time> gaps;
    Time last = -1;
    GoroutineIndex lastWaker;
    std::size_t begun = 0;
    std::size_t woken = 0;
    bool queued = false;
    for (const std::uint32_t w : lock.waits) {
        if (waits[w].open)
            break; // they are last
        const Time end = trace.spans.end(waits[w].span);
        while (begun < begins.size() && begins[begun] <= end)
            ++begun;
        lock.peakQueue = std::max<std::uint64_t>(lock.peakQueue, begun - woken);
        ++woken;
        const WakeUp wakeUp = wakeUpAfter(evidence.facts(), waits[w].span);
        const bool same = last >= 0 && wakeUp.goroutine == lastWaker && end - last < oneUnlock;
        if (queued && !same)
            gaps.push_back(end - last);
        if (!same) {
            last = end;
            lastWaker = wakeUp.goroutine;
        }
        queued = begun > woken;
    }
    if (gaps.size() >= 10)
        lock.hold = nearestRank(gaps, 50);
}

} // namespace

LockUse lockUseOf(const Evidence& evidence) {
    const Trace& trace = evidence.trace();
    const auto& waits = evidence.lockWaits();
    LockUse use;

    // Rows, and who unlocked where.
    std::vector<std::uint32_t> rowOfSite(evidence.siteCount(), UINT32_MAX);
    std::vector<std::vector<Time>> lengths;
    std::vector<Time> longest;
    std::unordered_map<std::uint64_t, Time> unlocks; // (row, frame) -> time
    for (const LockWait& wait : waits) {
        std::uint32_t& row = rowOfSite[wait.site];
        if (row == UINT32_MAX) {
            row = static_cast<std::uint32_t>(use.sites.size());
            use.sites.emplace_back().site = wait.site;
            lengths.emplace_back();
            longest.push_back(-1);
        }
        LockSite& site = use.sites[row];
        const Time length = trace.spans.range(wait.span).length();
        site.total += length;
        if (length > longest[row]) {
            longest[row] = length;
            site.stack = trace.spans.stack(wait.span);
            site.detail = evidence.facts().waits.of(trace, wait.span).detail;
        }
        if (site.goroutines.empty() || site.goroutines.back() != wait.goroutine)
            site.goroutines.push_back(wait.goroutine); // waits come goroutine by goroutine
        if (wait.open) {
            ++site.open;
            continue;
        }
        ++site.finished;
        lengths[row].push_back(length);
        const WakeUp wakeUp = wakeUpAfter(evidence.facts(), wait.span);
        if (const FrameId frame = evidence.facts().waits.siteOf(wakeUp.stack); frame.known())
            unlocks[std::uint64_t{row} << 32U | frame.value] += length;
    }
    Union sets(use.sites.size() + trace.stacks.frameCount());
    std::vector<std::pair<std::uint64_t, Time>> sorted(unlocks.begin(), unlocks.end());
    std::ranges::sort(sorted);
    std::vector<Time> most(use.sites.size(), -1);
    for (const auto& [key, time] : sorted) {
        const auto row = static_cast<std::uint32_t>(key >> 32U);
        const auto frame = static_cast<std::uint32_t>(key);
        sets.join(row, static_cast<std::uint32_t>(use.sites.size()) + frame);
        if (time > most[row]) {
            most[row] = time;
            use.sites[row].unlock = {frame};
        }
    }

    std::map<std::uint32_t, std::uint32_t> classes; // of roots, numbered in the order of their first site
    for (std::uint32_t row = 0; row < use.sites.size(); ++row) {
        LockSite& site = use.sites[row];
        site.p50 = nearestRank(lengths[row], 50);
        site.p99 = nearestRank(lengths[row], 99);
        site.max = lengths[row].empty() ? 0 : *std::ranges::max_element(lengths[row]);
        site.lockClass =
            classes.try_emplace(sets.rootOf(row), static_cast<std::uint32_t>(classes.size())).first->second;
    }
    use.classes.resize(classes.size());
    for (std::uint32_t w = 0; w < waits.size(); ++w)
        use.classes[use.sites[rowOfSite[waits[w].site]].lockClass].waits.push_back(w);
    for (LockClass& lock : use.classes) {
        std::ranges::sort(lock.waits, {}, [&](std::uint32_t w) {
            return std::pair(waits[w].open ? INT64_MAX : trace.spans.end(waits[w].span), w);
        });
        measureClass(evidence, lock);
    }
    std::erase_if(use.sites, [](const LockSite& site) { return site.finished == 0; });
    std::ranges::stable_sort(use.sites, std::greater(), &LockSite::total);
    return use;
}

} // namespace waitscope
