// SPDX-License-Identifier: GPL-3.0-or-later
// Turns the ordered events of one slice after another into tables, as they come.
#pragma once

#include "model/build/id_table.h"
#include "model/build/slice.h"

#include <array>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waitscope {

/// The columns `stack` and `link` of the span that an event begins, by the table of spans.h.
struct SpanColumns {
    std::uint32_t stack = 0;
    std::uint32_t link = nowhere;
};
[[nodiscard]] SpanColumns columnsOf(const OrderedEvent& e, SpanOrigin origin);

/// Does the stack belong to the goroutine itself, not to whoever acted on it?
[[nodiscard]] bool isOwnStack(GoroutineState state, SpanOrigin origin);

/// A byte holds 256 kinds of span. So many may have a reason of their own: the rest is for the kinds without one, which
/// are at most as many as there are pairs of a state and an origin.
constexpr std::size_t mostKinds = 256 - goroutineStateCount * spanOriginCount;

/// The place of `kind` in `table`, appended if it is new. A damaged file can name any number of reasons; past the
/// table's end they lose their name, not their state.
[[nodiscard]] SpanKindId placeOf(const SpanKind& kind, std::vector<SpanKind>& table);

class SliceBuilder {
  public:
    /// Takes the next events. One that contradicts the state so far is ignored, never fatal: the reader has checked
    /// them, tests may not have.
    void add(std::span<const OrderedEvent> events) {
        for (const OrderedEvent& e : events)
            add(e);
    }
    // What is most of a trace, without the detour by an event. Times are those of the trace clock.
    [[nodiscard]] SpanKindId kindOf(const SpanKind& kind) {
        const std::uint32_t key = kind.reason.value * 31 + static_cast<std::uint32_t>(kind.state) * 7 +
                                  static_cast<std::uint32_t>(kind.origin);
        CachedKind& cached = kindCache_[key % kindCache_.size()];
        if (!cached.used || cached.kind != kind) [[unlikely]]
            cached = {.kind = kind, .id = placeOf(kind, slice_->kinds), .used = true};
        return cached.id;
    }
    /// The goroutine, which must have appeared, enters a state; see spans.h for `stack` and `link`.
    [[gnu::always_inline]] void enters(GoroutineIndex goroutine, std::int64_t time, SpanKindId kind,
                                       std::uint32_t stack, std::uint32_t link) {
        if (!started_) [[unlikely]]
            start(time);
        if (recent_.size == recent_.mostRecords || static_cast<std::uint64_t>(time - recent_.base) > UINT32_MAX)
            [[unlikely]]
            packRecent(time);
        const std::uint32_t i = recent_.size++;
        recent_.times[i] = static_cast<std::uint32_t>(time - recent_.base);
        recent_.goroutines[i] = goroutine.value;
        recent_.stacks[i] = stack;
        recent_.links[i] = Spans::stored(link);
        recent_.kinds[i] = kind;
        const std::uint32_t at = recentBegin_ + i;
        Row& row = rows_[goroutine.value];
        row.firstRecord = row.spans == 0 ? at : row.firstRecord;
        row.lastRecord = at;
        ++row.spans;
    }
    void runs(GoroutineIndex goroutine, std::int64_t time, SpanKindId kind, ThreadIndex thread, ProcIndex proc) {
        enters(goroutine, time, kind, thread.value + 1, proc.value);
        if (proc.value < slice_->runsOfProc.size())
            ++slice_->runsOfProc[proc.value];
    }
    /// With a stack of its own, which names it if nothing has yet.
    void entersFrom(GoroutineIndex goroutine, std::int64_t time, SpanKindId kind, StackId stack, std::uint32_t link) {
        enters(goroutine, time, kind, stack.value, link);
        StackId& entry = rows_[goroutine.value].entryStack;
        entry = entry.known() ? entry : stack;
    }
    void ends(GoroutineIndex goroutine, std::int64_t time, SpanKindId kind) {
        enters(goroutine, time, kind, 0, nowhere);
        rows_[goroutine.value].ended = true;
    }

    /// The slice of all events since the last one; the builder is ready for the next.
    [[nodiscard]] std::unique_ptr<Slice> finish();

    /// The next goroutine appears, created in a state.
    void created(std::int64_t id, std::int64_t time, SpanKindId kind, StackId entry, StackId stack, Waker creator) {
        Row& row = rows_.push_back({.id = id, .entryStack = entry});
        row.flags = SliceGoroutines::named | SliceGoroutines::created;
        if (entry.known())
            row.flags |= SliceGoroutines::entryIsInnermost;
        innermostRegion_.push_back(nowhere);
        enters({static_cast<std::uint32_t>(rows_.size() - 1)}, time, kind, stack.value, creator.link());
    }
    void regionBegins(GoroutineIndex goroutine, std::int64_t time, StringId type, std::uint64_t task, StackId stack);
    void regionEnds(GoroutineIndex goroutine, std::int64_t time, StringId type, std::uint64_t task);
    void taskBegins(GoroutineIndex goroutine, std::int64_t time, std::uint64_t id, std::uint64_t parent, StringId type,
                    StackId stack);
    void taskEnds(std::int64_t time, std::uint64_t id);
    /// An event happens at `time`, one of the first `Slice::mostEarlyTimes`.
    [[gnu::noinline]] void isEarly(std::int64_t time) { slice_->earlyTimes.push_back(time); }
    /// Where the spans of a goroutine are in the log: the place of the first and of the last; nowhere if it has none.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> recordsOf(GoroutineIndex goroutine) const {
        return {rows_[goroutine.value].firstRecord, rows_[goroutine.value].lastRecord};
    }

  private:
    struct Row {
        std::int64_t id = 0;
        std::uint32_t spans = 0;
        std::uint32_t firstRecord = nowhere; ///< of its spans in the log
        std::uint32_t lastRecord = nowhere;
        StackId entryStack;
        std::uint8_t flags = 0;
        bool ended = false;
    };
    void add(const OrderedEvent& e);
    void goroutineAppears(const OrderedEvent& e);
    void goroutineChanges(const OrderedEvent& e);
    void goroutineStays(const OrderedEvent& e);
    void appendSpan(const OrderedEvent& e, SpanOrigin origin);
    void start(std::int64_t time);
    void packRecent(std::int64_t next);
    void packGoroutines();
    void packRegions();
    void packTasks();
    void procEvent(const OrderedEvent& e);
    [[nodiscard]] TaskIndex taskOf(std::uint64_t id);

    std::unique_ptr<Slice> slice_ = std::make_unique<Slice>();
    bool started_ = false;
    SpanLog::Piece recent_;         ///< spans that are not in the log yet
    std::uint32_t recentBegin_ = 0; ///< how many are
    GrowingColumn<Row> rows_;       ///< by goroutine
    GrowingColumn<Region> regions_;
    GrowingColumn<Task> tasks_;
    GrowingColumn<std::uint32_t> innermostRegion_; ///< by goroutine
    GrowingColumn<std::uint32_t> regionAround_;    ///< by region: the open one it is nested in
    IdTable openTasks_;                            ///< by id: their indices
    std::unordered_map<std::uint64_t, TaskIndex> foreignTasks_;

    struct CachedKind {
        SpanKind kind;
        SpanKindId id = 0;
        bool used = false;
    };
    std::array<CachedKind, 256> kindCache_{};
};

} // namespace waitscope
