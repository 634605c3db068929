// SPDX-License-Identifier: GPL-3.0-or-later
// D14: goroutines that were ready to run and waited for a processor.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void schedulerLatency(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
