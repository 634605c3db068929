// SPDX-License-Identifier: GPL-3.0-or-later
// When was more blocked than in the other trace? For the strip beside two aligned timelines: of a row of the
// comparison, or of a family of primitives.
#pragma once

#include "model/compare/both.h"
#include "model/compare/keys.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace waitscope {

/// By place in `facts.waits.all()`: 1 if its waits are of the row, or of the family ("all": all). A key that the trace
/// does not have has none. O(classes · frames).
[[nodiscard]] std::vector<std::uint8_t> classesOfRow(const TraceFacts& facts, const RowKey& key);
[[nodiscard]] std::vector<std::uint8_t> classesOfFamily(const TraceFacts& facts, std::string_view family);

struct BlockedOverTime {
    /// Goroutines of the program that are blocked on average, by bin; none where the bin lies beside the trace.
    Both<std::vector<std::optional<double>>> blocked;
    std::vector<std::optional<double>> difference; ///< B minus A; none where one of them is
    double largest = 0;                            ///< of the absolute differences
};

/// Each range, which may reach beyond its trace, in so many bins. O(spans inside the ranges + bins). Empty if stopped.
[[nodiscard]] BlockedOverTime blockedOverTime(const Both<const TraceFacts*>& facts,
                                              const Both<std::vector<std::uint8_t>>& classes,
                                              const Both<TimeRange>& ranges, std::uint32_t bins,
                                              const std::stop_token& stop = {});

} // namespace waitscope
