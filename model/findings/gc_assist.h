// SPDX-License-Identifier: GPL-3.0-or-later
// D13: goroutines that had to help the garbage collector because the program allocates faster than it collects.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void gcAssist(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
