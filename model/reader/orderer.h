// SPDX-License-Identifier: GPL-3.0-or-later
// In which order did the events of all threads happen? The merge of go-trace-format section D, for one slice.
//
// Timestamps of different threads are only loosely ordered, so an event is taken when a small model of the scheduler
// says that it can happen now: its precondition holds and its sequence number follows. The threads' next events form a
// heap by time; nearly always its head can be taken. If not, the others are tried in the order of time, and if none of
// them can be taken either, the slice is stuck at this point.
//
// A slice is ordered without knowing the one before it, so that all cores have something to order. What an event needs
// of a goroutine, processor or thread that was there before is taken for granted and written down (`OrderedSlice`);
// whether it is true is found out when slices are joined (slice_joiner.h). It nearly always is: timestamps are nearly
// always right. Where it is not, the slice is ordered again from the state that the one before it left, and nothing is
// taken for granted.
//
// What comes out is in strictly increasing time (an event that lies before its predecessor follows it by 1 ns), with
// the slice's numbers for goroutines, processors and threads, and the trace's for strings and stacks. A damaged
// annotation (a region, a task, a range) is passed on or dropped, never fatal: only scheduling decides.
#pragma once

#include "model/build/slice_builder.h"
#include "model/reader/event_heap.h"
#include "model/reader/event_writer.h"
#include "model/reader/slice_work.h"

#include <stop_token>
#include <unordered_set>
#include <vector>

namespace waitscope {

/// The names under which the runtime's own ranges and metrics stand in the trace.
struct RuntimeNames {
    StringId lostReason, markPhase, markAssist, sweep, procs, heap, goal;
};

class Orderer {
  public:
    /// `before` is the state when the slice begins; null: it is not known. Everything must outlive this object; the
    /// builder must have nothing pending.
    Orderer(const SliceWork& work, const RuntimeNames& names, SliceBuilder& builder, const SchedulerState* before);
    /// For the rest of a slice that got stuck, whose beginning is not known.
    Orderer(const SliceWork& work, const RuntimeNames& names, SliceBuilder& builder, std::vector<EventCursor> cursors,
            std::int64_t firstTime);

    /// Before `order`: uses the memory of a slice that nobody needs any more. Where a hundred thousand goroutines take
    /// turns, tables of them all are made for each slice, and fresh memory costs as much as what is done with it.
    void reuse(OrderedSlice old);
    [[nodiscard]] OrderedSlice order(const std::stop_token& stop);

  private:
    using Slot = LiveGoroutines::Slot;
    enum class Outcome { Taken, NotReady, Impossible, Damaged };
    struct Context {
        ThreadIndex thread;
        ProcIndex proc;
        Slot goroutine = LiveGoroutines::none;
    };
    struct Source {
        EventCursor cursor;
        ThreadIndex thread; ///< none for the batches owned by no thread
        LiveThread* now;    ///< what the thread has
    };

    Outcome dispatch(EventCursor& e, std::uint32_t type, Context& at);
    Outcome dispatchSeldom(const EventCursor& e, Context& at);
    Outcome rangeEvent(const EventCursor& e, const Context& at);
    Outcome annotation(const EventCursor& e, const Context& at);
    Outcome region(const EventCursor& e, const Context& at);
    Outcome task(const EventCursor& e, const Context& at);
    Outcome create(const EventCursor& e, const Context& at);
    Outcome createInSyscall(const EventCursor& e, Context& at);
    Outcome start(const EventCursor& e, Context& at);
    Outcome leaveRunning(const EventCursor& e, Context& at);
    Outcome unblock(const EventCursor& e, const Context& at);
    Outcome syscallBegin(const EventCursor& e, const Context& at);
    Outcome syscallEnd(const EventCursor& e, Context& at);
    Outcome destroyInSyscall(const EventCursor& e, Context& at);
    Outcome switchTo(const EventCursor& e, Context& at);
    Outcome goStatus(const EventCursor& e, Context& at);
    Outcome procStart(const EventCursor& e, Context& at);
    Outcome procStop(const EventCursor& e, Context& at);
    Outcome procSteal(const EventCursor& e, Context& at);
    Outcome procStatus(const EventCursor& e, Context& at);
    Outcome impossible(const char* why) {
        why_ = why;
        return Outcome::Impossible;
    }

    OrderedEvent& deliver(const EventCursor& e, OrderedEventKind kind, const Context& at);
    void runs(const EventCursor& e, Context& at, Slot slot);
    void ends(const EventCursor& e, Context& at);
    void wakes(const EventCursor& e, const Context& at, Slot slot, StackId stack);
    void procChanges(const EventCursor& e, const Context& at, ProcIndex proc, ProcState to, ThreadIndex thread);
    void deliverSilently(const EventCursor& e) { out_.skip(e.time()); }
    void deliverSamplesBefore(std::int64_t time) {
        if (nextSampleTime_ < time) [[unlikely]]
            deliverSamples(time);
    }
    void deliverSamples(std::int64_t before);
    [[nodiscard]] StackId stackOf(std::uint64_t local) const { return tables_.stacks[local]; }
    [[nodiscard]] StringId stringOf(std::uint64_t local) const { return tables_.strings[local]; }
    /// Go always names a reason; one that the string table does not know was lost with the end of a file.
    [[nodiscard]] StringId reasonOf(std::uint64_t local) const {
        const StringId known = stringOf(local);
        return known.known() || local == 0 ? known : names_.lostReason;
    }
    [[nodiscard]] GoroutineIndex indexOf(Slot slot) const {
        return slot == LiveGoroutines::none ? GoroutineIndex{} : state_.goroutines[slot].index;
    }

