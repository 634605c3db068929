// SPDX-License-Identifier: GPL-3.0-or-later
// Where does everything of a trace lie? Lays out what the slices hold, once it is known how much that is.
#include "model/build/side_by_side.h"
#include "model/build/slice_builder.h"
#include "model/build/trace_builder.h"

#include <algorithm>
#include <array>

namespace waitscope {

namespace {

template <class T> void sortByBegin(GrowingColumn<T>& rows, auto begin) {
    if (!std::ranges::is_sorted(rows, {}, begin))
        std::ranges::stable_sort(rows, {}, begin);
}

} // namespace

std::unique_ptr<Trace> TraceBuilder::lay(std::unique_ptr<Trace> trace, After after, unsigned threads,
                                         const std::stop_token& stop) {
    trace->duration = sinceStart(clockAtEnd_);
    const auto nameless = layGoroutines(*trace, threads);
    if (after == After::Free)
        goroutines_ = {};
    for (std::size_t p = 0; p < runsOfProc_.size(); ++p)
        trace->processors[p].runs =
            NarrowColumn<SpanIndex>(runsOfProc_[p], SpanIndex{static_cast<std::uint32_t>(trace->spans.size())});
    trace->tasks =
        Tasks(unbegunTasks_.size() + tasks_, {.id = largestTask_.id,
                                              .parentId = largestTask_.parentId,
                                              .type = {static_cast<std::uint32_t>(trace->strings.size())},
                                              .range = {trace->duration, trace->duration},
                                              .beganOn = {static_cast<std::uint32_t>(trace->goroutines.size())},
                                              .stack = {static_cast<std::uint32_t>(trace->stacks.size())},
                                              .begun = true,
                                              .ended = true});
    trace->regions =
        Regions(unbegunRegions_.size() + regions_, {.begin = trace->duration,
                                                    .end = trace->duration,
                                                    .goroutine = {static_cast<std::uint32_t>(trace->goroutines.size())},
                                                    .type = {static_cast<std::uint32_t>(trace->strings.size())},
                                                    .task = {static_cast<std::uint32_t>(trace->tasks.size())},
                                                    .stack = {static_cast<std::uint32_t>(trace->stacks.size())},
                                                    .beforeTrace = false,
                                                    .open = false});
    layExtras(*trace);
    layUnbegun(*trace);
    // Part by part, so that a slice goes back to the system as soon as the columns have what was in it.
    std::vector<std::vector<std::uint32_t>> openRegions(parts_.size());
    sideBySide(parts_.size(), threads, [&](std::size_t i) {
        if (stop.stop_requested())
            return;
        laySpans(*trace, parts_[i]);
        layTasks(*trace, parts_[i]);
        openRegions[i] = layRegions(*trace, parts_[i]);
        if (after == After::Free) {
            parts_[i].slice.reset();
            parts_[i].names.goroutines = {};
        }
    });
    if (stop.stop_requested())
        return nullptr;
    for (const auto& rows : openRegions) {
        for (const std::uint32_t row : rows) {
            Region region = trace->regions[row];
            region.end = region.goroutine.known() ? trace->lifetime(region.goroutine).end : trace->duration;
            trace->regions.set(row, {&region, 1});
        }
    }
    for (const LateStack& late : lateStacks_) {
        const std::uint32_t row = trace->goroutines.spans(late.goroutine).begin + late.place;
        const bool takesStack = late.state == GoroutineState::Waiting || late.state == GoroutineState::Syscall;
        if (takesStack && trace->spans.stacks[row] == 0 && trace->spans.state({row}) == late.state)
            trace->spans.stacks.set(row, late.stack);
    }
    nameTheNameless(*trace, nameless);
    sortRuns(*trace);
    for (RuntimeRange& range : trace->ranges)
        if (range.open)
            range.range.end = trace->duration;
    for (Log& log : trace->logs)
        log.task = placed(log.task);
    sortByBegin(trace->ranges, [](const RuntimeRange& r) { return r.range.begin; });
    return trace;
}

// Goroutines that do something in each slice have as many places where their spans go on, all over the first rows;
// those that come and go fill the rest from its begin to its end. Of a trace of 200 MB a fifth less memory is held at
// the peak, and where it has to be found first that time is saved; below this it is only more page faults.
std::uint32_t TraceBuilder::rowsOfLongLives() const {
    constexpr std::uint64_t worthSparing = 16'000'000; // rows, of about ten bytes
    constexpr std::uint32_t many = 1024;               // spans: a page of the narrowest column is half full
    std::uint64_t rows = 0;
    for (const GoroutineRow& row : goroutines_)
        rows += row.spans;
    if (rows < worthSparing)
        return 0;
    std::uint64_t end = 0;
    std::uint64_t endOfThem = 0;
    std::uint64_t ofThem = 0;
    for (std::size_t g = 0; g < parts_.front().slice->goroutines.size() && g < goroutines_.size(); ++g) {
        const std::uint32_t spans = goroutines_[g].spans;
        end += spans;
        if (spans >= many) {
            endOfThem = end;
            ofThem += spans;
        }
    }
    return ofThem * 2 > endOfThem ? static_cast<std::uint32_t>(endOfThem) : 0;
}

std::vector<GoroutineIndex> TraceBuilder::layGoroutines(Trace& trace, unsigned threads) const {
    const SpanKindId stillAlive =
        kindOf(trace, {.state = GoroutineState::StillAlive, .origin = SpanOrigin::Event, .reason = {}});
    std::uint64_t rows = 0;
    for (const GoroutineRow& row : goroutines_)
        rows += row.spans + (row.ended ? 0U : 1U);
    std::uint64_t largestId = 0; // damaged ids are negative, and take all eight bytes
    for (const Part& part : parts_)
        largestId = std::max(largestId, static_cast<std::uint64_t>(part.slice->goroutines.ids.largest()));
    Goroutines columns(goroutines_.size(), static_cast<std::int64_t>(largestId),
                       {static_cast<std::uint32_t>(trace.stacks.frameCount())}, static_cast<std::uint32_t>(rows));
    Spans spans(rows, {.duration = trace.duration,
                       .stack = static_cast<std::uint32_t>(std::max(trace.stacks.size(), trace.threads.size())),
                       .link = static_cast<std::uint32_t>(
                           std::max({goroutines_.size(), trace.processors.size(), trace.threads.size()}))});
    spans.kindTable = trace.spans.kindTable;
    spans.stateOfKind = trace.spans.stateOfKind;
    spans.fillsHereAndThere(rowsOfLongLives());

    const auto placeIds = [&] {
        std::vector<std::uint32_t> named;
        for (const Part& part : parts_) {
            const SliceGoroutines& here = part.slice->goroutines;
            const Column<GoroutineIndex>& names = part.names.goroutines;
            named.clear();
            for (std::uint32_t i = 0; i < here.size(); ++i)
                if (names[i].known() && here.has({i}, SliceGoroutines::named))
                    named.push_back(i);
            columns.ids.setEach(
                named.size(), [&](std::size_t n) { return names[named[n]].value; },
                [&](std::size_t n) { return here.ids[named[n]]; });
        }
    };
    const auto placeMarkers = [&] {
        std::uint32_t next = 0;
        std::array<std::uint32_t, 1024> firsts;
        for (std::size_t from = 0; from < goroutines_.size(); from += firsts.size()) {
            const std::size_t count = std::min(firsts.size(), goroutines_.size() - from);
            for (std::size_t i = 0; i < count; ++i) {
                const GoroutineRow& row = goroutines_[from + i];
                firsts[i] = next;
                next += row.spans;
                if (!row.ended) {
                    spans.starts.set(next, trace.duration);
                    spans.stacks.set(next, 0);
                    spans.setLink(next, nowhere);
                    spans.kinds[next] = stillAlive;
                    ++next;
                }
            }
            columns.firstSpans.setEach(
                count, [&](std::size_t i) { return from + i; }, [&](std::size_t i) { return firsts[i]; });
        }
        columns.firstSpans.set(goroutines_.size(), next);
    };
    std::vector<FrameId> innermost(trace.stacks.size()), outermost(trace.stacks.size());
    for (std::uint32_t stack = 0; stack < trace.stacks.size(); ++stack)
        if (const auto frames = trace.stacks[StackId{stack}]; !frames.empty()) {
            innermost[stack] = frames.front();
            outermost[stack] = frames.back();
        }
    constexpr std::size_t entriesAtATime = 1 << 16;
    std::vector<std::vector<GoroutineIndex>> namelessOf((goroutines_.size() + entriesAtATime - 1) / entriesAtATime);
    const auto placeEntries = [&](std::size_t piece) {
        const std::size_t from = piece * entriesAtATime;
        columns.entries.setEach(
            std::min(entriesAtATime, goroutines_.size() - from), [&](std::size_t i) { return from + i; },
            [&](std::size_t i) {
                const GoroutineRow& row = goroutines_[from + i];
                const FrameId entry = row.entryIsInnermost ? innermost[row.entryStack] : outermost[row.entryStack];
                if (row.entryStack != 0 && !entry.known())
                    namelessOf[piece].push_back({static_cast<std::uint32_t>(from + i)});
                return entry;
            });
    };
    sideBySide(2 + namelessOf.size(), threads, [&](std::size_t i) {
        if (i == 0)
            placeIds();
        else if (i == 1)
            placeMarkers();
        else
            placeEntries(i - 2);
    });
    trace.goroutines = std::move(columns);
    trace.spans = std::move(spans);
    std::vector<GoroutineIndex> nameless;
    for (const auto& some : namelessOf)
        nameless.insert(nameless.end(), some.begin(), some.end());
    return nameless;
}

void TraceBuilder::layExtras(Trace& trace) const {
    Spans& spans = trace.spans;
    for (const ExtraSpan& extra : extras_) {
        const std::uint32_t to = trace.goroutines.spans(extra.goroutine).begin + extra.place;
        spans.starts.set(to, extra.start);
        spans.stacks.set(to, extra.stack);
        spans.setLink(to, extra.link);
        spans.kinds[to] = extra.kind;
        if (extra.run != nowhere)
            trace.processors[extra.link].runs.set(extra.run, {to});
    }
}

// What the links and stacks of a slice's spans are in the trace. Tables instead of a branch for each state: states come
// in no order that a processor could guess, and a wrong guess costs more than all the rest.
class TraceBuilder::SpanNames {
  public:
    SpanNames(const Part& part, const Trace& trace) {
        addTable(part.names.goroutines.view());
        const std::uint32_t procs = addTable(std::span(part.names.procs));
        const std::uint32_t threads = addTable(std::span(part.names.threads));
        threadStacks_.push_back(0);
        for (const ThreadIndex thread : part.names.threads)
            threadStacks_.push_back(thread.value + 1);
        for (std::size_t k = 0; k < part.kinds.size(); ++k) {
            const GoroutineState state = trace.spans.stateOfKind[part.kinds[k]];
            kinds_[k] = part.kinds[k];
            runs_[k] = state == GoroutineState::Running ? UINT32_MAX : 0;
            tableOfKind_[k] = state == GoroutineState::Running ? procs : state == GoroutineState::Syscall ? threads : 0;
        }
    }
    [[nodiscard]] SpanKindId kind(SpanKindId here) const { return kinds_[here]; }
    [[nodiscard]] bool runs(SpanKindId here) const { return runs_[here] != 0; }
    [[nodiscard]] std::uint32_t link(SpanKindId here, std::uint32_t storedLink) const {
        return links_[tableOfKind_[here] + storedLink];
    }
    [[nodiscard]] std::uint32_t stack(SpanKindId here, std::uint32_t stack) const {
        const std::uint32_t runs = runs_[here];
        return (threadStacks_[stack & runs] & runs) | (stack & ~runs);
    }

