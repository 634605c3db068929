// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/catalogue.h"

#include "model/findings/blocker.h"
#include "model/findings/busy_ghost.h"
#include "model/findings/cancellation_ignored.h"
#include "model/findings/channel_without_peer.h"
#include "model/findings/contention.h"
#include "model/findings/convoy.h"
#include "model/findings/creation_burst.h"
#include "model/findings/deadlock.h"
#include "model/findings/gc_assist.h"
#include "model/findings/never_woken.h"
#include "model/findings/population_growth.h"
#include "model/findings/scheduler_latency.h"
#include "model/findings/silent_peer.h"
#include "model/findings/stuck_syscall.h"
#include "model/findings/timer_leak.h"
#include "model/findings/unclosed_body.h"
#include "model/findings/wait_group_never_done.h"

#include <algorithm>
#include <array>

namespace waitscope {

namespace {

constexpr std::array<Detector, 17> detectors{{
    {"D1", "never woken", "Goroutines are blocked and were not woken before the trace ended.", neverWoken, 2},
    {"D2", "creation burst", "Many goroutines were created at one place within a moment.", creationBurst, 14},
    {"D3", "contention", "Many goroutines wait for the lock taken at one line.", contention, 9},
    {"D4", "blocker", "What was going on while goroutines waited for a lock.", blocker, 13},
    {"D5", "lock convoy", "The queue for a lock never empties, and hand-overs cost more than the work.", convoy, 10},
    {"D6", "channel without peer", "Nobody alive was seen at the other side of a channel.", channelWithoutPeer, 11},
    {"D7", "WaitGroup never done", "No goroutine is left that could call Done.", waitGroupNeverDone, 4},
    {"D8", "cancellation ignored", "Goroutines stay although their callers have returned.", cancellationIgnored, 12},
    {"D9", "timer leak", "Tickers that nobody stopped, and callbacks of timers.", timerLeak, 7},
    {"D10", "population growth", "The number of goroutines of one kind grows.", populationGrowth, 6},
    {"D11", "unclosed HTTP body", "HTTP responses were neither read to the end nor closed.", unclosedBody, 1},
    {"D12", "stuck system call", "System calls that do not return hold threads.", stuckSyscall, 5},
    {"D13", "GC assist", "Goroutines had to help the garbage collector.", gcAssist, 15},
    {"D14", "scheduler latency", "Goroutines that were ready waited for a processor.", schedulerLatency, 16},
    {"D15", "deadlock", "Goroutines wait for locks that nobody outside could unlock, or for one another.", deadlock, 3},
    {"D16", "busy ghost", "Goroutines keep waking up for nothing.", busyGhost, 8},
    {"D17", "silent peer", "A peer does not answer, which it or others did soon before.", silentPeer, 17},
}};

} // namespace

std::span<const Detector> catalogue() {
    return detectors;
}

const Detector* detectorNamed(std::string_view id) {
    const auto found = std::ranges::find(detectors, id, &Detector::id);
    return found != detectors.end() ? &*found : nullptr;
}

} // namespace waitscope
