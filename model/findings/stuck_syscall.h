// SPDX-License-Identifier: GPL-3.0-or-later
// D12: system calls that do not return, each of which holds a thread.
#pragma once

#include "model/findings/detector.h"

namespace waitscope {

void stuckSyscall(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