  private:
    template <class Index> std::uint32_t addTable(std::span<const Index> names) {
        const auto begin = static_cast<std::uint32_t>(links_.size());
        for (std::uint32_t special = 0; special < Spans::specialLinks; ++special)
            links_.push_back(Spans::restored(special));
        for (const Index name : names)
            links_.push_back(name.value);
        return begin;
    }

    std::vector<std::uint32_t> links_; ///< of goroutines, processors and threads
    std::vector<std::uint32_t> threadStacks_;
    std::array<SpanKindId, 256> kinds_{};
    std::array<std::uint32_t, 256> tableOfKind_{}; ///< where it begins in `links_`
    std::array<std::uint32_t, 256> runs_{};        ///< all bits or none
};

void TraceBuilder::laySpans(Trace& trace, const Part& part) const {
    Spans& spans = trace.spans;
    const Slice& slice = *part.slice;
    const SpanNames names(part, trace);
    struct Runs {
        NarrowColumn<SpanIndex>* of = nullptr; ///< null: nobody knows the processor
        std::uint32_t next = 0;
    };
    std::vector<Runs> runsByLink(Spans::specialLinks + part.names.procs.size());
    for (std::size_t p = 0; p < part.names.procs.size(); ++p)
        if (const ProcIndex proc = part.names.procs[p]; proc.known())
            runsByLink[Spans::specialLinks + p] = {&trace.processors[proc.value].runs, part.runsBefore[p]};
    std::vector<std::uint32_t> next(slice.goroutines.size()); // place of the goroutine's next span
    for (std::size_t i = 0; i < next.size(); ++i)
        if (const GoroutineIndex g = part.names.goroutines[i]; g.known())
            next[i] = trace.goroutines.spans(g).begin;
    for (const Continued& continued : part.continued)
        next[continued.goroutine] += continued.place;

    // Written column by column, a piece at a time.
    std::array<std::uint32_t, SpanLog::Piece::mostRecords> places;
    std::array<std::uint32_t, SpanLog::Piece::mostRecords> runs; ///< places in the piece
    slice.log.forEachPiece([&](SpanLog::Piece& piece) {
        keepKnown(part, piece);
        for (std::size_t i = 0; i < piece.size; ++i) {
            places[i] = next[piece.goroutines[i]]++;
            spans.willSet(places[i]);
        }
        const auto placeOf = [&](std::size_t i) { return places[i]; };
        const Time begin = sinceStart(piece.base);
        if (piece.base >= part.settledFrom && begin < longest - UINT32_MAX)
            spans.starts.setEach(piece.size, placeOf, [&](std::size_t i) { return begin + piece.times[i]; });
        else
            spans.starts.setEach(piece.size, placeOf,
                                 [&](std::size_t i) { return timeOf(part, piece.base + piece.times[i]); });
        spans.stacks.setEach(piece.size, placeOf,
                             [&](std::size_t i) { return names.stack(piece.kinds[i], piece.stacks[i]); });
        spans.setLinks(piece.size, placeOf, [&](std::size_t i) { return names.link(piece.kinds[i], piece.links[i]); });
        std::size_t runCount = 0;
        const std::span kinds = spans.kinds.view();
        for (std::uint32_t i = 0; i < piece.size; ++i) {
            kinds[places[i]] = names.kind(piece.kinds[i]);
            runs[runCount] = i;
            runCount += names.runs(piece.kinds[i]) ? 1 : 0;
        }
        for (std::size_t r = 0; r < runCount; ++r) {
            Runs& at = runsByLink[piece.links[runs[r]]];
            if (at.of != nullptr)
                at.of->set(at.next++, {places[runs[r]]});
        }
    });
}

// What times and indices of a slice are in the trace.
struct TraceBuilder::Renamed {
    const TraceBuilder& builder;
    const Part& part;

