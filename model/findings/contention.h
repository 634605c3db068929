// SPDX-License-Identifier: GPL-3.0-or-later
// D3: locks that many wait for.
#pragma once

#include "model/findings/detector.h"

#include <optional>

namespace waitscope {

/// How bad it is; none if it is ordinary use.
[[nodiscard]] std::optional<Tier> contentionTier(const Evidence& evidence, const LockSite& row);

void contention(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
