// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/multiple_tests.h"

#include <algorithm>

namespace waitscope {

std::vector<std::optional<double>> falseDiscoveryRates(std::span<const std::optional<double>> pValues) {
    std::vector<std::size_t> tested;
    for (std::size_t i = 0; i < pValues.size(); ++i)
        if (pValues[i])
            tested.push_back(i);
    std::ranges::sort(tested, {}, [&](std::size_t i) { return *pValues[i]; });
    std::vector<std::optional<double>> q(pValues.size());
    // From the largest p down: no row is less sure than one with a larger p.
    double least = 1;
    for (std::size_t rank = tested.size(); rank > 0; --rank) {
        const std::size_t i = tested[rank - 1];
        least = std::min(least, *pValues[i] * static_cast<double>(tested.size()) / static_cast<double>(rank));
        q[i] = least;
    }
    return q;
}

} // namespace waitscope
