// SPDX-License-Identifier: GPL-3.0-or-later
// Of a hundred rows without a difference, five have p ≤ 0.05. With q ≤ 0.05 instead, at most 5 % of the rows that are
// called different are not.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace waitscope {

/// Benjamini and Hochberg's q of each p-value, in the same order. A row without a test has no q and does not count.
/// O(n · log n).
[[nodiscard]] std::vector<std::optional<double>> falseDiscoveryRates(std::span<const std::optional<double>> pValues);

} // namespace waitscope
