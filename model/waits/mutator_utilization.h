// SPDX-License-Identifier: GPL-3.0-or-later
// How much of the processors did the collector leave to the program? The minimum mutator utilization: for each length
// of window, the worst window of that length anywhere in the trace.
//
// A processor is the collector's while it sweeps, while its goroutine assists, and while it runs a mark worker that is
// not idle work; all of them are while the world is stopped for it. `go tool trace` counts a mark worker twice after
// its second label and then never lets go of its processor; here a worker counts while it runs.
#pragma once

#include "model/facts.h"

#include <vector>

namespace waitscope {

/// From `start` until the next point.
struct UtilizationStep {
    Time start = 0;
    double share = 1; ///< of the processors, that the program has: 0 to 1
};

/// By time, the first at 0; empty if the trace says nothing of processors. O(spans of workers + ranges · log).
[[nodiscard]] std::vector<UtilizationStep> mutatorUtilization(const TraceFacts& facts);

/// What the program has at least of the processors in any window of this length.
struct UtilizationPoint {
    Time window = 0;
    double percent = 0;
};
/// For windows of 10, 20, 50, 100 µs and so on up to the whole trace; empty without steps. O(steps · log duration).
[[nodiscard]] std::vector<UtilizationPoint> utilizationCurve(const std::vector<UtilizationStep>& steps, Time duration);

/// The least mean of any window of this length inside [0, end); a longer window is that of the whole trace. O(steps).
[[nodiscard]] double minimumUtilization(const std::vector<UtilizationStep>& steps, Time end, Time window);

} // namespace waitscope
