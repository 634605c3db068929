// SPDX-License-Identifier: GPL-3.0-or-later
// D7: waits for a WaitGroup that nobody alive could finish.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void waitGroupNeverDone(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
