// SPDX-License-Identifier: GPL-3.0-or-later
// The border between reading and building: one event of the single, ordered stream that every wire format becomes
// (go-trace-format section E). Ids of goroutines, processors and threads are already dense, strings and stacks already
// global, so nothing behind this line knows versions, generations or files.
#pragma once

#include "model/trace/ids.h"
#include "model/trace/spans.h"

#include <cstdint>

namespace waitscope {

enum class OrderedEventKind : std::uint8_t {
    GoroutineCreated, ///< `goroutine` appears; value = Go's id, stack = the creator's, stack2 = the new one's entry
    GoroutineSeen,    ///< `goroutine` first appears other than by creation; value = Go's id, `to` = what it was doing,
                      ///< stack = where, stack2 = its entry if the file says it
    GoroutineAssumed, ///< `goroutine` is spoken of, nothing said of it: it was there before; value = Go's id; value2 =
                      ///< 1: the id is not known
    GoroutineChanged, ///< it leaves its state for `to`, which may be Ended
    GoroutineStays,   ///< its state is said again (`to`), perhaps with a stack that was not known before
    ProcSeen,         ///< `proc` first appears; value = Go's id, value2 = ProcState, origin = BeforeTrace or Event
    ProcAssumed,      ///< `proc` is spoken of, nothing said of it; value = Go's id, if known
    ProcChanged,      ///< value2 = ProcState
    ThreadSeen,       ///< `thread` first appears; value = the operating system's id
    RangeBegin,       ///< text = name; goroutine or proc = whose it is, if anybody's; text2 = what stopped the world
    RangeActive,      ///< was already running
    RangeEnd,         ///< value, value2 = bytes swept and reclaimed; no text: whatever stopped the world
    Metric,           ///< text = name, value
    Label,            ///< text, of `goroutine`
    TaskBegin,        ///< value = id, value2 = id of the parent (0: none), text = type
    TaskEnd,          ///< value = id
    RegionBegin,      ///< value = task id, text = type
    RegionEnd,
    Log, ///< value = task id, text = category, text2 = message
    CpuSample,
    Generation, ///< value = its number: a generation begins
    Finish,     ///< the last one
};

/// `goroutine` is the goroutine the event is about; `context` the one that ran on the thread when it happened, which
/// for a wake-up or a creation is the one who did it.
struct OrderedEvent {
    std::int64_t time = 0; ///< ns of the trace clock, strictly increasing but for ThreadSeen
    OrderedEventKind kind = OrderedEventKind::Finish;
    GoroutineState to = GoroutineState::Unknown;
    SpanOrigin origin = SpanOrigin::Event;
    GoroutineIndex goroutine;
    GoroutineIndex context;
    ProcIndex proc;
    ThreadIndex thread;
    StackId stack;
    StackId stack2; ///< GoroutineCreated, GoroutineSeen
    StringId text;  ///< the reason of a state, or a name
    StringId text2; ///< Log
    std::uint64_t value = 0;
    std::uint64_t value2 = 0;
};

} // namespace waitscope
