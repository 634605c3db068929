// SPDX-License-Identifier: GPL-3.0-or-later
// What happened while a goroutine waited? The walk of detector D4 (analysis.md, sections 3 and 3b).
//
// It starts at the end of a finished wait, on the goroutine that ended it, and goes back in time: whatever that
// goroutine did is a piece of the answer; where it had waited itself and was woken by another goroutine, the walk goes
// on there. So where it goes from the begin of a span does not depend on the wait it started from: the spans form
// trees, each hanging below the span that the walk visits next, and a wait is a stretch of the path from its end to a
// root. Sums over many waits therefore need no walks. Each counts one at its lower end and takes it off at its upper;
// added up from the leaves, the counts say how often each piece was used.
#pragma once

#include "model/facts.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// What was going on while a goroutine waited.
enum class BlockerState : std::uint8_t {
    Running,
    Runnable, ///< the one it waited for was ready and had no processor
    Syscall,
    Sleep,
    Timer,   ///< a channel wait or select that a timer ended
    Network, ///< a wait that the network ended
    Waiting, ///< a wait that nobody known ended
    NotBorn, ///< the one it waited for did not exist yet
    Unknown, ///< the trace has a gap there
};
constexpr std::string_view nameOf(BlockerState state) {
    constexpr std::array<std::string_view, 9> names{"running", "runnable", "syscall",     "sleep",  "timer",
                                                    "network", "waiting",  "not started", "unknown"};
    return names[static_cast<std::size_t>(state)];
}

/// Time that passed in one state at one stack.
struct BlockerTime {
    BlockerState state = BlockerState::Unknown;
    StackId stack; ///< none: only the function is known
    FrameId site;  ///< the program's line in it, else the function that the goroutine runs; may be none
    Time time = 0;
};

/// Where the time of some finished waits went. The times add up to `time`, to the nanosecond.
struct BlockerTimes {
    std::vector<BlockerTime> parts; ///< most time first, then in the order of stacks
    Time time = 0;                  ///< of the waits that were looked at, inside the range
    std::uint64_t waits = 0;        ///< finished ones that were asked about
    std::uint64_t sampled = 0;      ///< that were looked at: all of them, or a sample
};

/// A piece of the walk for one wait.
struct BlockerStep {
    GoroutineIndex goroutine;
    SpanIndex span; ///< none if it did not exist
    TimeRange part;
    BlockerState state = BlockerState::Unknown;
    StackId stack;
    FrameId site;
    GoroutineIndex woke; ///< it woke this goroutine at the end of the piece: why the walk came here; else none
};

/// Answers for one trace. Remembers the parts of the trees it has visited, so a second question costs less; not to be
/// used by two threads at a time. `facts` must outlive it.
class BlockerWalk {
  public:
    explicit BlockerWalk(const TraceFacts& facts);

    /// From this many waits on a sample of them is looked at.
    static constexpr std::size_t largestExact = 400'000;
    static constexpr std::size_t sampleSize = 100'000;
    static constexpr std::uint64_t sampleSeed = 1;

    /// Waits and system calls that are not open; their time counts as far as it lies in `within`. One that was not
    /// ended by a goroutine is its own answer. O(waits · log spans + spans on their ways).
    [[nodiscard]] BlockerTimes timesOf(std::span<const SpanIndex> waits, TimeRange within);

    /// The walk itself, latest piece first, for one finished wait; `limit` pieces at most.
    [[nodiscard]] std::vector<BlockerStep> stepsOf(SpanIndex wait, std::size_t limit = 1000);

  private:
    static constexpr std::uint32_t none = nowhere;
    /// The begin of a span, and where the walk goes from there.
    struct Node {
        SpanIndex span;
        std::uint32_t parent = none; ///< the piece before it in time lies between the two begins; none: nothing before
        std::uint32_t jump = none;   ///< an ancestor further up; makes a climb O(log depth)
        std::uint32_t depth = 0;
        std::uint32_t place = 0; ///< what is going on in that piece
    };
    struct Place {
        BlockerState state;
        StackId stack;
        FrameId site;
    };
    struct Visit {
        GoroutineIndex goroutine;
        SpanIndex span;
    };

    [[nodiscard]] std::optional<Visit> before(Visit at) const;
    [[nodiscard]] Place placeBetween(Visit before, Visit at) const;
    [[nodiscard]] Place placeOfWait(SpanIndex wait) const;
    [[nodiscard]] Place beforeBirth(GoroutineIndex g) const;
    std::uint32_t placeId(const Place& place);
    std::uint32_t& nodeIdOf(SpanIndex s);
    std::uint32_t nodeOf(Visit at);
    [[nodiscard]] Time start(std::uint32_t node) const;
    [[nodiscard]] std::uint32_t lastAfter(std::uint32_t node, Time t) const;
    [[nodiscard]] bool endedByGoroutine(SpanIndex wait) const;
    /// The stretch of a path that a wait is: its window in time, and the first and last node of which a piece is used.
    struct Way {
        std::uint32_t top;
        std::uint32_t bottom;
        TimeRange window;
    };
    [[nodiscard]] Way wayFrom(std::uint32_t node, TimeRange window) const;
    void walk(const Way& way);
    void addWeightsOf(const Way& way);
    void addWeights();

    const TraceFacts& facts_;
    const Trace& trace_;
    std::vector<Node> nodes_; ///< a parent comes before its children
    std::vector<Place> places_;
    std::unordered_map<std::uint64_t, std::uint32_t> placeIds_;
    static constexpr std::uint32_t pageSize = 4096;
    std::vector<std::unique_ptr<std::array<std::uint32_t, pageSize>>> pages_; ///< by span: its node
    std::vector<Visit> pending_;
    std::vector<Time> sums_;            ///< by place
    std::vector<std::int64_t> weights_; ///< by node; all zero between questions
    std::uint32_t lowestWeight_ = none;
    std::uint32_t highestWeight_ = 0;
};

} // namespace waitscope
