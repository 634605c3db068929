// SPDX-License-Identifier: GPL-3.0-or-later
// Several recordings a side. Two traces are two runs: how much a run differs from the next of the same build cannot be
// known from them. With at least two a side the verdicts rest on that, and not on what varies within one run.
#pragma once

#include "model/compare/comparison.h"

#include <memory>
#include <vector>

namespace waitscope {

/// Pairs, card and requests are of the first run of each side, and so are all figures but concurrency, share and
/// waiting per request: those of rows and totals are means over the runs. A run without the row counts as 0; rows that
/// only further runs have are counted in a warning. With at least two runs a side, p, q and the interval of the judged
/// figure are across runs (they are drawn again as a whole); with one, within it. Runs that cannot be compared with the
/// first of their side are named in a warning and left out. O(as compareTraces, and spans of each further run).
[[nodiscard]] Comparison compareRuns(const Both<std::vector<std::shared_ptr<const TraceFacts>>>& runs,
                                     const CompareOptions& options = {}, const std::stop_token& stop = {});

} // namespace waitscope
