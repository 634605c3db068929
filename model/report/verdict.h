// SPDX-License-Identifier: GPL-3.0-or-later
// Is something wrong, in one line? Until there are findings: the place where most time is spent in waits that have not
// ended; if all have ended, the place where most was spent.
#pragma once

#include "model/facts.h"
#include "model/waits/wait_table.h"

#include <optional>
#include <string>
#include <vector>

namespace waitscope {

struct Verdict {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    bool open = false; ///< of waits that last to the trace's end, else of finished ones
    /// "1,000 goroutines still waiting · chan receive · main.neverServed sandbox.go:88 · since 0.11 s · oldest 4.89 s",
    /// or "2,299 goroutines waited 48 min 17 s together · mutex · main.get main.go:38 · longest 2.51 s · all woken"
    std::string sentence;
    /// The five rows with the longest waits, in words: what is looked at where nothing was found.
    std::vector<std::string> longest;
};

/// From a table by site over the whole trace; nothing if the program waited for nothing. Waits that are idle by nature
/// (for the network, a timer or a system call) come after all others.
[[nodiscard]] std::optional<Verdict> verdictOf(const TraceFacts& facts, const WaitTable& table);

} // namespace waitscope
