// SPDX-License-Identifier: GPL-3.0-or-later
// In which order did the events of a v1 file happen, and what are they in terms of the newer format? Go-trace-format
// F.4 to F.7.
//
// One queue per processor. An event whose precondition holds joins the frontier; the earliest of the frontier comes
// next. Timestamps of processors can disagree: where they do, time stands still instead of going back.
//
// v1 has artefacts that must not reach the trace: at the start every goroutine that exists is "created", and is taken
// here as seen; a system call that blocked is written when its goroutine got a processor back, and is put where it
// really ended; one that did not block has no end at all, and is 1 ns long.
#pragma once

#include "model/reader/event_writer.h"
#include "model/reader/scheduler.h"
#include "model/reader/v1_records.h"

#include <optional>
#include <set>
#include <stop_token>
#include <unordered_map>

namespace waitscope::v1 {

class Orderer {
  public:
    /// All must outlive this object. `version` is the N of "go 1.N trace".
    Orderer(const File& file, int version, StringInterner& strings, SliceBuilder& builder);

    /// Orders everything and delivers the last event.
    std::optional<ReadProblem> order(const std::stop_token& stop);
    [[nodiscard]] std::uint64_t delivered() const { return out_.delivered(); }
    /// Events looked at, most of them more than once.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }

  private:
    using Slot = LiveGoroutines::Slot;
    enum Status : std::uint8_t { Dead, Runnable, Running, Waiting };
    struct Queue {
        Cursor cursor;
        std::int64_t id = -1;
        ProcIndex proc;     ///< once it was seen
        ThreadIndex thread; ///< that holds it
        bool ended = false;
        bool inFrontier = false;
    };

    [[nodiscard]] bool ready(const Record& r);
    [[nodiscard]] bool readyAsCallback(const Record& r);
    void apply(const Record& r);
    void deliver(Queue& queue, const Record& r);
    void deliverGoroutine(Queue& queue, const Record& r);
    void deliverRange(Queue& queue, const Record& r);
    void deliverAnnotation(Queue& queue, const Record& r);
    void syscallBegins(Queue& queue, const Record& r);
    void deliverSamplesAndExitsBefore(std::uint64_t ticks);
    void announce(std::uint64_t goroutine, GoroutineState state);
    void announceRunnable();
    [[nodiscard]] bool blocksInSyscall(const Queue& queue, std::uint64_t goroutine) const;
    void learnCreated();

    OrderedEvent& emit(const Queue& queue, const Record& r, OrderedEventKind kind);
    OrderedEvent& changes(const Queue& queue, const Record& r, Slot slot, GoroutineState to, SpanOrigin origin);
    [[nodiscard]] std::int64_t timeOf(std::uint64_t ticks) const;
    [[nodiscard]] Slot slotOf(std::uint64_t goroutine) {
        return goroutine == 0 ? LiveGoroutines::none : goroutines_.find(static_cast<std::int64_t>(goroutine));
    }
    Slot slotFor(std::uint64_t goroutine);
    /// Announces it if it has not appeared yet.
    GoroutineIndex indexOf(std::uint64_t goroutine);
    [[nodiscard]] StringId reasonOf(std::uint8_t type);
    [[nodiscard]] StringId stopTheWorldName(std::uint64_t kind);

    const File& file_;
    int version_;
    StringInterner& strings_;
    EventWriter out_;
    double nanosecondsPerTick_;
    std::vector<Queue> queues_;
    LiveGoroutines goroutines_;
    std::unordered_map<std::uint64_t, std::uint64_t> beforeInit_; ///< stack of the entry function, by goroutine
    std::vector<std::uint64_t> beforeInitOrder_;
    Roster<LiveThread, ThreadIndex> threads_;
    std::uint32_t goroutinesSeen_ = 0;
    std::uint32_t procsSeen_ = 0;
    std::uint64_t collections_ = 0;
    StringId stopTheWorld_; ///< the last that began. Its end may stand with another processor, if theirs was taken away
    GoroutineIndex stopper_;   ///< who began it
    bool initialised_ = false; ///< the first Gomaxprocs was seen
    std::uint64_t steps_ = 0;
    std::optional<std::set<std::uint64_t>> created_; ///< learnt only when ordering gets stuck
    std::size_t nextSample_ = 0;
    std::size_t nextExit_ = 0;
    StringId markPhase_, markAssist_, sweep_, procsMetric_, heapMetric_, goalMetric_;
};

} // namespace waitscope::v1
