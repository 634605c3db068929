// SPDX-License-Identifier: GPL-3.0-or-later
// Is something wrong, in one line? Until there are findings: the place where most time is spent in waits that have not
// ended.
#pragma once

#include "model/facts.h"
#include "model/waits/wait_table.h"

#include <optional>
#include <string>

namespace waitscope {

struct Verdict {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    std::uint64_t goroutines = 0; ///< still blocked there when the trace ends
    Time since = 0;               ///< begin of the oldest of these waits
    Time oldest = 0;              ///< its length
    bool beforeTrace = false;     ///< that one began before the trace
    /// "1,000 goroutines still waiting · chan receive · main.neverServed sandbox.go:88 · since 0.11 s · oldest 4.89 s"
    std::string sentence;
};

/// From a table by site over the whole trace; nothing if no wait of the program is open. Waits that are idle by nature
/// (for the network, a timer or a system call) come after all others.
[[nodiscard]] std::optional<Verdict> verdictOf(const TraceFacts& facts, const WaitTable& table);

} // namespace waitscope
