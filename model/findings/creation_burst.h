// SPDX-License-Identifier: GPL-3.0-or-later
// D2: many goroutines created at one place within a moment.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void creationBurst(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
