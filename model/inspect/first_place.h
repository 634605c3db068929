// SPDX-License-Identifier: GPL-3.0-or-later
// The binary search for columns that have no iterators.
#pragma once

#include <cstddef>

namespace waitscope {

/// The place of the first of `size` items for which `isBehind(place)` holds; it holds for all behind that one. `size`
/// if it holds for none. O(log size).
template <class IsBehind> std::size_t firstPlace(std::size_t size, const IsBehind& isBehind) {
    std::size_t low = 0;
    for (std::size_t high = size; low < high;) {
        const std::size_t middle = low + (high - low) / 2;
        if (isBehind(middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

} // namespace waitscope
