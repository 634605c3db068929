// SPDX-License-Identifier: GPL-3.0-or-later
// D16: goroutines that outlived their use and keep waking up for nothing.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void busyGhost(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
