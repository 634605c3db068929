// SPDX-License-Identifier: GPL-3.0-or-later
// Which reasons does Go give for a wait or a stop (go-trace-format C.3), and what does each say by itself? The one list
// of them: the reader calls unknown what is not in it, and the classes of waits start from it.
#pragma once

#include "model/trace/primitive.h"
#include "model/trace/spans.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace waitscope {

struct WaitReason {
    std::string_view text;
    Primitive primitive; ///< Unknown: only the stack can tell
};

constexpr std::array<WaitReason, 19> waitReasons{{{"chan send", Primitive::ChanSend},
                                                  {"chan receive", Primitive::ChanReceive},
                                                  {"select", Primitive::Select},
                                                  {"sync", Primitive::Unknown},
                                                  {"sync.(*Cond).Wait", Primitive::Cond},
                                                  {"network", Primitive::Network},
                                                  {"sleep", Primitive::Sleep},
                                                  {"forever", Primitive::Unknown},
                                                  {"preempted", Primitive::Other},
                                                  {"GC mark assist wait for work", Primitive::GC},
                                                  {"GC background sweeper wait", Primitive::GC},
                                                  {"GC weak to strong wait", Primitive::GC},
                                                  {"wait until GC ends", Primitive::GC},
                                                  {"system goroutine wait", Primitive::Other},
                                                  {"wait for debug call", Primitive::Other},
                                                  {"synctest", Primitive::Other},
                                                  {"unspecified", Primitive::Other},
                                                  {"runtime.Gosched", Primitive::Other},
                                                  {"runtime.GoSched", Primitive::Other}}};

/// No reason, and one that was lost with damaged bytes, are known too.
constexpr bool isKnownReason(std::string_view text) {
    return text.empty() || text == lostReasonText ||
           std::ranges::find(waitReasons, text, &WaitReason::text) != waitReasons.end();
}

/// Without its stack. A reason of a Go to come is the collector's if it says so, else Other.
constexpr Primitive primitiveOfReason(std::string_view text) {
    const auto* const known = std::ranges::find(waitReasons, text, &WaitReason::text);
    if (known != waitReasons.end())
        return known->primitive;
    return text.starts_with("GC ") ? Primitive::GC : Primitive::Other;
}

} // namespace waitscope
