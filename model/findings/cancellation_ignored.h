// SPDX-License-Identifier: GPL-3.0-or-later
// D8: goroutines that stayed although the call that started them has returned, at a line that no cancel ever woke.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void cancellationIgnored(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
