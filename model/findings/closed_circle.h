// SPDX-License-Identifier: GPL-3.0-or-later
// D15 beyond locks: goroutines that only ever woke one another, and all wait now.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

/// Goroutines that waited again and again, were woken by one another only, and have all been waiting for long. What
/// other detectors say of most of them already is left out. O(goroutines + sites · wakers of a
/// site), in the worst case once for each site.
void closedCircle(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
