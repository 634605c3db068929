// SPDX-License-Identifier: GPL-3.0-or-later
// What the pictures of a comparison show, of all that they could.
#pragma once

#include "model/compare/comparison.h"

#include <string_view>

namespace waitscope {

/// The family (see comparedFamily) of the row that changed most of those with a verdict; without a verdict of the one
/// that changed most; "all" without rows, and where a heatmap knows no states of that name.
[[nodiscard]] std::string_view familyOfLargestChange(const Comparison& comparison);

} // namespace waitscope
