// SPDX-License-Identifier: GPL-3.0-or-later
// What an orderer knows of those who were there before its slice: what the state before says, or, where that is not
// known, what its events need to be true.
#include "model/reader/orderer.h"

#include "model/reader/wire.h"

namespace waitscope {

ThreadIndex Orderer::threadOf(std::int64_t id) {
    if (const ThreadIndex known = state_.threads.find(id); known.known())
        return known;
    out_.announce(OrderedEventKind::ThreadSeen).value = static_cast<std::uint64_t>(id);
    const ThreadIndex thread = state_.threads.add(id);
    Slot goroutine = LiveGoroutines::none;
    ProcIndex proc;
    if (before_ == nullptr) {
        goroutine = assumeGoroutine(state_.goroutines.addUnnamed(), GoroutineAssumption::About::OnThread, thread);
        proc = announceProc(state_.procs.addUnnamed());
        assumptionOfProc_[proc.value] = static_cast<std::uint32_t>(procAssumptions_.size());
        procAssumptions_.push_back({.proc = proc, .thread = thread});
    } else if (const ThreadIndex there = before_->threads.find(id); there.known()) {
        const LiveThread& old = before_->threads[there];
        if (old.goroutine != LiveGoroutines::none)
            goroutine = goroutineOf(before_->goroutines[old.goroutine].id);
        if (old.proc.known())
            proc = procOf(before_->procs[old.proc].id);
    }
    state_.threads[thread].goroutine = goroutine;
    state_.threads[thread].proc = proc;
    return thread;
}

Orderer::Slot Orderer::takeOver(std::int64_t id) {
    if (before_ == nullptr)
        return assumeGoroutine(state_.goroutines.add(id), GoroutineAssumption::About::Named, {});
    const Slot there = before_->goroutines.find(id);
    if (there == LiveGoroutines::none || endedHere_.contains(id))
        return LiveGoroutines::none;
    const Slot slot = assumeGoroutine(state_.goroutines.add(id), GoroutineAssumption::About::Named, {});
    const LiveGoroutines::Goroutine& old = before_->goroutines[there];
    LiveGoroutines::Goroutine& g = state_.goroutines[slot];
    g.markAssist = old.markAssist;
    g.stopsTheWorld = old.stopsTheWorld;
    if (is(g, old.status))
        g.sequence = goroutineAssumptions_[g.assumption].sequence = old.sequence;
    return slot;
}

bool Orderer::exists(std::int64_t id) {
    const Slot slot = state_.goroutines.find(id);
    if (slot == LiveGoroutines::none)
        return before_ != nullptr && before_->goroutines.find(id) != LiveGoroutines::none && !endedHere_.contains(id);
    if (state_.goroutines[slot].status != 0)
        return true;
    state_.goroutines.remove(slot); // a CPU sample spoke of it too early
    return false;
}

Orderer::Slot Orderer::addGoroutine(Slot slot) {
    state_.goroutines[slot].index = {goroutinesSeen_++};
    return slot;
}

Orderer::Slot Orderer::assumeGoroutine(Slot slot, GoroutineAssumption::About about, ThreadIndex thread) {
    addGoroutine(slot);
    LiveGoroutines::Goroutine& g = state_.goroutines[slot];
    g.assumption = static_cast<std::uint32_t>(goroutineAssumptions_.size());
    g.markAssist = g.stopsTheWorld = Going::Unknown;
    goroutineAssumptions_.push_back({.about = about, .goroutine = g.index, .id = g.id, .thread = thread});
    if (about != GoroutineAssumption::About::Stated) {
        OrderedEvent& out = out_.announce(OrderedEventKind::GoroutineAssumed);
        out.goroutine = g.index;
        out.value = static_cast<std::uint64_t>(g.id);
        out.value2 = g.named ? 0 : 1;
    }
    return slot;
}

void Orderer::forget(Slot slot) {
    const LiveGoroutines::Goroutine& g = state_.goroutines[slot];
    if (g.assumption != nowhere && g.named)
        endedHere_.insert(g.id);
    state_.goroutines.remove(slot);
}

ProcIndex Orderer::procOf(std::int64_t id) {
    if (const ProcIndex known = state_.procs.find(id); known.known())
        return known;
    const LiveProc* old = nullptr;
    if (before_ != nullptr) {
        const ProcIndex there = before_->procs.find(id);
        if (!there.known())
            return {};
        old = &before_->procs[there];
    }
    const ProcIndex proc = announceProc(state_.procs.add(id));
    state_.procs[proc].sweeping = Going::Unknown;
    if (old != nullptr)
        state_.procs[proc] = *old;
    return proc;
}

ProcIndex Orderer::announceProc(ProcIndex proc) {
    assumptionOfProc_.push_back(nowhere);
    OrderedEvent& out = out_.announce(OrderedEventKind::ProcAssumed);
    out.proc = proc;
    out.value = static_cast<std::uint64_t>(state_.procs[proc].id);
    return proc;
}

void Orderer::nameProc(ProcIndex proc, std::int64_t id) {
    if (!proc.known() || assumptionOfProc_[proc.value] == nowhere)
        return;
    ProcAssumption& assumption = procAssumptions_[assumptionOfProc_[proc.value]];
    if (assumption.id)
        return;
    assumption.id = id;
    state_.procs.name(proc, id);
}

ProcAssumption* Orderer::openAssumption(ProcIndex proc) {
    const std::uint32_t assumption = assumptionOfProc_[proc.value];
    return assumption == nowhere || state_.procs[proc].status != 0 ? nullptr : &procAssumptions_[assumption];
}

bool Orderer::is(ProcIndex proc, std::uint8_t status) {
    LiveProc& p = state_.procs[proc];
    if (p.status == 0) [[unlikely]] {
        needsProc(proc);
        p.status = status;
    }
    return p.status == status;
}

bool Orderer::follows(ProcIndex proc, std::uint64_t number) {
    LiveProc& p = state_.procs[proc];
    if (p.sequence.generation == 0 && before_ == nullptr) [[unlikely]]
        p.sequence = {generation_.number, number - 1};
    return p.sequence.isFollowedBy(generation_.number, number);
}

bool Orderer::collectorIsAt(std::uint64_t number) const {
    return state_.collecting == Going::Unknown || number == state_.collectorSequence + 1;
}

void Orderer::needsProc(ProcIndex proc) {
    if (ProcAssumption* const open = openAssumption(proc))
        open->needed = true;
}

bool Orderer::isNobody(Context& at) {
    const LiveGoroutines::Goroutine& g = state_.goroutines[at.goroutine];
    if (g.status != 0 || g.named)
        return false;
    goroutineAssumptions_[g.assumption].absent = true;
    state_.goroutines.remove(at.goroutine);
    at.goroutine = LiveGoroutines::none;
    return true;
}

bool Orderer::hasNoProc(Context& at) {
    if (!at.proc.known())
        return true;
    ProcAssumption* const open = openAssumption(at.proc);
    if (open == nullptr || open->needed)
        return false;
    open->absent = true;
    at.proc = {};
    return true;
}

} // namespace waitscope
