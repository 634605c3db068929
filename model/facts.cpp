// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/facts.h"

namespace waitscope {

std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace) {
    WaitClasses waits(*trace);
    return std::make_shared<const TraceFacts>(TraceFacts{.trace = std::move(trace), .waits = std::move(waits)});
}

} // namespace waitscope
