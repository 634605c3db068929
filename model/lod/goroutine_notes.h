// SPDX-License-Identifier: GPL-3.0-or-later
// What did the program say of a goroutine, and where was it when the profiler looked? Regions in nested tracks, logs
// and CPU samples, and whom it created, found by goroutine; and which processor a thread held.
#pragma once

#include "model/lod/owned_places.h"
#include "model/trace/trace.h"

#include <cstdint>
#include <span>
#include <vector>

namespace waitscope {

/// A thread held a processor.
struct ThreadRun {
    TimeRange range;
    ProcIndex processor;
};

/// The longest of these (by time) that touch a cell; null: none does. O(log runs + runs that are seen in it).
[[nodiscard]] const ThreadRun* longestRunIn(std::span<const ThreadRun> runs, TimeRange cell);

class GoroutineNotes {
  public:
    GoroutineNotes() = default;
    /// O(goroutines + regions + logs + samples + processor spans).
    explicit GoroutineNotes(const Trace& trace);

    /// How deep regions are nested on it.
    [[nodiscard]] std::size_t trackCount(GoroutineIndex g) const {
        return tracks_.empty() ? 0 : firstTracks_[g.value + 1] - firstTracks_[g.value];
    }
    /// The regions of one track, outermost 0: places in `trace.regions`, by begin; they do not overlap.
    [[nodiscard]] std::span<const std::uint32_t> regions(GoroutineIndex g, std::size_t track) const {
        return tracks_.of(firstTracks_[g.value] + static_cast<std::uint32_t>(track));
    }
    /// Places in `trace.logs` and `trace.cpuSamples`, by time.
    [[nodiscard]] std::span<const std::uint32_t> logs(GoroutineIndex g) const { return logs_.of(g.value); }
    [[nodiscard]] std::span<const std::uint32_t> samples(GoroutineIndex g) const { return samples_.of(g.value); }
    /// What the runtime did on it (GC assists, sweeps, stops of the world): places in `trace.ranges`, by begin.
    [[nodiscard]] std::span<const std::uint32_t> runtimeWork(GoroutineIndex g) const {
        return runtimeWork_.of(g.value);
    }
    /// The goroutines that it created in the trace, in that order.
    [[nodiscard]] std::span<const std::uint32_t> created(GoroutineIndex g) const { return created_.of(g.value); }
    /// By time.
    [[nodiscard]] std::span<const ThreadRun> runs(ThreadIndex thread) const { return threadRuns_[thread.value]; }

  private:
    OwnedPlaces tracks_;
    std::vector<std::uint32_t> firstTracks_; ///< by goroutine, and one more; tracks are numbered through
    OwnedPlaces logs_;
    OwnedPlaces samples_;
    OwnedPlaces runtimeWork_;
    OwnedPlaces created_;
    std::vector<std::vector<ThreadRun>> threadRuns_;
};

} // namespace waitscope
