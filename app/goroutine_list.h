// SPDX-License-Identifier: GPL-3.0-or-later
// How are several goroutines written on one line? "g1,g5..g90".
#pragma once

#include "model/facts.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// Between the first and the last of a stretch.
inline constexpr std::string_view through = "..";

/// The goroutines of "g1,g5..g90" that the trace has, each once: a stretch of ids holds the program's own goroutines,
/// not those of Go's runtime. O(goroutines · log).
[[nodiscard]] std::vector<GoroutineIndex> goroutinesFrom(const TraceFacts& facts, const std::string& text);
/// "g1,g5..g90", in the order given. O(goroutines · log).
[[nodiscard]] std::string goroutinesText(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines);
/// The same of goroutines whose order means nothing: as short as it can be.
[[nodiscard]] std::string setText(const TraceFacts& facts, std::vector<GoroutineIndex> goroutines);

} // namespace waitscope
