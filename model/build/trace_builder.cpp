// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/trace_builder.h"

#include <algorithm>

namespace waitscope {

namespace {

constexpr std::size_t mostKinds = 255;

// The stack belongs to the goroutine itself, not to whoever acted on it.
bool isOwnStack(GoroutineState state, SpanOrigin origin) {
    return state == GoroutineState::Waiting || state == GoroutineState::Syscall ||
           (state == GoroutineState::Runnable && origin == SpanOrigin::Event);
}

template <class T> void sortByBegin(GrowingColumn<T>& rows, auto begin) {
    if (!std::ranges::is_sorted(rows, {}, begin))
        std::ranges::stable_sort(rows, {}, begin);
}

} // namespace

TraceBuilder::TraceBuilder() : trace_(std::make_unique<Trace>()) {}
TraceBuilder::~TraceBuilder() = default;

void TraceBuilder::add(std::span<const OrderedEvent> events) {
    for (const OrderedEvent& e : events)
        add(e);
}

void TraceBuilder::add(const OrderedEvent& e) {
    if (!started_) {
        started_ = true;
        clockAtStart_ = e.time;
    }
    clockAtEnd_ = std::max(clockAtEnd_, e.time);
    const Time t = e.time - clockAtStart_;
    switch (e.kind) {
    case OrderedEventKind::GoroutineCreated:
    case OrderedEventKind::GoroutineSeen:
        goroutineAppears(e, t);
        break;
    case OrderedEventKind::GoroutineChanged:
        goroutineChanges(e, t);
        break;
    case OrderedEventKind::GoroutineStays:
        goroutineStays(e);
        break;
    case OrderedEventKind::ProcSeen:
    case OrderedEventKind::ProcChanged:
        procEvent(e, t);
        break;
    case OrderedEventKind::ThreadSeen:
        trace_->threads.push_back({.id = static_cast<std::int64_t>(e.value)});
        break;
    case OrderedEventKind::RangeBegin:
    case OrderedEventKind::RangeActive:
    case OrderedEventKind::RangeEnd:
        rangeEvent(e, t);
        break;
    case OrderedEventKind::Metric:
        metricEvent(e, t);
        break;
    case OrderedEventKind::Label:
        trace_->labels.push_back({.time = t, .goroutine = e.goroutine, .text = e.text});
        break;
    case OrderedEventKind::TaskBegin:
    case OrderedEventKind::TaskEnd:
        taskEvent(e, t);
        break;
    case OrderedEventKind::RegionBegin:
    case OrderedEventKind::RegionEnd:
        regionEvent(e, t);
        break;
    case OrderedEventKind::Log:
        trace_->logs.push_back({.time = t,
                                .goroutine = e.context,
                                .task = taskOf(e.value),
                                .category = e.text,
                                .message = e.text2,
                                .stack = e.stack});
        break;
    case OrderedEventKind::CpuSample:
        trace_->cpuSamples.push_back(
            {.time = t, .goroutine = e.context, .proc = e.proc, .thread = e.thread, .stack = e.stack});
        break;
    case OrderedEventKind::Generation:
        trace_->generations.push_back({.number = e.value, .start = t});
        ++trace_->syncs;
        break;
    case OrderedEventKind::Finish:
        ++trace_->syncs;
        break;
    }
}

void TraceBuilder::goroutineAppears(const OrderedEvent& e, Time t) {
    if (e.goroutine.value != goroutines_.size())
        return;
    GoroutineRow& row = goroutines_.push_back({});
    row.id = static_cast<std::int64_t>(e.value);
    row.entryStack = e.stack2;
    row.entryIsInnermost = e.stack2.known();
    if (e.kind == OrderedEventKind::GoroutineCreated) {
        appendSpan(row, t, e, SpanOrigin::Created);
    } else {
        rememberEntry(row, e.stack);
        appendSpan(row, 0, e, SpanOrigin::BeforeTrace);
    }
}

void TraceBuilder::goroutineChanges(const OrderedEvent& e, Time t) {
    if (e.goroutine.value >= goroutines_.size() || goroutines_[e.goroutine.value].ended)
        return;
    GoroutineRow& row = goroutines_[e.goroutine.value];
    if (isOwnStack(e.to, e.origin))
        rememberEntry(row, e.stack);
    row.ended = e.to == GoroutineState::Ended;
    appendSpan(row, t, e, e.origin);
}

void TraceBuilder::goroutineStays(const OrderedEvent& e) {
    if (e.goroutine.value >= goroutines_.size() || !e.stack.known())
        return;
    GoroutineRow& row = goroutines_[e.goroutine.value];
    rememberEntry(row, e.stack);
    Chunk& chunk = *log_[row.lastRecord / chunkSpans];
    const std::uint32_t last = row.lastRecord % chunkSpans;
    const bool takesStack = e.to == GoroutineState::Waiting || e.to == GoroutineState::Syscall;
    if (takesStack && chunk.stacks[last] == 0 && trace_->spans.stateOfKind[chunk.kinds[last]] == e.to)
        chunk.stacks[last] = e.stack.value;
}

void TraceBuilder::rememberEntry(GoroutineRow& row, StackId ownStack) {
    if (!row.entryStack.known())
        row.entryStack = ownStack;
}

void TraceBuilder::appendSpan(GoroutineRow& row, Time start, const OrderedEvent& e, SpanOrigin origin) {
    const bool byAnother = origin == SpanOrigin::Created || origin == SpanOrigin::Woken;
    const Waker waker = !byAnother ? Waker::notRecorded() : e.context.known() ? Waker(e.context) : Waker::runtime();
    std::uint32_t stack = e.stack.value;
    std::uint32_t link = waker.link();
    if (e.to == GoroutineState::Running) {
        stack = e.thread.value;
        link = e.proc.value;
        if (e.proc.value < runsOfProc_.size())
            ++runsOfProc_[e.proc.value];
    } else if (e.to == GoroutineState::Syscall) {
        link = e.thread.value;
    }
    const bool before = origin == SpanOrigin::BeforeTrace;
    if (log_.empty() || log_.back()->size == chunkSpans || (!before && start - log_.back()->base > UINT32_MAX)) {
        log_.push_back(std::make_unique_for_overwrite<Chunk>());
        log_.back()->base = start;
        log_.back()->size = 0;
    }
    Chunk& chunk = *log_.back();
    const std::uint32_t at = chunk.size++;
    chunk.starts[at] = before ? 0 : static_cast<std::uint32_t>(start - chunk.base);
    chunk.goroutines[at] = static_cast<std::uint32_t>(&row - goroutines_.begin());
    chunk.stacks[at] = stack;
    chunk.links[at] = link;
    chunk.kinds[at] = kindOf({.state = e.to, .origin = origin, .reason = e.text});
    row.lastRecord = static_cast<std::uint32_t>(log_.size() - 1) * chunkSpans + at;
    ++row.spanCount;
}

SpanKindId TraceBuilder::kindOf(const SpanKind& kind) {
    const std::uint32_t key =
        kind.reason.value * 31 + static_cast<std::uint32_t>(kind.state) * 7 + static_cast<std::uint32_t>(kind.origin);
    CachedKind& cached = kindCache_[key % kindCache_.size()];
    if (cached.used && cached.kind == kind)
        return cached.id;
    auto& table = trace_->spans.kindTable;
    auto found = std::ranges::find(table, kind);
    if (found == table.end() && table.size() >= mostKinds)
        // A damaged file can name any number of reasons; past the table's end they lose their name, not their state.
        found = std::ranges::find_if(
            table, [&](const SpanKind& k) { return k.state == kind.state && k.origin == kind.origin; });
    if (found == table.end()) {
        if (table.size() > mostKinds)
            return 0;
        trace_->spans.stateOfKind[table.size()] = kind.state;
        found = table.insert(table.end(), kind);
    }
    cached = {.kind = kind, .id = static_cast<SpanKindId>(found - table.begin()), .used = true};
    return cached.id;
}

void TraceBuilder::procEvent(const OrderedEvent& e, Time t) {
    const bool seen = e.kind == OrderedEventKind::ProcSeen;
    auto& processors = trace_->processors;
    if (seen && e.proc.value == processors.size()) {
        processors.emplace_back().id = static_cast<std::int64_t>(e.value);
        runsOfProc_.push_back(0);
    }
    if (e.proc.value >= processors.size())
        return;
    const auto state = static_cast<ProcState>(e.value2);
    auto& spans = processors[e.proc.value].spans;
    const bool before = seen && e.origin == SpanOrigin::BeforeTrace;
    if (!spans.empty() && spans.back().state == state)
        return;
    spans.push_back({.start = before ? 0 : t,
                     .thread = state == ProcState::Running ? e.thread : ThreadIndex{},
                     .state = state,
                     .beforeTrace = before});
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
    const bool begins = e.kind == OrderedEventKind::RangeBegin;
    const bool ends = e.kind == OrderedEventKind::RangeEnd;
    ranges.push_back({.name = e.text,
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

TaskIndex TraceBuilder::taskOf(std::uint64_t id) {
    const auto found = openTasks_.find(id);
    return found == openTasks_.end() ? TaskIndex{} : found->second;
}

void TraceBuilder::taskEvent(const OrderedEvent& e, Time t) {
    auto& tasks = trace_->tasks;
    const auto open = openTasks_.find(e.value);
    if (e.kind == OrderedEventKind::TaskEnd && open != openTasks_.end()) {
        Task& task = tasks[open->second.value];
        task.range.end = t;
        task.ended = true;
        openTasks_.erase(open);
        return;
    }
    const bool begins = e.kind == OrderedEventKind::TaskBegin;
    tasks.push_back({.id = e.value,
                     .parentId = begins ? e.value2 : 0,
                     .type = e.text,
                     .range = {begins ? t : 0, t},
                     .beganOn = begins ? e.context : GoroutineIndex{},
                     .stack = begins ? e.stack : StackId{},
                     .begun = begins,
                     .ended = !begins});
    if (begins)
        openTasks_[e.value] = {static_cast<std::uint32_t>(tasks.size() - 1)};
}

void TraceBuilder::regionEvent(const OrderedEvent& e, Time t) {
    if (e.context.value >= goroutines_.size())
        return;
    GoroutineRow& row = goroutines_[e.context.value];
    auto& regions = trace_->regions;
    const bool begins = e.kind == OrderedEventKind::RegionBegin;
    if (!begins) {
        // The innermost one of this name; programs may end them out of order.
        std::uint32_t* link = &row.innermostRegion;
        while (*link != nowhere && regions[*link].type != e.text)
            link = &regionAround_[*link];
        if (*link != nowhere) {
            Region& region = regions[*link];
            region.end = t;
            region.open = false;
            *link = regionAround_[*link];
            return;
        }
    }
    regions.push_back({.begin = begins ? t : 0,
                       .end = t,
                       .goroutine = e.context,
                       .type = e.text,
                       .task = taskOf(e.value),
                       .stack = begins ? e.stack : StackId{},
                       .beforeTrace = !begins,
                       .open = begins});
    regionAround_.push_back(begins ? row.innermostRegion : nowhere);
    if (begins)
        row.innermostRegion = static_cast<std::uint32_t>(regions.size() - 1);
}

std::unique_ptr<Trace> TraceBuilder::finish(Strings strings, Stacks stacks, const std::stop_token& stop) {
    trace_->strings = std::move(strings);
    trace_->stacks = std::move(stacks);
    trace_->duration = clockAtEnd_ - clockAtStart_;
    placeGoroutines();
    if (!placeSpans(stop))
        return nullptr;
    nameTheNameless();
    closeWhatIsOpen();
    return std::move(trace_);
}

void TraceBuilder::placeGoroutines() {
    const SpanKindId stillAlive =
        kindOf({.state = GoroutineState::StillAlive, .origin = SpanOrigin::Event, .reason = {}});
    std::uint64_t rows = 0;
    for (const GoroutineRow& row : goroutines_)
        rows += row.spanCount + (row.ended ? 0U : 1U);
    Goroutines columns(goroutines_.size());
    Spans spans(rows);
    spans.kindTable = std::move(trace_->spans.kindTable);
    spans.stateOfKind = trace_->spans.stateOfKind;
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < goroutines_.size(); ++i) {
        GoroutineRow& row = goroutines_[i];
        columns.ids[i] = row.id;
        const auto frames = trace_->stacks[row.entryStack];
        columns.entries[i] = frames.empty() ? FrameId{} : row.entryIsInnermost ? frames.front() : frames.back();
        columns.firstSpans[i] = next;
        const std::uint32_t first = next;
        next += row.spanCount;
        if (!row.ended) {
            spans.starts[next] = trace_->duration;
            spans.stacks[next] = 0;
            spans.links[next] = nowhere;
            spans.kinds[next] = stillAlive;
            ++next;
        }
        row.spanCount = first; // from here on the place of its next span
    }
    columns.firstSpans[goroutines_.size()] = next;
    trace_->goroutines = std::move(columns);
    trace_->spans = std::move(spans);
}

bool TraceBuilder::placeSpans(const std::stop_token& stop) {
    Spans& spans = trace_->spans;
    for (std::size_t p = 0; p < runsOfProc_.size(); ++p)
        trace_->processors[p].runs.reserve(runsOfProc_[p]);
    for (auto& chunk : log_) {
        if (stop.stop_requested())
            return false;
        for (std::uint32_t at = 0; at < chunk->size; ++at) {
            const SpanKindId kind = chunk->kinds[at];
            const std::uint32_t link = chunk->links[at];
            const std::uint32_t to = goroutines_[chunk->goroutines[at]].spanCount++;
            const bool before = spans.kindTable[kind].origin == SpanOrigin::BeforeTrace;
            spans.starts[to] = before ? 0 : chunk->base + chunk->starts[at];
            spans.stacks[to] = chunk->stacks[at];
            spans.links[to] = link;
            spans.kinds[to] = kind;
            if (spans.stateOfKind[kind] == GoroutineState::Running && link < trace_->processors.size())
                trace_->processors[link].runs.push_back({to});
        }
        chunk.reset();
    }
    log_.clear();
    return true;
}

// Go up to 1.24 writes stacks whose only frame is empty; a goroutine whose first stack is one is named by a later one.
void TraceBuilder::nameTheNameless() {
    Trace& trace = *trace_;
    for (std::uint32_t g = 0; g < goroutines_.size(); ++g) {
        FrameId& entry = trace.goroutines.entries[g];
        if (entry.known() || !goroutines_[g].entryStack.known())
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end && !entry.known(); ++s) {
            const SpanKind& kind = trace.spans.kind({s});
            const auto frames = trace.stacks[trace.spans.stack({s})];
            if (isOwnStack(kind.state, kind.origin) && kind.origin != SpanOrigin::Created && !frames.empty())
                entry = frames.back();
        }
    }
}

void TraceBuilder::closeWhatIsOpen() {
    Trace& trace = *trace_;
    for (RuntimeRange& range : trace.ranges)
        if (range.open)
            range.range.end = trace.duration;
    for (Task& task : trace.tasks)
        if (!task.ended)
            task.range.end = trace.duration;
    for (Region& region : trace.regions)
        if (region.open)
            region.end = trace.lifetime(region.goroutine).end;
    sortByBegin(trace.ranges, [](const RuntimeRange& r) { return r.range.begin; });
    sortByBegin(trace.regions, &Region::begin);
}

} // namespace waitscope
