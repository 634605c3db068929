// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/trace_builder.h"

#include "model/build/slice_builder.h"

#include <algorithm>

namespace waitscope {

TraceBuilder::TraceBuilder() : trace_(std::make_unique<Trace>()) {}
TraceBuilder::~TraceBuilder() = default;

GoroutineIndex TraceBuilder::addGoroutine() {
    goroutines_.push_back({});
    return {static_cast<std::uint32_t>(goroutines_.size() - 1)};
}

ProcIndex TraceBuilder::addProc(std::int64_t id) {
    trace_->processors.emplace_back().id = id;
    runsOfProc_.push_back(0);
    return {static_cast<std::uint32_t>(runsOfProc_.size() - 1)};
}

ThreadIndex TraceBuilder::addThread(std::int64_t id) {
    trace_->threads.push_back({.id = id});
    return {static_cast<std::uint32_t>(trace_->threads.size() - 1)};
}

SpanKindId TraceBuilder::kindOf(Trace& trace, const SpanKind& kind) {
    const SpanKindId id = placeOf(kind, trace.spans.kindTable);
    trace.spans.stateOfKind[id] = trace.spans.kindTable[id].state;
    return id;
}

void TraceBuilder::append(std::unique_ptr<Slice> slice) {
    SliceNames names{.goroutines = {}, .procs = {}, .threads = {}, .outOfSight = {}, .initial = true};
    names.goroutines = Column<GoroutineIndex>(slice->goroutines.size());
    for (GoroutineIndex& g : names.goroutines.view())
        g = addGoroutine();
    for (const std::int64_t id : slice->procIds)
        names.procs.push_back(addProc(id));
    for (const std::int64_t id : slice->threadIds)
        names.threads.push_back(addThread(id));
    append(std::move(slice), std::move(names));
}

void TraceBuilder::append(std::unique_ptr<Slice> slice, SliceNames names) {
    if (parts_.empty())
        clockAtStart_ = clockAtEnd_ = slice->firstTime;
    names.notBefore = std::max(names.notBefore, clockAtStart_);
    clockAtEnd_ = std::max(clockAtEnd_, slice->settled(slice->lastTime, names.notBefore));
    Part& part = parts_.emplace_back();
    part.settledFrom = names.notBefore <= slice->firstTime
                           ? slice->firstTime
                           : names.notBefore + static_cast<std::int64_t>(Slice::mostEarlyTimes);
    part.slice = std::move(slice);
    part.names = std::move(names);
    for (const SpanKind& kind : part.slice->kinds)
        part.kinds.push_back(kindOf(*trace_, kind));
    appendGoroutines(part);
    appendProcessors(part);
    appendTasks(part);
    appendRegions(part);
    appendOthers(part);
}

void TraceBuilder::appendGoroutines(Part& part) {
    const Slice& slice = *part.slice;
    for (const GoroutineIndex g : part.names.outOfSight)
        appendExtra(g, sinceStart(part.names.lostSince),
                    {.state = GoroutineState::Unknown, .origin = SpanOrigin::Event, .reason = {}}, 0, nowhere);
    for (const Slice::Statement& said : slice.statements)
        appendStatement(part, said);
    const SliceGoroutines& here = slice.goroutines;
    here.spanCounts.takeEach(0, here.size(), [&](std::size_t i, std::uint32_t spans) {
        const GoroutineIndex g = part.names.goroutines[i];
        if (!g.known())
            return;
        GoroutineRow& row = goroutines_[g.value];
        if (row.spans != 0)
            part.continued.push_back({.goroutine = static_cast<std::uint32_t>(i), .place = row.spans});
        row.spans += spans;
        const std::uint8_t flags = here.flags[i];
        row.ended = row.ended || (flags & SliceGoroutines::ended) != 0;
        if (row.entryStack == 0) {
            row.entryStack = here.entryStacks[i].value;
            row.entryIsInnermost = (flags & SliceGoroutines::entryIsInnermost) != 0;
        }
    });
}

void TraceBuilder::appendStatement(const Part& part, const Slice::Statement& said) {
    const GoroutineIndex g = named(part, said.goroutine);
    if (!g.known())
        return;
    const GoroutineRow& row = goroutines_[g.value];
    const bool lost = std::ranges::binary_search(part.names.outOfSight, g);
    if (row.spans != 0 && !lost) { // known; perhaps its stack was not
        lateStacks_.push_back({.goroutine = g, .place = row.spans - 1, .state = said.state, .stack = said.stack});
        return;
    }
    SpanColumns columns{said.stack, said.link};
    if (said.state == GoroutineState::Running) {
        columns.stack = named(part, ThreadIndex{said.stack - 1}).value + 1;
        columns.link = named(part, ProcIndex{said.link}).value;
    } else if (said.state == GoroutineState::Syscall) {
        columns.link = named(part, ThreadIndex{said.link}).value;
    }
    const SpanOrigin origin = lost ? SpanOrigin::Event : SpanOrigin::BeforeTrace;
    appendExtra(g, part.names.initial && !lost ? 0 : timeOf(part, said.time),
                {.state = said.state, .origin = origin, .reason = {}}, columns.stack, columns.link);
}

void TraceBuilder::appendExtra(GoroutineIndex g, Time start, const SpanKind& kind, std::uint32_t stack,
                               std::uint32_t link) {
    extras_.push_back({.place = goroutines_[g.value].spans++,
                       .goroutine = g,
                       .start = start,
                       .kind = kindOf(*trace_, kind),
                       .stack = stack,
                       .link = link});
    if (kind.state == GoroutineState::Running && link < runsOfProc_.size())
        extras_.back().run = runsOfProc_[link]++;
}

void TraceBuilder::losesSight(GoroutineIndex g, std::int64_t time) {
    appendExtra(g, sinceStart(time), {.state = GoroutineState::Unknown, .origin = SpanOrigin::Event, .reason = {}}, 0,
                nowhere);
}

void TraceBuilder::appendProcessors(Part& part) {
    Slice& slice = *part.slice;
    for (std::uint32_t i = 0; i < slice.goroutines.size(); ++i)
        part.leavesOut = part.leavesOut || (!part.names.goroutines[i].known() && slice.goroutines.spanCounts[i] != 0);
    if (part.leavesOut) {
        std::ranges::fill(slice.runsOfProc, 0);
        slice.log.forEachPiece([&](SpanLog::Piece& piece) {
            keepKnown(part, piece);
            for (std::uint32_t i = 0; i < piece.size; ++i)
                if (const std::uint32_t link = Spans::restored(piece.links[i]);
                    link < slice.runsOfProc.size() && slice.kinds[piece.kinds[i]].state == GoroutineState::Running)
                    ++slice.runsOfProc[link];
        });
    }
    part.runsBefore.resize(slice.procIds.size());
    for (std::size_t p = 0; p < slice.procIds.size(); ++p) {
        const ProcIndex proc = part.names.procs[p];
        if (!proc.known())
            continue;
        part.runsBefore[p] = runsOfProc_[proc.value];
        runsOfProc_[proc.value] += slice.runsOfProc[p];
    }
    for (const Slice::ProcChange& change : slice.procChanges) {
        const ProcIndex proc = named(part, change.proc);
        if (!proc.known())
            continue;
        auto& spans = trace_->processors[proc.value].spans;
        if (!spans.empty() && spans.back().state == change.state)
            continue;
        const bool before = change.beforeTrace && spans.empty() && part.names.initial;
        spans.push_back({.start = before ? 0 : timeOf(part, change.time),
                         .thread = named(part, change.thread),
                         .state = change.state,
                         .beforeTrace = before});
    }
    slice.procChanges = {};
}

void TraceBuilder::appendTasks(Part& part) {
    const Slice& slice = *part.slice;
    part.tasksBefore = tasks_;
    tasks_ += static_cast<std::uint32_t>(slice.tasks.size());
    for (const std::uint64_t id : slice.foreignTasks) {
        const auto open = openTasks_.find(id);
        part.foreignTasks.push_back(open == openTasks_.end() ? TaskIndex{} : open->second);
    }
    for (const Slice::TaskEnd& end : slice.taskEnds) {
        const Time time = timeOf(part, end.time);
        if (const auto open = openTasks_.find(end.id); open != openTasks_.end()) {
            taskEnds_[open->second.value] = time;
            openTasks_.erase(open);
        } else {
            unbegunTasks_.push_back({.id = end.id,
                                     .parentId = 0,
                                     .type = {},
                                     .range = {0, time},
                                     .beganOn = {},
                                     .stack = {},
                                     .begun = false,
                                     .ended = true});
            largestTask_.id = std::max(largestTask_.id, end.id);
        }
    }
    largestTask_.id = std::max(largestTask_.id, slice.largestTask.id);
    largestTask_.parentId = std::max(largestTask_.parentId, slice.largestTask.parentId);
    for (const std::uint32_t i : slice.openTasks)
        openTasks_[slice.tasks[i].id] = {part.tasksBefore + i};
}

void TraceBuilder::appendRegions(Part& part) {
    const Slice& slice = *part.slice;
    part.regionsBefore = regions_;
    regions_ += static_cast<std::uint32_t>(slice.regions.size());
    for (const Slice::RegionEnd& end : slice.regionEnds) {
        const GoroutineIndex g = named(part, end.goroutine);
        if (!g.known())
            continue;
        const Time time = timeOf(part, end.time);
        const auto around = openRegions_.find(g.value);
        if (around != openRegions_.end()) {
            auto& open = around->second;
            const auto innermost = std::ranges::find(open.rbegin(), open.rend(), end.type, &OpenRegion::type);
            if (innermost != open.rend()) {
                regionEnds_[innermost->region] = time;
                open.erase(std::next(innermost).base());
                continue;
            }
        }
        unbegunRegions_.push_back({.begin = 0,
                                   .end = time,
                                   .goroutine = g,
                                   .type = end.type,
                                   .task = named(part, end.task),
                                   .stack = {},
                                   .beforeTrace = true,
                                   .open = false});
    }
    for (const std::uint32_t i : slice.openRegions)
        if (const GoroutineIndex g = named(part, slice.regions[i].goroutine); g.known())
            openRegions_[g.value].push_back({.region = part.regionsBefore + i, .type = slice.regions[i].type});
}

void TraceBuilder::appendOthers(const Part& part) {
    for (const Log& log : part.slice->logs)
        trace_->logs.push_back({.time = timeOf(part, log.time),
                                .goroutine = named(part, log.goroutine),
                                .task = named(part, log.task),
                                .category = log.category,
                                .message = log.message,
                                .stack = log.stack});
    for (const Label& label : part.slice->labels)
        trace_->labels.push_back(
            {.time = timeOf(part, label.time), .goroutine = named(part, label.goroutine), .text = label.text});
    for (const CpuSample& sample : part.slice->cpuSamples)
        trace_->cpuSamples.push_back({.time = timeOf(part, sample.time),
                                      .goroutine = named(part, sample.goroutine),
                                      .proc = named(part, sample.proc),
                                      .thread = named(part, sample.thread),
                                      .stack = sample.stack});
    for (const OrderedEvent& other : part.slice->others) {
        OrderedEvent e = other;
        e.goroutine = named(part, e.goroutine);
        e.proc = named(part, e.proc);
        const Time t = timeOf(part, e.time);
        switch (e.kind) {
        case OrderedEventKind::Metric:
            metricEvent(e, t);
            break;
        case OrderedEventKind::Generation:
            trace_->generations.push_back({.number = e.value, .start = t});
            ++trace_->syncs;
            break;
        case OrderedEventKind::Finish:
            ++trace_->syncs;
            break;
        default:
            rangeEvent(e, t);
            break;
        }
    }
}

void TraceBuilder::rangeEvent(const OrderedEvent& e, Time t) {
    const std::tuple key(e.text, e.goroutine, e.proc);
    auto& ranges = trace_->ranges;
    auto open = openRanges_.find(key);
    if (e.kind == OrderedEventKind::RangeActive && open != openRanges_.end())
        return;
    if (e.kind == OrderedEventKind::RangeEnd && open != openRanges_.end()) {
        RuntimeRange& range = ranges[open->second];
        range.range.end = t;
        range.open = false;
        range.bytesSwept = e.value;
        range.bytesReclaimed = e.value2;
        openRanges_.erase(open);
        return;
    }
    const StringId name = e.text.known() ? e.text : e.text2;
    if (!name.known())
        return; // the world starts again that nobody was seen to stop
    const bool begins = e.kind == OrderedEventKind::RangeBegin;
    const bool ends = e.kind == OrderedEventKind::RangeEnd;
    ranges.push_back({.name = name,
                      .range = {begins ? t : 0, t},
                      .goroutine = e.goroutine,
                      .proc = e.proc,
                      .stack = begins ? e.stack : StackId{},
                      .beforeTrace = !begins,
                      .open = !ends,
                      .bytesSwept = ends ? e.value : 0,
                      .bytesReclaimed = ends ? e.value2 : 0});
    if (!ends)
        openRanges_[key] = ranges.size() - 1;
}

void TraceBuilder::metricEvent(const OrderedEvent& e, Time t) {
    auto& metrics = trace_->metrics;
    auto found = std::ranges::find(metrics, e.text, &Metric::name);
    if (found == metrics.end()) {
        metrics.emplace_back().name = e.text;
        found = metrics.end() - 1;
    }
    found->samples.push_back({t, e.value});
}

std::unique_ptr<Trace> TraceBuilder::finish(Strings strings, Stacks stacks, unsigned threads,
                                            const std::stop_token& stop) {
    trace_->strings = std::move(strings);
    trace_->stacks = std::move(stacks);
    return lay(std::move(trace_), After::Free, threads, stop);
}

std::unique_ptr<Trace> TraceBuilder::snapshot(const Strings& strings, const Stacks& stacks, unsigned threads,
                                              const std::stop_token& stop) {
    auto trace = std::make_unique<Trace>();
    trace->strings = strings;
    trace->stacks = stacks;
    trace->spans.kindTable = trace_->spans.kindTable;
    trace->spans.stateOfKind = trace_->spans.stateOfKind;
    for (const Processor& processor : trace_->processors)
        trace->processors.push_back({.id = processor.id, .spans = processor.spans.copy(), .runs = {}});
    trace->threads = trace_->threads;
    trace->ranges = trace_->ranges.copy();
    for (const Metric& metric : trace_->metrics)
        trace->metrics.push_back({.name = metric.name, .samples = metric.samples.copy()});
    trace->logs = trace_->logs.copy();
    trace->labels = trace_->labels.copy();
    trace->cpuSamples = trace_->cpuSamples.copy();
    trace->generations = trace_->generations;
    trace->syncs = trace_->syncs;
    return lay(std::move(trace), After::Keep, threads, stop);
}

std::unique_ptr<Trace> traceOf(std::unique_ptr<Slice> slice, Strings strings, Stacks stacks) {
    TraceBuilder builder;
    builder.append(std::move(slice));
    return builder.finish(std::move(strings), std::move(stacks), 1);
}

} // namespace waitscope
