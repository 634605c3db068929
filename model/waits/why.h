// SPDX-License-Identifier: GPL-3.0-or-later
// Because of whom did these goroutines wait? Everything the trace says of a row of waits, or of one wait.
#pragma once

#include "model/waits/flame_tree.h"
#include "model/waits/root_causes.h"
#include "model/waits/wait_table.h"

#include <cstdint>
#include <vector>

namespace waitscope {

struct Why {
    RootCauses causes;                    ///< of the finished waits
    FlameTree flame;                      ///< of the same
    std::vector<RowWaker> wakers;         ///< who ended them, most time first
    std::uint64_t open = 0;               ///< waits that last to the end of the trace
    bool lock = false;                    ///< somebody holds what they wait for
    std::vector<CandidateHolder> holders; ///< of a lock with open waits
    std::vector<BlockerStep> steps;       ///< asked of one wait: its walk, latest first
    bool cut = false;                     ///< the walk has more steps
};

/// Of the waits of a row that touch the range.
[[nodiscard]] Why whyOf(const TraceFacts& facts, const WaitRowKey& row, TimeRange range);
/// Of one wait, all of it.
[[nodiscard]] Why whyOf(const TraceFacts& facts, SpanIndex wait);

} // namespace waitscope