    // Who an event speaks of. What is not known yet is taken over from the state before, or taken for granted.
    ThreadIndex threadOf(std::int64_t id);
    [[gnu::always_inline]] Slot goroutineOf(std::int64_t id) {
        const Slot slot = state_.goroutines.find(id);
        return slot != LiveGoroutines::none ? slot : takeOver(id);
    }
    Slot takeOver(std::int64_t id);
    [[nodiscard]] ProcIndex procOf(std::int64_t id);
    /// Is it alive? One that was only spoken of is not.
    [[nodiscard]] bool exists(std::int64_t id);
    Slot addGoroutine(Slot slot);
    Slot assumeGoroutine(Slot slot, GoroutineAssumption::About about, ThreadIndex thread);
    ProcIndex announceProc(ProcIndex proc);
    /// `id` turns out to be the processor of which only the thread was known.
    void nameProc(ProcIndex proc, std::int64_t id);
    void forget(Slot slot);

    // What an event needs. The first need of something that is not known yet makes it so.
    [[nodiscard]] bool is(LiveGoroutines::Goroutine& g, std::uint8_t status) {
        if (g.status == 0) [[unlikely]]
            g.status = goroutineAssumptions_[g.assumption].status = status;
        return g.status == status;
    }
    [[nodiscard]] bool follows(LiveGoroutines::Goroutine& g, std::uint64_t number) {
        if (g.sequence.generation == 0 && g.assumption != nowhere) [[unlikely]]
            g.sequence = goroutineAssumptions_[g.assumption].sequence = {generation_.number, number - 1};
        return g.sequence.isFollowedBy(generation_.number, number);
    }
    [[nodiscard]] bool is(ProcIndex proc, std::uint8_t status);
    [[nodiscard]] bool follows(ProcIndex proc, std::uint64_t number);
    [[nodiscard]] bool collectorIsAt(std::uint64_t number) const;
    [[nodiscard]] bool has(const Context& at, bool proc, bool goroutine) {
        if (!at.thread.known() || (proc && !at.proc.known()) || (goroutine && at.goroutine == LiveGoroutines::none))
            return false;
        if (proc && state_.procs[at.proc].status == 0) [[unlikely]]
            needsProc(at.proc);
        return true;
    }
    void needsProc(ProcIndex proc);
    [[nodiscard]] bool hasNoGoroutine(Context& at) { return at.goroutine == LiveGoroutines::none || isNobody(at); }
    [[nodiscard]] bool isNobody(Context& at);
    [[nodiscard]] bool hasNoProc(Context& at);
    /// The assumption about a processor of which only its thread is known; null if more is known.
    [[nodiscard]] ProcAssumption* openAssumption(ProcIndex proc);

    /// Takes the head's events as long as they can be taken; after some hundreds it comes back all the same.
    Outcome takeSome();
    /// Takes the event at place `i` of the heap, if that is possible.
    Outcome takeLater(std::size_t i);
    /// Takes a source's event, which is of `type`; the source still stands on it then.
    Outcome take(Source& source, std::uint32_t type);
    /// Does a source move on behind it?
    static bool leaves(Outcome outcome) { return outcome == Outcome::Taken || outcome == Outcome::Damaged; }
    /// Moves a source to its next event; false at its end.
    [[gnu::always_inline]] bool step(EventCursor& cursor, Outcome outcome = Outcome::Taken) {
        const EventCursor::Step step = outcome == Outcome::Damaged ? EventCursor::Step::Damaged : cursor.next();
        return step == EventCursor::Step::Event || stepOver(cursor, step);
    }
    /// The same, where the next thing is no event.
    [[gnu::noinline]] bool stepOver(EventCursor& cursor, EventCursor::Step step);
    [[nodiscard]] ReadProblem problemAt(std::size_t i, const std::string& why) const;
    [[nodiscard]] OrderedSlice result();

    const SliceWork& work_;
    const WireGeneration& generation_;
    const GenerationTables& tables_;
    const RuntimeNames& names_;
    const SchedulerState* before_;
    bool resumed_ = false; ///< the cursors stand on events that are not ordered yet
    std::vector<EventCursor> cursors_;
    SliceBuilder& builder_;
    EventWriter out_;
    SpanKindId running_ = builder_.kindOf({.state = GoroutineState::Running});
    SpanKindId inSyscall_ = builder_.kindOf({.state = GoroutineState::Syscall});
    SpanKindId created_ = builder_.kindOf({.state = GoroutineState::Runnable, .origin = SpanOrigin::Created});
    SpanKindId createdBlocked_ = builder_.kindOf({.state = GoroutineState::Waiting, .origin = SpanOrigin::Created});
    SpanKindId woken_ = builder_.kindOf({.state = GoroutineState::Runnable, .origin = SpanOrigin::Woken});
    SpanKindId ended_ = builder_.kindOf({.state = GoroutineState::Ended});
    const char* why_ = "";

    SchedulerState state_;
    std::uint32_t goroutinesSeen_ = 0;
    std::vector<GoroutineAssumption> goroutineAssumptions_;
    std::vector<ProcAssumption> procAssumptions_;
    std::vector<std::uint32_t> assumptionOfProc_; ///< by processor; nowhere: none
    std::unordered_set<std::int64_t> endedHere_;  ///< of the goroutines that were there before

    LiveThread noThread_; ///< what belongs to none has nothing
    std::vector<Source> sources_;
    EventHeap heap_; ///< of the sources
    struct Sample {
        std::int64_t time;
        WireSample sample;
    };
    std::vector<Sample> samples_;
    std::size_t nextSample_ = 0;
    std::int64_t nextSampleTime_ = INT64_MAX;
    OrderedSlice result_;
};

} // namespace waitscope
