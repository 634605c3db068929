// SPDX-License-Identifier: GPL-3.0-or-later
// What the statistics of a comparison look at, gathered in one pass over the waits of a side: their lengths (of large
// rows a sample), their time by stretch of the range, and by goroutine.
//
// Which waits are in a sample follows from their own begin and length and a fixed seed, not from their order: the same
// side gives the same sample whatever it is called and whatever its goroutines' ids are.
#pragma once

#include "model/compare/keys.h"
#include "model/compare/metrics.h"
#include "model/compare/statistics/survival.h"
#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace waitscope {

/// Stretches of equal length that a range is cut into. A twentieth of it is 12 of them, a sample of growth 4.
constexpr std::size_t timeBins = 240;
/// From more waits than this on, about so many of them are looked at.
constexpr std::uint64_t sampledWaits = 50'000;
constexpr std::uint64_t sampleSeed = 1;

struct RowSamples {
    CensoredDurations lengths;
    std::uint64_t sampled = 0;          ///< waits in `lengths`, where not all are; else 0
    std::vector<double> blocked;        ///< by bin: ns that goroutines waited in it
    std::vector<std::uint64_t> begun;   ///< by bin: waits that began in it
    std::vector<double> goroutineTotal; ///< ns waited in the range, of each goroutine that waited
    /// Goroutines of the same functions that began or ended in the range and never waited here: they might have. One
    /// that was there all the time and never did has other work.
    std::size_t others = 0;
};

struct SideSamples {
    TimeRange range;
    std::vector<RowSamples> rows;      ///< as in MeasuredSide
    std::vector<double> goroutineTime; ///< by bin: ns that the program's goroutines lived in it
    std::uint64_t goroutines = 0;      ///< of the program that live in the range
    std::uint64_t work = 0;            ///< waits looked at
};

/// `waits` by row: of how many waits a row has. Empty (no bins) for a range shorter than the bins are many.
/// O(spans + goroutines).
[[nodiscard]] SideSamples samplesOf(const TraceFacts& facts, TimeRange range, const RowKeys& keys,
                                    const std::vector<std::optional<WaitMetrics>>& rows);

/// Of fewer goroutines blocked at one time nobody asks whether they grow.
constexpr std::uint64_t fewestToGrow = 10;
/// Fills in growth and what the halves differ by.
void fillGrowth(WaitMetrics& metrics, const RowSamples& samples, TimeRange range);

} // namespace waitscope
