// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/story.h"

#include <algorithm>
#include <map>

namespace waitscope::test {

Teller& Teller::existed() {
    existed_ = true;
    return *this;
}

Teller& Teller::bornAt(Time t) {
    clock_ = t;
    return *this;
}

Teller& Teller::createdBy(std::int64_t creator, const StackText& at) {
    creator_ = creator;
    creatorStack_ = at;
    return *this;
}

Teller& Teller::entry(const std::string& function) {
    entry_ = function;
    return *this;
}

void Teller::enters(GoroutineState state, SpanOrigin origin, const std::string& reason, const StackText& stack,
                    std::int64_t context) {
    OrderedEvent e;
    e.time = clock_;
    if (!appeared_ && existed_) {
        e.kind = OrderedEventKind::GoroutineSeen;
        e.value = static_cast<std::uint64_t>(id_);
    } else if (!appeared_) {
        OrderedEvent birth;
        birth.time = clock_;
        birth.kind = OrderedEventKind::GoroutineCreated;
        birth.to = GoroutineState::Runnable;
        birth.value = static_cast<std::uint64_t>(id_);
        birth.stack = story_.stack(creatorStack_);
        birth.stack2 = entry_.empty() ? StackId{} : story_.stack({entry_});
        story_.lines_.push_back({birth, id_, creator_});
        e.kind = OrderedEventKind::GoroutineChanged;
        if (state == GoroutineState::Runnable) {
            appeared_ = true;
            state_ = state;
            return;
        }
    } else {
        e.kind = OrderedEventKind::GoroutineChanged;
    }
    appeared_ = true;
    e.to = state;
    e.origin = origin;
    e.text = story_.stringIndex_.intern(reason);
    e.stack = story_.stack(stack);
    e.proc = ProcIndex{0};
    e.thread = ThreadIndex{0};
    story_.lines_.push_back({e, id_, context});
    state_ = state;
}

Teller& Teller::runs(Time how_long, int proc) {
    if (state_ == GoroutineState::Waiting)
        wokenByRuntime();
    enters(GoroutineState::Running, SpanOrigin::Event, "", {}, 0);
    story_.lines_.back().event.proc = ProcIndex{static_cast<std::uint32_t>(proc)};
    clock_ += how_long;
    return *this;
}

Teller& Teller::isRunnable(Time how_long) {
    enters(GoroutineState::Runnable, SpanOrigin::Event, "preempted", {entry_}, 0);
    clock_ += how_long;
    return *this;
}

Teller& Teller::waitsOn(const std::string& reason, const StackText& stack, Time how_long) {
    enters(GoroutineState::Waiting, SpanOrigin::Event, reason, stack, 0);
    clock_ += how_long;
    return *this;
}

Teller& Teller::inSyscall(const StackText& stack, Time how_long) {
    enters(GoroutineState::Syscall, SpanOrigin::Event, "", stack, 0);
    clock_ += how_long;
    return *this;
}

Teller& Teller::wokenBy(std::int64_t goroutine, const StackText& at) {
    enters(GoroutineState::Runnable, SpanOrigin::Woken, "", at, goroutine);
    clock_ += 1'000;
    return *this;
}

Teller& Teller::wokenByRuntime() {
    enters(GoroutineState::Runnable, SpanOrigin::Woken, "", {}, 0);
    clock_ += 1'000;
    return *this;
}

Teller& Teller::says(OrderedEventKind kind, const std::string& type, std::uint64_t task) {
    OrderedEvent e;
    e.time = clock_;
    e.kind = kind;
    e.text = story_.stringIndex_.intern(type);
    e.value = task;
    story_.lines_.push_back({e, id_, id_});
    return *this;
}

Teller& Teller::beginsTask(std::uint64_t id, const std::string& type) {
    return says(OrderedEventKind::TaskBegin, type, id);
}

Teller& Teller::endsTask(std::uint64_t id) {
    return says(OrderedEventKind::TaskEnd, "", id);
}

Teller& Teller::beginsRegion(const std::string& type) {
    return says(OrderedEventKind::RegionBegin, type, 0);
}

Teller& Teller::endsRegion(const std::string& type) {
    return says(OrderedEventKind::RegionEnd, type, 0);
}

Teller& Teller::beginsRange(const std::string& name) {
    return says(OrderedEventKind::RangeBegin, name, 0);
}

Teller& Teller::endsRange(const std::string& name) {
    return says(OrderedEventKind::RangeEnd, name, 0);
}

void Teller::ends() {
    enters(GoroutineState::Ended, SpanOrigin::Event, "", {}, 0);
}

Teller& Story::g(std::int64_t id) {
    const auto found = std::ranges::find(tellers_, id, &Teller::id_);
    return found != tellers_.end() ? *found : tellers_.emplace_back(Teller(*this, id));
}

void Story::has(const std::string& range, TimeRange when) {
    for (const bool begins : {true, false}) {
        OrderedEvent e;
        e.time = begins ? when.begin : when.end;
        e.kind = begins ? OrderedEventKind::RangeBegin : OrderedEventKind::RangeEnd;
        e.text = stringIndex_.intern(range);
        lines_.push_back({e, 0, 0});
    }
}

void Story::processorIsIdle(int proc, TimeRange when) {
    for (const bool begins : {true, false}) {
        OrderedEvent e;
        e.time = begins ? when.begin : when.end;
        e.kind = OrderedEventKind::ProcChanged;
        e.proc = ProcIndex{static_cast<std::uint32_t>(proc)};
        e.thread = ThreadIndex{0};
        e.value2 = static_cast<std::uint64_t>(begins ? ProcState::Idle : ProcState::Running);
        lines_.push_back({e, 0, 0});
    }
}

StackId Story::stack(const StackText& functions) {
    std::vector<FrameId> frames;
    std::uint32_t line = 10;
    for (const std::string& function : functions) {
        frames.push_back(stackIndex_.internFrame(
            {.function = stringIndex_.intern(function),
             .file = stringIndex_.intern(function.starts_with("module.example/") ? "/mod/module.example@v1.0.0/lib.go"
                                                                                 : "/src/main.go"),
             .line = line,
             .pc = 0x1000 + line}));
        ++line;
    }
    return stackIndex_.intern(frames);
}

std::shared_ptr<const Trace> Story::told(Time duration) {
    SliceBuilder builder;
    OrderedEvent start;
    start.kind = OrderedEventKind::Generation;
    start.value = 1;
    builder.add({&start, 1});
    OrderedEvent thread;
    thread.kind = OrderedEventKind::ThreadSeen;
    thread.value = 1;
    builder.add({&thread, 1});
    std::uint32_t procs = 1;
    for (const Line& line : lines_)
        if (line.event.to == GoroutineState::Running && line.event.proc.known())
            procs = std::max(procs, line.event.proc.value + 1);
    for (std::uint32_t p = 0; p < procs; ++p) {
        OrderedEvent proc;
        proc.kind = OrderedEventKind::ProcSeen;
        proc.origin = SpanOrigin::BeforeTrace;
        proc.proc = {p};
        proc.value = p;
        proc.value2 = static_cast<std::uint64_t>(ProcState::Running);
        builder.add({&proc, 1});
    }
    std::ranges::stable_sort(lines_, {}, [](const Line& line) { return line.event.time; });
    std::map<std::int64_t, GoroutineIndex> index;
    for (const Line& line : lines_)
        if (line.goroutine != 0)
            index.try_emplace(line.goroutine, GoroutineIndex{static_cast<std::uint32_t>(index.size())});
    for (Line& line : lines_) {
        if (line.goroutine != 0)
            line.event.goroutine = index.at(line.goroutine);
        if (const auto context = index.find(line.context); context != index.end())
            line.event.context = context->second;
        builder.add({&line.event, 1});
    }
    OrderedEvent end;
    end.time = duration;
    builder.add({&end, 1});
    std::shared_ptr<Trace> trace = traceOf(builder.finish(), std::move(strings_), std::move(stacks_));
    trace->identity = {.fileName = "story", .format = "go 1.26 trace", .sha256 = std::string(64, '0')};
    for (const TimeRange& range : damaged_) {
        trace->report.complete = false;
        trace->report.warnings.push_back(
            {.text = "damaged", .byteOffset = {}, .generation = {}, .thread = {}, .affected = range});
    }
    return trace;
}

} // namespace waitscope::test
