// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/slice_builder.h"

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

// "None" is smaller than any other.
template <class Id> void larger(Id& largest, Id value) {
    const auto aboveNone = [](Id id) { return id.value - Id{}.value; };
    largest = aboveNone(largest) < aboveNone(value) ? value : largest;
}

} // namespace

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
    packRecent(0);
    packGoroutines();
    packRegions();
    packTasks();
    started_ = false;
    recentBegin_ = 0;
    rows_.clear();
    regions_.clear();
    tasks_.clear();
    innermostRegion_.clear();
    regionAround_.clear();
    openTasks_.clear();
    foreignTasks_.clear();
    kindCache_ = {};
    return std::exchange(slice_, std::make_unique<Slice>());
}

void SliceBuilder::packGoroutines() {
    std::uint64_t largestId = 0; // damaged ids are negative, and take all eight bytes
    StackId largestStack;
    std::uint32_t most = 0;
    for (const Row& row : rows_) {
        most = std::max(most, row.spans);
        largestId = std::max(largestId, static_cast<std::uint64_t>(row.id));
        largestStack = std::max(largestStack, row.entryStack);
    }
    SliceGoroutines& goroutines = slice_->goroutines;
    const std::size_t count = rows_.size();
    goroutines.ids = NarrowColumn<std::int64_t>(count, static_cast<std::int64_t>(largestId));
    goroutines.entryStacks = NarrowColumn<StackId>(count, largestStack);
    goroutines.spanCounts = NarrowColumn<std::uint32_t>(count, most);
    goroutines.flags = Column<std::uint8_t>(count);
    constexpr std::size_t atOnce = 256; // rows that lie in the nearest cache: they are read once a column
    for (std::size_t from = 0; from < count; from += atOnce) {
        const std::size_t some = std::min(atOnce, count - from);
        const Row* const rows = rows_.begin() + from;
        const auto place = [&](std::size_t i) { return from + i; };
        goroutines.ids.setEach(some, place, [&](std::size_t i) { return rows[i].id; });
        goroutines.entryStacks.setEach(some, place, [&](std::size_t i) { return rows[i].entryStack; });
        goroutines.spanCounts.setEach(some, place, [&](std::size_t i) { return rows[i].spans; });
        for (std::size_t i = 0; i < some; ++i)
            goroutines.flags[from + i] = rows[i].flags | (rows[i].ended ? SliceGoroutines::ended : std::uint8_t{0});
    }
}

void SliceBuilder::packRegions() {
    Region largest;
    for (std::uint32_t i = 0; i < regions_.size(); ++i) {
        const Region& region = regions_[i];
        largest.begin = std::max(largest.begin, region.begin);
        largest.end = std::max(largest.end, region.end);
        larger(largest.goroutine, region.goroutine);
        larger(largest.type, region.type);
        larger(largest.task, region.task);
        larger(largest.stack, region.stack);
        if (region.open)
            slice_->openRegions.push_back(i);
    }
    slice_->regions = Regions(regions_.size(), largest);
    slice_->regions.set(0, {regions_.begin(), regions_.end()});
}

void SliceBuilder::packTasks() {
    Task& largest = slice_->largestTask;
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
        const Task& task = tasks_[i];
        largest.id = std::max(largest.id, task.id);
        largest.parentId = std::max(largest.parentId, task.parentId);
        larger(largest.type, task.type);
        largest.range.begin = std::max(largest.range.begin, task.range.begin);
        largest.range.end = std::max(largest.range.end, task.range.end);
        larger(largest.beganOn, task.beganOn);
        larger(largest.stack, task.stack);
        if (!task.ended)
            slice_->openTasks.push_back(i);
    }
    slice_->tasks = Tasks(tasks_.size(), largest);
    slice_->tasks.set(0, {tasks_.begin(), tasks_.end()});
}

void SliceBuilder::start(std::int64_t time) {
    started_ = true;
    slice_->firstTime = time;
    recent_.base = time;
}

void SliceBuilder::packRecent(std::int64_t next) {
    slice_->log.append(recent_);
    recentBegin_ = slice_->log.size();
    recent_.size = 0;
    recent_.base = next;
}

void SliceBuilder::add(const OrderedEvent& e) {
    if (!started_)
        start(e.time);
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
        taskBegins(e.context, e.time, e.value, e.value2, e.text, e.stack);
        break;
    case OrderedEventKind::TaskEnd:
        taskEnds(e.time, e.value);
        break;
    case OrderedEventKind::RegionBegin:
        regionBegins(e.context, e.time, e.text, e.value, e.stack);
        break;
    case OrderedEventKind::RegionEnd:
        regionEnds(e.context, e.time, e.text, e.value);
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
    if (e.kind == OrderedEventKind::GoroutineSeen && e.goroutine.value < rows_.size())
        return goroutineStays(e);
    if (e.goroutine.value != rows_.size())
        return;
    Row& row = rows_.push_back({.id = static_cast<std::int64_t>(e.value), .entryStack = e.stack2});
    if (e.kind != OrderedEventKind::GoroutineAssumed || e.value2 == 0)
        row.flags |= SliceGoroutines::named;
    if (e.stack2.known())
        row.flags |= SliceGoroutines::entryIsInnermost;
    innermostRegion_.push_back(nowhere);
    if (e.kind == OrderedEventKind::GoroutineCreated) {
        row.flags |= SliceGoroutines::created;
        appendSpan(e, SpanOrigin::Created);
    } else if (e.kind == OrderedEventKind::GoroutineSeen) {
        row.entryStack = row.entryStack.known() ? row.entryStack : e.stack;
        const SpanColumns columns = columnsOf(e, SpanOrigin::BeforeTrace);
        slice_->statements.push_back(
            {.goroutine = e.goroutine, .time = e.time, .state = e.to, .stack = columns.stack, .link = columns.link});
    }
}

