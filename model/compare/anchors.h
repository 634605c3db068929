// SPDX-License-Identifier: GPL-3.0-or-later
// What happened in two traces, so that they can be laid over each other there? Never goroutine ids, which mean nothing
// in another run: only what has a name, or a place in a row.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

enum class AnchorKind : std::uint8_t {
    Start,
    End,
    Mark,       ///< that the user made in both
    Clock,      ///< the same time of day
    Collection, ///< the n-th mark phase that began inside the trace
    FirstRun,   ///< of a goroutine of a function
    Task,       ///< the first user task of a type
    Region,     ///< the first region of a type
    Log,        ///< the first log message of a category
};

struct Anchor {
    AnchorKind kind = AnchorKind::Start;
    std::string name; ///< of the function, type or category
    Time a = 0;
    Time b = 0;
    /// Why these traces cannot be laid over each other there, in a sentence; empty if they can.
    std::string objection;
};

/// "GC cycle 3", "first run of main.worker", "first task request".
[[nodiscard]] std::string textOf(const Anchor& anchor);

/// With an objection if one of them does not know its time of day.
[[nodiscard]] Anchor atTheClock(const Trace& a, const Trace& b);

/// What both have, kind by kind and each by name. Kinds that these traces cannot have are there once, with an
/// objection. O(goroutines + tasks + regions + logs); incomplete if stopped.
[[nodiscard]] std::vector<Anchor> commonAnchors(const TraceFacts& a, const TraceFacts& b,
                                                const std::stop_token& stop = {});

} // namespace waitscope
