// SPDX-License-Identifier: GPL-3.0-or-later
// What the events say that decide nothing: ranges of the runtime's work, and what the program said of itself. Only the
// collector's own cycles are in sequence.
#include "model/reader/orderer.h"

namespace waitscope {

using namespace wire;

Orderer::Outcome Orderer::rangeEvent(const EventCursor& e, const Context& at) {
    const auto deliverRange = [&](OrderedEventKind kind, StringId name, GoroutineIndex goroutine, ProcIndex proc,
                                  StackId stack) -> OrderedEvent& {
        OrderedEvent& out = deliver(e, kind, at);
        out.text = name;
        out.goroutine = goroutine;
        out.proc = proc;
        out.stack = stack;
        return out;
    };
    const bool onGoroutine = at.goroutine != LiveGoroutines::none;
    switch (e.type()) {
    case StwBegin:
    case StwEnd: {
        if (!onGoroutine)
            break;
        auto& g = state_.goroutines[at.goroutine];
        const bool begins = e.type() == StwBegin;
        if (!begins && g.stopsTheWorld == Going::No)
            break;
        g.stopsTheWorld = begins ? Going::Yes : Going::No;
        OrderedEvent& out = deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd, {},
                                         g.index, {}, begins ? stackOf(e.argument(1)) : StackId{});
        if (begins)
            out.text2 = stringOf(e.argument(0));
        return Outcome::Taken;
    }
    case GcActive:
    case GcBegin: {
        const bool begins = e.type() == GcBegin;
        if (!collectorIsAt(e.argument(0)))
            return Outcome::NotReady;
        state_.collecting = Going::Yes;
        state_.collectorSequence = e.argument(0);
        deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeActive, names_.markPhase, {}, {},
                     begins ? stackOf(e.argument(1)) : StackId{});
        return Outcome::Taken;
    }
    case GcEnd:
        if (!collectorIsAt(e.argument(0)))
            return Outcome::NotReady;
        state_.collecting = Going::No;
        state_.collectorSequence = e.argument(0);
        deliverRange(OrderedEventKind::RangeEnd, names_.markPhase, {}, {}, {});
        return Outcome::Taken;
    case GcSweepActive: {
        const ProcIndex proc = procOf(e.id(0));
        if (!proc.known())
            break;
        state_.procs[proc].sweeping = Going::Yes;
        deliverRange(OrderedEventKind::RangeActive, names_.sweep, {}, proc, {});
        return Outcome::Taken;
    }
    case GcSweepBegin:
    case GcSweepEnd: {
        const bool begins = e.type() == GcSweepBegin;
        const Going now = begins ? Going::Yes : Going::No;
        if (!at.proc.known() || state_.procs[at.proc].sweeping == now)
            break;
        state_.procs[at.proc].sweeping = now;
        OrderedEvent& out = deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd,
                                         names_.sweep, {}, at.proc, begins ? stackOf(e.argument(0)) : StackId{});
        if (!begins) {
            out.value = e.argument(0);
            out.value2 = e.argument(1);
        }
        return Outcome::Taken;
    }
    case GcMarkAssistActive: {
        const Slot slot = goroutineOf(e.id(0));
        if (slot == LiveGoroutines::none)
            break;
        state_.goroutines[slot].markAssist = Going::Yes;
        deliverRange(OrderedEventKind::RangeActive, names_.markAssist, state_.goroutines[slot].index, {}, {});
        return Outcome::Taken;
    }
    default: {
        const bool begins = e.type() == GcMarkAssistBegin;
        const Going now = begins ? Going::Yes : Going::No;
        if (!onGoroutine || state_.goroutines[at.goroutine].markAssist == now)
            break;
        state_.goroutines[at.goroutine].markAssist = now;
        deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd, names_.markAssist,
                     state_.goroutines[at.goroutine].index, {}, begins ? stackOf(e.argument(0)) : StackId{});
        return Outcome::Taken;
    }
    }
    deliverSilently(e); // a range that does not fit what is known: it decides nothing
    return Outcome::Taken;
}

Orderer::Outcome Orderer::annotation(const EventCursor& e, const Context& at) {
    const auto metric = [&](StringId name) {
        OrderedEvent& out = deliver(e, OrderedEventKind::Metric, at);
        out.text = name;
        out.value = e.argument(0);
    };
    switch (e.type()) {
    case ProcsChange:
        metric(names_.procs);
        break;
    case HeapAlloc:
        metric(names_.heap);
        break;
    case HeapGoal:
        metric(names_.goal);
        break;
    case GoLabel: {
        OrderedEvent& out = deliver(e, OrderedEventKind::Label, at);
        out.goroutine = out.context;
        out.text = stringOf(e.argument(0));
        break;
    }
    case UserLog: {
        OrderedEvent& out = deliver(e, OrderedEventKind::Log, at);
        out.value = e.argument(0);
        out.text = stringOf(e.argument(1));
        out.text2 = stringOf(e.argument(2));
        out.stack = stackOf(e.argument(3));
        break;
    }
    default: // the AllocFree experiment
        deliverSilently(e);
        break;
    }
    return Outcome::Taken;
}

} // namespace waitscope
