// SPDX-License-Identifier: GPL-3.0-or-later
// The only place where a trace is mutable: slices in, a Trace out.
//
// Slices come in the order of time, spans are wanted goroutine by goroutine. So slices are only collected, while a
// counter per goroutine says how many spans it has; `finish` then allocates the columns once and scatters the slices'
// logs into them, side by side, giving each log back as soon as it is copied, so that logs and columns are never both
// in memory as a whole.
#pragma once

#include "model/build/slice.h"
#include "model/trace/trace.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// Who a slice's goroutines, processors and threads are in the trace.
struct SliceNames {
    Column<GoroutineIndex> goroutines; ///< none: nobody knows who that was; its spans are left out
    std::vector<ProcIndex> procs;      ///< none: nobody knows
    std::vector<ThreadIndex> threads;
    /// The goroutines of the slice that were last seen doing something else: what they did from `lostSince` (ns of the
    /// trace clock) to their first event here is unknown. In ascending order.
    std::vector<GoroutineIndex> outOfSight;
    std::int64_t lostSince = 0;
    std::int64_t notBefore = 0; ///< ns of the trace clock: nothing in the slice happened earlier, see `Slice::settled`
    bool initial = false; ///< of the trace's first generation: what is there without a begin was there before the trace
};

class TraceBuilder {
  public:
    TraceBuilder();
    ~TraceBuilder();
    TraceBuilder(const TraceBuilder&) = delete;
    TraceBuilder& operator=(const TraceBuilder&) = delete;

    GoroutineIndex addGoroutine();
    ProcIndex addProc(std::int64_t id);
    ThreadIndex addThread(std::int64_t id);
    /// The next slice. What its names name must have been added.
    void append(std::unique_ptr<Slice> slice, SliceNames names);
    /// The only slice of a trace; adds what is in it.
    void append(std::unique_ptr<Slice> slice);
    /// What the goroutine does from `time` on is unknown. Only after the last slice, once a goroutine.
    void losesSight(GoroutineIndex g, std::int64_t time);

    /// The trace of all slices; `strings` and `stacks` are what their ids refer to. The builder is spent.
    /// Identity, report and wall clock are left to the caller. Null if stopped. O(spans).
    [[nodiscard]] std::unique_ptr<Trace> finish(Strings strings, Stacks stacks, unsigned threads,
                                                const std::stop_token& stop = {});
    /// The same of the slices so far, which the builder keeps: what a trace looks like while it grows.
    [[nodiscard]] std::unique_ptr<Trace> snapshot(const Strings& strings, const Stacks& stacks, unsigned threads,
                                                  const std::stop_token& stop = {});

    /// Time 0 of the trace on the trace clock; 0 before the first slice.
    [[nodiscard]] std::int64_t clockAtStart() const { return clockAtStart_; }

  private:
    // There are as many as goroutines, and stacks are far fewer than 2^30: each takes bytes of the file.
    struct GoroutineRow {
        std::uint32_t spans = 0;
        std::uint32_t entryStack : 30 = 0;
        bool entryIsInnermost : 1 = false;
        bool ended : 1 = false;
    };
    /// A goroutine of a slice that had spans before.
    struct Continued {
        std::uint32_t goroutine = 0; ///< of the slice
        std::uint32_t place = 0;     ///< of its first span here, among its spans
    };
    /// A span that is in no log: before what a slice knows of a goroutine.
    struct ExtraSpan {
        std::uint32_t place = 0; ///< among the spans of its goroutine
        GoroutineIndex goroutine;
        Time start = 0;
        SpanKindId kind = 0;
        std::uint32_t stack = 0;
        std::uint32_t link = nowhere;
        std::uint32_t run = nowhere; ///< place among the runs of its processor
    };
    struct Part {
        std::unique_ptr<Slice> slice;
        SliceNames names;
        std::int64_t settledFrom = 0;          ///< ns of the trace clock: times are right from here on
        std::vector<Continued> continued;      ///< by goroutine
        std::vector<SpanKindId> kinds;         ///< of the slice, in the trace's table
        std::vector<std::uint32_t> runsBefore; ///< by processor of the slice: how many runs it had before
        std::uint32_t tasksBefore = 0;
        std::uint32_t regionsBefore = 0;
        std::vector<TaskIndex> foreignTasks;
        bool leavesOut = false; ///< spans of goroutines that nobody knows
    };
    class SpanNames;
    struct Renamed;
    struct OpenRegion {
        std::uint32_t region;
        StringId type;
    };
    struct LateStack {
        GoroutineIndex goroutine;
        std::uint32_t place;
        GoroutineState state;
        std::uint32_t stack;
    };

