// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/slice_joiner.h"

#include "model/build/slice_builder.h"
#include "model/reader/wire.h"

#include <algorithm>
#include <unordered_map>

namespace waitscope {

bool SliceJoiner::join(OrderedSlice& slice) {
    const std::vector<Resolved> resolved = resolve(slice);
    if (slices_ != 0 && !slice.slice->catchesUp(state_.time + 1))
        return false;
    if (!doubtful_ && (!std::ranges::all_of(resolved, &Resolved::holds) || !procsHold(slice)))
        return false;
    if (++slices_ == 1)
        firstGeneration_ = slice.generation;
    SliceNames names;
    names.initial = slice.generation == firstGeneration_ && gaps_.empty();
    names.lostSince = state_.time;
    names.notBefore = slices_ == 1 ? slice.firstTime : state_.time + 1;
    for (const LiveThread& thread : slice.end.threads.rows()) {
        ThreadIndex known = state_.threads.find(thread.id);
        if (!known.known()) {
            known = state_.threads.add(thread.id);
            builder_.addThread(thread.id);
        }
        names.threads.push_back(known);
    }
    takeProcs(slice, names);
    takeGoroutines(slice, resolved, names);
    if (slice.end.collecting != Going::Unknown) {
        state_.collecting = slice.end.collecting;
        state_.collectorSequence = slice.end.collectorSequence;
    }
    for (OrderedEvent& e : slice.slice->others)
        if (e.kind == OrderedEventKind::RangeBegin && !e.text.known())
            e.text2 = stopTheWorldName(e.text2);
    state_.time = slice.slice->settled(slice.lastTime, names.notBefore);
    delivered_ += slice.delivered;
    builder_.append(std::move(slice.slice), std::move(names));
    return true;
}

SliceJoiner::Slot SliceJoiner::slotOf(const GoroutineAssumption& a, const OrderedSlice& slice) const {
    if (a.about != GoroutineAssumption::About::OnThread)
        return state_.goroutines.find(a.id);
    const ThreadIndex thread = state_.threads.find(slice.end.threads[a.thread].id);
    return thread.known() ? state_.threads[thread].goroutine : LiveGoroutines::none;
}

// The goroutine that a thread was running may be named later in the slice. Then the slice speaks of it twice, and what
// it takes for granted the second time must be what the first time left.
std::vector<SliceJoiner::Resolved> SliceJoiner::resolve(const OrderedSlice& slice) const {
    using About = GoroutineAssumption::About;
    std::vector<Resolved> resolved;
    resolved.reserve(slice.goroutines.size());
    std::unordered_map<Slot, const GoroutineAssumption*> onThread;
    for (const GoroutineAssumption& a : slice.goroutines) {
        Resolved& r = resolved.emplace_back();
        r.slot = slotOf(a, slice);
        if (r.slot == LiveGoroutines::none) {
            r.holds = a.about == About::Stated || a.status == 0;
            continue;
        }
        if (a.absent) {
            r.holds = false;
            continue;
        }
        const LiveGoroutines::Goroutine& known = state_.goroutines[r.slot];
        std::uint8_t status = known.status;
        Sequence sequence = known.sequence;
        if (a.about == About::OnThread) {
            onThread[r.slot] = &a;
        } else if (const auto before = onThread.find(r.slot); before != onThread.end()) {
            const GoroutineAssumption& b = *before->second;
            if (b.status != 0) {
                r.holds = b.atEnd != LiveGoroutines::none && (b.lastRecord == nowhere || b.lastRecord < a.firstRecord);
                const LiveGoroutines::Goroutine& then = slice.end.goroutines[r.holds ? b.atEnd : 0];
                status = then.status;
                sequence = then.sequence.generation == 0 ? sequence : then.sequence;
            }
        }
        r.holds =
            r.holds && (a.status == 0 || a.status == status) && (a.sequence.generation == 0 || a.sequence == sequence);
    }
    return resolved;
}

bool SliceJoiner::procsHold(const OrderedSlice& slice) const {
    return std::ranges::all_of(slice.procs, [&](const ProcAssumption& a) {
        const ThreadIndex thread = state_.threads.find(slice.end.threads[a.thread].id);
        const ProcIndex proc = thread.known() ? state_.threads[thread].proc : ProcIndex{};
        return proc.known() ? !a.id || state_.procs[proc].id == *a.id : !a.needed;
    });
}

void SliceJoiner::takeProcs(const OrderedSlice& slice, SliceNames& names) {
    names.procs.resize(slice.end.procs.size());
    std::vector<const ProcAssumption*> assumptions(names.procs.size());
    for (const ProcAssumption& a : slice.procs)
        assumptions[a.proc.value] = &a;
    for (std::uint32_t i = 0; i < names.procs.size(); ++i) {
        const LiveProc& end = slice.end.procs[ProcIndex{i}];
        ProcIndex proc;
        if (assumptions[i] != nullptr && !assumptions[i]->id) {
            const ThreadIndex thread = names.threads[assumptions[i]->thread.value];
            proc = state_.threads[thread].proc;
        } else {
            proc = state_.procs.find(end.id);
            if (!proc.known()) {
                proc = state_.procs.add(end.id);
                builder_.addProc(end.id);
            }
        }
        names.procs[i] = proc;
        if (!proc.known())
            continue;
        LiveProc& now = state_.procs[proc];
        now.status = end.status == 0 ? now.status : end.status;
        now.sequence = end.sequence.generation == 0 ? now.sequence : end.sequence;
        now.sweeping = end.sweeping == Going::Unknown ? now.sweeping : end.sweeping;
    }
}

// While the state is doubtful, two goroutines of a slice can turn out to be one: then the spans of the second must lie
// behind those of the first, and behind its end is another.
SliceJoiner::Identities SliceJoiner::whoTheyAre(const OrderedSlice& slice, std::span<const Resolved> resolved) const {
    Identities who;
    for (const Resolved& r : resolved)
        who.slots.push_back(r.slot);
    if (!doubtful_)
        return who;
    std::vector<Slot>& slots = who.slots;
    const auto isNamed = [&](std::size_t i) {
        return slice.goroutines[i].about != GoroutineAssumption::About::OnThread;
    };
    std::unordered_map<Slot, std::vector<std::size_t>> oneAfterTheOther;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i] == LiveGoroutines::none)
            continue;
        std::vector<std::size_t>& before = oneAfterTheOther[slots[i]];
        const auto contradicts = [&] {
            if (before.empty())
                return false;
            const GoroutineAssumption& last = slice.goroutines[before.back()];
            return last.lastRecord > slice.goroutines[i].firstRecord ||
                   slice.slice->goroutines.has(last.goroutine, SliceGoroutines::ended);
        };
        // Who ran on a thread was known before the gap, which says less than a name does.
        for (; contradicts() && isNamed(i) && !isNamed(before.back()); before.pop_back())
            slots[before.back()] = LiveGoroutines::none;
        if (contradicts()) {
            slots[i] = LiveGoroutines::none;
            continue;
        }
        if (!before.empty())
            who.goOn.insert(slice.goroutines[i].goroutine.value);
        if (slice.goroutines[i].firstRecord != nowhere)
            before.push_back(i);
    }
    return who;
}

