// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured on each side of a comparison (analysis.md, section 4). Totals are there to be divided: a row is
// shown per second (concurrency), per request and as a share. Unknown is a value.
#pragma once

#include "model/waits/root_causes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// A line of the program in one state while others waited, and how much of their finished waits that was.
struct CauseShare {
    BlockerState state = BlockerState::Unknown;
    FrameId site; ///< may be none
    double percent = 0;
};

/// The waits of a row, or of a family of rows, on one side.
struct WaitMetrics {
    // Where most of the row's time was spent. None for totals.
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    StackId stack;
    std::string_view idiom; ///< idle by nature: how; else empty

    Time total = 0;                     ///< finished and open, inside the range
    std::optional<double> concurrency;  ///< C: goroutines blocked on average; none for an empty range
    std::optional<double> sharePercent; ///< S: of the goroutines' time; none if there is none
    std::optional<double> perRequest;   ///< R, ns; none without requests
    std::optional<double> perSecond;    ///< waits a second

    std::uint64_t goroutines = 0;
    std::uint64_t finished = 0;
    std::uint64_t open = 0;
    Time finishedTime = 0;
    Time openTime = 0;
    std::optional<Time> p50, p95, p99, max; ///< of finished waits
    std::optional<Time> oldestOpen;
    std::uint64_t peakBlocked = 0;
    std::uint64_t blockedAtEnd = 0;
    std::uint64_t beforeTrace = 0;

    /// How the number of blocked goroutines grows, a second (Theil and Sen); and how sure that is, in standard scores
    /// (Mann and Kendall). None for a range too short to tell, and for fewer than ten.
    std::optional<double> growthPerSecond;
    double growthScore = 0;
    /// Concurrency of the range's second half minus that of its first: what a row changes by itself in one run.
    std::optional<double> halvesDiffer;
    std::vector<CauseShare> rootCauses; ///< the largest five; filled in with the statistics

    [[nodiscard]] std::uint64_t waits() const { return finished + open; }
};

/// Goroutines that run one function and were created by one function.
struct GoroutineMetrics {
    FrameId entry;
    FrameId createdAt;        ///< none if they were there before the trace
    std::uint64_t births = 0; ///< inside the range
    std::uint64_t ends = 0;
    std::optional<double> birthsPerSecond;
    std::optional<Time> meanLife;   ///< of those that ended in the range and were born in the trace
    std::optional<double> meanLive; ///< alive on average
    std::uint64_t liveAtEnd = 0;
    std::optional<double> growthPerSecond;
    double growthScore = 0;
};

/// Of the whole program.
struct ProgramMetrics {
    std::optional<Time> schedulerP50, schedulerP99; ///< ready goroutines waited so long for a processor
    std::optional<double> runnableSharePercent;     ///< of the goroutines' time
    std::optional<double> assistSharePercent;       ///< of their running time, spent helping the collector
    std::optional<double> collectionsPerSecond;
    std::optional<double> heapSlope;   ///< bytes a second, of the live heap (Theil and Sen)
    std::optional<double> meanLive;    ///< goroutines alive on average
    std::optional<double> runningMean; ///< goroutines running on average: processors at work
    std::optional<double> birthsPerSecond;
    std::uint64_t processors = 0; ///< most that ran at one time as far as the trace says
};

} // namespace waitscope