    Time operator()(Time time) const { return builder.timeIn(part, time); }
    GoroutineIndex operator()(GoroutineIndex g) const { return named(part, g); }
    TaskIndex operator()(TaskIndex t) const { return builder.placed(named(part, t)); }
};

void TraceBuilder::layTasks(Trace& trace, const Part& part) const {
    const std::uint32_t first = placed(TaskIndex{part.tasksBefore}).value;
    trace.tasks.set(first, part.slice->tasks, Renamed{*this, part});
    for (const std::uint32_t i : part.slice->openTasks) {
        Task task = trace.tasks[first + i];
        const auto end = taskEnds_.find(part.tasksBefore + i);
        task.ended = end != taskEnds_.end();
        task.range.end = task.ended ? end->second : trace.duration;
        trace.tasks.set(first + i, {&task, 1});
    }
}

std::vector<std::uint32_t> TraceBuilder::layRegions(Trace& trace, const Part& part) const {
    std::vector<std::uint32_t> open;
    const auto first = static_cast<std::uint32_t>(unbegunRegions_.size()) + part.regionsBefore;
    trace.regions.set(first, part.slice->regions, Renamed{*this, part});
    for (const std::uint32_t i : part.slice->openRegions) {
        const auto end = regionEnds_.find(part.regionsBefore + i);
        if (end == regionEnds_.end()) {
            open.push_back(first + i);
            continue;
        }
        Region region = trace.regions[first + i];
        region.end = end->second;
        region.open = false;
        trace.regions.set(first + i, {&region, 1});
    }
    return open;
}

// The runs of a processor lie slice by slice, extra ones in front of those of their slice. Of a damaged slice it may be
// said late that a goroutine ran, and two of its processors may turn out to be one.
// O(slices · processors + extra spans), and O(runs · log) where runs are mixed up.
void TraceBuilder::sortRuns(Trace& trace) const {
    const auto startOf = [&](SpanIndex run) { return trace.spans.start(run); };
    std::vector<std::uint8_t> mixedUp(trace.processors.size());
    const auto look = [&](std::uint32_t proc, std::size_t at) {
        const auto& runs = trace.processors[proc].runs;
        if (at > 0 && at < runs.size() && startOf(runs[at]) < startOf(runs[at - 1]))
            mixedUp[proc] = 1;
    };
    for (const Part& part : parts_)
        for (std::size_t p = 0; p < part.runsBefore.size(); ++p)
            if (const ProcIndex proc = part.names.procs[p]; proc.known())
                look(proc.value, part.runsBefore[p]);
    for (const ExtraSpan& extra : extras_)
        if (extra.run != nowhere)
            for (const std::size_t at : {extra.run, extra.run + 1})
                look(extra.link, at);
    for (std::size_t p = 0; p < mixedUp.size(); ++p) {
        if (mixedUp[p] == 0)
            continue;
        auto& runs = trace.processors[p].runs;
        std::vector<SpanIndex> sorted;
        for (std::size_t i = 0; i < runs.size(); ++i)
            sorted.push_back(runs[i]);
        std::ranges::stable_sort(sorted, {}, startOf);
        for (std::size_t i = 0; i < runs.size(); ++i)
            runs.set(i, sorted[i]);
    }
}

void TraceBuilder::layUnbegun(Trace& trace) const {
    trace.tasks.set(0, {unbegunTasks_.begin(), unbegunTasks_.end()});
    for (std::size_t i = 0; i < unbegunRegions_.size(); ++i) {
        Region region = unbegunRegions_[i];
        region.task = placed(region.task);
        trace.regions.set(i, {&region, 1});
    }
}

// Go up to 1.24 writes stacks whose only frame is empty; a goroutine whose first stack is one is named by a later one.
void TraceBuilder::nameTheNameless(Trace& trace, std::span<const GoroutineIndex> nameless) {
    for (const GoroutineIndex g : nameless) {
        FrameId entry;
        const SpanRange own = trace.goroutines.spans(g);
        for (std::uint32_t s = own.begin; s < own.end && !entry.known(); ++s) {
            const SpanKind& kind = trace.spans.kind({s});
            const auto frames = trace.stacks[trace.spans.stack({s})];
            if (isOwnStack(kind.state, kind.origin) && kind.origin != SpanOrigin::Created && !frames.empty())
                entry = frames.back();
        }
        trace.goroutines.entries.set(g.value, entry);
    }
}

} // namespace waitscope
