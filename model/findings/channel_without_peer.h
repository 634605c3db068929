// SPDX-License-Identifier: GPL-3.0-or-later
// D6: senders or receivers at a channel whose other side nobody alive was seen at.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void channelWithoutPeer(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
