// SPDX-License-Identifier: GPL-3.0-or-later
// What is a span waiting for, and which line of the user's code is it? Answers by table: every (stack, kind of span)
// pair of a trace is classified once, by go-trace-format section C.5 and the order of tests of analysis.md section 3.
#pragma once

#include "model/trace/primitive.h"
#include "model/trace/trace.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace waitscope {

/// The detail of waits for a connection of a pool that may open no more.
constexpr std::string_view connectionPool = "connection pool";

/// What one (stack, kind) pair means.
struct WaitClass {
    Primitive primitive = Primitive::Unknown;
    std::string_view detail; ///< says more (`sync.Once`, `coroutine`, Go's own reason); may be empty
    FrameId site;           ///< the first frame outside the standard library, else the outermost; none without a stack.
                            ///< One frame stands for all of a line, whatever the pc: equal lines have equal sites
    StackId stack;          ///< that was classified
    std::string_view idiom; ///< idle by nature: what it does (`idle_idioms.h`); empty for all other waits
};

class WaitClasses {
  public:
    WaitClasses() = default;
    /// Classifies every Waiting and Syscall span's (stack, kind). O(spans) table look-ups, O(distinct pairs) work.
    /// `trace` must outlive this object: details may point into it.
    explicit WaitClasses(const Trace& trace);

    /// For Waiting and Syscall spans; a default WaitClass for others. O(1).
    [[nodiscard]] const WaitClass& of(const Trace& trace, SpanIndex s) const { return classes_[indexOf(trace, s)]; }
    /// What the span is drawn as, whatever its state. O(1).
    [[nodiscard]] StateFamily familyOf(const Trace& trace, SpanIndex s) const;

    /// All of them, in the order of their stacks. The first one is the default WaitClass, of spans that are no waits.
    [[nodiscard]] const std::vector<WaitClass>& all() const { return classes_; }
    /// The place of `of(trace, s)` in `all()`, for tables that count by class; 0 for spans that are no waits. O(1).
    [[nodiscard]] std::uint32_t indexOf(const Trace& trace, SpanIndex s) const;

    /// The first frame of a stack outside the standard library, as in WaitClass::site: also for the stacks of wakers
    /// and creators. O(1).
    [[nodiscard]] FrameId siteOf(StackId stack) const { return siteOfStack_[stack.value]; }

    /// The frame is part of Go's standard library, not of the program. O(1).
    [[nodiscard]] bool isLibrary(FrameId frame) const { return libraryFrames_[frame.value] != 0; }

    /// The goroutine belongs to the runtime or the tracer, not to the program: `runtime.*` but `runtime.main`
    /// and coroutines, `runtime/trace.*`. Goroutines whose function is not known count as the user's.
    [[nodiscard]] bool isRuntime(GoroutineIndex g) const { return runtimeGoroutines_[g.value] != 0; }

  private:
    std::vector<WaitClass> classes_{WaitClass{}};
    std::vector<SpanKindId> kindOfClass_{0};       ///< by class; rising within a stack
    std::vector<std::uint32_t> firstClassOfStack_; ///< by StackId, and one more
    std::vector<FrameId> siteOfStack_;
    std::vector<std::uint8_t> libraryFrames_;
    std::vector<std::uint8_t> runtimeGoroutines_; ///< by goroutine
};

} // namespace waitscope
