// SPDX-License-Identifier: GPL-3.0-or-later
// What each event needs and does: the handlers of go-trace-format D.4 and D.5. "Not ready" means that another thread's
// event has to come first; "impossible" that no order can make it fit.
#include "model/reader/orderer.h"

namespace waitscope {

namespace {

using namespace wire;

std::int64_t idOf(std::uint64_t argument) {
    return static_cast<std::int64_t>(argument);
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

// A processor whose goroutine is in a system call is still held by it; an abandoned one is free.
ProcState shownStateOf(std::uint8_t status) {
    return status == ProcRunning || status == ProcSyscall ? ProcState::Running : ProcState::Idle;
}

} // namespace

Orderer::Outcome Orderer::advance(const EventCursor& e, ThreadIndex thread) {
    Context at{.thread = thread};
    if (thread.known()) {
        at.proc = threads_[thread].proc;
        at.goroutine = threads_[thread].goroutine;
    }
    Outcome outcome = Outcome::Taken;
    const std::uint8_t type = e.type();
    if (type <= ProcStatus)
        outcome = type == ProcsChange ? annotation(e, at) : processorEvent(e, at);
    else if (type <= GoStatus || (type >= GoSwitch && type <= GoStatusStack))
        outcome = goroutineEvent(e, at);
    else if (type <= GcMarkAssistEnd)
        outcome = rangeEvent(e, at);
    else
        outcome = annotation(e, at);
    if (outcome == Outcome::Taken && thread.known()) {
        threads_[thread].proc = at.proc;
        threads_[thread].goroutine = at.goroutine;
    }
    return outcome;
}

Orderer::Outcome Orderer::goroutineEvent(const EventCursor& e, Context& at) {
    switch (e.type()) {
    case GoCreate:
    case GoCreateBlocked:
        return create(e, at);
    case GoCreateSyscall:
        return createInSyscall(e, at);
    case GoStart:
        return start(e, at);
    case GoStop:
    case GoBlock:
    case GoDestroy:
        return leaveRunning(e, at);
    case GoUnblock:
        return unblock(e, at);
    case GoSyscallBegin:
        return syscallBegin(e, at);
    case GoSyscallEnd:
    case GoSyscallEndBlocked:
        return syscallEnd(e, at);
    case GoDestroySyscall:
        return destroyInSyscall(e, at);
    case GoSwitch:
    case GoSwitchDestroy:
        return switchTo(e, at);
    default:
        return goStatus(e, at);
    }
}

Orderer::Outcome Orderer::create(const EventCursor& e, const Context& at) {
    if (!has(at, true, false))
        return impossible("a goroutine is created without a processor");
    if (at.goroutine != LiveGoroutines::none && goroutines_[at.goroutine].status != GoRunning)
        return impossible("a goroutine that does not run creates another");
    const std::int64_t id = idOf(e.argument(0));
    if (goroutines_.find(id) != LiveGoroutines::none)
        return impossible("a goroutine is created that exists already");
    const bool blocked = e.type() == GoCreateBlocked;
    const Slot slot = goroutines_.add(id);
    auto& g = goroutines_[slot];
    g.status = blocked ? GoWaiting : GoRunnable;
    g.sequence = {generation_, 0};
    g.index = {goroutinesSeen_++};
    OrderedEvent& out = deliver(e, OrderedEventKind::GoroutineCreated, at);
    out.goroutine = g.index;
    out.value = static_cast<std::uint64_t>(id);
    out.to = stateOf(g.status);
    out.stack2 = stackOf(e.argument(1));
    out.stack = stackOf(e.argument(2));
    return Outcome::Taken;
}

Orderer::Outcome Orderer::createInSyscall(const EventCursor& e, Context& at) {
    if (!has(at, false, false) || at.goroutine != LiveGoroutines::none)
        return impossible("a C thread enters Go while it runs a goroutine already");
    const std::int64_t id = idOf(e.argument(0));
    if (goroutines_.find(id) != LiveGoroutines::none)
        return impossible("a goroutine is created that exists already");
    const Slot slot = goroutines_.add(id);
    auto& g = goroutines_[slot];
    g.status = wire::GoSyscall;
    g.sequence = {generation_, 0};
    g.index = {goroutinesSeen_++};
    OrderedEvent& out = deliver(e, OrderedEventKind::GoroutineCreated, at);
    out.goroutine = g.index;
    out.value = static_cast<std::uint64_t>(id);
    out.to = GoroutineState::Syscall;
    at.goroutine = slot;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::start(const EventCursor& e, Context& at) {
    const Slot slot = goroutines_.find(idOf(e.argument(0)));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& g = goroutines_[slot];
    if (g.status != GoRunnable || !g.sequence.isFollowedBy(generation_, e.argument(1)))
        return Outcome::NotReady;
    if (!has(at, true, false) || at.goroutine != LiveGoroutines::none)
        return impossible("a goroutine starts on a thread that has no processor, or runs another");
    g.status = GoRunning;
    g.sequence.number = e.argument(1);
    goroutineChanges(e, at, slot, GoroutineState::Running, SpanOrigin::Event);
    at.goroutine = slot;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::leaveRunning(const EventCursor& e, Context& at) {
    if (!has(at, true, true))
        return impossible("a thread stops a goroutine without having one");
    auto& g = goroutines_[at.goroutine];
    if (g.status != GoRunning)
        return impossible("a goroutine stops that does not run");
    const GoroutineState to = e.type() == GoStop    ? GoroutineState::Runnable
                              : e.type() == GoBlock ? GoroutineState::Waiting
                                                    : GoroutineState::Ended;
    OrderedEvent& out = goroutineChanges(e, at, at.goroutine, to, SpanOrigin::Event);
    if (to == GoroutineState::Ended) {
        goroutines_.remove(at.goroutine);
    } else {
        g.status = to == GoroutineState::Runnable ? GoRunnable : GoWaiting;
        out.text = reasonOf(e.argument(0));
        out.stack = stackOf(e.argument(1));
    }
    at.goroutine = LiveGoroutines::none;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::unblock(const EventCursor& e, const Context& at) {
    const Slot slot = goroutines_.find(idOf(e.argument(0)));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& g = goroutines_[slot];
    if (g.status != GoWaiting || !g.sequence.isFollowedBy(generation_, e.argument(1)))
        return Outcome::NotReady;
    g.status = GoRunnable;
    g.sequence.number = e.argument(1);
    OrderedEvent& out = goroutineChanges(e, at, slot, GoroutineState::Runnable, SpanOrigin::Woken);
    out.stack = stackOf(e.argument(2));
    return Outcome::Taken;
}

Orderer::Outcome Orderer::syscallBegin(const EventCursor& e, const Context& at) {
    if (!has(at, true, true))
        return impossible("a system call begins without a goroutine or processor");
    auto& g = goroutines_[at.goroutine];
    auto& p = procs_[at.proc];
    if (g.status != GoRunning)
        return impossible("a system call begins in a goroutine that does not run");
    if (!p.sequence.isFollowedBy(generation_, e.argument(0)))
        return impossible("a system call begins out of the sequence of its processor");
    g.status = wire::GoSyscall;
    p.status = ProcSyscall;
    p.sequence.number = e.argument(0);
    goroutineChanges(e, at, at.goroutine, GoroutineState::Syscall, SpanOrigin::Event).stack = stackOf(e.argument(1));
    return Outcome::Taken;
}

Orderer::Outcome Orderer::syscallEnd(const EventCursor& e, Context& at) {
    const bool lostProcessor = e.type() == GoSyscallEndBlocked;
    if (lostProcessor && at.proc.known() && procs_[at.proc].status == ProcSyscall)
        return Outcome::NotReady;
    if (!has(at, !lostProcessor, true))
        return impossible("a system call ends without a goroutine or processor");
    auto& g = goroutines_[at.goroutine];
    if (g.status != wire::GoSyscall)
        return impossible("a system call ends that has not begun");
    if (lostProcessor) {
        g.status = GoRunnable;
        goroutineChanges(e, at, at.goroutine, GoroutineState::Runnable, SpanOrigin::SyscallEnded);
        at.goroutine = LiveGoroutines::none;
        return Outcome::Taken;
    }
    auto& p = procs_[at.proc];
    if (p.status != ProcSyscall)
        return impossible("a system call returns to a processor that was not in it");
    g.status = GoRunning;
    p.status = ProcRunning;
    goroutineChanges(e, at, at.goroutine, GoroutineState::Running, SpanOrigin::Event);
    return Outcome::Taken;
}

Orderer::Outcome Orderer::destroyInSyscall(const EventCursor& e, Context& at) {
    if (!has(at, false, true) || goroutines_[at.goroutine].status != wire::GoSyscall)
        return impossible("a C callback ends that is not in a system call");
    if (at.proc.known()) {
        auto& p = procs_[at.proc];
        if (p.status != ProcSyscall)
            return impossible("a C callback ends on a processor that was not in a system call");
        p.status = ProcSyscallAbandoned;
        procChanges(e, at, at.proc, ProcState::Idle, {});
    }
    goroutineChanges(e, at, at.goroutine, GoroutineState::Ended, SpanOrigin::Event);
    goroutines_.remove(at.goroutine);
    at.goroutine = LiveGoroutines::none;
    at.proc = {};
    return Outcome::Taken;
}

Orderer::Outcome Orderer::switchTo(const EventCursor& e, Context& at) {
    if (!has(at, true, true) || goroutines_[at.goroutine].status != GoRunning)
        return impossible("a coroutine switch happens outside of a running goroutine");
    const Slot slot = goroutines_.find(idOf(e.argument(0)));
    if (slot == LiveGoroutines::none)
        return Outcome::NotReady;
    auto& next = goroutines_[slot];
    if (next.status != GoWaiting || !next.sequence.isFollowedBy(generation_, e.argument(1)))
        return Outcome::NotReady;
    next.status = GoRunning;
    next.sequence.number = e.argument(1);
    goroutineChanges(e, at, slot, GoroutineState::Runnable, SpanOrigin::Woken);
    if (e.type() == GoSwitchDestroy) {
        goroutineChanges(e, at, at.goroutine, GoroutineState::Ended, SpanOrigin::Event);
        goroutines_.remove(at.goroutine);
    } else {
        goroutineChanges(e, at, at.goroutine, GoroutineState::Waiting, SpanOrigin::Event);
        goroutines_[at.goroutine].status = GoWaiting;
    }
    at.goroutine = LiveGoroutines::none;
    goroutineChanges(e, at, slot, GoroutineState::Running, SpanOrigin::Event);
    at.goroutine = slot;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::goStatus(const EventCursor& e, Context& at) {
    const std::int64_t id = idOf(e.argument(0));
    const std::int64_t threadId = idOf(e.argument(1));
    const auto status = static_cast<std::uint8_t>(e.argument(2));
    if (e.argument(2) > GoWaiting || status == 0)
        return impossible("a goroutine has a status that does not exist");
    Slot slot = goroutines_.find(id);
    const bool isNew = slot == LiveGoroutines::none;
    if (isNew && !initial_)
        return impossible("a goroutine appears after the first generation without having been created");
    if (!isNew && goroutines_[slot].status != status)
        return impossible("a goroutine's status contradicts the events before it");

    ThreadIndex thread; // that it is on
    if (status == GoRunning)
        thread = at.thread;
    if (status == wire::GoSyscall) {
        if (threadId == -1)
            return impossible("a goroutine is in a system call without a thread");
        const bool known = threads_.find(threadId).known();
        thread = threadOf(threadId);
        // Long system calls are described by a batch that belongs to no thread; the thread may not be known yet.
        if (!initial_ && (thread == at.thread || known) && threads_[thread].goroutine != slot)
            return impossible("a goroutine is in a system call on a thread that runs another");
    }

    if (isNew) {
        slot = goroutines_.add(id);
        goroutines_[slot].index = {goroutinesSeen_++};
        goroutines_[slot].status = status;
    }
    auto& g = goroutines_[slot];
    g.sequence = {generation_, 0};
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
        threads_[thread].goroutine = slot;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::processorEvent(const EventCursor& e, Context& at) {
    switch (e.type()) {
    case ProcStart:
        return procStart(e, at);
    case ProcStop:
        return procStop(e, at);
    case ProcSteal:
        return procSteal(e, at);
    case ProcStatus:
        return procStatus(e, at);
    default:
        return impossible("a structural record stands among the events");
    }
}

Orderer::Outcome Orderer::procStart(const EventCursor& e, Context& at) {
    const ProcIndex proc = procs_.find(idOf(e.argument(0)));
    if (!proc.known())
        return Outcome::NotReady;
    auto& p = procs_[proc];
    if (p.status != ProcIdle || !p.sequence.isFollowedBy(generation_, e.argument(1)) || at.proc.known())
        return Outcome::NotReady;
    if (!at.thread.known())
        return impossible("a processor starts without a thread");
    p.status = ProcRunning;
    p.sequence.number = e.argument(1);
    procChanges(e, at, proc, ProcState::Running, at.thread);
    at.proc = proc;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::procStop(const EventCursor& e, Context& at) {
    if (!has(at, true, false))
        return impossible("a thread gives up a processor that it does not have");
    auto& p = procs_[at.proc];
    if (p.status != ProcRunning && p.status != ProcSyscall)
        return impossible("a processor stops that does not run");
    p.status = ProcIdle;
    procChanges(e, at, at.proc, ProcState::Idle, {});
    at.proc = {};
    return Outcome::Taken;
}

Orderer::Outcome Orderer::procSteal(const EventCursor& e, Context& at) {
    const ProcIndex proc = procs_.find(idOf(e.argument(0)));
    if (!proc.known())
        return Outcome::NotReady;
    auto& p = procs_[proc];
    const bool inSyscall = p.status == ProcSyscall;
    if ((!inSyscall && p.status != ProcSyscallAbandoned) || !p.sequence.isFollowedBy(generation_, e.argument(1)))
        return Outcome::NotReady;
    if (!at.thread.known())
        return impossible("a processor is taken away by no thread");
    if (inSyscall) {
        const ThreadIndex victim = threads_.find(idOf(e.argument(2)));
        if (!victim.known() || threads_[victim].proc != proc)
            return impossible("a processor is taken away from a thread that does not have it");
        procChanges(e, at, proc, ProcState::Idle, {});
        threads_[victim].proc = {};
        if (victim == at.thread) // its own system call
            at.proc = {};
    } else {
        deliverSilently(e);
    }
    p.status = ProcIdle;
    p.sequence.number = e.argument(1);
    return Outcome::Taken;
}

Orderer::Outcome Orderer::procStatus(const EventCursor& e, Context& at) {
    const std::int64_t id = idOf(e.argument(0));
    const auto status = static_cast<std::uint8_t>(e.argument(1));
    if (e.argument(1) > ProcSyscallAbandoned || status == 0)
        return impossible("a processor has a status that does not exist");
    ProcIndex proc = procs_.find(id);
    if (proc.known()) {
        auto& p = procs_[proc];
        const bool promoted = status == ProcSyscallAbandoned && p.status == ProcSyscall;
        if (!promoted && p.status != status)
            return impossible("a processor's status contradicts the events before it");
        p.sequence = {generation_, 0};
        deliverSilently(e);
        if (promoted)
            return Outcome::Taken; // the thread in the system call keeps it
    } else {
        proc = procs_.add(id);
        auto& p = procs_[proc];
        p.status = status;
        p.sequence = {generation_, 0};
        OrderedEvent& out = deliver(e, OrderedEventKind::ProcSeen, at);
        out.proc = proc;
        out.thread = shownStateOf(status) == ProcState::Running ? at.thread : ThreadIndex{};
        out.origin = initial_ ? SpanOrigin::BeforeTrace : SpanOrigin::Event;
        out.value = static_cast<std::uint64_t>(id);
        out.value2 = static_cast<std::uint64_t>(shownStateOf(status));
    }
    if (status == ProcRunning || status == ProcSyscall)
        at.proc = proc;
    return Outcome::Taken;
}

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
        auto& g = goroutines_[at.goroutine];
        const bool begins = e.type() == StwBegin;
        const StringId name = begins ? stopTheWorldName(stringOf(e.argument(0))) : g.stopTheWorld;
        g.stopTheWorld = begins ? name : StringId{};
        if (!name.known())
            break;
        deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd, name, g.index, {},
                     begins ? stackOf(e.argument(1)) : StackId{});
        return Outcome::Taken;
    }
    case GcActive:
    case GcBegin: {
        const bool begins = e.type() == GcBegin;
        const bool determined = begins ? collector_ != Collector::Undetermined : !initial_;
        if (determined && e.argument(0) != collectorSequence_ + 1)
            return Outcome::NotReady;
        collector_ = Collector::Running;
        collectorSequence_ = e.argument(0);
        deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeActive, markPhase_, {}, {},
                     begins ? stackOf(e.argument(1)) : StackId{});
        return Outcome::Taken;
    }
    case GcEnd:
        if (e.argument(0) != collectorSequence_ + 1)
            return Outcome::NotReady;
        collector_ = Collector::NotRunning;
        collectorSequence_ = e.argument(0);
        deliverRange(OrderedEventKind::RangeEnd, markPhase_, {}, {}, {});
        return Outcome::Taken;
    case GcSweepActive: {
        const ProcIndex proc = procs_.find(idOf(e.argument(0)));
        if (!proc.known())
            break;
        procs_[proc].sweeping = true;
        deliverRange(OrderedEventKind::RangeActive, sweep_, {}, proc, {});
        return Outcome::Taken;
    }
    case GcSweepBegin:
    case GcSweepEnd: {
        const bool begins = e.type() == GcSweepBegin;
        if (!at.proc.known() || procs_[at.proc].sweeping == begins)
            break;
        procs_[at.proc].sweeping = begins;
        OrderedEvent& out = deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd, sweep_, {},
                                         at.proc, begins ? stackOf(e.argument(0)) : StackId{});
        if (!begins) {
            out.value = e.argument(0);
            out.value2 = e.argument(1);
        }
        return Outcome::Taken;
    }
    case GcMarkAssistActive: {
        const Slot slot = goroutines_.find(idOf(e.argument(0)));
        if (slot == LiveGoroutines::none)
            break;
        goroutines_[slot].inMarkAssist = true;
        deliverRange(OrderedEventKind::RangeActive, markAssist_, goroutines_[slot].index, {}, {});
        return Outcome::Taken;
    }
    default: {
        const bool begins = e.type() == GcMarkAssistBegin;
        if (!onGoroutine || goroutines_[at.goroutine].inMarkAssist == begins)
            break;
        goroutines_[at.goroutine].inMarkAssist = begins;
        deliverRange(begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd, markAssist_,
                     goroutines_[at.goroutine].index, {}, begins ? stackOf(e.argument(0)) : StackId{});
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
        metric(procsMetric_);
        break;
    case HeapAlloc:
        metric(heapMetric_);
        break;
    case HeapGoal:
        metric(goalMetric_);
        break;
    case GoLabel: {
        OrderedEvent& out = deliver(e, OrderedEventKind::Label, at);
        out.goroutine = out.context;
        out.text = stringOf(e.argument(0));
        break;
    }
    case UserTaskBegin: {
        OrderedEvent& out = deliver(e, OrderedEventKind::TaskBegin, at);
        out.value = e.argument(0);
        out.value2 = e.argument(1);
        out.text = stringOf(e.argument(2));
        out.stack = stackOf(e.argument(3));
        break;
    }
    case UserTaskEnd: {
        OrderedEvent& out = deliver(e, OrderedEventKind::TaskEnd, at);
        out.value = e.argument(0);
        out.stack = stackOf(e.argument(1));
        break;
    }
    case UserRegionBegin:
    case UserRegionEnd: {
        const bool begins = e.type() == UserRegionBegin;
        OrderedEvent& out = deliver(e, begins ? OrderedEventKind::RegionBegin : OrderedEventKind::RegionEnd, at);
        out.value = e.argument(0);
        out.text = stringOf(e.argument(1));
        out.stack = stackOf(e.argument(2));
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
