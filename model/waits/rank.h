// SPDX-License-Identifier: GPL-3.0-or-later
// Percentiles, by nearest rank.
#pragma once

#include "model/trace/time.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace waitscope {

/// The smallest length that `percent` of all do not exceed; none of nothing. Reorders. O(n).
[[nodiscard]] inline std::optional<Time> rankOf(std::vector<Time>& lengths, std::size_t percent) {
    if (lengths.empty())
        return std::nullopt;
    const std::size_t rank = (lengths.size() * percent + 99) / 100 - 1;
    std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(rank));
    return lengths[rank];
}

/// Lengths (ns) of which there may be millions, nearly all short: those below 4.29 s take four bytes.
class Lengths {
  public:
    void reserve(std::size_t count) { short_.reserve(count); }
    void add(Time length) {
        if (length < Time{UINT32_MAX})
            short_.push_back(static_cast<std::uint32_t>(length));
        else
            long_.push_back(length);
    }
    [[nodiscard]] std::size_t size() const { return short_.size() + long_.size(); }
    /// As rankOf.
    [[nodiscard]] std::optional<Time> rank(std::size_t percent) {
        if (size() == 0)
            return std::nullopt;
        const std::size_t rank = (size() * percent + 99) / 100 - 1;
        return rank < short_.size() ? Time{nth(short_, rank)} : nth(long_, rank - short_.size());
    }

  private:
    template <class T> static T nth(std::vector<T>& lengths, std::size_t rank) {
        std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(rank));
        return lengths[rank];
    }
    std::vector<std::uint32_t> short_;
    std::vector<Time> long_;
};

} // namespace waitscope
