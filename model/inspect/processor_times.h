// SPDX-License-Identifier: GPL-3.0-or-later
// What did a processor or a thread run, and when did it stand idle?
#pragma once

#include "model/inspect/state_times.h"
#include "model/lod/goroutine_notes.h"
#include "model/trace/trace.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace waitscope {

/// The runs of all goroutines of one function on the processor.
struct FunctionRuns {
    std::string_view function; ///< as Go prints it; of the trace
    Time total = 0;            ///< inside the range
    std::uint64_t count = 0;
    Time longest = 0; ///< the whole length of one that touches the range
};

struct ProcessorTimes {
    TimeRange range;
    Time busy = 0;                       ///< inside the range
    Time idle = 0;                       ///< the rest: idle, in the scheduler; of a thread also without a processor
    std::vector<FunctionRuns> functions; ///< most time first
    std::vector<LongWait> longest;       ///< runs that touch the range, longest first, at most as many as asked for
};

/// The first of the processor's runs that ends behind `begin`; as many as it has if none does. O(log runs).
[[nodiscard]] std::size_t firstRunBehind(const Trace& trace, ProcIndex processor, Time begin);

/// O(log runs + runs inside the range · log).
[[nodiscard]] ProcessorTimes processorTimesOf(const Trace& trace, ProcIndex processor, TimeRange range,
                                              std::size_t most = 50);

/// The same for what a thread ran on the processors that it held. O(`held` + log runs for each that touches the range +
/// runs inside · log).
[[nodiscard]] ProcessorTimes threadTimesOf(const Trace& trace, std::span<const ThreadRun> held, TimeRange range,
                                           std::size_t most = 50);

struct IdleProcessor {
    ProcIndex processor;
    Time idle = 0; ///< inside the range
};
/// Which processors had nothing to do in a range, most time first; nothing of what the trace does not say.
/// O(processors · log of their changes + changes inside).
[[nodiscard]] std::vector<IdleProcessor> idleProcessors(const Trace& trace, TimeRange range);

} // namespace waitscope
