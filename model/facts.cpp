// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/facts.h"

namespace waitscope {

std::shared_ptr<const TraceFacts> computeFacts(std::shared_ptr<const Trace> trace) {
    WaitClasses waits(*trace);
    Pyramids pyramids(*trace, waits);
    return std::make_shared<const TraceFacts>(
        TraceFacts{.trace = std::move(trace), .waits = std::move(waits), .pyramids = std::move(pyramids)});
}

} // namespace waitscope
