// SPDX-License-Identifier: GPL-3.0-or-later
// How much time falls into each bin? An interval covers at most two bins in part and any number in full. The parts are
// added where they are; a full stretch is noted at its two ends only (+1, -1), and one sweep turns the notes into
// counts. So the work is one visit an interval and one a bin, however long the intervals are and however many share a
// row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace waitscope {

/// Cuts an interval, given in bins and inside 0 … bins, into its parts: `part(bin, from, to)` for the at most two bins
/// it covers in part, `full(first, end)` for those between.
template <class Part, class Full>
void cutIntoBins(double from, double to, std::uint32_t bins, const Part& part, const Full& full) {
    const double last = bins;
    const auto firstBin = static_cast<std::uint32_t>(std::min(from, last - 1));
    to = std::min(to, last);                            // rounding may lead past it
    const auto endBin = static_cast<std::uint32_t>(to); // the one that `to` is in
    if (firstBin == endBin) {
        part(firstBin, from, to);
        return;
    }
    std::uint32_t firstFull = firstBin;
    if (from > firstBin)
        part(firstFull++, from, static_cast<double>(firstBin + 1));
    if (endBin > firstFull)
        full(firstFull, endBin);
    if (to > endBin)
        part(endBin, static_cast<double>(endBin), to);
}

/// Sums of time by bin, in bins: 2.5 means that all intervals together fill the bin two and a half times.
class TimeSums {
  public:
    explicit TimeSums(std::uint32_t bins) : partly_(bins), fullChange_(bins + 1) {}

    void add(double from, double to) {
        cutIntoBins(
            from, to, static_cast<std::uint32_t>(partly_.size()),
            [&](std::uint32_t bin, double begin, double end) { partly_[bin] += end - begin; },
            [&](std::uint32_t first, std::uint32_t end) {
                ++fullChange_[first];
                --fullChange_[end];
            });
    }
    void clear() {
        std::ranges::fill(partly_, 0.0);
        std::ranges::fill(fullChange_, 0);
    }
    /// Calls `take(bin, sum)` for each bin in turn.
    template <class Take> void each(const Take& take) const {
        std::int64_t full = 0;
        for (std::uint32_t b = 0; b < partly_.size(); ++b) {
            full += fullChange_[b];
            take(b, partly_[b] + static_cast<double>(full));
        }
    }

  private:
    std::vector<double> partly_;
    std::vector<std::int64_t> fullChange_;
};

} // namespace waitscope
