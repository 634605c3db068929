// SPDX-License-Identifier: GPL-3.0-or-later
// D15: goroutines that wait for locks which only they themselves, or nobody alive, ever unlocked.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void deadlock(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