void SliceJoiner::takeGoroutines(OrderedSlice& slice, std::span<const Resolved> resolved, SliceNames& names) {
    const auto& here = slice.slice->goroutines;
    const auto& endSlots = slice.end.goroutines.slots();
    std::vector<Slot> slotAtEnd(endSlots.size(), LiveGoroutines::none); // of the state, by slot of the slice
    Identities who = whoTheyAre(slice, resolved);
    std::vector<Slot>& slots = who.slots;
    names.goroutines = Column<GoroutineIndex>(here.size());
    std::ranges::fill(names.goroutines.view(), GoroutineIndex{});
    // What the file states of one of whom the slice spoke before is known already.
    auto& statements = slice.slice->statements;
    auto* const kept = std::remove_if(statements.begin(), statements.end(), [&](const Slice::Statement& said) {
        return who.goOn.contains(said.goroutine.value);
    });
    statements.shrinkTo(static_cast<std::size_t>(kept - statements.begin()));
    std::vector<GoroutineIndex> known(resolved.size());
    for (std::size_t i = 0; i < resolved.size(); ++i)
        if (resolved[i].slot != LiveGoroutines::none)
            known[i] = state_.goroutines[resolved[i].slot].index;
    const auto add = [&](std::int64_t id, GoroutineIndex index) {
        Slot slot = state_.goroutines.find(id);
        slot = slot == LiveGoroutines::none ? state_.goroutines.add(id) : slot;
        state_.goroutines[slot].index = index;
        return slot;
    };
    for (std::size_t i = 0; i < resolved.size(); ++i) {
        const GoroutineAssumption& a = slice.goroutines[i];
        const bool named = a.about != GoroutineAssumption::About::OnThread;
        const bool isNew = slots[i] == LiveGoroutines::none && named && a.status != 0;
        if (isNew) {
            known[i] = builder_.addGoroutine();
            slots[i] = add(a.id, known[i]);
        }
        if (slots[i] == LiveGoroutines::none || a.absent)
            continue;
        const GoroutineIndex g = known[i];
        names.goroutines[a.goroutine.value] = g;
        if (!resolved[i].holds || (isNew && a.about == GoroutineAssumption::About::Named))
            names.outOfSight.push_back(g);
        seen(slots[i]);
        if (a.atEnd != LiveGoroutines::none)
            slotAtEnd[a.atEnd] = slots[i];
    }
    std::ranges::sort(names.outOfSight);
    names.outOfSight.erase(std::unique(names.outOfSight.begin(), names.outOfSight.end()), names.outOfSight.end());

    for (std::size_t i = 0; i < resolved.size(); ++i) {
        const GoroutineAssumption& a = slice.goroutines[i];
        if (slots[i] == LiveGoroutines::none || a.status == 0)
            continue;
        if (a.atEnd == LiveGoroutines::none) {
            const LiveGoroutines::Goroutine& g = state_.goroutines[slots[i]];
            if (here.has(a.goroutine, SliceGoroutines::ended) && g.live && g.index == known[i])
                state_.goroutines.remove(slots[i]);
            continue;
        }
        const LiveGoroutines::Goroutine& end = endSlots[a.atEnd];
        LiveGoroutines::Goroutine& now = state_.goroutines[slots[i]];
        now.status = end.status;
        now.sequence = end.sequence.generation == 0 ? now.sequence : end.sequence;
        now.markAssist = end.markAssist == Going::Unknown ? now.markAssist : end.markAssist;
        now.stopsTheWorld = end.stopsTheWorld == Going::Unknown ? now.stopsTheWorld : end.stopsTheWorld;
    }
    for (std::uint32_t i = 0; i < here.size(); ++i)
        if (here.has({i}, SliceGoroutines::created))
            names.goroutines[i] = builder_.addGoroutine();
    for (std::size_t s = 0; s < endSlots.size(); ++s) {
        const LiveGoroutines::Goroutine& end = endSlots[s];
        if (!end.live || end.assumption != nowhere)
            continue;
        const GoroutineIndex g = names.goroutines[end.index.value];
        const Slot slot = add(end.id, g);
        state_.goroutines[slot] = end;
        state_.goroutines[slot].index = g;
        slotAtEnd[s] = slot;
        seen(slot);
    }
    for (std::uint32_t t = 0; t < slice.end.threads.size(); ++t) {
        const LiveThread& end = slice.end.threads[ThreadIndex{t}];
        LiveThread& now = state_.threads[names.threads[t]];
        now.goroutine = end.goroutine == LiveGoroutines::none ? end.goroutine : slotAtEnd[end.goroutine];
        now.proc = end.proc.known() ? names.procs[end.proc.value] : end.proc;
    }
}

