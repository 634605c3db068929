// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/trace_builder.h"

#include "model/build/side_by_side.h"
#include "model/build/slice_builder.h"

#include <algorithm>

namespace waitscope {

namespace {

template <class T> void sortByBegin(GrowingColumn<T>& rows, auto begin) {
    if (!std::ranges::is_sorted(rows, {}, begin))
        std::ranges::stable_sort(rows, {}, begin);
}

} // namespace

TraceBuilder::TraceBuilder() : trace_(std::make_unique<Trace>()) {}
TraceBuilder::~TraceBuilder() = default;

GoroutineIndex TraceBuilder::addGoroutine(std::int64_t id) {
    goroutines_.push_back({.id = id});
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

SpanKindId TraceBuilder::kindOf(const SpanKind& kind) {
    const SpanKindId id = placeOf(kind, trace_->spans.kindTable);
    trace_->spans.stateOfKind[id] = trace_->spans.kindTable[id].state;
    return id;
}

void TraceBuilder::append(std::unique_ptr<Slice> slice) {
    SliceNames names{.goroutines = {}, .procs = {}, .threads = {}, .outOfSight = {}, .first = true};
    for (const Slice::Goroutine& g : slice->goroutines)
        names.goroutines.push_back(addGoroutine(g.id));
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
    clockAtEnd_ = std::max({clockAtEnd_, slice->lastTime, names.notBefore});
    Part& part = parts_.emplace_back();
    part.slice = std::move(slice);
    part.names = std::move(names);
    for (const SpanKind& kind : part.slice->kinds)
        part.kinds.push_back(kindOf(kind));
    appendGoroutines(part);
    appendProcessors(part);
    appendTasks(part);
    appendRegions(part);
    appendOthers(part);
}

void TraceBuilder::appendGoroutines(Part& part) {
    const Slice& slice = *part.slice;
    for (const GoroutineIndex g : part.names.outOfSight)
        appendExtra(g, timeOf(part, part.names.lostSince),
                    {.state = GoroutineState::Unknown, .origin = SpanOrigin::Event, .reason = {}}, 0, nowhere);
    for (const Slice::Statement& said : slice.statements)
        appendStatement(part, said);
    part.places.reserve(slice.goroutines.size());
    for (std::size_t i = 0; i < slice.goroutines.size(); ++i) {
        const GoroutineIndex g = part.names.goroutines[i];
        part.places.push_back(g.known() ? goroutines_[g.value].spans : nowhere);
        if (!g.known())
            continue;
        GoroutineRow& row = goroutines_[g.value];
        const Slice::Goroutine& here = slice.goroutines[i];
        row.spans += here.spans;
        row.ended = row.ended || here.ended;
        if (!row.entryStack.known()) {
            row.entryStack = here.entryStack;
            row.entryIsInnermost = here.entryIsInnermost;
        }
    }
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
    appendExtra(g, part.names.first ? 0 : timeOf(part, said.time),
                {.state = said.state, .origin = origin, .reason = {}}, columns.stack, columns.link);
}

void TraceBuilder::appendExtra(GoroutineIndex g, Time start, const SpanKind& kind, std::uint32_t stack,
                               std::uint32_t link) {
    extras_.push_back({.place = goroutines_[g.value].spans++,
                       .goroutine = g,
                       .start = start,
                       .kind = kindOf(kind),
                       .stack = stack,
                       .link = link});
    if (kind.state == GoroutineState::Running && link < runsOfProc_.size())
        extras_.back().run = runsOfProc_[link]++;
}

void TraceBuilder::losesSight(GoroutineIndex g, std::int64_t time) {
    appendExtra(g, std::min(time - clockAtStart_, longest),
                {.state = GoroutineState::Unknown, .origin = SpanOrigin::Event, .reason = {}}, 0, nowhere);
}

void TraceBuilder::appendProcessors(Part& part) {
    Slice& slice = *part.slice;
    bool leavesOut = false; // spans of goroutines that nobody knows
    for (std::size_t i = 0; i < slice.goroutines.size(); ++i)
        leavesOut = leavesOut || (!part.names.goroutines[i].known() && slice.goroutines[i].spans != 0);
    if (leavesOut) {
        std::ranges::fill(slice.runsOfProc, 0);
        for (const auto& log : slice.log)
            for (std::uint32_t at = 0; at < log->size(); ++at)
                if (part.names.goroutines[log->goroutine(at)].known() &&
                    slice.kinds[log->kind(at)].state == GoroutineState::Running &&
                    log->link(at) < slice.runsOfProc.size())
                    ++slice.runsOfProc[log->link(at)];
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
        const bool before = change.beforeTrace && spans.empty() && part.names.first;
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
    for (std::uint32_t i = 0; i < slice.tasks.size(); ++i) {
        const Task task = slice.tasks[i];
        largestTask_.id = std::max(largestTask_.id, task.id);
        largestTask_.parentId = std::max(largestTask_.parentId, task.parentId);
        if (!task.ended)
            openTasks_[task.id] = {part.tasksBefore + i};
    }
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
    for (std::uint32_t i = 0; i < slice.regions.size(); ++i)
        if (const Region region = slice.regions[i]; region.open)
            if (const GoroutineIndex g = named(part, region.goroutine); g.known())
                openRegions_[g.value].push_back({.region = part.regionsBefore + i, .type = region.type});
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
    trace_->duration = std::min(clockAtEnd_ - clockAtStart_, longest);
    placeGoroutines();
    for (std::size_t p = 0; p < runsOfProc_.size(); ++p)
        trace_->processors[p].runs =
            NarrowColumn<SpanIndex>(runsOfProc_[p], SpanIndex{static_cast<std::uint32_t>(trace_->spans.size())});
    placeExtras();
    sideBySide(parts_.size(), threads, [&](std::size_t i) {
        if (!stop.stop_requested())
            placeSpans(parts_[i]);
    });
    if (stop.stop_requested())
        return nullptr;
    for (const LateStack& late : lateStacks_) {
        const std::uint32_t row = trace_->goroutines.spans(late.goroutine).begin + late.place;
        const bool takesStack = late.state == GoroutineState::Waiting || late.state == GoroutineState::Syscall;
        if (takesStack && trace_->spans.stacks[row] == 0 && trace_->spans.state({row}) == late.state)
            trace_->spans.stacks.set(row, late.stack);
    }
    trace_->tasks = Tasks(unbegunTasks_.size() + tasks_, {.id = largestTask_.id,
                                                          .parentId = largestTask_.parentId,
                                                          .type = {static_cast<std::uint32_t>(trace_->strings.size())},
                                                          .range = {trace_->duration, trace_->duration},
                                                          .beganOn = {static_cast<std::uint32_t>(goroutines_.size())},
                                                          .stack = {static_cast<std::uint32_t>(trace_->stacks.size())},
                                                          .begun = true,
                                                          .ended = true});
    trace_->regions =
        Regions(unbegunRegions_.size() + regions_, {.begin = trace_->duration,
                                                    .end = trace_->duration,
                                                    .goroutine = {static_cast<std::uint32_t>(goroutines_.size())},
                                                    .type = {static_cast<std::uint32_t>(trace_->strings.size())},
                                                    .task = {static_cast<std::uint32_t>(trace_->tasks.size())},
                                                    .stack = {static_cast<std::uint32_t>(trace_->stacks.size())},
                                                    .beforeTrace = false,
                                                    .open = false});
    placeUnbegun();
    sideBySide(parts_.size(), threads, [&](std::size_t i) { placeAnnotations(parts_[i]); });
    nameTheNameless();
    for (RuntimeRange& range : trace_->ranges)
        if (range.open)
            range.range.end = trace_->duration;
    for (Log& log : trace_->logs)
        log.task = placed(log.task);
    sortByBegin(trace_->ranges, [](const RuntimeRange& r) { return r.range.begin; });
    return std::move(trace_);
}

void TraceBuilder::placeGoroutines() {
    const SpanKindId stillAlive =
        kindOf({.state = GoroutineState::StillAlive, .origin = SpanOrigin::Event, .reason = {}});
    std::uint64_t rows = 0;
    std::int64_t largestId = 0;
    for (const GoroutineRow& row : goroutines_) {
        rows += row.spans + (row.ended ? 0U : 1U);
        // As NarrowColumn orders them: damaged ids are negative, and take all eight bytes.
        if (static_cast<std::uint64_t>(row.id) > static_cast<std::uint64_t>(largestId))
            largestId = row.id;
    }
    const Trace& trace = *trace_;
    Goroutines columns(goroutines_.size(), largestId, {static_cast<std::uint32_t>(trace.stacks.frameCount())},
                       static_cast<std::uint32_t>(rows));
    Spans spans(rows, {.duration = trace.duration,
                       .stack = static_cast<std::uint32_t>(std::max(trace.stacks.size(), trace.threads.size())),
                       .link = static_cast<std::uint32_t>(
                           std::max({goroutines_.size(), trace.processors.size(), trace.threads.size()}))});
    spans.kindTable = trace.spans.kindTable;
    spans.stateOfKind = trace.spans.stateOfKind;
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < goroutines_.size(); ++i) {
        const GoroutineRow& row = goroutines_[i];
        columns.ids.set(i, row.id);
        const auto frames = trace.stacks[row.entryStack];
        columns.entries.set(i, frames.empty() ? FrameId{} : row.entryIsInnermost ? frames.front() : frames.back());
        columns.firstSpans.set(i, next);
        next += row.spans;
        if (!row.ended) {
            spans.starts.set(next, trace.duration);
            spans.stacks.set(next, 0);
            spans.setLink(next, nowhere);
            spans.kinds[next] = stillAlive;
            ++next;
        }
    }
    columns.firstSpans.set(goroutines_.size(), next);
    trace_->goroutines = std::move(columns);
    trace_->spans = std::move(spans);
}

void TraceBuilder::placeExtras() {
    Spans& spans = trace_->spans;
    for (const ExtraSpan& extra : extras_) {
        const std::uint32_t to = trace_->goroutines.spans(extra.goroutine).begin + extra.place;
        spans.starts.set(to, extra.start);
        spans.stacks.set(to, extra.stack);
        spans.setLink(to, extra.link);
        spans.kinds[to] = extra.kind;
        if (extra.run != nowhere)
            trace_->processors[extra.link].runs.set(extra.run, {to});
    }
}

void TraceBuilder::placeSpans(Part& part) {
    Spans& spans = trace_->spans;
    Slice& slice = *part.slice;
    std::vector<std::uint32_t>& next = part.places;
    for (std::size_t i = 0; i < next.size(); ++i)
        if (next[i] != nowhere)
            next[i] += trace_->goroutines.spans(part.names.goroutines[i]).begin;
    for (auto& log : slice.log) {
        for (std::uint32_t at = 0; at < log->size(); ++at) {
            const std::uint32_t local = log->goroutine(at);
            if (next[local] == nowhere)
                continue;
            const std::uint32_t to = next[local]++;
            const SpanKindId kind = part.kinds[log->kind(at)];
            std::uint32_t stack = log->stack(at);
            std::uint32_t link = log->link(at);
            switch (spans.stateOfKind[kind]) {
            case GoroutineState::Running: {
                stack = named(part, ThreadIndex{stack - 1}).value + 1;
                const ProcIndex proc = named(part, ProcIndex{link});
                if (proc.known())
                    trace_->processors[proc.value].runs.set(part.runsBefore[link]++, {to});
                link = proc.value;
                break;
            }
            case GoroutineState::Syscall:
                link = named(part, ThreadIndex{link}).value;
                break;
            default:
                if (Waker::fromLink(link).isGoroutine())
                    link = part.names.goroutines[link].value;
                break;
            }
            spans.starts.set(to, timeOf(part, log->time(at)));
            spans.stacks.set(to, stack);
            spans.setLink(to, link);
            spans.kinds[to] = kind;
        }
        log.reset();
    }
    slice.goroutines = {};
}

void TraceBuilder::placeAnnotations(Part& part) {
    Trace& trace = *trace_;
    const auto timeIn = [&](Time time) { return timeOf(part, part.slice->firstTime + time); };
    const Tasks& tasks = part.slice->tasks;
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
        Task task = tasks[i];
        const TaskIndex index{part.tasksBefore + i};
        task.range = {timeIn(task.range.begin), timeIn(task.range.end)};
        task.beganOn = named(part, task.beganOn);
        if (!task.ended) {
            const auto end = taskEnds_.find(index.value);
            task.ended = end != taskEnds_.end();
            task.range.end = task.ended ? end->second : trace.duration;
        }
        trace.tasks.set(placed(index).value, task);
    }
    const Regions& regions = part.slice->regions;
    const auto unbegun = static_cast<std::uint32_t>(unbegunRegions_.size());
    for (std::uint32_t i = 0; i < regions.size(); ++i) {
        Region region = regions[i];
        region.begin = timeIn(region.begin);
        region.end = timeIn(region.end);
        region.goroutine = named(part, region.goroutine);
        region.task = placed(named(part, region.task));
        if (region.open) {
            const auto end = regionEnds_.find(part.regionsBefore + i);
            region.open = end == regionEnds_.end();
            region.end = !region.open               ? end->second
                         : region.goroutine.known() ? trace.lifetime(region.goroutine).end
                                                    : trace.duration;
        }
        trace.regions.set(unbegun + part.regionsBefore + i, region);
    }
    part.slice.reset();
}

void TraceBuilder::placeUnbegun() {
    for (std::size_t i = 0; i < unbegunTasks_.size(); ++i)
        trace_->tasks.set(i, unbegunTasks_[i]);
    for (std::size_t i = 0; i < unbegunRegions_.size(); ++i) {
        Region region = unbegunRegions_[i];
        region.task = placed(region.task);
        trace_->regions.set(i, region);
    }
}

// Go up to 1.24 writes stacks whose only frame is empty; a goroutine whose first stack is one is named by a later one.
void TraceBuilder::nameTheNameless() {
    Trace& trace = *trace_;
    for (std::uint32_t g = 0; g < goroutines_.size(); ++g) {
        FrameId entry = trace.goroutines.entry({g});
        if (entry.known() || !goroutines_[g].entryStack.known())
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end && !entry.known(); ++s) {
            const SpanKind& kind = trace.spans.kind({s});
            const auto frames = trace.stacks[trace.spans.stack({s})];
            if (isOwnStack(kind.state, kind.origin) && kind.origin != SpanOrigin::Created && !frames.empty())
                entry = frames.back();
        }
        trace.goroutines.entries.set(g, entry);
    }
}

std::unique_ptr<Trace> traceOf(std::unique_ptr<Slice> slice, Strings strings, Stacks stacks) {
    TraceBuilder builder;
    builder.append(std::move(slice));
    return builder.finish(std::move(strings), std::move(stacks), 1);
}

} // namespace waitscope
