// SPDX-License-Identifier: GPL-3.0-or-later
// What the events of processors need and do: go-trace-format D.4.
#include "model/reader/orderer.h"

namespace waitscope {

using namespace wire;

namespace {

// A processor whose goroutine is in a system call is still held by it; an abandoned one is free.
ProcState shownStateOf(std::uint8_t status) {
    return status == ProcRunning || status == ProcSyscall ? ProcState::Running : ProcState::Idle;
}

} // namespace

Orderer::Outcome Orderer::procStart(const EventCursor& e, Context& at) {
    const ProcIndex proc = procOf(e.id(0));
    if (!proc.known() || !is(proc, ProcIdle) || !follows(proc, e.argument(1)) || !hasNoProc(at))
        return Outcome::NotReady;
    if (!at.thread.known())
        return impossible("a processor starts without a thread");
    auto& p = state_.procs[proc];
    p.status = ProcRunning;
    p.sequence.number = e.argument(1);
    procChanges(e, at, proc, ProcState::Running, at.thread);
    at.proc = proc;
    return Outcome::Taken;
}

Orderer::Outcome Orderer::procStop(const EventCursor& e, Context& at) {
    if (!has(at, true, false))
        return impossible("a thread gives up a processor that it does not have");
    auto& p = state_.procs[at.proc];
    if (p.status != ProcRunning && p.status != ProcSyscall && p.status != 0)
        return impossible("a processor stops that does not run");
    p.status = ProcIdle;
    procChanges(e, at, at.proc, ProcState::Idle, {});
    at.proc = {};
    return Outcome::Taken;
}

Orderer::Outcome Orderer::procSteal(const EventCursor& e, Context& at) {
    const std::int64_t id = e.id(0);
    const std::int64_t victimId = e.id(2);
    const ThreadIndex victim = victimId < 0 ? ThreadIndex{} : threadOf(victimId);
    if (victim.known() && !state_.procs.find(id).known())
        nameProc(state_.threads[victim].proc, id);
    const ProcIndex proc = procOf(id);
    if (!proc.known())
        return Outcome::NotReady;
    auto& p = state_.procs[proc];
    const bool ofVictim = victim.known() && state_.threads[victim].proc == proc;
    const bool inSyscall = p.status == ProcSyscall || (p.status == 0 && ofVictim);
    if ((inSyscall ? !is(proc, ProcSyscall) : !is(proc, ProcSyscallAbandoned)) || !follows(proc, e.argument(1)))
        return Outcome::NotReady;
    if (!at.thread.known())
        return impossible("a processor is taken away by no thread");
    if (inSyscall) {
        if (!ofVictim)
            return impossible("a processor is taken away from a thread that does not have it");
        procChanges(e, at, proc, ProcState::Idle, {});
        state_.threads[victim].proc = {};
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
    const std::int64_t id = e.id(0);
    const auto status = static_cast<std::uint8_t>(e.argument(1));
    if (e.argument(1) > ProcSyscallAbandoned || status == 0)
        return impossible("a processor has a status that does not exist");
    ProcIndex proc = before_ == nullptr ? state_.procs.find(id) : procOf(id);
    if (proc.known()) {
        const bool promoted = status == ProcSyscallAbandoned && state_.procs[proc].status == ProcSyscall;
        if (!promoted && !is(proc, status))
            return impossible("a processor's status contradicts the events before it");
        state_.procs[proc].sequence = {generation_.number, 0};
        deliverSilently(e);
        if (promoted)
            return Outcome::Taken; // the thread in the system call keeps it
    } else {
        proc = state_.procs.add(id);
        assumptionOfProc_.push_back(nowhere);
        auto& p = state_.procs[proc];
        p.status = status;
        p.sequence = {generation_.number, 0};
        p.sweeping = Going::Unknown;
        OrderedEvent& out = deliver(e, OrderedEventKind::ProcSeen, at);
        out.proc = proc;
        out.thread = shownStateOf(status) == ProcState::Running ? at.thread : ThreadIndex{};
        out.origin = SpanOrigin::BeforeTrace;
        out.value = static_cast<std::uint64_t>(id);
        out.value2 = static_cast<std::uint64_t>(shownStateOf(status));
    }
    if (status == ProcRunning || status == ProcSyscall)
        at.proc = proc;
    return Outcome::Taken;
}

} // namespace waitscope
