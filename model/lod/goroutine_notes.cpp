// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/goroutine_notes.h"

#include "model/lod/each_seen.h"

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

template <class Table> OwnedPlaces byGoroutine(const Trace& trace, const Table& table) {
    Pairs pairs;
    for (std::uint32_t i = 0; i < table.size(); ++i)
        if (const GoroutineIndex g = table[i].goroutine; g.value < trace.goroutines.size())
            pairs.emplace_back(g.value, i);
    return pairs.empty() ? OwnedPlaces() : OwnedPlaces(trace.goroutines.size(), pairs);
}

} // namespace

OwnedPlaces::OwnedPlaces(std::size_t owners, std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs)
    : firsts_(owners + 1), places_(pairs.size()) {
    for (const auto& [owner, place] : pairs)
        ++firsts_[owner + 1];
    for (std::size_t i = 0; i < owners; ++i)
        firsts_[i + 1] += firsts_[i];
    std::vector<std::uint32_t> next(firsts_.begin(), firsts_.end() - 1);
    for (const auto& [owner, place] : pairs)
        places_[next[owner]++] = place;
}

GoroutineNotes::GoroutineNotes(const Trace& trace)
    : logs_(byGoroutine(trace, trace.logs))
    , samples_(byGoroutine(trace, trace.cpuSamples))
    , runtimeWork_(byGoroutine(trace, trace.ranges)) {
    // A region goes to the outermost track that is free when it begins: for nested ones that is their depth.
    const OwnedPlaces regions = byGoroutine(trace, trace.regions);
    Pairs pairs;
    std::uint32_t first = 0;
    if (!regions.empty())
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
            firstTracks_.push_back(first);
            std::vector<Time> busyUntil;
            for (const std::uint32_t place : regions.of(g)) {
                const Region region = trace.regions[place];
                const auto free = std::ranges::find_if(busyUntil, [&](Time t) { return t <= region.begin; });
                const auto track = static_cast<std::uint32_t>(free - busyUntil.begin());
                if (free == busyUntil.end())
                    busyUntil.push_back(region.end);
                else
                    *free = region.end;
                pairs.emplace_back(first + track, place);
            }
            first += static_cast<std::uint32_t>(busyUntil.size());
        }
    firstTracks_.push_back(first);
    if (!pairs.empty())
        tracks_ = OwnedPlaces(first, pairs);

    pairs.clear();
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if (const Waker creator = trace.creator({g}); creator.isGoroutine())
            pairs.emplace_back(creator.goroutine().value, g);
    if (!pairs.empty())
        created_ = OwnedPlaces(trace.goroutines.size(), pairs);

    threadRuns_.resize(trace.threads.size());
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p) {
        const auto& spans = trace.processors[p].spans;
        for (std::size_t i = 0; i < spans.size(); ++i) {
            const ProcSpan span = spans[i];
            const Time end = i + 1 < spans.size() ? spans[i + 1].start : trace.duration;
            if (span.state == ProcState::Running && span.thread.value < threadRuns_.size() && span.start < end)
                threadRuns_[span.thread.value].push_back({{span.start, end}, {p}});
        }
    }
    for (auto& runs : threadRuns_)
        std::ranges::sort(runs, {}, [](const ThreadRun& run) { return run.range.begin; });
}

const ThreadRun* longestRunIn(std::span<const ThreadRun> runs, TimeRange cell) {
    const ThreadRun* longest = nullptr;
    eachSeen(
        runs, cell, cell.length(), [](const ThreadRun& run) { return run.range; },
        [&](const ThreadRun& run) {
            if (run.range.end > cell.begin && (longest == nullptr || run.range.length() > longest->range.length()))
                longest = &run;
        });
    return longest;
}

} // namespace waitscope
