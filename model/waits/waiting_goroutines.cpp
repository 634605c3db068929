// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/waiting_goroutines.h"

#include "model/waits/each_wait.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace waitscope {

namespace {

/// Calls `visit(GoroutineIndex, SpanIndex, open)` for each wait of the row that touches the range.
template <class Visit>
void eachWaitOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range, bool runtimeGoroutines,
                std::span<const GoroutineIndex> only, const Visit& visit) {
    RowOfWait rows(facts, row.by);
    std::vector<std::uint8_t> wanted; // by row
    const auto look = [&](GoroutineIndex g) {
        const bool another = row.by == WaitGrouping::Goroutine && g != row.goroutine;
        if (another || (!runtimeGoroutines && facts.waits.isRuntime(g)))
            return;
        eachWait(facts, g, range, [&](SpanIndex s, std::uint32_t c, bool open) {
            const auto waker = row.by == WaitGrouping::Waker ? wakerKeyOf(facts, s, c, open) : std::nullopt;
            const std::uint32_t r = rows.rowOf(g, s, c, waker);
            if (r == wanted.size())
                wanted.push_back(rows.keys()[r] == row);
            if (wanted[r] != 0)
                visit(g, s, open);
        });
    };
    for (const GoroutineIndex g : only)
        look(g);
    for (std::uint32_t g = 0; only.empty() && g < facts.trace->goroutines.size(); ++g)
        look({g});
}

} // namespace

std::vector<WaitingGoroutine> goroutinesOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range,
                                           bool runtimeGoroutines, std::span<const GoroutineIndex> only) {
    const Trace& trace = *facts.trace;
    std::vector<WaitingGoroutine> found;
    eachWaitOf(facts, row, range, runtimeGoroutines, only, [&](GoroutineIndex g, SpanIndex s, bool open) {
        if (found.empty() || found.back().goroutine != g)
            found.push_back({.goroutine = g});
        WaitingGoroutine& own = found.back();
        ++own.waits;
        own.total += trace.spans.range(s).clippedTo(range).length();
        const Time length = trace.spans.range(s).length();
        if (own.wait.known() && !open && length <= own.length)
            return;
        own.wait = s;
        own.since = trace.spans.start(s);
        own.length = length;
        own.open = open;
        own.beforeTrace = trace.spans.kind(s).origin == SpanOrigin::BeforeTrace;
    });
    std::unordered_map<std::uint32_t, StringId> labels; // few goroutines have one
    for (const Label& label : trace.labels)
        labels[label.goroutine.value] = label.text;
    if (!labels.empty())
        for (WaitingGoroutine& own : found)
            if (const auto label = labels.find(own.goroutine.value); label != labels.end())
                own.label = label->second;
    std::ranges::stable_sort(found, [&](const WaitingGoroutine& a, const WaitingGoroutine& b) {
        return std::tuple(b.open, b.length, trace.goroutines.id(a.goroutine)) <
               std::tuple(a.open, a.length, trace.goroutines.id(b.goroutine));
    });
    return found;
}

std::vector<WaitingGoroutine> goroutinesWaitingAt(const TraceFacts& facts, Primitive primitive, FrameId site,
                                                  TimeRange range, bool runtimeGoroutines) {
    return goroutinesOf(facts, {.by = WaitGrouping::Site, .primitive = primitive, .site = site}, range,
                        runtimeGoroutines);
}

std::vector<WaitingGoroutine> oneOfEachStack(const Trace& trace, const std::vector<WaitingGoroutine>& goroutines) {
    std::vector<WaitingGoroutine> firsts;
    std::map<std::uint32_t, std::size_t> firstOf; // by stack
    for (const WaitingGoroutine& waiting : goroutines) {
        const StackId stack = trace.spans.stack(waiting.wait);
        if (!trace.stacks[stack].empty()) {
            const auto [found, isNew] = firstOf.try_emplace(stack.value, firsts.size());
            if (!isNew) {
                ++firsts[found->second].sameStack;
                continue;
            }
        }
        firsts.push_back(waiting);
    }
    return firsts;
}

RowWaits waitsOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range, bool runtimeGoroutines) {
    RowWaits waits;
    eachWaitOf(facts, row, range, runtimeGoroutines, {},
               [&](GoroutineIndex, SpanIndex s, bool open) { (open ? waits.open : waits.finished).push_back(s); });
    return waits;
}

SpanIndex openOrLongestWait(const TraceFacts& facts, GoroutineIndex g, TimeRange range) {
    SpanIndex found;
    Time longest = -1;
    eachWait(facts, g, range, [&](SpanIndex s, std::uint32_t, bool open) {
        const Time length = facts.trace->spans.range(s).length();
        if (!open && length <= longest)
            return;
        longest = length;
        found = s;
    });
    return found;
}

} // namespace waitscope
