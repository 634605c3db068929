// SPDX-License-Identifier: GPL-3.0-or-later
// At which stack was a goroutine, from when to when? What a row of stacks shows: where it waited, and where the
// profiler saw it run. Between these the trace says nothing, and nothing is there.
#pragma once

#include "model/facts.h"

#include <cstddef>
#include <vector>

namespace waitscope {

struct StackRun {
    TimeRange range;
    StackId stack;
    std::size_t frames = 0; ///< of the stack, the innermost ones: without the runtime's below the goroutine's function
    bool sampled = false;   ///< it was there at the begin of the range; later in it it may have been elsewhere
};

/// By time. Of what begins within `step` of one another only the first, so that a row costs pixels. O(visible / step ·
/// log).
[[nodiscard]] std::vector<StackRun> stackRunsOf(const TraceFacts& facts, GoroutineIndex g, TimeRange visible,
                                                Time step);

/// How many frames the deepest of its stacks has, at most `most`. O(spans + samples of g).
[[nodiscard]] std::size_t deepestStackOf(const TraceFacts& facts, GoroutineIndex g, std::size_t most);

} // namespace waitscope
