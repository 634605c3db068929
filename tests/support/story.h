// SPDX-License-Identifier: GPL-3.0-or-later
// A trace told as a story, for corner cases that no recorded file holds:
//
//     Story story;
//     story.g(1).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 3_ms).wokenBy(2).runs(1_ms).ends();
//     story.g(2).existed().runs(10_ms);
//     const auto trace = story.told(20_ms);
//
// Each goroutine has a clock of its own, so lines can be written goroutine by goroutine; `told` sorts them by time.
#pragma once

#include "model/build/interner.h"
#include "model/build/slice_builder.h"
#include "model/build/trace_builder.h"
#include "model/trace/trace.h"

#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope::test {

/// Functions, innermost first; file "/src/main.go", or that of a downloaded module for "module.example/…"; line = 10 +
/// position.
using StackText = std::vector<std::string>;

class Story;

class Teller {
  public:
    /// It was there when the trace began (else it is created when its clock says).
    Teller& existed();
    /// Its clock starts at `t` instead of 0.
    Teller& bornAt(Time t);
    Teller& createdBy(std::int64_t creator, const StackText& at = {"main.main"});
    /// The function it runs; "main.work" unless told. Empty: the trace does not say.
    Teller& entry(const std::string& function);
    Teller& runs(Time how_long, int proc = 0);
    Teller& isRunnable(Time how_long);
    /// Blocks with Go's own reason at a stack.
    Teller& waitsOn(const std::string& reason, const StackText& stack, Time how_long);
    Teller& inSyscall(const StackText& stack, Time how_long);
    /// Says who ended the wait just told; it is runnable for 1 us then. Without it the next state follows a wake-up by
    /// the runtime.
    Teller& wokenBy(std::int64_t goroutine, const StackText& at = {"main.wake"});
    Teller& wokenByRuntime();
    /// What it says of itself with runtime/trace, while it runs. A task's id must not be 0.
    Teller& beginsTask(std::uint64_t id, const std::string& type);
    Teller& endsTask(std::uint64_t id);
    Teller& beginsRegion(const std::string& type);
    Teller& endsRegion(const std::string& type);
    /// The runtime's own stretch of it that it is in from now on, such as "GC mark assist", until it says so again.
    Teller& beginsRange(const std::string& name);
    Teller& endsRange(const std::string& name);
    /// Ends here; otherwise it stays as it is until the end of the trace.
    void ends();

  private:
    friend class Story;
    Teller(Story& story, std::int64_t id) : story_(story), id_(id) {}
    void enters(GoroutineState state, SpanOrigin origin, const std::string& reason, const StackText& stack,
                std::int64_t context);
    Teller& says(OrderedEventKind kind, const std::string& type, std::uint64_t task);

    Story& story_;
    std::int64_t id_;
    Time clock_ = 0;
    bool existed_ = false;
    bool appeared_ = false;
    GoroutineState state_ = GoroutineState::Unknown;
    std::int64_t creator_ = 0; ///< 0: the runtime
    StackText creatorStack_;
    std::string entry_ = "main.work";
};

class Story {
  public:
    /// The goroutine with Go's id; the same teller each time.
    Teller& g(std::int64_t id);
    /// The collector marks, or the world is stopped: a stretch of the runtime that is nobody's.
    void has(const std::string& range, TimeRange when);
    /// A processor has nothing to do. `runs` alone does not change what a processor does: all of them are busy.
    void processorIsIdle(int proc, TimeRange when);
    /// This stretch of the file is damaged.
    void isDamaged(TimeRange range) { damaged_.push_back(range); }
    /// The trace, `duration` long. The story is spent.
    std::shared_ptr<const Trace> told(Time duration);

  private:
    friend class Teller;
    struct Line {
        OrderedEvent event;
        std::int64_t goroutine; ///< 0: nobody's
        std::int64_t context;   ///< 0: none
    };
    StackId stack(const StackText& functions);

    Strings strings_;
    Stacks stacks_;
    StringInterner stringIndex_{strings_};
    StackInterner stackIndex_{stacks_};
    std::deque<Teller> tellers_;
    std::vector<Line> lines_;
    std::vector<TimeRange> damaged_;
};

} // namespace waitscope::test
