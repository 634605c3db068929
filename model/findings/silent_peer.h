// SPDX-License-Identifier: GPL-3.0-or-later
// D17: questions to a peer that are not answered, where those before were, soon.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void silentPeer(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
