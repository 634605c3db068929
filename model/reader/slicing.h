// SPDX-License-Identifier: GPL-3.0-or-later
// Where is a generation cut into slices? At moments that part its bytes into about equal shares, so that the cuts
// depend on the file alone and never on the number of cores.
#pragma once

#include "model/reader/slice_work.h"

#include <cstddef>
#include <vector>

namespace waitscope {

/// Events of so many bytes are worth a slice of their own. Small enough that two cores share the 45 MB of one second,
/// large enough that joining costs nothing beside ordering.
constexpr std::size_t sliceBytes = std::size_t{1} << 20;

/// The slices of a generation in the order of time; one if it is small or its batches are not in order.
[[nodiscard]] std::vector<SliceWork> slicesOf(const std::shared_ptr<const PreparedGeneration>& generation,
                                              std::size_t bytesEach = sliceBytes);

} // namespace waitscope
