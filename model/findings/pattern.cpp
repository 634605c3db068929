// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/pattern.h"

#include "model/waits/root_causes.h"

namespace waitscope {

namespace {

constexpr std::string_view dump = "a goroutine dump of the same process: the same goroutines, older";
constexpr std::string_view source = "the source at the line";

Pattern ofChannel(const Finding& f) {
    if (f.detector == "D8")
        return {"channel", "context", "the source at the line: a select without a case for ctx.Done()",
                "Give the wait a case for the context's Done channel, and cancel the context when the caller returns."};
    if (f.semaphore)
        return {"channel", "semaphore",
                "the source: a return, an error or a recovered panic between taking a place and giving it back",
                "Give the place back with a defer right after it was taken."};
    switch (*f.primitive) {
    case Primitive::ChanSend:
        return {"channel", "unbuffered channel",
                "the source at the line: a channel without room, and a receiver that "
                "may return early",
                "Give the channel room for every sender, or send in a select with a timeout or the context's Done."};
    case Primitive::ChanReceive:
        return {"channel", "unbuffered channel",
                "the source: who sends to or closes this channel, and on which paths "
                "it does not",
                "Close the channel on every path of the sender, or receive in a select with the context's Done."};
    case Primitive::Select:
        return {"channel", "context", "the source at the line: the cases of the select",
                "Add a case for the context's Done channel or a timeout, and make sure that somebody cancels."};
    case Primitive::NilChan:
        return {"channel", "nil channel", "the source: where the channel should have been made",
                "Make the channel before it is used; a nil channel blocks for ever."};
    default:
        return {"channel", "select without cases", source,
                "Let the goroutine end, or wait for a channel that somebody closes."};
    }
}

} // namespace

Pattern patternOf(const Finding& f) {
    const std::string_view detector = f.explainedBy.empty() ? f.detector : f.explainedBy;
    if (detector == "D9" || detector == "D16")
        return {"timer", "timer or ticker that is not stopped",
                "a heap profile: time.NewTicker, time.NewTimer or time.After at the creating line",
                "Stop the ticker with a defer where it is made, and end its loop with the context's Done."};
    if (detector == "D11")
        return {"other", "unclosed HTTP body", "the source at the caller: a return before resp.Body.Close()",
                "Close the body with a defer right after the error check, and read it to the end to keep the "
                "connection."};
    if (f.detector == "D12")
        return {"other", "system call", dump, "Give the call a deadline, or do it where a stuck thread does no harm."};
    if (f.detector == "D17")
        return {"other", "call without a deadline",
                "the source: SetDeadline, a context or a client's Timeout for the call",
                "Give each call a deadline, and close the connection when it passes."};
    if (!f.primitive)
        return {"other", {}, {}, {}};
    if ((f.detector == "D3" || f.detector == "D4") && !isLock(*f.primitive))
        return {"other", "connection pool",
                "sql.DB.Stats: WaitCount and WaitDuration; the source: what is done with a "
                "connection before it is given back",
                "Give connections back sooner, let the pool open more, or let fewer ask at a time."};
    switch (*f.primitive) {
    case Primitive::Mutex:
    case Primitive::RWMutexRead:
    case Primitive::RWMutexWrite:
        // Of waits that ended D4 says who was slow with the lock; of open ones, that somebody may have kept it.
        if (f.detector == "D3" || f.detector == "D5" || (f.detector == "D4" && f.oldest == 0))
            return {"lock", "contention", "a mutex profile: the same line, and how long it is held",
                    "Move slow work out of the locked section; use RLock where nothing is written; shard the data."};
        if (f.detector == "D15" && !f.oneLock)
            return {"lock", "deadlock", "a goroutine dump: who holds which lock; the source: the order of locking",
                    "Take locks in one order everywhere, and never call out while one is held."};
        return {"lock", "missing unlock",
                "a goroutine dump: no goroutine inside the locked section; the source: a "
                "return between Lock and Unlock",
                "Unlock with a defer right after the Lock; do not lock twice in one call."};
    case Primitive::WaitGroup:
        return {"lock", "WaitGroup", "the source: an Add without a Done on some path",
                "Call Done with a defer first thing in the goroutine, and Add before it is started."};
    case Primitive::Cond:
        return {"lock", "lost wake-up", "the source: Signal or Broadcast before the Wait, or not on every path",
                "Wait in a loop over the condition, and broadcast when it changes."};
    case Primitive::ChanSend:
    case Primitive::ChanReceive:
    case Primitive::Select:
    case Primitive::SelectEmpty:
    case Primitive::NilChan:
        return ofChannel(f);
    case Primitive::Sleep:
        return {"timer", "sleeping loop", source, "End the loop with the context's Done instead of sleeping on."};
    case Primitive::Unknown:
        return {"other", "blocked since before the trace", dump,
                "Record with Go 1.23 or later, or take a goroutine dump of the process."};
    default:
        return {"other", {}, {}, {}};
    }
}

} // namespace waitscope