    [[nodiscard]] static SpanKindId kindOf(Trace& trace, const SpanKind& kind);
    void appendGoroutines(Part& part);
    void appendStatement(const Part& part, const Slice::Statement& said);
    void appendExtra(GoroutineIndex g, Time start, const SpanKind& kind, std::uint32_t stack, std::uint32_t link);
    void appendProcessors(Part& part);
    void appendTasks(Part& part);
    void appendRegions(Part& part);
    void appendOthers(const Part& part);
    void rangeEvent(const OrderedEvent& e, Time t);
    void metricEvent(const OrderedEvent& e, Time t);
    /// What becomes of a slice once it is in the trace.
    enum class After { Keep, Free };
    std::unique_ptr<Trace> lay(std::unique_ptr<Trace> trace, After after, unsigned threads,
                               const std::stop_token& stop);
    /// Those whose function a later stack has to name.
    [[nodiscard]] std::vector<GoroutineIndex> layGoroutines(Trace& trace, unsigned threads) const;
    [[nodiscard]] std::uint32_t rowsOfLongLives() const;
    void layExtras(Trace& trace) const;
    void laySpans(Trace& trace, const Part& part) const;
    void layTasks(Trace& trace, const Part& part) const;
    /// The rows of those that have no end yet.
    [[nodiscard]] std::vector<std::uint32_t> layRegions(Trace& trace, const Part& part) const;
    void layUnbegun(Trace& trace) const;
    void sortRuns(Trace& trace) const;
    static void nameTheNameless(Trace& trace, std::span<const GoroutineIndex> nameless);
    // 13 days. Later times are those of a damaged clock; cut off, they can be added up for thousands of goroutines.
    static constexpr Time longest = Time{1} << 50;
    /// `clock` is a settled time: one that is right in the trace.
    [[nodiscard]] Time sinceStart(std::int64_t clock) const { return std::min(clock - clockAtStart_, longest); }
    [[nodiscard]] Time timeOf(const Part& part, std::int64_t clock) const {
        return sinceStart(clock >= part.settledFrom ? clock : part.slice->settled(clock, part.names.notBefore));
    }
    /// Of a time that counts from the begin of the slice.
    [[nodiscard]] Time timeIn(const Part& part, Time time) const { return timeOf(part, part.slice->firstTime + time); }
    /// Takes out of a piece of its log what has no place in the trace.
    static void keepKnown(const Part& part, SpanLog::Piece& piece) {
        if (part.leavesOut)
            piece.keepIf([&](std::uint32_t goroutine) { return part.names.goroutines[goroutine].known(); });
    }
    [[nodiscard]] static GoroutineIndex named(const Part& part, GoroutineIndex g) {
        return g.known() ? part.names.goroutines[g.value] : g;
    }
    [[nodiscard]] static ProcIndex named(const Part& part, ProcIndex p) {
        return p.known() ? part.names.procs[p.value] : p;
    }
    [[nodiscard]] static ThreadIndex named(const Part& part, ThreadIndex t) {
        return t.known() ? part.names.threads[t.value] : t;
    }
    [[nodiscard]] static TaskIndex named(const Part& part, TaskIndex t) {
        if (!t.known())
            return t;
        return t.value >= Slice::firstForeignTask ? part.foreignTasks[t.value - Slice::firstForeignTask]
                                                  : TaskIndex{part.tasksBefore + t.value};
    }
    /// Tasks whose begin was not seen come first, and how many there are is only known at the end.
    [[nodiscard]] TaskIndex placed(TaskIndex t) const {
        return t.known() ? TaskIndex{static_cast<std::uint32_t>(unbegunTasks_.size()) + t.value} : t;
    }

    std::int64_t clockAtStart_ = 0;
    std::int64_t clockAtEnd_ = 0;
    std::unique_ptr<Trace> trace_;
    std::vector<Part> parts_;
    GrowingColumn<GoroutineRow> goroutines_;
    GrowingColumn<ExtraSpan> extras_;
    GrowingColumn<LateStack> lateStacks_;
    std::vector<std::uint32_t> runsOfProc_;
    std::uint32_t tasks_ = 0; ///< those whose begin was seen; so with regions
    std::uint32_t regions_ = 0;
    Task largestTask_;
    std::unordered_map<std::uint64_t, TaskIndex> openTasks_;
    GrowingColumn<Task> unbegunTasks_; ///< only their ends were seen
    std::unordered_map<std::uint32_t, Time> taskEnds_;
    std::unordered_map<std::uint32_t, std::vector<OpenRegion>> openRegions_; ///< by goroutine, innermost last
    std::unordered_map<std::uint32_t, Time> regionEnds_;
    GrowingColumn<Region> unbegunRegions_;
    std::map<std::tuple<StringId, GoroutineIndex, ProcIndex>, std::size_t> openRanges_; ///< index into ranges
};

/// The trace of a single slice.
[[nodiscard]] std::unique_ptr<Trace> traceOf(std::unique_ptr<Slice> slice, Strings strings, Stacks stacks);

} // namespace waitscope
