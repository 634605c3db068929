// SPDX-License-Identifier: GPL-3.0-or-later
// D3: locks that many wait for.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void contention(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
