// SPDX-License-Identifier: GPL-3.0-or-later
// D11: HTTP responses that were neither read to the end nor closed, led to the line that made the request.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void unclosedBody(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
