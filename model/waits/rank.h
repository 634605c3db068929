// SPDX-License-Identifier: GPL-3.0-or-later
// Percentiles, by nearest rank.
#pragma once

#include "model/trace/time.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace waitscope {

/// The place of a percentile among so many in their order, counted from 1 (nearest rank).
[[nodiscard]] constexpr std::uint64_t nearestRank(std::uint64_t count, std::size_t percent) {
    return (count * percent + 99) / 100;
}

/// The smallest length that `percent` of all do not exceed; none of nothing. Reorders. O(n).
[[nodiscard]] inline std::optional<Time> rankOf(std::vector<Time>& lengths, std::size_t percent) {
    if (lengths.empty())
        return std::nullopt;
    const std::uint64_t rank = nearestRank(lengths.size(), percent) - 1;
    std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(rank));
    return lengths[rank];
}

/// How many lengths (ns) of each size: 64 classes for each power of two, so a class is 1.6 % wide.
class LengthClasses {
  public:
    void add(Time length) {
        ++counts_[of(length)];
        ++total_;
    }
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::uint64_t count(std::size_t klass) const { return counts_[klass]; }
    struct Place {
        std::size_t klass = 0;
        std::uint64_t before = 0; ///< how many are in smaller classes
    };
    /// Where the length is that `percent` of all do not exceed; only if there is one.
    [[nodiscard]] Place placeOf(std::size_t percent) const {
        const std::uint64_t rank = nearestRank(total_, percent);
        Place place;
        while (place.before + counts_[place.klass] < rank)
            place.before += counts_[place.klass++];
        return place;
    }
    [[nodiscard]] static std::size_t of(Time length) {
        const auto time = static_cast<std::uint64_t>(std::max<Time>(length, 0));
        if (time < (1U << fine))
            return time;
        const auto shift = static_cast<unsigned>(std::bit_width(time)) - fine - 1;
        return (std::size_t{shift + 1} << fine) + ((time >> shift) - (1U << fine));
    }
    /// The longest that a class holds.
    [[nodiscard]] static Time longest(std::size_t klass) {
        if (klass < (1U << fine))
            return static_cast<Time>(klass);
        const auto shift = static_cast<unsigned>(klass >> fine) - 1;
        return static_cast<Time>((((klass & ((1U << fine) - 1)) + (1U << fine) + 1) << shift) - 1);
    }
    static constexpr unsigned fine = 6;
    static constexpr std::size_t classes = std::size_t{64} << fine;

  private:
    std::array<std::uint64_t, classes> counts_{};
    std::uint64_t total_ = 0;
};

/// Percentiles of lengths of which there are too many to keep: each is put into a class first and then offered once
/// more, when only those are kept whose class holds a percentile.
class Percentiles {
  public:
    Percentiles(const LengthClasses& counted, std::span<const std::size_t> percents) : counted_(counted) {
        if (counted.total() == 0)
            return;
        for (const std::size_t percent : percents)
            kept_.try_emplace(counted.placeOf(percent).klass);
        for (auto& [klass, lengths] : kept_) {
            lengths.reserve(counted.count(klass));
            isKept_[klass] = true;
        }
    }
    void offer(Time length) {
        if (const std::size_t klass = LengthClasses::of(length); isKept_[klass])
            kept_[klass].push_back(length);
    }
    /// One of the percentiles asked for, as rankOf; none of nothing. Reorders.
    [[nodiscard]] std::optional<Time> at(std::size_t percent) {
        if (counted_.total() == 0)
            return std::nullopt;
        const LengthClasses::Place place = counted_.placeOf(percent);
        std::vector<Time>& lengths = kept_.at(place.klass);
        const std::uint64_t rank = nearestRank(counted_.total(), percent) - 1 - place.before;
        std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(rank));
        return lengths[rank];
    }

  private:
    const LengthClasses& counted_;
    std::map<std::size_t, std::vector<Time>> kept_; ///< by class
    std::array<bool, LengthClasses::classes> isKept_{};
};

} // namespace waitscope