void SliceJoiner::seen(Slot slot) {
    if (slot >= lastSeen_.size())
        lastSeen_.resize(slot + 1);
    lastSeen_[slot] = slices_;
}

void SliceJoiner::gap() {
    doubtful_ = true;
    gaps_.push_back({.behind = slices_, .time = state_.time});
    for (LiveThread& thread : state_.threads.rows()) {
        thread.goroutine = LiveGoroutines::none;
        thread.proc = {};
    }
    state_.collecting = Going::Unknown;
}

void SliceJoiner::generationWasWhole() {
    doubtful_ = false;
    for (Gap& gap : gaps_)
        gap.restated = true;
}

void SliceJoiner::finish() {
    SliceBuilder last;
    const OrderedEvent end{.time = state_.time + 1, .kind = OrderedEventKind::Finish};
    last.add({&end, 1});
    builder_.append(last.finish(), {.goroutines = {}, .procs = {}, .threads = {}, .outOfSight = {}});
    ++delivered_;
    const auto& slots = state_.goroutines.slots();
    for (Slot slot = 0; slot < slots.size() && !gaps_.empty(); ++slot) {
        if (!slots[slot].live)
            continue;
        const auto gap = std::ranges::find_if(gaps_, [&](const Gap& g) { return g.behind >= lastSeen_[slot]; });
        if (gap == gaps_.end())
            continue;
        // Whoever waited may be waiting still; whoever had to be running since has done something that nobody saw.
        const bool waits = slots[slot].status == wire::GoWaiting || slots[slot].status == wire::GoSyscall;
        if (gap->restated || !waits)
            builder_.losesSight(slots[slot].index, gap->time);
    }
}

StringId SliceJoiner::stopTheWorldName(StringId kind) {
    StringId& name = stopTheWorldNames_[kind];
    if (!name.known())
        name = strings_.intern("stop-the-world (" + std::string(strings_.text(kind)) + ")");
    return name;
}

} // namespace waitscope
