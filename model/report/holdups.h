// SPDX-License-Identifier: GPL-3.0-or-later
// What holds goroutines up besides waits: the queue for a processor and the garbage collector, for the report of waits.
#pragma once

#include "model/waits/collector_cost.h"
#include "model/waits/function_times.h"
#include "model/waits/scheduler_latency.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace waitscope {

[[nodiscard]] nlohmann::json schedulerJson(const SchedulerLatency& latency);
[[nodiscard]] nlohmann::json collectorJson(const CollectorCost& cost, TimeRange range);
/// For windows from 10 us to the length of the trace, three a decade.
[[nodiscard]] nlohmann::json utilizationJson(const TraceFacts& facts);
[[nodiscard]] nlohmann::json functionTimesJson(const Trace& trace, const std::vector<FunctionTimes>& functions);

/// "Ready without a processor: 877 ms in 12,345 times, p99 1.2 ms; 60.1 % while every processor was busy, ..."; empty
/// if it never happened.
[[nodiscard]] std::string schedulerText(const SchedulerLatency& latency);
/// "Garbage collector: 12 cycles marked 1.3 % of the time; ...".
[[nodiscard]] std::string collectorText(const CollectorCost& cost, TimeRange range);

} // namespace waitscope
