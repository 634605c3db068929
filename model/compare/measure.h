// SPDX-License-Identifier: GPL-3.0-or-later
// What one side of a comparison measures, before it is put beside the other one.
#pragma once

#include "model/compare/keys.h"
#include "model/compare/metrics.h"
#include "model/facts.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace waitscope {

struct MeasuredSide {
    RowKeys keys;
    std::vector<std::optional<WaitMetrics>> rows;   ///< by place in `keys.keys`; none: no wait of it touches the range
    std::map<std::string_view, WaitMetrics> totals; ///< by family; "all" for all waits
    Time goroutineTime = 0;
};

/// The rows and their totals. `completed` is the number of requests. O(spans), and O(n log n) of the waits.
[[nodiscard]] MeasuredSide measureWaits(const TraceFacts& facts, TimeRange range,
                                        std::optional<std::uint64_t> completed);

/// What is divided by time, goroutine time and requests, from the sums.
void normalise(WaitMetrics& metrics, TimeRange range, Time goroutineTime, std::optional<std::uint64_t> completed);

/// By (function, creating function), both as comparedFunction. O(goroutines).
[[nodiscard]] std::map<std::pair<std::string, std::string>, GoroutineMetrics> measureGoroutines(const TraceFacts& facts,
                                                                                                TimeRange range);

/// O(spans · log of the changes of processors).
[[nodiscard]] ProgramMetrics measureProgram(const TraceFacts& facts, TimeRange range, Time goroutineTime);

} // namespace waitscope
