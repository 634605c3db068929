// SPDX-License-Identifier: GPL-3.0-or-later
// D5: a queue for a lock that never empties, so that each hand-over costs a trip through the scheduler; and the storm,
// which looks alike and drains by itself.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void convoy(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
