// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of a heatmap for other programs, as the shared page json.md defines them.
#pragma once

#include "model/heatmap/grid.h"

#include <string>

namespace waitscope {

/// A header `row,label,goroutines,first_goroutine,` and the start of each bin in ns; a line a row; a cell is the value
/// (0-1 for shares, ns for ages, a count for populations), empty where nobody is alive or the state is not known.
[[nodiscard]] std::string gridCsv(const Trace& trace, const Grid& grid);
/// The same as one JSON document.
[[nodiscard]] std::string gridJson(const Trace& trace, const Grid& grid);

} // namespace waitscope
