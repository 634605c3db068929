// SPDX-License-Identifier: GPL-3.0-or-later
// Percentiles, by nearest rank.
#pragma once

#include "model/trace/time.h"

#include <algorithm>
#include <cstddef>
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

} // namespace waitscope
