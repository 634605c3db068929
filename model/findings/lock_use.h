// SPDX-License-Identifier: GPL-3.0-or-later
// How much was waited for locks, where, and which waits belong to one lock?
//
// A trace holds no addresses. What can be said is that a wait at one line was ended by an unlock at another: lines so
// connected are one *lock class*. It may be several locks.
#pragma once

#include "model/findings/evidence.h"
#include "model/findings/finding.h"
#include "model/waits/root_causes.h"

#include <optional>
#include <vector>

namespace waitscope {

/// Contention at one site.
struct LockSite {
    SiteIndex site = 0;
    std::uint64_t finished = 0;
    std::uint64_t open = 0;
    Time total = 0;                         ///< open waits to the trace's end
    Time p50 = 0, p99 = 0, max = 0;         ///< of finished waits
    std::vector<GoroutineIndex> goroutines; ///< distinct, by index
    StackId stack;                          ///< of its longest wait
    FrameId unlock;                         ///< the waker's site with the most of the waits' time
    std::uint32_t lockClass = 0;
    std::string_view detail;
    std::optional<Tier> contention;   ///< how bad it is; none if it is ordinary use
    std::optional<RootCauses> causes; ///< what passed meanwhile, of the sites where that matters

    [[nodiscard]] bool isPool() const { return detail == connectionPool; }
};

/// Wake-ups of one lock class while somebody queued.
struct LockClass {
    std::vector<std::uint32_t> waits; ///< places in Evidence::lockWaits(), by end
    std::optional<Time> hold;         ///< median gap between wake-ups while the queue is not empty: how long it is held
    std::uint64_t peakQueue = 0;
    Time queued = 0; ///< how long somebody waited for it
};

struct LockUse {
    std::vector<LockSite> sites; ///< only those with a finished wait; most time first
    std::vector<LockClass> classes;
};

/// O(n log n) of the waits for locks.
[[nodiscard]] LockUse lockUseOf(const Evidence& evidence);

} // namespace waitscope
