// SPDX-License-Identifier: GPL-3.0-or-later
// A whole trace: plain tables, immutable once published as `std::shared_ptr<const Trace>`, safe to read from any
// thread without a lock. Built by `build/`, read by everything else.
#pragma once

#include "model/trace/annotations.h"
#include "model/trace/column.h"
#include "model/trace/goroutines.h"
#include "model/trace/load_report.h"
#include "model/trace/processors.h"
#include "model/trace/spans.h"
#include "model/trace/stacks.h"
#include "model/trace/strings.h"
#include "model/trace/time.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// Which file this is.
struct TraceIdentity {
    std::string fileName; ///< without folders; "standard input" for `-`
    std::string format;   ///< the header: "go 1.26 trace". 1.24 writes 1.23's, so it is not the version of Go
    std::string sha256;   ///< of the bytes as stored, in hexadecimal
};

struct TimeByState {
    std::array<Time, goroutineStateCount> times{};

    [[nodiscard]] Time operator[](GoroutineState state) const { return times[static_cast<std::size_t>(state)]; }
};

struct Trace {
    TraceIdentity identity;
    LoadReport report;
    int formatVersion = 0; ///< the N of "go 1.N trace"
    Time duration = 0;     ///< from the first event to the last
    std::optional<WallClock> wallClock;

    Strings strings;
    Stacks stacks;
    Goroutines goroutines;
    Spans spans;
    std::vector<Processor> processors;  ///< in order of first appearance
    std::vector<Thread> threads;        ///< in order of first appearance
    GrowingColumn<RuntimeRange> ranges; ///< by begin
    std::vector<Metric> metrics;
    Tasks tasks;     ///< by begin
    Regions regions; ///< by begin
    GrowingColumn<Log> logs;
    GrowingColumn<Label> labels;
    GrowingColumn<CpuSample> cpuSamples;
    std::vector<Generation> generations;
    std::uint64_t syncs = 0; ///< boundaries of generations, the final one included

    [[nodiscard]] TimeRange wholeRange() const { return {0, duration}; }
    [[nodiscard]] std::string_view text(StringId id) const { return strings[id]; }
    [[nodiscard]] const Frame& frame(FrameId id) const { return stacks.frame(id); }

    /// The function a goroutine runs, as Go prints it; "(unknown)" if no stack of it was recorded.
    [[nodiscard]] std::string_view function(GoroutineIndex g) const { return functionOf(goroutines.entry(g)); }
    [[nodiscard]] std::string_view functionOf(FrameId entry) const {
        return entry.known() ? strings[stacks.frame(entry).function] : std::string_view("(unknown)");
    }
    [[nodiscard]] SpanIndex firstSpan(GoroutineIndex g) const { return {goroutines.spans(g).begin}; }
    [[nodiscard]] SpanIndex lastSpan(GoroutineIndex g) const { return {goroutines.spans(g).end - 1}; }
    /// From its creation (or the trace's start) to its end (or the trace's).
    [[nodiscard]] TimeRange lifetime(GoroutineIndex g) const {
        return {spans.start(firstSpan(g)), spans.start(goroutines.marker(g))};
    }
    /// It was there when the trace began, or was first seen in any other way than its creation.
    [[nodiscard]] bool preExisting(GoroutineIndex g) const {
        return spans.kind(firstSpan(g)).origin != SpanOrigin::Created;
    }
    [[nodiscard]] bool aliveAtEnd(GoroutineIndex g) const {
        return spans.state(goroutines.marker(g)) == GoroutineState::StillAlive;
    }
    /// Who created it (only if it was created in the trace) and at which stack.
    [[nodiscard]] Waker creator(GoroutineIndex g) const;
    [[nodiscard]] StackId creationStack(GoroutineIndex g) const;

    /// A span that lasts to the end of the trace.
    [[nodiscard]] bool isOpen(GoroutineIndex g, SpanIndex s) const { return s == lastSpan(g) && aliveAtEnd(g); }
    /// The span of `g` at time `t`; none if it does not live then. O(log spans of g).
    [[nodiscard]] SpanIndex spanAt(GoroutineIndex g, Time t) const;
    /// The spans of `g` that are not over when the range begins and begin before it ends. O(log spans of g).
    [[nodiscard]] SpanRange spansIn(GoroutineIndex g, TimeRange range) const;
    /// How much of a range `g` was in each state. O(log spans of g + those in the range).
    [[nodiscard]] TimeByState timesIn(GoroutineIndex g, TimeRange range) const;
    [[nodiscard]] Time timeIn(GoroutineState state, GoroutineIndex g, TimeRange range) const {
        return timesIn(g, range)[state];
    }
    /// The goroutine that owns a span. O(log goroutines).
    [[nodiscard]] GoroutineIndex ownerOf(SpanIndex s) const;
    /// The goroutine with Go's id (the last one if cgo reused it); none if there is none. O(goroutines).
    [[nodiscard]] GoroutineIndex findGoroutine(std::int64_t id) const;
};

} // namespace waitscope
