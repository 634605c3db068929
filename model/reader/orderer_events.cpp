// SPDX-License-Identifier: GPL-3.0-or-later
// What each event needs and does: the handlers of go-trace-format D.4 and D.5, those of goroutines here; those of
// processors, and those that decide nothing, are in files of their own. "Not ready" means that another thread's event
// has to come first; "impossible" that no order can make it fit.
#include "model/reader/orderer.h"

namespace waitscope {

namespace {

using namespace wire;

/// How many there are behind the time.
consteval std::size_t argumentsOf(Type type) {
    return argumentCounts[type] - 1U;
}

GoroutineState stateOf(std::uint8_t status) {
    switch (status) {
    case GoRunnable:
        return GoroutineState::Runnable;
    case GoRunning:
        return GoroutineState::Running;
    case wire::GoSyscall:
        return GoroutineState::Syscall;
    default:
        return GoroutineState::Waiting;
    }
}

} // namespace

[[gnu::always_inline]] inline void Orderer::runs(const EventCursor& e, Context& at, Slot slot) {
    out_.change(e.time()).runs(state_.goroutines[slot].index, out_.lastTime(), running_, at.thread, at.proc);
    at.goroutine = slot;
}

[[gnu::always_inline]] inline void Orderer::ends(const EventCursor& e, Context& at) {
    out_.change(e.time()).ends(state_.goroutines[at.goroutine].index, out_.lastTime(), ended_);
    forget(at.goroutine);
    at.goroutine = LiveGoroutines::none;
}

[[gnu::always_inline]] inline void Orderer::wakes(const EventCursor& e, const Context& at, Slot slot, StackId stack) {
    const Waker waker = at.goroutine == LiveGoroutines::none ? Waker::runtime() : Waker(indexOf(at.goroutine));
    out_.change(e.time()).enters(state_.goroutines[slot].index, out_.lastTime(), woken_, stack.value, waker.link());
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::create(const EventCursor& e, const Context& at) {
    if (!has(at, true, false))
        return impossible("a goroutine is created without a processor");
    if (at.goroutine != LiveGoroutines::none && state_.goroutines[at.goroutine].status != GoRunning &&
        state_.goroutines[at.goroutine].status != 0)
        return impossible("a goroutine that does not run creates another");
    const std::int64_t id = e.id(0);
    if (exists(id))
        return impossible("a goroutine is created that exists already");
    const bool blocked = e.type() == GoCreateBlocked;
    const Slot slot = addGoroutine(state_.goroutines.add(id));
    auto& g = state_.goroutines[slot];
    g.status = blocked ? GoWaiting : GoRunnable;
    g.sequence = {generation_.number, 0};
    const Waker creator = at.goroutine == LiveGoroutines::none ? Waker::runtime() : Waker(indexOf(at.goroutine));
    out_.change(e.time()).created(id, out_.lastTime(), blocked ? createdBlocked_ : created_, stackOf(e.argument(1)),
                                  stackOf(e.argument(2)), creator);
    return Outcome::Taken;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::start(const EventCursor& e, Context& at) {
    const Slot slot = goroutineOf(e.id(0));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& g = state_.goroutines[slot];
    if (!is(g, GoRunnable) || !follows(g, e.argument(1)))
        return Outcome::NotReady;
    if (!has(at, true, false) || !hasNoGoroutine(at))
        return impossible("a goroutine starts on a thread that has no processor, or runs another");
    g.status = GoRunning;
    g.sequence.number = e.argument(1);
    runs(e, at, slot);
    return Outcome::Taken;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::leaveRunning(const EventCursor& e, Context& at) {
    if (!has(at, true, true))
        return impossible("a thread stops a goroutine without having one");
    auto& g = state_.goroutines[at.goroutine];
    if (!is(g, GoRunning))
        return impossible("a goroutine stops that does not run");
    if (e.type() == GoDestroy) {
        ends(e, at);
        return Outcome::Taken;
    }
    const bool blocks = e.type() == GoBlock;
    g.status = blocks ? GoWaiting : GoRunnable;
    const SpanKindId kind = builder_.kindOf({.state = blocks ? GoroutineState::Waiting : GoroutineState::Runnable,
                                             .origin = SpanOrigin::Event,
                                             .reason = reasonOf(e.argument(0))});
    out_.change(e.time()).entersFrom(g.index, out_.lastTime(), kind, stackOf(e.argument(1)), nowhere);
    at.goroutine = LiveGoroutines::none;
    return Outcome::Taken;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::unblock(const EventCursor& e, const Context& at) {
    const Slot slot = goroutineOf(e.id(0));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& g = state_.goroutines[slot];
    if (!is(g, GoWaiting) || !follows(g, e.argument(1)))
        return Outcome::NotReady;
    g.status = GoRunnable;
    g.sequence.number = e.argument(1);
    wakes(e, at, slot, stackOf(e.argument(2)));
    return Outcome::Taken;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::region(const EventCursor& e, const Context& at) {
    SliceBuilder& builder = out_.change(e.time());
    const GoroutineIndex goroutine = indexOf(at.goroutine);
    if (e.type() == UserRegionBegin)
        builder.regionBegins(goroutine, out_.lastTime(), stringOf(e.argument(1)), e.argument(0),
                             stackOf(e.argument(2)));
    else
        builder.regionEnds(goroutine, out_.lastTime(), stringOf(e.argument(1)), e.argument(0));
    return Outcome::Taken;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::task(const EventCursor& e, const Context& at) {
    SliceBuilder& builder = out_.change(e.time());
    if (e.type() == UserTaskBegin)
        builder.taskBegins(indexOf(at.goroutine), out_.lastTime(), e.argument(0), e.argument(1),
                           stringOf(e.argument(2)), stackOf(e.argument(3)));
    else
        builder.taskEnds(out_.lastTime(), e.argument(0));
    return Outcome::Taken;
}

// These three are the innermost loop of a load, and one piece of code: each event costs but a few dozen instructions,
// so calls would be much of it.

Orderer::Outcome Orderer::takeSome() {
    constexpr int most = 2048;
    EventHeap::Next first = heap_[0]; // what everything waits for is not read from memory that was just written
    for (int i = 0; i < most && first.time != EventHeap::never; ++i) {
        deliverSamplesBefore(first.time);
        Source& source = sources_[first.source];
        const Outcome outcome = take(source, first.type);
        if (!leaves(outcome)) [[unlikely]]
            return outcome;
        if (step(source.cursor, outcome)) [[likely]] {
            first = heap_.moveFirst(first, source.cursor.time(), source.cursor.type());
        } else {
            heap_.remove(0);
            first = heap_[0];
        }
    }
    return Outcome::Taken;
}

Orderer::Outcome Orderer::takeLater(std::size_t i) {
    Source& source = sources_[heap_[i].source];
    const Outcome outcome = take(source, heap_[i].type);
    if (!leaves(outcome))
        return outcome;
    if (step(source.cursor, outcome))
        heap_.moveTo(i, source.cursor.time(), source.cursor.type());
    else
        heap_.remove(i);
    return outcome;
}

[[gnu::always_inline]] inline Orderer::Outcome Orderer::take(Source& source, std::uint32_t type) {
    ++result_.steps;
    Context at{.thread = source.thread, .proc = source.now->proc, .goroutine = source.now->goroutine};
    const Outcome outcome = dispatch(source.cursor, type, at);
    if (outcome == Outcome::Taken && at.thread.known()) {
        source.now->proc = at.proc;
        source.now->goroutine = at.goroutine;
    }
    return outcome;
}

// The events that most of a trace consists of are named here, so that it takes one jump to get to them, and their
// arguments are decoded by code that knows how many there are.
[[gnu::always_inline]] inline Orderer::Outcome Orderer::dispatch(EventCursor& e, std::uint32_t type, Context& at) {
    switch (type) {
    case GoCreate:
    case GoCreateBlocked:
        static_assert(argumentsOf(GoCreate) == argumentsOf(GoCreateBlocked));
        return e.readArguments<argumentsOf(GoCreate)>() ? create(e, at) : Outcome::Damaged;
    case GoStart:
        return e.readArguments<argumentsOf(GoStart)>() ? start(e, at) : Outcome::Damaged;
    case GoStop:
    case GoBlock:
        static_assert(argumentsOf(GoStop) == argumentsOf(GoBlock));
        return e.readArguments<argumentsOf(GoStop)>() ? leaveRunning(e, at) : Outcome::Damaged;
    case GoDestroy:
        return e.readArguments<argumentsOf(GoDestroy)>() ? leaveRunning(e, at) : Outcome::Damaged;
    case GoUnblock:
        return e.readArguments<argumentsOf(GoUnblock)>() ? unblock(e, at) : Outcome::Damaged;
    case GoSyscallBegin:
        return e.readArguments<argumentsOf(GoSyscallBegin)>() ? syscallBegin(e, at) : Outcome::Damaged;
    case GoSyscallEnd:
    case GoSyscallEndBlocked:
        static_assert(argumentsOf(GoSyscallEnd) == argumentsOf(GoSyscallEndBlocked));
        return e.readArguments<argumentsOf(GoSyscallEnd)>() ? syscallEnd(e, at) : Outcome::Damaged;
    case UserRegionBegin:
    case UserRegionEnd:
        static_assert(argumentsOf(UserRegionBegin) == argumentsOf(UserRegionEnd));
        return e.readArguments<argumentsOf(UserRegionBegin)>() ? region(e, at) : Outcome::Damaged;
    case UserTaskBegin:
        return e.readArguments<argumentsOf(UserTaskBegin)>() ? task(e, at) : Outcome::Damaged;
    case UserTaskEnd:
        return e.readArguments<argumentsOf(UserTaskEnd)>() ? task(e, at) : Outcome::Damaged;
    default:
        return e.readArguments() ? dispatchSeldom(e, at) : Outcome::Damaged;
    }
}

Orderer::Outcome Orderer::dispatchSeldom(const EventCursor& e, Context& at) {
    switch (e.type()) {
    case GoCreateSyscall:
        return createInSyscall(e, at);
    case GoDestroySyscall:
        return destroyInSyscall(e, at);
    case GoSwitch:
    case GoSwitchDestroy:
        return switchTo(e, at);
    case GoStatus:
    case GoStatusStack:
        return goStatus(e, at);
    case ProcStart:
        return procStart(e, at);
    case ProcStop:
        return procStop(e, at);
    case ProcSteal:
        return procSteal(e, at);
    case ProcStatus:
        return procStatus(e, at);
    case StwBegin:
    case StwEnd:
    case GcActive:
    case GcBegin:
    case GcEnd:
    case GcSweepActive:
    case GcSweepBegin:
    case GcSweepEnd:
    case GcMarkAssistActive:
    case GcMarkAssistBegin:
    case GcMarkAssistEnd:
        return rangeEvent(e, at);
    default:
        return annotation(e, at);
    }
}

Orderer::Outcome Orderer::createInSyscall(const EventCursor& e, Context& at) {
    if (!has(at, false, false) || !hasNoGoroutine(at))
        return impossible("a C thread enters Go while it runs a goroutine already");
    const std::int64_t id = e.id(0);
    if (exists(id))
        return impossible("a goroutine is created that exists already");
    const Slot slot = addGoroutine(state_.goroutines.add(id));
    auto& g = state_.goroutines[slot];
    g.status = wire::GoSyscall;
    g.sequence = {generation_.number, 0};
    OrderedEvent& out = deliver(e, OrderedEventKind::GoroutineCreated, at);
    out.goroutine = g.index;
    out.value = static_cast<std::uint64_t>(id);
    out.to = GoroutineState::Syscall;
    at.goroutine = slot;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::syscallBegin(const EventCursor& e, const Context& at) {
    if (!has(at, true, true))
        return impossible("a system call begins without a goroutine or processor");
    auto& g = state_.goroutines[at.goroutine];
    auto& p = state_.procs[at.proc];
    if (!is(g, GoRunning))
        return impossible("a system call begins in a goroutine that does not run");
    if (!follows(at.proc, e.argument(0)))
        return impossible("a system call begins out of the sequence of its processor");
    g.status = wire::GoSyscall;
    p.status = ProcSyscall;
    p.sequence.number = e.argument(0);
    out_.change(e.time()).entersFrom(g.index, out_.lastTime(), inSyscall_, stackOf(e.argument(1)), at.thread.value);
    return Outcome::Taken;
}

Orderer::Outcome Orderer::syscallEnd(const EventCursor& e, Context& at) {
    const bool lostProcessor = e.type() == GoSyscallEndBlocked;
    if (lostProcessor && !hasNoProc(at) && state_.procs[at.proc].status == ProcSyscall)
        return Outcome::NotReady;
    if (!has(at, !lostProcessor, true))
        return impossible("a system call ends without a goroutine or processor");
    auto& g = state_.goroutines[at.goroutine];
    if (!is(g, wire::GoSyscall))
        return impossible("a system call ends that has not begun");
    if (lostProcessor) {
        g.status = GoRunnable;
        const SpanKindId kind =
            builder_.kindOf({.state = GoroutineState::Runnable, .origin = SpanOrigin::SyscallEnded, .reason = {}});
        out_.change(e.time()).enters(g.index, out_.lastTime(), kind, 0, nowhere);
        at.goroutine = LiveGoroutines::none;
        return Outcome::Taken;
    }
    if (!is(at.proc, ProcSyscall))
        return impossible("a system call returns to a processor that was not in it");
    g.status = GoRunning;
    state_.procs[at.proc].status = ProcRunning;
    runs(e, at, at.goroutine);
    return Outcome::Taken;
}

Orderer::Outcome Orderer::destroyInSyscall(const EventCursor& e, Context& at) {
    if (!has(at, false, true) || !is(state_.goroutines[at.goroutine], wire::GoSyscall))
        return impossible("a C callback ends that is not in a system call");
    if (!hasNoProc(at)) {
        if (!is(at.proc, ProcSyscall))
            return impossible("a C callback ends on a processor that was not in a system call");
        state_.procs[at.proc].status = ProcSyscallAbandoned;
        procChanges(e, at, at.proc, ProcState::Idle, {});
    }
    ends(e, at);
    at.proc = {};
    return Outcome::Taken;
}

Orderer::Outcome Orderer::switchTo(const EventCursor& e, Context& at) {
    if (!has(at, true, true) || !is(state_.goroutines[at.goroutine], GoRunning))
        return impossible("a coroutine switch happens outside of a running goroutine");
    const Slot slot = goroutineOf(e.id(0));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& next = state_.goroutines[slot];
    if (!is(next, GoWaiting) || !follows(next, e.argument(1)))
        return Outcome::NotReady;
    next.status = GoRunning;
    next.sequence.number = e.argument(1);
    wakes(e, at, slot, {});
    if (e.type() == GoSwitchDestroy) {
        ends(e, at);
    } else {
        const SpanKindId kind =
            builder_.kindOf({.state = GoroutineState::Waiting, .origin = SpanOrigin::Event, .reason = {}});
        auto& left = state_.goroutines[at.goroutine];
        out_.change(e.time()).enters(left.index, out_.lastTime(), kind, 0, nowhere);
        left.status = GoWaiting;
    }
    runs(e, at, slot);
    return Outcome::Taken;
}

Orderer::Outcome Orderer::goStatus(const EventCursor& e, Context& at) {
    const std::int64_t id = e.id(0);
    const std::int64_t threadId = e.id(1);
    const auto status = static_cast<std::uint8_t>(e.argument(2));
    if (e.argument(2) > GoWaiting || status == 0)
        return impossible("a goroutine has a status that does not exist");
    Slot slot = before_ == nullptr ? state_.goroutines.find(id) : goroutineOf(id);
    const bool isNew = slot == LiveGoroutines::none;
    if (!isNew && !is(state_.goroutines[slot], status))
        return impossible("a goroutine's status contradicts the events before it");

    ThreadIndex thread; // that it is on
    if (status == GoRunning)
        thread = at.thread;
    if (status == wire::GoSyscall) {
        if (threadId == -1)
            return impossible("a goroutine is in a system call without a thread");
        // Long system calls are described by a batch that belongs to no thread; the thread may not be known yet.
        thread = threadOf(threadId);
        const Slot on = thread == at.thread ? at.goroutine : state_.threads[thread].goroutine;
        if (on != LiveGoroutines::none && on != slot && state_.goroutines[on].status != 0)
            return impossible("a goroutine is in a system call on a thread that runs another");
    }

    if (isNew) {
        slot = assumeGoroutine(state_.goroutines.add(id), GoroutineAssumption::About::Stated, {});
        static_cast<void>(is(state_.goroutines[slot], status));
    }
    auto& g = state_.goroutines[slot];
    g.sequence = {generation_.number, 0};
    const StackId stack = e.type() == GoStatusStack ? stackOf(e.argument(3)) : StackId{};
    if (isNew || stack.known()) {
        OrderedEvent& out = deliver(e, isNew ? OrderedEventKind::GoroutineSeen : OrderedEventKind::GoroutineStays, at);
        out.goroutine = g.index;
        out.value = static_cast<std::uint64_t>(id);
        out.to = stateOf(status);
        out.stack = stack;
        out.thread = thread;
    } else {
        deliverSilently(e);
    }
    if (status == GoRunning || (status == wire::GoSyscall && thread == at.thread))
        at.goroutine = slot;
    else if (status == wire::GoSyscall)
        state_.threads[thread].goroutine = slot;
    return Outcome::Taken;
}

} // namespace waitscope
