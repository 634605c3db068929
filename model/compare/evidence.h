// SPDX-License-Identifier: GPL-3.0-or-later
// What the statistics say of a pair of rows (analysis.md, section 4, "Tests").
//
// Waits depend on each other, so a test of their lengths alone finds a difference in any two halves of a run. A row's p
// is therefore the larger one of what the bootstraps say of the normalised quantity: over time, in blocks of 1 s or 10
// × the time that a lock is held for, whichever is longer, but at most a tenth of the range, so that ten blocks fit
// (most traces are shorter than ten seconds; where waits of a tenth of a second depended on each other, blocks of a
// twentieth found 179 of 200 truths, those of a tenth 187), and by goroutine, where at least eight waited. Where both
// sides have 30 waits, the tests of lengths and of the number of waits must see a difference too (the better one of
// both, with its p doubled for having been chosen). Of a row that one side does not have, what counts is
// the p by goroutine, where there is one: a burst that happens once is one stretch of time, and no drawing of stretches
// can tell it from nothing; that two thousand goroutines waited there and none now is a fact all the same.
#pragma once

#include "model/compare/both.h"
#include "model/compare/comparison.h"
#include "model/compare/samples.h"
#include "model/compare/verdicts.h"

#include <cstdint>
#include <vector>

namespace waitscope {

/// What the rows of a side are divided by.
struct EvidenceBase {
    NormalisedBy by = NormalisedBy::Second;
    Both<const SideSamples*> samples{};
    Both<std::uint64_t> completed{};
};

/// A bootstrap by goroutine is asked where so many waited on one side.
constexpr std::size_t fewestClusters = 8;

/// Of so many rows at most: of those with 30 waits the ones with most waiting on both sides together, which says
/// nothing of how they changed. More would keep a window waiting for rows that nobody reads.
constexpr std::size_t testedRows = 400;

/// Null for a side that does not have the row. `waits` are all of it, also where `samples` hold some. No q. O(samples ·
/// log, and draws).
[[nodiscard]] RowEvidence evidenceOf(const EvidenceBase& base, const Both<const RowSamples*>& rows,
                                     const Both<std::uint64_t>& waits);

} // namespace waitscope