void SliceBuilder::goroutineChanges(const OrderedEvent& e) {
    if (e.goroutine.value >= rows_.size())
        return;
    Row& row = rows_[e.goroutine.value];
    if (row.ended)
        return;
    if (!row.entryStack.known() && isOwnStack(e.to, e.origin))
        row.entryStack = e.stack;
    row.ended = e.to == GoroutineState::Ended;
    appendSpan(e, e.origin);
}

void SliceBuilder::goroutineStays(const OrderedEvent& e) {
    if (e.goroutine.value >= rows_.size() || !e.stack.known())
        return;
    Row& row = rows_[e.goroutine.value];
    if (!row.entryStack.known())
        row.entryStack = e.stack;
    if (row.lastRecord == nowhere) {
        slice_->statements.push_back({.goroutine = e.goroutine,
                                      .time = e.time,
                                      .state = e.to,
                                      .stack = columnsOf(e, SpanOrigin::BeforeTrace).stack});
        return;
    }
    const bool takesStack = e.to == GoroutineState::Waiting || e.to == GoroutineState::Syscall;
    const bool isRecent = row.lastRecord >= recentBegin_;
    const std::uint32_t recent = row.lastRecord - recentBegin_;
    const SpanKindId kind = isRecent ? recent_.kinds[recent] : slice_->log.kind(row.lastRecord);
    const std::uint32_t stack = isRecent ? recent_.stacks[recent] : slice_->log.stack(row.lastRecord);
    if (!takesStack || stack != 0 || slice_->kinds[kind].state != e.to)
        return;
    if (isRecent)
        recent_.stacks[recent] = e.stack.value;
    else
        slice_->log.setStack(row.lastRecord, e.stack.value);
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
    if (const std::uint32_t open = openTasks_.find(id); open != nowhere)
        return {open};
    const auto [foreign, isNew] = foreignTasks_.try_emplace(
        id, TaskIndex{Slice::firstForeignTask + static_cast<std::uint32_t>(slice_->foreignTasks.size())});
    if (isNew)
        slice_->foreignTasks.push_back(id);
    return foreign->second;
}

void SliceBuilder::taskBegins(GoroutineIndex goroutine, std::int64_t time, std::uint64_t id, std::uint64_t parent,
                              StringId type, StackId stack) {
    if (!started_)
        start(time);
    const Time since = time - slice_->firstTime;
    openTasks_.set(id, static_cast<std::uint32_t>(tasks_.size()));
    tasks_.push_back({.id = id,
                      .parentId = parent,
                      .type = type,
                      .range = {since, since},
                      .beganOn = goroutine,
                      .stack = stack,
                      .begun = true,
                      .ended = false});
}

void SliceBuilder::taskEnds(std::int64_t time, std::uint64_t id) {
    if (!started_)
        start(time);
    const std::uint32_t open = openTasks_.find(id);
    if (open == nowhere) {
        slice_->taskEnds.push_back({.time = time, .id = id});
        return;
    }
    tasks_[open].range.end = time - slice_->firstTime;
    tasks_[open].ended = true;
    openTasks_.remove(id);
}

void SliceBuilder::regionBegins(GoroutineIndex goroutine, std::int64_t time, StringId type, std::uint64_t task,
                                StackId stack) {
    if (goroutine.value >= rows_.size())
        return;
    std::uint32_t& innermost = innermostRegion_[goroutine.value];
    regionAround_.push_back(innermost);
    innermost = static_cast<std::uint32_t>(regions_.size());
    const Time since = time - slice_->firstTime;
    regions_.push_back({.begin = since,
                        .end = since,
                        .goroutine = goroutine,
                        .type = type,
                        .task = taskOf(task),
                        .stack = stack,
                        .beforeTrace = false,
                        .open = true});
}

void SliceBuilder::regionEnds(GoroutineIndex goroutine, std::int64_t time, StringId type, std::uint64_t task) {
    if (goroutine.value >= rows_.size())
        return;
    // The innermost one of this name; programs may end them out of order.
    std::uint32_t* link = &innermostRegion_[goroutine.value];
    while (*link != nowhere && regions_[*link].type != type)
        link = &regionAround_[*link];
    if (*link == nowhere) {
        slice_->regionEnds.push_back({.time = time, .goroutine = goroutine, .type = type, .task = taskOf(task)});
        return;
    }
    Region& region = regions_[*link];
    region.end = time - slice_->firstTime;
    region.open = false;
    *link = regionAround_[*link];
}

} // namespace waitscope
