// SPDX-License-Identifier: GPL-3.0-or-later
// How long did ready goroutines wait for a processor, and why? (analysis.md, D14)
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace waitscope {

/// Times that something is going on, without overlaps, for questions of how much of it lies in a range.
class Moments {
  public:
    Moments() = default;
    /// Any ranges; those that overlap or touch are one.
    explicit Moments(std::vector<TimeRange> ranges);

    /// O(1) where ranges are spread evenly, O(log n) at worst.
    [[nodiscard]] Time inside(TimeRange range) const { return until(range.end) - until(range.begin); }
    [[nodiscard]] Time total() const { return sums_.empty() ? 0 : sums_.back(); }
    [[nodiscard]] const std::vector<TimeRange>& ranges() const { return ranges_; }

  private:
    [[nodiscard]] Time until(Time t) const;
    std::vector<TimeRange> ranges_;
    std::vector<Time> sums_;            ///< of the ranges up to and with this one
    std::vector<std::uint32_t> firsts_; ///< by slot: how many ranges begin before it
    unsigned slotShift_ = 0;            ///< a slot is 2^this long
};

struct SchedulerLatency {
    std::uint64_t count = 0;                ///< times that a goroutine of the program was ready and touched the range
    Time total = 0;                         ///< inside the range; the sum of the next four
    Time stopped = 0;                       ///< while the world was stopped
    Time saturated = 0;                     ///< while every processor was at work: the process was short of CPU
    Time late = 0;                          ///< while a processor was idle: it was woken late
    Time unknown = 0;                       ///< the trace says nothing of the processors
    Time duringCollection = 0;              ///< of the total, while the collector marked
    std::optional<Time> p50, p95, p99, max; ///< of whole stretches, nearest rank
    /// The stretches with most time of a kind inside the range; none: there is no such time.
    SpanIndex mostStopped, mostSaturated, mostLate;
};

/// O(spans · log of the changes of processors).
[[nodiscard]] SchedulerLatency schedulerLatency(const TraceFacts& facts, TimeRange range);

/// Goroutines of the program that were made ready at one line: by a wake-up, a `go`, or giving way themselves.
struct ReadyPlace {
    FrameId site; ///< none: by a timer, the network or the runtime, or not recorded
    std::uint64_t count = 0;
    Time total = 0;    ///< until they ran, inside the range
    SpanIndex longest; ///< the stretch with most time inside the range
};
/// The scheduler latency profile of `go tool trace`, line by line, with what goroutines wait for their first run. Most
/// time first. O(spans).
[[nodiscard]] std::vector<ReadyPlace> readyPlaces(const TraceFacts& facts, TimeRange range);

} // namespace waitscope
