// SPDX-License-Identifier: GPL-3.0-or-later
// Does a slice continue where the one before it ended? If so, its goroutines, processors and threads are named after
// those of the trace, and it becomes part of the trace.
//
// Behind a place where events are missing the answer is often no. There the slice is right, and what was known is
// not: whoever does something else than was known was out of sight in between, which is a state of its own.
#pragma once

#include "model/build/interner.h"
#include "model/build/trace_builder.h"
#include "model/reader/slice_work.h"

#include <cstdint>
#include <map>
#include <span>
#include <unordered_set>
#include <vector>

namespace waitscope {

class SliceJoiner {
  public:
    /// Both must outlive this object.
    SliceJoiner(TraceBuilder& builder, StringInterner& strings) : builder_(builder), strings_(strings) {}

    /// Joins the next slice. False if it took something for granted that is not so; nothing has changed then. While
    /// the state is doubtful every slice is joined that begins behind the last one.
    [[nodiscard]] bool join(OrderedSlice& slice);
    /// Events are missing between the last slice and the next.
    void gap();
    /// A generation was joined from its begin to its end: everybody alive has been spoken of since the last gap.
    void generationWasWhole();
    /// After the last slice: what a gap made unknown for good, and the last event.
    void finish();

    /// What is known behind the last slice. Indices are those of the trace.
    [[nodiscard]] const SchedulerState& state() const { return state_; }
    /// There was a gap, and not everybody has been spoken of since.
    [[nodiscard]] bool isDoubtful() const { return doubtful_; }
    /// Of the last event, ns of the trace clock.
    [[nodiscard]] std::int64_t lastTime() const { return state_.time; }
    /// Events joined, as Go's reader counts them.
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  private:
    using Slot = LiveGoroutines::Slot;
    /// What a slice's assumption is about.
    struct Resolved {
        Slot slot = LiveGoroutines::none; ///< in the state; none: nobody that is known
        bool holds = true;
    };
    /// Who the goroutines are of whom a slice takes something for granted.
    struct Identities {
        std::vector<Slot> slots;                ///< none: one that is not known, or that cannot be
        std::unordered_set<std::uint32_t> goOn; ///< goroutines of the slice that are one with an earlier one of it
    };
    struct Gap {
        std::uint64_t behind = 0; ///< so many slices
        std::int64_t time = 0;    ///< ns of the trace clock
        bool restated = false;    ///< a whole generation followed
    };
    [[nodiscard]] Slot slotOf(const GoroutineAssumption& a, const OrderedSlice& slice) const;
    [[nodiscard]] std::vector<Resolved> resolve(const OrderedSlice& slice) const;
    [[nodiscard]] bool procsHold(const OrderedSlice& slice) const;
    [[nodiscard]] Identities whoTheyAre(const OrderedSlice& slice, std::span<const Resolved> resolved) const;
    void takeGoroutines(OrderedSlice& slice, std::span<const Resolved> resolved, SliceNames& names);
    void takeProcs(const OrderedSlice& slice, SliceNames& names);
    [[nodiscard]] StringId stopTheWorldName(StringId kind);
    void seen(Slot slot);

    TraceBuilder& builder_;
    StringInterner& strings_;
    SchedulerState state_;
    std::uint64_t delivered_ = 0;
    std::uint64_t slices_ = 0;
    std::uint64_t firstGeneration_ = 0;
    bool doubtful_ = false;
    std::vector<Gap> gaps_;
    std::vector<std::uint64_t> lastSeen_; ///< by slot: the slice that last spoke of it
    std::map<StringId, StringId> stopTheWorldNames_;
};

} // namespace waitscope
