// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/goroutine_notes.h"

#include "model/lod/each_seen.h"

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

/// The rows of a table by goroutine; `goroutineOf(row)` may be one that does not exist.
template <class GoroutineOf>
OwnedPlaces byGoroutine(const Trace& trace, std::size_t rows, const GoroutineOf& goroutineOf) {
    return {trace.goroutines.size(), rows, [&](std::uint32_t row) {
                const GoroutineIndex g = goroutineOf(row);
                return g.value < trace.goroutines.size() ? g.value : nowhere;
            }};
}
template <class Row> OwnedPlaces byGoroutine(const Trace& trace, const GrowingColumn<Row>& rows) {
    return byGoroutine(trace, rows.size(), [&](std::uint32_t row) { return rows[row].goroutine; });
}

} // namespace

GoroutineNotes::GoroutineNotes(const Trace& trace)
    : logs_(byGoroutine(trace, trace.logs))
    , samples_(byGoroutine(trace, trace.cpuSamples))
    , runtimeWork_(byGoroutine(trace, trace.ranges)) {
    // A region goes to the outermost track that is free when it begins: for nested ones that is their depth.
    const Regions& regions = trace.regions;
    const OwnedPlaces ofGoroutine =
        byGoroutine(trace, regions.size(), [&](std::uint32_t region) { return regions.goroutine(region); });
    if (!ofGoroutine.empty()) {
        std::uint32_t first = 0;
        std::vector<std::uint32_t> trackOf(regions.size(), nowhere);
        std::vector<Time> busyUntil;
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
            firstTracks_.push_back(first);
            busyUntil.clear();
            for (const std::uint32_t place : ofGoroutine.of(g)) {
                const TimeRange range = regions.range(place);
                const auto free = std::ranges::find_if(busyUntil, [&](Time t) { return t <= range.begin; });
                trackOf[place] = first + static_cast<std::uint32_t>(free - busyUntil.begin());
                if (free == busyUntil.end())
                    busyUntil.push_back(range.end);
                else
                    *free = range.end;
            }
            first += static_cast<std::uint32_t>(busyUntil.size());
        }
        firstTracks_.push_back(first);
        tracks_ = OwnedPlaces(first, trackOf.size(), [&](std::uint32_t place) { return trackOf[place]; });
    }
    created_ = OwnedPlaces(trace.goroutines.size(), trace.goroutines.size(), [&](std::uint32_t g) {
        const Waker creator = trace.creator({g});
        return creator.isGoroutine() ? creator.goroutine().value : nowhere;
    });

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
