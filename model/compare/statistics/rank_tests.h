// SPDX-License-Identifier: GPL-3.0-or-later
// Are the waits of B longer than those of A, and by how much? Tests that need no shape of the distributions
// (analysis.md section 4, "Tests").
//
// What holds for everything in this folder:
// * A difference is B less A. Swapping A and B negates every difference, δ and z exactly and mirrors every interval;
//   p-values stay the same to the bit. A against itself is exactly 0 with p = 1.
// * No result is NaN or infinite. What cannot be computed is none, never 0.
// * The result depends on the values, not on their order, on threads or on the standard library.
// The tests here take the waits as independent of each other. Waits on one lock are not: with many of them any trifle
// becomes "significant". A verdict needs an interval of bootstrap.h as well.
#pragma once

#include "model/trace/time.h"

#include <optional>
#include <span>
#include <vector>

namespace waitscope {

/// Durations, ascending: sorted once, read by every test.
class SortedDurations {
  public:
    SortedDurations() = default;
    explicit SortedDurations(std::vector<Time> values); ///< in any order. O(n · log n)
    [[nodiscard]] std::span<const Time> values() const { return values_; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool empty() const { return values_.empty(); }

  private:
    std::vector<Time> values_;
};

struct RankTest {
    double cliffsDelta = 0; ///< as below
    double z = 0;           ///< standard scores, > 0: B is longer; with the continuity correction
    double p = 1;           ///< two-sided
};
/// Mann and Whitney's U with correction for ties: normal approximation, continuity corrected by a half, as benchstat
/// and SciPy (`method="asymptotic"`) do; good from about 8 values a side on. None if a side is empty. O(n + m).
[[nodiscard]] std::optional<RankTest> mannWhitney(const SortedDurations& a, const SortedDurations& b);

/// Cliff's delta: the chance that one of `b` is longer than one of `a`, less the opposite. -1 … 1; none if a side is
/// empty. O(n + m).
[[nodiscard]] std::optional<double> cliffsDelta(const SortedDurations& a, const SortedDurations& b);

/// Hodges and Lehmann's shift: the median of all differences b - a, in nanoseconds (with an even number of them, the
/// mean of the two in the middle). None if a side is empty. O((n + m) · log(longest)), no memory.
[[nodiscard]] std::optional<double> hodgesLehmann(const SortedDurations& a, const SortedDurations& b);

} // namespace waitscope
