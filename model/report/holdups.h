// SPDX-License-Identifier: GPL-3.0-or-later
// What holds goroutines up besides single waits: the queue for a processor, the garbage collector, one another; and
// what the program's functions, tasks and regions spent their time on. For the report of waits.
#pragma once

#include "model/waits/collector_cost.h"
#include "model/waits/function_times.h"
#include "model/waits/scheduler_latency.h"
#include "model/waits/waker_graph.h"
#include "model/waits/work_times.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace waitscope {

[[nodiscard]] nlohmann::json schedulerJson(const SchedulerLatency& latency);
[[nodiscard]] nlohmann::json collectorJson(const CollectorCost& cost, TimeRange range);
/// For windows from 10 us to the length of the trace, three a decade.
[[nodiscard]] nlohmann::json utilizationJson(const TraceFacts& facts);
[[nodiscard]] nlohmann::json functionTimesJson(const Trace& trace, const std::vector<FunctionTimes>& functions);
[[nodiscard]] nlohmann::json workTimesJson(const Trace& trace, const std::vector<WorkTimes>& rows);
[[nodiscard]] nlohmann::json wakerGraphJson(const Trace& trace, const WakerGraph& graph);

/// "main.take and main.put wait for one another, ...: 12 s, 80 % of what goroutines wait for goroutines; ...".
[[nodiscard]] std::string knotText(const Trace& trace, const WakerGraph& graph, const WakerKnot& knot);
/// "Ready without a processor: 877 ms in 12,345 times, p99 1.2 ms; 60.1 % while every processor was busy, ..."; empty
/// if it never happened.
[[nodiscard]] std::string schedulerText(const SchedulerLatency& latency);
/// "Garbage collector: 12 cycles marked 1.3 % of the time; ...".
[[nodiscard]] std::string collectorText(const CollectorCost& cost, TimeRange range);

} // namespace waitscope
