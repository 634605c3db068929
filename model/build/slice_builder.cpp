// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/slice_builder.h"

#include <algorithm>

namespace waitscope {

bool isOwnStack(GoroutineState state, SpanOrigin origin) {
    return state == GoroutineState::Waiting || state == GoroutineState::Syscall ||
           (state == GoroutineState::Runnable && origin == SpanOrigin::Event);
}

SpanColumns columnsOf(const OrderedEvent& e, SpanOrigin origin) {
    switch (e.to) {
    case GoroutineState::Running:
        return {e.thread.value + 1, e.proc.value};
    case GoroutineState::Syscall:
        return {e.stack.value, e.thread.value};
    default:
        break;
    }
    const bool byAnother = origin == SpanOrigin::Created || origin == SpanOrigin::Woken;
    const Waker waker = !byAnother ? Waker::notRecorded() : e.context.known() ? Waker(e.context) : Waker::runtime();
    return {e.stack.value, waker.link()};
}

SpanKindId placeOf(const SpanKind& kind, std::vector<SpanKind>& table) {
    auto found = std::ranges::find(table, kind);
    if (found == table.end() && table.size() >= mostKinds)
        found = std::ranges::find_if(
            table, [&](const SpanKind& k) { return k.state == kind.state && k.origin == kind.origin; });
    if (found == table.end())
        found = table.insert(table.end(), kind);
    return static_cast<SpanKindId>(found - table.begin());
}

std::unique_ptr<Slice> SliceBuilder::finish() {
    const auto larger = []<class Id>(Id& largest, Id value) {
        if (value.known() && (!largest.known() || largest < value))
            largest = value;
    };
    Region largest;
    for (const Region& region : regions_) {
        largest.begin = std::max(largest.begin, region.begin);
        largest.end = std::max(largest.end, region.end);
        larger(largest.goroutine, region.goroutine);
        larger(largest.type, region.type);
        larger(largest.task, region.task);
        larger(largest.stack, region.stack);
    }
    slice_->regions = Regions(regions_.size(), largest);
    for (std::size_t i = 0; i < regions_.size(); ++i)
        slice_->regions.set(i, regions_[i]);

    Task largestTask;
    for (const Task& task : tasks_) {
        largestTask.id = std::max(largestTask.id, task.id);
        largestTask.parentId = std::max(largestTask.parentId, task.parentId);
        larger(largestTask.type, task.type);
        largestTask.range.begin = std::max(largestTask.range.begin, task.range.begin);
        largestTask.range.end = std::max(largestTask.range.end, task.range.end);
        larger(largestTask.beganOn, task.beganOn);
        larger(largestTask.stack, task.stack);
    }
    slice_->tasks = Tasks(tasks_.size(), largestTask);
    for (std::size_t i = 0; i < tasks_.size(); ++i)
        slice_->tasks.set(i, tasks_[i]);
    return std::move(slice_);
}

void SliceBuilder::add(const OrderedEvent& e) {
    if (!started_) {
        started_ = true;
        slice_->firstTime = e.time;
    }
    slice_->lastTime = std::max(slice_->lastTime, e.time);
    switch (e.kind) {
    case OrderedEventKind::GoroutineChanged:
        goroutineChanges(e);
        break;
    case OrderedEventKind::GoroutineCreated:
    case OrderedEventKind::GoroutineSeen:
    case OrderedEventKind::GoroutineAssumed:
        goroutineAppears(e);
        break;
    case OrderedEventKind::GoroutineStays:
        goroutineStays(e);
        break;
    case OrderedEventKind::ProcSeen:
    case OrderedEventKind::ProcAssumed:
    case OrderedEventKind::ProcChanged:
        procEvent(e);
        break;
    case OrderedEventKind::ThreadSeen:
        slice_->threadIds.push_back(static_cast<std::int64_t>(e.value));
        break;
    case OrderedEventKind::Label:
        slice_->labels.push_back({.time = e.time, .goroutine = e.goroutine, .text = e.text});
        break;
    case OrderedEventKind::TaskBegin:
    case OrderedEventKind::TaskEnd:
        taskEvent(e);
        break;
    case OrderedEventKind::RegionBegin:
    case OrderedEventKind::RegionEnd:
        regionEvent(e);
        break;
    case OrderedEventKind::Log:
        slice_->logs.push_back({.time = e.time,
                                .goroutine = e.context,
                                .task = taskOf(e.value),
                                .category = e.text,
                                .message = e.text2,
                                .stack = e.stack});
        break;
    case OrderedEventKind::CpuSample:
        slice_->cpuSamples.push_back(
            {.time = e.time, .goroutine = e.context, .proc = e.proc, .thread = e.thread, .stack = e.stack});
        break;
    case OrderedEventKind::RangeBegin:
    case OrderedEventKind::RangeActive:
    case OrderedEventKind::RangeEnd:
    case OrderedEventKind::Metric:
    case OrderedEventKind::Generation:
    case OrderedEventKind::Finish:
        slice_->others.push_back(e);
        break;
    }
}

void SliceBuilder::goroutineAppears(const OrderedEvent& e) {
    auto& goroutines = slice_->goroutines;
    if (e.kind == OrderedEventKind::GoroutineSeen && e.goroutine.value < goroutines.size())
        return goroutineStays(e);
    if (e.goroutine.value != goroutines.size())
        return;
    goroutines.push_back({.id = static_cast<std::int64_t>(e.value),
                          .entryStack = e.stack2,
                          .entryIsInnermost = e.stack2.known(),
                          .created = e.kind == OrderedEventKind::GoroutineCreated});
    innermostRegion_.push_back(nowhere);
    if (e.kind == OrderedEventKind::GoroutineCreated) {
        appendSpan(e, SpanOrigin::Created);
    } else if (e.kind == OrderedEventKind::GoroutineSeen) {
        Slice::Goroutine& row = goroutines.back();
        row.entryStack = row.entryStack.known() ? row.entryStack : e.stack;
        const SpanColumns columns = columnsOf(e, SpanOrigin::BeforeTrace);
        slice_->statements.push_back(
            {.goroutine = e.goroutine, .time = e.time, .state = e.to, .stack = columns.stack, .link = columns.link});
    }
}

void SliceBuilder::goroutineChanges(const OrderedEvent& e) {
    if (e.goroutine.value >= slice_->goroutines.size())
        return;
    Slice::Goroutine& row = slice_->goroutines[e.goroutine.value];
    if (row.ended)
        return;
    if (!row.entryStack.known() && isOwnStack(e.to, e.origin))
        row.entryStack = e.stack;
    row.ended = e.to == GoroutineState::Ended;
    appendSpan(e, e.origin);
}

void SliceBuilder::goroutineStays(const OrderedEvent& e) {
    if (e.goroutine.value >= slice_->goroutines.size() || !e.stack.known())
        return;
    Slice::Goroutine& row = slice_->goroutines[e.goroutine.value];
    if (!row.entryStack.known())
        row.entryStack = e.stack;
    if (row.lastRecord == nowhere) {
        slice_->statements.push_back({.goroutine = e.goroutine,
                                      .time = e.time,
                                      .state = e.to,
                                      .stack = columnsOf(e, SpanOrigin::BeforeTrace).stack});
        return;
    }
    SpanLog& log = *slice_->log[row.lastRecord / SpanLog::capacity];
    const std::uint32_t last = row.lastRecord % SpanLog::capacity;
    const bool takesStack = e.to == GoroutineState::Waiting || e.to == GoroutineState::Syscall;
    if (takesStack && log.stack(last) == 0 && slice_->kinds[log.kind(last)].state == e.to)
        log.setStack(last, e.stack);
}

void SliceBuilder::startLog(std::int64_t time) {
    logBegin_ = static_cast<std::uint32_t>(slice_->log.size()) * SpanLog::capacity;
    if (!started_)
        slice_->firstTime = time;
    started_ = true;
    log_ = slice_->log.emplace_back(std::make_unique<SpanLog>(time)).get();
}

void SliceBuilder::appendSpan(const OrderedEvent& e, SpanOrigin origin) {
    const SpanKindId kind = kindOf({.state = e.to, .origin = origin, .reason = e.text});
    const SpanColumns columns = columnsOf(e, origin);
    if (e.to == GoroutineState::Running)
        runs(e.goroutine, e.time, kind, e.thread, e.proc);
    else
        enters(e.goroutine, e.time, kind, columns.stack, columns.link);
}

void SliceBuilder::procEvent(const OrderedEvent& e) {
    if (e.kind != OrderedEventKind::ProcChanged && e.proc.value == slice_->procIds.size()) {
        slice_->procIds.push_back(static_cast<std::int64_t>(e.value));
        slice_->runsOfProc.push_back(0);
    }
    if (e.kind == OrderedEventKind::ProcAssumed || e.proc.value >= slice_->procIds.size())
        return;
    const auto state = static_cast<ProcState>(e.value2);
    const bool seen = e.kind == OrderedEventKind::ProcSeen;
    slice_->procChanges.push_back({.time = e.time,
                                   .proc = e.proc,
                                   .thread = state == ProcState::Running ? e.thread : ThreadIndex{},
                                   .state = state,
                                   .seen = seen,
                                   .beforeTrace = seen && e.origin == SpanOrigin::BeforeTrace});
}

TaskIndex SliceBuilder::taskOf(std::uint64_t id) {
    if (id == 0)
        return {};
    if (const auto open = openTasks_.find(id); open != openTasks_.end())
        return open->second;
    const auto [foreign, isNew] = foreignTasks_.try_emplace(
        id, TaskIndex{Slice::firstForeignTask + static_cast<std::uint32_t>(slice_->foreignTasks.size())});
    if (isNew)
        slice_->foreignTasks.push_back(id);
    return foreign->second;
}

void SliceBuilder::taskEvent(const OrderedEvent& e) {
    const Time time = e.time - slice_->firstTime;
    if (e.kind == OrderedEventKind::TaskEnd) {
        const auto open = openTasks_.find(e.value);
        if (open == openTasks_.end()) {
            slice_->taskEnds.push_back({.time = e.time, .id = e.value});
            return;
        }
        Task& task = tasks_[open->second.value];
        task.range.end = time;
        task.ended = true;
        openTasks_.erase(open);
        return;
    }
    tasks_.push_back({.id = e.value,
                      .parentId = e.value2,
                      .type = e.text,
                      .range = {time, time},
                      .beganOn = e.context,
                      .stack = e.stack,
                      .begun = true,
                      .ended = false});
    openTasks_[e.value] = {static_cast<std::uint32_t>(tasks_.size() - 1)};
}

void SliceBuilder::regionEvent(const OrderedEvent& e) {
    if (e.context.value >= slice_->goroutines.size())
        return;
    const Time time = e.time - slice_->firstTime;
    std::uint32_t* link = &innermostRegion_[e.context.value];
    if (e.kind == OrderedEventKind::RegionBegin) {
        regionAround_.push_back(*link);
        *link = static_cast<std::uint32_t>(regions_.size());
        regions_.push_back({.begin = time,
                            .end = time,
                            .goroutine = e.context,
                            .type = e.text,
                            .task = taskOf(e.value),
                            .stack = e.stack,
                            .beforeTrace = false,
                            .open = true});
        return;
    }
    // The innermost one of this name; programs may end them out of order.
    while (*link != nowhere && regions_[*link].type != e.text)
        link = &regionAround_[*link];
    if (*link == nowhere) {
        slice_->regionEnds.push_back({.time = e.time, .goroutine = e.context, .type = e.text, .task = taskOf(e.value)});
        return;
    }
    Region& region = regions_[*link];
    region.end = time;
    region.open = false;
    *link = regionAround_[*link];
}

} // namespace waitscope
