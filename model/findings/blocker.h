// SPDX-License-Identifier: GPL-3.0-or-later
// D4: what was going on while goroutines waited for a lock, at which line; and who may hold a lock that is never given
// back.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void blocker(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
