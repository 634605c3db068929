// SPDX-License-Identifier: GPL-3.0-or-later
// The only place where a trace is mutable: ordered events in, a Trace out.
//
// Events come in time order, spans are wanted goroutine by goroutine. So spans are first written to a log in the order
// of their starts, in chunks, while a counter per goroutine says how many it has; `finish` then allocates the columns
// once and scatters the log into them, giving each chunk back as soon as it is copied, so that log and columns are
// never both in memory as a whole.
#pragma once

#include "model/build/ordered_event.h"
#include "model/trace/trace.h"

#include <array>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace waitscope {

class TraceBuilder {
  public:
    TraceBuilder();
    ~TraceBuilder();
    TraceBuilder(const TraceBuilder&) = delete;
    TraceBuilder& operator=(const TraceBuilder&) = delete;

    /// Takes the next events of the stream. An event that contradicts the state so far is ignored, never fatal: the
    /// reader has checked them, tests may not have.
    void add(std::span<const OrderedEvent> events);

    /// The trace of all events so far; `strings` and `stacks` are what their ids refer to. The builder is spent.
    /// Identity, report and wall clock are left to the caller. Null if stopped. O(spans).
    [[nodiscard]] std::unique_ptr<Trace> finish(Strings strings, Stacks stacks, const std::stop_token& stop = {});

    /// Time 0 of the trace on the trace clock; 0 before the first event.
    [[nodiscard]] std::int64_t clockAtStart() const { return clockAtStart_; }

  private:
    // A piece of the log, as columns. Starts are differences to `base`, which fit 32 bits for four seconds; a chunk is
    // left early when they do not. Spans from before the trace start at 0 whatever their column says.
    static constexpr std::uint32_t chunkSpans = 1U << 15;
    struct Chunk {
        Time base;
        std::uint32_t size;
        std::uint32_t starts[chunkSpans];
        std::uint32_t goroutines[chunkSpans];
        std::uint32_t stacks[chunkSpans];
        std::uint32_t links[chunkSpans];
        SpanKindId kinds[chunkSpans];
    };
    struct GoroutineRow {
        std::int64_t id = 0;
        std::uint32_t spanCount = 0;
        std::uint32_t lastRecord = nowhere; ///< place in the log: chunk * chunkSpans + row
        StackId entryStack;                 ///< of its creation, or the first own stack seen
        std::uint32_t innermostRegion = nowhere;
        bool entryIsInnermost = false; ///< the entry function is the innermost frame of entryStack, else the outermost
        bool ended = false;
    };

    void add(const OrderedEvent& e);
    void goroutineAppears(const OrderedEvent& e, Time t);
    void goroutineChanges(const OrderedEvent& e, Time t);
    void goroutineStays(const OrderedEvent& e);
    void rememberEntry(GoroutineRow& row, StackId ownStack);
    void appendSpan(GoroutineRow& row, Time start, const OrderedEvent& e, SpanOrigin origin);
    [[nodiscard]] SpanKindId kindOf(const SpanKind& kind);
    void procEvent(const OrderedEvent& e, Time t);
    void rangeEvent(const OrderedEvent& e, Time t);
    void metricEvent(const OrderedEvent& e, Time t);
    void taskEvent(const OrderedEvent& e, Time t);
    void regionEvent(const OrderedEvent& e, Time t);
    [[nodiscard]] TaskIndex taskOf(std::uint64_t id);
    void placeGoroutines();
    [[nodiscard]] bool placeSpans(const std::stop_token& stop);
    void nameTheNameless();
    void closeWhatIsOpen();

    std::int64_t clockAtStart_ = 0;
    std::int64_t clockAtEnd_ = 0;
    bool started_ = false;
    std::unique_ptr<Trace> trace_;

    std::vector<std::unique_ptr<Chunk>> log_;
    GrowingColumn<GoroutineRow> goroutines_;
    std::vector<std::uint32_t> runsOfProc_;     ///< how many Running spans each processor has
    GrowingColumn<std::uint32_t> regionAround_; ///< by region: the open one it is nested in
    std::map<std::tuple<StringId, GoroutineIndex, ProcIndex>, std::size_t> openRanges_; ///< index into ranges
    std::unordered_map<std::uint64_t, TaskIndex> openTasks_;

    struct CachedKind {
        SpanKind kind;
        SpanKindId id = 0;
        bool used = false;
    };
    std::array<CachedKind, 256> kindCache_{};
};

} // namespace waitscope
