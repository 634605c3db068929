// SPDX-License-Identifier: GPL-3.0-or-later
// D9: tickers that nobody stopped, and callbacks of timers.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void timerLeak(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
