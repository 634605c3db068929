// SPDX-License-Identifier: GPL-3.0-or-later
// In which order did the events of all threads happen? The merge of go-trace-format section D.
//
// Timestamps of different threads are only loosely ordered, so an event is taken when a small model of the scheduler
// says that it can happen now: its precondition holds and its sequence number follows. The threads' next events form a
// heap by time; nearly always its head can be taken. If not, the others are tried in the order of time, and if none of
// them can be taken either, the trace is broken at this point.
//
// What comes out is delivered with strictly increasing times (an event that lies before its predecessor follows it by
// 1 ns), numbered goroutines, processors and threads, and global strings and stacks. A damaged annotation (a region, a
// task, a range) is passed on or dropped, never fatal: only scheduling decides.
#pragma once

#include "model/build/interner.h"
#include "model/reader/event_cursor.h"
#include "model/reader/event_writer.h"
#include "model/reader/scheduler.h"
#include "model/reader/tables.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <unordered_map>
#include <vector>

namespace waitscope {

class Orderer {
  public:
    /// Both must outlive this object.
    /// `progress` is told now and then how far in the file the events are that were just ordered (bytes).
    Orderer(StringInterner& strings, EventSink& sink, std::function<void(std::uint64_t)> progress = nullptr);

    /// Orders one generation. A problem means that the events from there on are not in the output; the model is then
    /// not fit for another generation.
    std::optional<ReadProblem> order(const WireGeneration& generation, const GenerationTables& tables, TickScale scale,
                                     const std::stop_token& stop);
    /// Delivers the last event and hands over what is left.
    void finish();

    /// As Go's reader counts them: every delivered event, boundaries included.
    [[nodiscard]] std::uint64_t delivered() const { return out_.delivered(); }

  private:
    using Slot = LiveGoroutines::Slot;
    enum class Outcome { Taken, NotReady, Impossible };
    struct Context {
        ThreadIndex thread;
        ProcIndex proc;
        Slot goroutine = LiveGoroutines::none;
    };
    struct Source {
        EventCursor cursor;
        ThreadIndex thread; ///< none for the batches owned by no thread
    };

    Outcome advance(const EventCursor& e, ThreadIndex thread);
    Outcome goroutineEvent(const EventCursor& e, Context& at);
    Outcome processorEvent(const EventCursor& e, Context& at);
    Outcome rangeEvent(const EventCursor& e, const Context& at);
    Outcome annotation(const EventCursor& e, const Context& at);
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
    OrderedEvent& goroutineChanges(const EventCursor& e, const Context& at, Slot slot, GoroutineState to,
                                   SpanOrigin origin);
    void procChanges(const EventCursor& e, const Context& at, ProcIndex proc, ProcState to, ThreadIndex thread);
    void deliverSilently(const EventCursor& e) { out_.skip(e.time()); }
    void deliverSamplesBefore(std::int64_t time);
    ThreadIndex threadOf(std::int64_t id);
    [[nodiscard]] StackId stackOf(std::uint64_t local) const { return tables_->stacks[local]; }
    [[nodiscard]] StringId stringOf(std::uint64_t local) const { return tables_->strings[local]; }
    /// Go always names a reason; one that the string table does not know was lost with the end of a file.
    [[nodiscard]] StringId reasonOf(std::uint64_t local) const {
        const StringId known = stringOf(local);
        return known.known() || local == 0 ? known : lostReason_;
    }
    [[nodiscard]] StringId stopTheWorldName(StringId kind);
    [[nodiscard]] GoroutineIndex indexOf(Slot slot) const {
        return slot == LiveGoroutines::none ? GoroutineIndex{} : goroutines_[slot].index;
    }
    [[nodiscard]] bool has(const Context& at, bool proc, bool goroutine) const {
        return at.thread.known() && (!proc || at.proc.known()) && (!goroutine || at.goroutine != LiveGoroutines::none);
    }

    // The heap of threads, ordered by the time of their next event.
    void push(std::uint32_t source);
    bool siftUp(std::size_t i);
    void siftDown(std::size_t i);
    void removeFromHeap(std::size_t i);
    Outcome tryAt(std::size_t i);
    [[nodiscard]] ReadProblem problemAt(std::size_t i, const WireGeneration& generation, const std::string& why) const;

    StringInterner& stringInterner_;
    std::function<void(std::uint64_t)> progress_;
    EventWriter out_;
    const GenerationTables* tables_ = nullptr;
    std::uint64_t generation_ = 0;
    const std::byte* fileBegin_ = nullptr;
    bool initial_ = true; ///< in the first generation of the file
    const char* why_ = "";

    LiveGoroutines goroutines_;
    Roster<LiveProc, ProcIndex> procs_;
    Roster<LiveThread, ThreadIndex> threads_;
    std::uint32_t goroutinesSeen_ = 0;
    enum class Collector { Undetermined, NotRunning, Running } collector_ = Collector::Undetermined;
    std::uint64_t collectorSequence_ = 0;

    std::vector<Source> sources_;
    struct Next {
        std::int64_t time; ///< of the source's next event
        std::uint32_t source;
    };
    std::vector<Next> heap_;
    struct Sample {
        std::int64_t time;
        WireSample sample;
    };
    std::vector<Sample> samples_;
    std::size_t nextSample_ = 0;

    bool damagedSource_ = false;
    ReadProblem damage_;

    std::unordered_map<std::uint32_t, StringId> stopTheWorldNames_;
    StringId lostReason_, markPhase_, markAssist_, sweep_, procsMetric_, heapMetric_, goalMetric_;
};

} // namespace waitscope
