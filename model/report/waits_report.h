// SPDX-License-Identifier: GPL-3.0-or-later
// The wait table for scripts, as `waitscope waits --json` and `--csv` print it.
#pragma once

#include "model/waits/wait_table.h"
#include "model/waits/waiting_goroutines.h"

#include <string>
#include <vector>

namespace waitscope {

/// The document of json.md, with sorted keys and a final newline; `options` with distributions. What is not the table
/// (who waits for whom, processors, the collector) is computed beside it.
[[nodiscard]] std::string waitsJson(const TraceFacts& facts, const WaitTableOptions& options);

/// The goroutines of one of its rows, each with its open or longest wait and the stack of that.
[[nodiscard]] std::string rowGoroutinesJson(const TraceFacts& facts, const WaitTable& table, const WaitRow& row,
                                            const std::vector<WaitingGoroutine>& goroutines);

/// A line of column names and one line a row; times in nanoseconds, what is not known is empty. RFC 4180 with plain
/// line feeds. `table` with distributions.
[[nodiscard]] std::string waitsCsv(const TraceFacts& facts, const WaitTable& table);

} // namespace waitscope
