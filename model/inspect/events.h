// SPDX-License-Identifier: GPL-3.0-or-later
// What happened to some goroutines, one thing after the other? Events are the borders of spans, and logs and regions;
// eight bytes each, so that a list of millions can be made, filtered and scrolled.
#pragma once

#include "model/facts.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

enum class EventKind : std::uint8_t {
    Create,  ///< it was created
    Appear,  ///< it was there when the trace began
    Run,     ///< a processor began to run it
    Block,   ///< it began to wait
    Unblock, ///< its wait ended
    Preempt, ///< it stopped, ready to go on: preempted, or it gave way
    SyscallEnter,
    SyscallLeave, ///< without a processor
    End,
    Log,
    RegionBegin,
    RegionEnd,
    Other, ///< a border that none of these explains, such as a gap in the file
};
constexpr std::size_t eventKindCount = 13;
constexpr std::string_view nameOf(EventKind kind) {
    constexpr std::array<std::string_view, eventKindCount> names{
        "create",        "appear", "run", "block",        "unblock",    "preempt", "syscall enter",
        "syscall leave", "end",    "log", "region begin", "region end", "other"};
    return names[static_cast<std::size_t>(kind)];
}

struct Event {
    EventKind kind = EventKind::Other;
    std::uint32_t place = 0; ///< the span that begins, the log, or the region
    friend bool operator==(const Event&, const Event&) = default;
};

/// A set of kinds, for filtering.
using EventKinds = std::uint32_t;
constexpr EventKinds allEventKinds = (1U << eventKindCount) - 1;
constexpr EventKinds bitOf(EventKind kind) {
    return 1U << static_cast<unsigned>(kind);
}

/// Of `goroutines` in `range`, by time. O(events · log). Incomplete if stopped.
[[nodiscard]] std::vector<Event> eventsOf(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                                          TimeRange range, EventKinds kinds = allEventKinds,
                                          const std::stop_token& stop = {});

/// What happened on a processor, by time: when it began to run a goroutine, and why it stopped. O(log runs + runs
/// inside the range). Incomplete if stopped.
[[nodiscard]] std::vector<Event> eventsOn(const TraceFacts& facts, ProcIndex processor, TimeRange range,
                                          EventKinds kinds = allEventKinds, const std::stop_token& stop = {});
/// The same on the processors that a thread held.
[[nodiscard]] std::vector<Event> eventsOn(const TraceFacts& facts, std::span<const ThreadRun> held, TimeRange range,
                                          EventKinds kinds = allEventKinds, const std::stop_token& stop = {});

[[nodiscard]] Time timeOf(const TraceFacts& facts, const Event& event);
/// How long what begins with it lasts: the state, or the region; nothing of the others.
[[nodiscard]] std::optional<Time> lengthOf(const TraceFacts& facts, const Event& event);
/// O(log goroutines).
[[nodiscard]] GoroutineIndex goroutineOf(const TraceFacts& facts, const Event& event);
/// Reason, text or name; empty if there is nothing to say.
[[nodiscard]] std::string detailOf(const TraceFacts& facts, const Event& event);
/// The stack at which it happened; none if none was recorded.
[[nodiscard]] StackId stackOf(const TraceFacts& facts, const Event& event);
/// Of Unblock the goroutine that did it, of Create the creator; "a timer", "the network"; empty for others.
[[nodiscard]] std::string linkOf(const TraceFacts& facts, const Event& event);

} // namespace waitscope
