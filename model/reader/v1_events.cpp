// SPDX-License-Identifier: GPL-3.0-or-later
// What a v1 event becomes: go-trace-format F.7.
#include "model/reader/v1_orderer.h"

#include <array>

namespace waitscope::v1 {

OrderedEvent& Orderer::emit(const Queue& queue, const Record& r, OrderedEventKind kind) {
    const GoroutineIndex context = indexOf(r.goroutine); // may announce it, so it comes first
    OrderedEvent& out = out_.write(kind, timeOf(r.ticks));
    out.context = context;
    out.proc = queue.proc;
    out.thread = queue.thread;
    return out;
}

OrderedEvent& Orderer::changes(const Queue& queue, const Record& r, Slot slot, GoroutineState to, SpanOrigin origin) {
    OrderedEvent& out = emit(queue, r, OrderedEventKind::GoroutineChanged);
    out.goroutine = goroutines_[slot].index;
    out.to = to;
    out.origin = origin;
    out.stack = file_.stacks[r.stack];
    return out;
}

GoroutineIndex Orderer::indexOf(std::uint64_t goroutine) {
    if (goroutine == 0)
        return {};
    const Slot slot = slotFor(goroutine);
    if (!goroutines_[slot].index.known())
        announce(goroutine, GoroutineState::Runnable);
    return goroutines_[slot].index;
}

void Orderer::announce(std::uint64_t goroutine, GoroutineState state) {
    auto& g = goroutines_[slotFor(goroutine)];
    if (g.index.known())
        return;
    g.index = {goroutinesSeen_++};
    OrderedEvent& out = out_.write(OrderedEventKind::GoroutineSeen, out_.lastTime());
    out.goroutine = g.index;
    out.value = goroutine;
    out.to = state;
    if (const auto before = beforeInit_.find(goroutine); before != beforeInit_.end())
        out.stack2 = file_.stacks[before->second];
}

void Orderer::announceRunnable() {
    initialised_ = true;
    for (const std::uint64_t goroutine : beforeInitOrder_)
        announce(goroutine, GoroutineState::Runnable);
}

void Orderer::deliverSamplesAndExitsBefore(std::uint64_t ticks) {
    const auto& samples = file_.samples;
    const auto& exits = file_.syscallExits;
    for (;;) {
        const std::uint64_t sample = nextSample_ < samples.size() ? samples[nextSample_].ticks : UINT64_MAX;
        const std::uint64_t exit = nextExit_ < exits.size() ? exits[nextExit_].ticks : UINT64_MAX;
        if (std::min(sample, exit) >= ticks)
            return;
        if (exit <= sample) {
            const std::uint64_t goroutine = exits[nextExit_++].goroutine;
            const Slot slot = slotOf(goroutine);
            if (slot == LiveGoroutines::none)
                continue;
            indexOf(goroutine);
            OrderedEvent& out = out_.write(OrderedEventKind::GoroutineChanged, timeOf(exit));
            out.goroutine = goroutines_[slot].index;
            out.to = GoroutineState::Runnable;
            out.origin = SpanOrigin::SyscallEnded;
        } else {
            const WireSample& s = samples[nextSample_++];
            const auto queue = std::ranges::find(queues_, s.proc, &Queue::id);
            const GoroutineIndex context = indexOf(static_cast<std::uint64_t>(s.goroutine));
            OrderedEvent& out = out_.write(OrderedEventKind::CpuSample, timeOf(sample));
            out.context = context;
            out.proc = queue != queues_.end() ? queue->proc : ProcIndex{};
            out.stack = file_.stacks[s.stack];
        }
    }
}

void Orderer::deliver(Queue& queue, const Record& r) {
    switch (r.type) {
    case Gomaxprocs:
        if (!initialised_)
            announceRunnable();
        else
            deliverAnnotation(queue, r);
        return;
    case ProcStart:
    case ProcStop: {
        const bool starts = r.type == ProcStart;
        const bool seen = !queue.proc.known();
        if (starts) {
            const auto id = static_cast<std::int64_t>(r.arguments[0]);
            queue.thread = threads_.find(id);
            if (!queue.thread.known()) {
                out_.announce(OrderedEventKind::ThreadSeen).value = static_cast<std::uint64_t>(id);
                queue.thread = threads_.add(id);
            }
        } else {
            queue.thread = {};
        }
        if (seen)
            queue.proc = {procsSeen_++};
        OrderedEvent& out = emit(queue, r, seen ? OrderedEventKind::ProcSeen : OrderedEventKind::ProcChanged);
        out.value = static_cast<std::uint64_t>(queue.id);
        out.value2 = static_cast<std::uint64_t>(starts ? ProcState::Running : ProcState::Idle);
        out.origin = seen ? SpanOrigin::BeforeTrace : SpanOrigin::Event;
        return;
    }
    case GCStart:
    case GCDone:
    case STWStart:
    case STWDone:
    case GCSweepStart:
    case GCSweepDone:
    case GCMarkAssistStart:
    case GCMarkAssistDone:
        deliverRange(queue, r);
        return;
    case HeapAlloc:
    case HeapGoal:
    case UserTaskCreate:
    case UserTaskEnd:
    case UserRegion:
    case UserLog:
        deliverAnnotation(queue, r);
        return;
    case FutileWakeup:
        return;
    default:
        deliverGoroutine(queue, r);
    }
}

void Orderer::deliverGoroutine(Queue& queue, const Record& r) {
    switch (r.type) {
    case GoCreate: {
        if (!initialised_) {
            beforeInit_[r.arguments[0]] = r.arguments[1];
            beforeInitOrder_.push_back(r.arguments[0]);
            return;
        }
        const GoroutineIndex context = indexOf(r.goroutine);
        auto& g = goroutines_[slotFor(r.arguments[0])];
        if (g.index.known())
            return;
        g.index = {goroutinesSeen_++};
        OrderedEvent& out = out_.write(OrderedEventKind::GoroutineCreated, timeOf(r.ticks));
        out.context = context;
        out.proc = queue.proc;
        out.thread = queue.thread;
        out.goroutine = g.index;
        out.value = r.arguments[0];
        out.to = GoroutineState::Runnable;
        out.stack = file_.stacks[r.stack];
        out.stack2 = file_.stacks[r.arguments[1]];
        return;
    }
    case GoWaiting:
    case GoInSyscall: {
        const bool waiting = r.type == GoWaiting;
        const GoroutineState state = waiting ? GoroutineState::Waiting : GoroutineState::Syscall;
        const Slot slot = slotFor(r.goroutine);
        if (goroutines_[slot].index.known())
            changes(queue, r, slot, state, SpanOrigin::Event);
        else
            announce(r.goroutine, state);
        return;
    }
    case GoStart:
    case GoStartLocal:
    case GoStartLabel: {
        const Slot slot = slotFor(r.goroutine);
        if (!initialised_ && !goroutines_[slot].index.known())
            announce(r.goroutine, GoroutineState::Running);
        else
            changes(queue, r, slot, GoroutineState::Running, SpanOrigin::Event);
        if (r.type == GoStartLabel) {
            OrderedEvent& out = emit(queue, r, OrderedEventKind::Label);
            out.goroutine = out.context;
            out.text = file_.strings[r.arguments[2]];
        }
        return;
    }
    case GoUnblock:
    case GoUnblockLocal: {
        indexOf(r.arguments[0]);
        changes(queue, r, slotFor(r.arguments[0]), GoroutineState::Runnable, SpanOrigin::Woken);
        return;
    }
    case GoSysCall:
        syscallBegins(queue, r);
        return;
    case GoSysBlock: // the begin is known, the end comes with GoSysExit
    case GoSysExit:
        return;
    case GoSysExitLocal:
        indexOf(r.arguments[0]);
        changes(queue, r, slotFor(r.arguments[0]), GoroutineState::Runnable, SpanOrigin::SyscallEnded);
        return;
    default:
        break;
    }
    if (r.goroutine == 0)
        return;
    indexOf(r.goroutine);
    const GoroutineState to = r.type == GoEnd                            ? GoroutineState::Ended
                              : r.type == GoSched || r.type == GoPreempt ? GoroutineState::Runnable
                                                                         : GoroutineState::Waiting;
    OrderedEvent& out = changes(queue, r, slotFor(r.goroutine), to, SpanOrigin::Event);
    out.text = reasonOf(r.type);
}

void Orderer::syscallBegins(Queue& queue, const Record& r) {
    if (r.goroutine == 0)
        return;
    indexOf(r.goroutine);
    const Slot slot = slotFor(r.goroutine);
    changes(queue, r, slot, GoroutineState::Syscall, SpanOrigin::Event);
    if (!blocksInSyscall(queue, r.goroutine)) {
        OrderedEvent& back = changes(queue, r, slot, GoroutineState::Running, SpanOrigin::Event);
        back.stack = {};
    }
}

// Whether the goroutine's next event says that its system call took so long that it lost its processor.
bool Orderer::blocksInSyscall(const Queue& queue, std::uint64_t goroutine) const {
    if (queue.ended)
        return false;
    constexpr int far = 64; // the next event of a goroutine in a system call is nearly always the next one of its P
    Cursor ahead = queue.cursor;
    for (int i = 0; i < far; ++i) {
        if (ahead.record().goroutine == goroutine)
            return ahead.record().type == GoSysBlock;
        if (!ahead.next())
            return false;
    }
    return false;
}

StringId Orderer::reasonOf(std::uint8_t type) {
    switch (type) {
    case GoStop:
        return strings_.intern("forever");
    case GoSched:
        return strings_.intern("runtime.Gosched");
    case GoPreempt:
        return strings_.intern("preempted");
    case GoSleep:
        return strings_.intern("sleep");
    case GoBlockSend:
        return strings_.intern("chan send");
    case GoBlockRecv:
        return strings_.intern("chan receive");
    case GoBlockSelect:
        return strings_.intern("select");
    case GoBlockSync:
        return strings_.intern("sync");
    case GoBlockCond:
        return strings_.intern("sync.(*Cond).Wait");
    case GoBlockNet:
        return strings_.intern("network");
    case GoBlockGC:
        return strings_.intern("GC mark assist wait for work");
    default:
        return {};
    }
}

StringId Orderer::stopTheWorldName(std::uint64_t kind) {
    // C.4; before 1.21 there were two kinds, the other way round.
    constexpr std::array names{"",
                               "GC mark termination",
                               "GC sweep termination",
                               "write heap dump",
                               "goroutine profile",
                               "goroutine profile cleanup",
                               "all goroutine stack trace",
                               "read mem stats",
                               "AllThreadsSyscall",
                               "GOMAXPROCS",
                               "start trace",
                               "stop trace",
                               "CountPagesInUse (test)",
                               "ReadMetricsSlow (test)",
                               "ReadMemStatsSlow (test)",
                               "PageCachePagesLeaked (test)",
                               "ResetDebugLog (test)"};
    if (version_ < 21)
        kind = kind == 0 ? 1 : 2;
    const std::string name = kind < names.size() ? names[kind] : std::to_string(kind);
    return strings_.intern("stop-the-world (" + name + ")");
}

void Orderer::deliverRange(Queue& queue, const Record& r) {
    const bool ofProc = r.type == GCSweepStart || r.type == GCSweepDone;
    const bool stops = r.type == STWStart || r.type == STWDone;
    const bool assist = r.type == GCMarkAssistStart || r.type == GCMarkAssistDone;
    const bool begins =
        r.type == GCStart || r.type == STWStart || r.type == GCSweepStart || r.type == GCMarkAssistStart;
    if (r.type == STWStart) {
        stopTheWorld_ = stopTheWorldName(r.arguments[0]);
        stopper_ = indexOf(r.goroutine);
    }
    OrderedEvent& out = emit(queue, r, begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd);
    out.text = stops ? stopTheWorld_ : ofProc ? sweep_ : assist ? markAssist_ : markPhase_;
    out.goroutine = stops ? stopper_ : assist ? out.context : GoroutineIndex{};
    if (!ofProc)
        out.proc = {};
    if (begins)
        out.stack = file_.stacks[r.stack];
    if (r.type == GCSweepDone) {
        out.value = r.arguments[0];
        out.value2 = r.arguments[1];
    }
}

void Orderer::deliverAnnotation(Queue& queue, const Record& r) {
    const auto text = [&](std::size_t i) { return file_.strings[r.arguments[i]]; };
    switch (r.type) {
    case Gomaxprocs:
    case HeapAlloc:
    case HeapGoal: {
        OrderedEvent& out = emit(queue, r, OrderedEventKind::Metric);
        out.text = r.type == Gomaxprocs ? procsMetric_ : r.type == HeapAlloc ? heapMetric_ : goalMetric_;
        out.value = r.arguments[0];
        return;
    }
    case UserTaskCreate: {
        OrderedEvent& out = emit(queue, r, OrderedEventKind::TaskBegin);
        out.value = r.arguments[0];
        out.value2 = r.arguments[1];
        out.text = text(2);
        out.stack = file_.stacks[r.stack];
        return;
    }
    case UserTaskEnd:
        emit(queue, r, OrderedEventKind::TaskEnd).value = r.arguments[0];
        return;
    case UserRegion: {
        OrderedEvent& out =
            emit(queue, r, r.arguments[1] == 0 ? OrderedEventKind::RegionBegin : OrderedEventKind::RegionEnd);
        out.value = r.arguments[0];
        out.text = text(2);
        out.stack = file_.stacks[r.stack];
        return;
    }
    default: {
        const StringId message = strings_.intern({reinterpret_cast<const char*>(r.message.data()), r.message.size()});
        OrderedEvent& out = emit(queue, r, OrderedEventKind::Log);
        out.value = r.arguments[0];
        out.text = text(1);
        out.text2 = message;
        out.stack = file_.stacks[r.stack];
        return;
    }
    }
}

} // namespace waitscope::v1
