// SPDX-License-Identifier: GPL-3.0-or-later
// What was a goroutine doing, from when to when? The one big table of a trace.
//
// A span is a stretch of a goroutine's life in one state. Spans are stored as columns. The spans of one goroutine lie
// side by side in time order and are closed by a marker span (`Ended` or `StillAlive`) that begins where the last real
// one ends, so the end of every span is the start of the next row and needs no column of its own.
//
// The columns `stack` and `link` mean what the state makes them mean:
//
//   state     stack                                      link
//   Runnable  of whoever made it runnable: the waker,    the waker or creator (see Waker); "not recorded" when it
//             the creator, or itself when it gave way    gave way itself or came back from a system call
//   Running   one more than the thread it runs on        the processor (ProcIndex)
//             (ThreadIndex); 0: not known
//   Waiting   where it blocked; the creator's if it was  the creator if it was created in this state
//             created in this state
//   Syscall   where it entered the system call           the thread (ThreadIndex)
//
// So "who ended this wait" is asked of the row after the wait.
#pragma once

#include "model/trace/column.h"
#include "model/trace/ids.h"
#include "model/trace/time.h"

#include <array>
#include <cstdint>
#include <vector>

namespace waitscope {

enum class GoroutineState : std::uint8_t {
    Unknown,  ///< it exists, but the file does not say what it does (behind a gap in a damaged trace)
    Runnable, ///< ready, waiting for a processor
    Running,
    Waiting,
    Syscall,
    Ended,      ///< marker: the goroutine returned here
    StillAlive, ///< marker: the trace ends here, the goroutine does not
};
constexpr std::size_t goroutineStateCount = 7;

/// How the span began, when that is not an ordinary event of its goroutine.
enum class SpanOrigin : std::uint8_t {
    Event,
    BeforeTrace,  ///< the goroutine was in this state when it was first seen: the true start is unknown
    Created,      ///< the goroutine was created in this state
    Woken,        ///< Runnable after a wait: `link` says by whom
    SyscallEnded, ///< Runnable after a system call that had lost its processor
};
constexpr std::size_t spanOriginCount = 5;

/// The reason of a wait or stop whose name is missing in a damaged file.
constexpr const char* lostReasonText = "(not recorded)";

/// State, reason and origin of a span; a few dozen combinations exist in a trace, so a span stores one byte.
struct SpanKind {
    GoroutineState state = GoroutineState::Unknown;
    SpanOrigin origin = SpanOrigin::Event;
    StringId reason; ///< of a wait or a stop, as Go spells it; empty where Go gives none

    friend bool operator==(const SpanKind&, const SpanKind&) = default;
};

/// Who made a goroutine runnable: a goroutine, or one of the reasons why there is none.
class Waker {
  public:
    constexpr Waker() = default;
    constexpr explicit Waker(GoroutineIndex goroutine) : value_(goroutine.value) {}
    constexpr static Waker fromLink(std::uint32_t link) {
        Waker w;
        w.value_ = link;
        return w;
    }
    /// No goroutine ran when the wake-up happened: the scheduler did it for a timer, the network poller, the garbage
    /// collector or itself. Which of them follows from the wait that ended (`waits/`), not from the event.
    constexpr static Waker runtime() { return fromLink(nowhere - 1); }
    /// The file does not say.
    constexpr static Waker notRecorded() { return fromLink(nowhere); }

    [[nodiscard]] constexpr bool isGoroutine() const { return value_ < nowhere - 1; }
    [[nodiscard]] constexpr bool isRuntime() const { return value_ == nowhere - 1; }
    /// The goroutine; only if isGoroutine().
    [[nodiscard]] constexpr GoroutineIndex goroutine() const { return {value_}; }
    [[nodiscard]] constexpr std::uint32_t link() const { return value_; }

  private:
    std::uint32_t value_ = nowhere;
};

/// The columns. 8 to 10 bytes a span in most traces.
class Spans {
  public:
    /// What the columns must be able to hold.
    struct Bounds {
        Time duration = 0;
        std::uint32_t stack = 0; ///< largest stack id and thread index
        std::uint32_t link = 0;  ///< largest goroutine, processor and thread index
    };
    Spans() = default;
    Spans(std::size_t size, const Bounds& largest)
        : starts(size, largest.duration)
        , stacks(size, largest.stack)
        , kinds(size)
        , links_(size, stored(largest.link)) {}

    [[nodiscard]] std::size_t size() const { return starts.size(); }
    [[nodiscard]] Time start(SpanIndex s) const { return starts[s.value]; }
    [[nodiscard]] Time end(SpanIndex s) const { return starts[s.value + 1]; }
    [[nodiscard]] TimeRange range(SpanIndex s) const { return {start(s), end(s)}; }
    [[nodiscard]] const SpanKind& kind(SpanIndex s) const { return kindTable[kinds[s.value]]; }
    [[nodiscard]] GoroutineState state(SpanIndex s) const { return stateOfKind[kinds[s.value]]; }
    /// The stack that belongs to the span, by the table above; none for a running one.
    [[nodiscard]] StackId stack(SpanIndex s) const {
        return state(s) == GoroutineState::Running ? StackId{} : StackId{stacks[s.value]};
    }
    /// Who made it runnable, or created it; for Runnable spans and those of origin Created.
    [[nodiscard]] Waker waker(SpanIndex s) const { return Waker::fromLink(link(s)); }
    /// For Running spans only.
    [[nodiscard]] ProcIndex proc(SpanIndex s) const { return {link(s)}; }
    /// For Running and Syscall spans only.
    [[nodiscard]] ThreadIndex thread(SpanIndex s) const {
        return {state(s) == GoroutineState::Running ? stacks[s.value] - 1 : link(s)}; // 0: not known
    }

    [[nodiscard]] std::uint32_t link(SpanIndex s) const { return restored(links_[s.value]); }
    void setLink(std::uint32_t row, std::uint32_t link) { links_.set(row, stored(link)); }
    template <class PlaceOf, class ValueOf>
    void setLinks(std::size_t count, const PlaceOf& placeOf, const ValueOf& valueOf) {
        links_.setEach(count, placeOf, [&](std::size_t n) { return stored(valueOf(n)); });
    }
    /// All of this row will soon be set.
    void willSet(std::uint32_t row) const {
        starts.willSet(row);
        stacks.willSet(row);
        kinds.willSet(row);
        links_.willSet(row);
    }
    /// The first rows are those of goroutines that live on and on: see Memory.
    void fillsHereAndThere(std::uint32_t rows) {
        starts.fillsHereAndThere(rows);
        stacks.fillsHereAndThere(rows);
        kinds.fillsHereAndThere(rows);
        links_.fillsHereAndThere(rows);
    }
    // "Nobody" and "the runtime" are the two largest numbers of a link; stored they are the two smallest.
    static constexpr std::uint32_t specialLinks = 2;
    static std::uint32_t stored(std::uint32_t link) { return link + specialLinks; }
    static std::uint32_t restored(std::uint32_t stored) { return stored - specialLinks; }

    NarrowColumn<Time> starts;
    NarrowColumn<std::uint32_t> stacks;
    Column<SpanKindId> kinds;
    std::vector<SpanKind> kindTable;
    std::array<GoroutineState, 256> stateOfKind{}; ///< kindTable[k].state for the hot loops

  private:
    NarrowColumn<std::uint32_t> links_;
};

/// A run of span rows.
struct SpanRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] std::uint32_t size() const { return end - begin; }
};

} // namespace waitscope
