// SPDX-License-Identifier: GPL-3.0-or-later
// What a row of several goroutines has in each bin: the sum over them, for the mean, and the most that one of them has.
//
// The most needs no value for each goroutine: where any goroutine covers a bin in full it is that of a full bin, and
// what a goroutine has in a bin it covers in part is complete when its next interval begins in a later bin.
#pragma once

#include "model/heatmap/time_sums.h"

#include <bit>
#include <limits>

namespace waitscope {

struct BinOfRow {
    double sum = 0;
    double most = 0;
};

/// Gathers what one goroutine has in the bin it is in, and keeps the most of all goroutines.
class MostOfParts {
  public:
    explicit MostOfParts(std::uint32_t bins) : most_(bins) {}
    void clear() { std::ranges::fill(most_, 0.0); }
    void add(std::uint32_t bin, double amount) {
        if (bin != bin_)
            settle();
        bin_ = bin;
        open_ += amount;
    }
    /// Another goroutine follows, or none.
    void settle() {
        if (bin_ < most_.size())
            most_[bin_] = std::max(most_[bin_], open_);
        bin_ = std::numeric_limits<std::uint32_t>::max();
        open_ = 0;
    }
    [[nodiscard]] double operator[](std::uint32_t bin) const { return most_[bin]; }

  private:
    std::vector<double> most_;
    std::uint32_t bin_ = std::numeric_limits<std::uint32_t>::max();
    double open_ = 0;
};

/// Shares: 1 is a full bin. Intervals of a goroutine rise and do not overlap.
class ShareOfRow {
  public:
    explicit ShareOfRow(std::uint32_t bins) : partly_(bins), fullChange_(bins + 1), most_(bins) {}
    void clear() {
        std::ranges::fill(partly_, 0.0);
        std::ranges::fill(fullChange_, 0);
        most_.clear();
    }
    void nextGoroutine() { most_.settle(); }
    void add(double from, double to, double /*since*/) {
        cutIntoBins(
            from, to, static_cast<std::uint32_t>(partly_.size()),
            [&](std::uint32_t bin, double begin, double end) {
                partly_[bin] += end - begin;
                most_.add(bin, end - begin);
            },
            [&](std::uint32_t first, std::uint32_t end) {
                ++fullChange_[first];
                --fullChange_[end];
            });
    }
    template <class Take> void each(const Take& take) {
        most_.settle();
        std::int64_t full = 0;
        for (std::uint32_t b = 0; b < partly_.size(); ++b) {
            full += fullChange_[b];
            take(b, BinOfRow{partly_[b] + static_cast<double>(full), full > 0 ? 1.0 : std::min(most_[b], 1.0)});
        }
    }

  private:
    std::vector<double> partly_;
    std::vector<std::int64_t> fullChange_;
    MostOfParts most_;
};

/// Ages, in bins: the mean over the bin of how long the interval at hand has been going on, 0 where there is none. Over
/// a full stretch the age rises by one a bin, so the sum needs the number of intervals and the sum of their beginnings,
/// and the most the earliest beginning: noted for two blocks of a power of two that cover the stretch, and handed down
/// to single bins once a row.
class AgeOfRow {
  public:
    explicit AgeOfRow(std::uint32_t bins)
        : partly_(bins), sinceChange_(bins + 1), fullChange_(bins + 1), most_(bins), bins_(bins) {
        earliest_.resize(static_cast<std::size_t>(std::bit_width(bins)) * bins, never);
    }
    void clear() {
        std::ranges::fill(partly_, 0.0);
        std::ranges::fill(sinceChange_, 0.0);
        std::ranges::fill(fullChange_, 0);
        most_.clear();
        std::fill_n(earliest_.begin(), static_cast<std::ptrdiff_t>((highest_ + 1) * bins_), never);
        highest_ = 0;
    }
    void nextGoroutine() { most_.settle(); }
    /// `since`: where the interval as a whole began, in bins; may lie before the first.
    void add(double from, double to, double since) {
        cutIntoBins(
            from, to, bins_,
            [&](std::uint32_t bin, double begin, double end) {
                const double age = (end - begin) * ((begin + end) / 2 - since);
                partly_[bin] += age;
                most_.add(bin, age);
            },
            [&](std::uint32_t first, std::uint32_t end) {
                ++fullChange_[first];
                --fullChange_[end];
                sinceChange_[first] += since;
                sinceChange_[end] -= since;
                const auto level = static_cast<std::size_t>(std::bit_width(end - first)) - 1;
                highest_ = std::max(highest_, level);
                note(level, first, since);
                note(level, end - (1U << level), since);
            });
    }
    template <class Take> void each(const Take& take) {
        most_.settle();
        for (std::size_t level = highest_; level > 0; --level)
            for (std::uint32_t b = 0; b + (1U << level) <= bins_; ++b)
                if (const double since = earliest_[level * bins_ + b]; since < never) {
                    note(level - 1, b, since);
                    note(level - 1, b + (1U << (level - 1)), since);
                }
        std::int64_t full = 0;
        double since = 0;
        for (std::uint32_t b = 0; b < bins_; ++b) {
            full += fullChange_[b];
            since += sinceChange_[b];
            const double middle = b + 0.5;
            const double sum = partly_[b] + (full > 0 ? static_cast<double>(full) * middle - since : 0);
            take(b, BinOfRow{sum, full > 0 ? std::max(most_[b], middle - earliest_[b]) : most_[b]});
        }
    }

  private:
    static constexpr double never = std::numeric_limits<double>::max();
    void note(std::size_t level, std::uint32_t bin, double since) {
        double& earliest = earliest_[level * bins_ + bin];
        earliest = std::min(earliest, since);
    }

    std::vector<double> partly_;
    std::vector<double> sinceChange_;
    std::vector<std::int64_t> fullChange_;
    std::vector<double> earliest_; ///< by level and first bin of a block of 2^level bins
    MostOfParts most_;
    std::size_t highest_ = 0;
    std::uint32_t bins_;
};

} // namespace waitscope
