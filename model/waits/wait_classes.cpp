// SPDX-License-Identifier: GPL-3.0-or-later
// How a stack tells what a goroutine waits for. There are two kinds of stacks. Go trims the stack of a blocking event
// to the call that the program made: `sync.(*Mutex).Lock < main.get`. The stack of a goroutine that was blocked before
// the trace began is raw, `runtime.gopark < runtime.goparkunlock < runtime.semacquire1 <
// internal/sync.runtime_SemacquireMutex < internal/sync.(*Mutex).lockSlow < ... < main.get`, and comes without Go's
// reason. So the plumbing in front is passed over first; what follows is the same in both.
#include "model/waits/wait_classes.h"

#include "model/trace/wait_reasons.h"
#include "model/waits/idle_idioms.h"
#include "model/waits/standard_library.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <tuple>

namespace waitscope {

namespace {

struct Meaning {
    Primitive primitive = Primitive::Unknown;
    std::string_view detail;
};

// What parks a goroutine on behalf of the call that the program made.
bool isPlumbing(std::string_view function) {
    constexpr std::array<std::string_view, 12> names{"internal/poll.(*pollDesc).wait",
                                                     "internal/poll.(*pollDesc).waitRead",
                                                     "internal/poll.(*pollDesc).waitWrite",
                                                     "internal/poll.runtime_Semacquire",
                                                     "internal/sync.(*Mutex).lockSlow",
                                                     "internal/sync.runtime_SemacquireMutex",
                                                     "runtime.gopark",
                                                     "runtime.goparkunlock",
                                                     "runtime.semacquire",
                                                     "runtime.semacquire1",
                                                     "sync.(*Mutex).lockSlow",
                                                     "sync.runtime_notifyListWait"};
    static_assert(std::ranges::is_sorted(names));
    return std::ranges::binary_search(names, function) || function.starts_with("sync.runtime_Semacquire");
}

bool isMutexLock(std::string_view function) {
    return function == "sync.(*Mutex).Lock" || function == "internal/sync.(*Mutex).Lock" ||
           function == "internal/sync.(*Mutex).lockSlow";
}

// Well known users of the primitives, named if they are what the program called.
std::string_view calledThrough(std::string_view function) {
    if (function.starts_with("sync.(*Once)"))
        return "sync.Once";
    const std::string_view package = packageOf(function);
    for (const std::string_view name : {"singleflight", "errgroup", "semaphore"})
        if (package.ends_with(name) && package.size() > name.size() && package[package.size() - name.size() - 1] == '/')
            return name;
    return {};
}

/// From the frames alone; Unknown if they say nothing.
Meaning fromFrames(std::span<const std::string_view> names) {
    std::size_t i = 0;
    while (i < names.size() && isPlumbing(names[i]))
        ++i;
    if (i == names.size())
        return {};
    const std::string_view call = names[i];
    const auto next = [&](std::size_t at) { return at < names.size() ? names[at] : std::string_view(); };
    if (isMutexLock(call)) {
        std::size_t caller = i + 1;
        while (isMutexLock(next(caller)))
            ++caller;
        if (next(caller) == "sync.(*RWMutex).Lock")
            return {Primitive::RWMutexWrite, {}};
        return {Primitive::Mutex, calledThrough(next(caller))};
    }
    if (call == "sync.(*RWMutex).RLock")
        return {Primitive::RWMutexRead, {}};
    if (call == "sync.(*RWMutex).Lock")
        return {Primitive::RWMutexWrite, {}};
    if (call == "sync.(*WaitGroup).Wait")
        return {Primitive::WaitGroup, calledThrough(next(i + 1))};
    if (call == "sync.(*Cond).Wait")
        return {Primitive::Cond, {}};
    if (call == "runtime.chansend" || call == "runtime.chansend1")
        return {Primitive::ChanSend, calledThrough(next(call == "runtime.chansend" ? i + 2 : i + 1))};
    if (call == "runtime.chanrecv" || call == "runtime.chanrecv1" || call == "runtime.chanrecv2")
        return {Primitive::ChanReceive, calledThrough(next(call == "runtime.chanrecv" ? i + 2 : i + 1))};
    if (call == "runtime.selectgo")
        return {Primitive::Select, calledThrough(next(i + 1))};
    if (call == "runtime.block")
        return {Primitive::SelectEmpty, {}};
    if (call == "time.Sleep" || call == "runtime.timeSleep")
        return {Primitive::Sleep, {}};
    if (call.starts_with("internal/poll.(*fdMutex)"))
        return {Primitive::Mutex, "fd mutex"};
    if (call == "runtime.netpollblock" || call.starts_with("internal/poll."))
        return {Primitive::Network, {}};
    if (call.starts_with("runtime.coro"))
        return {Primitive::Other, "coroutine"};
    // The collector working on behalf of whoever allocates or asks for it; its idle workers are not waits for it.
    if (call == "runtime.bgsweep" || call == "runtime.GC" ||
        (call.starts_with("runtime.gc") && !call.starts_with("runtime.gcBgMarkWorker")))
        return {Primitive::GC, {}};
    if (call.starts_with("runtime."))
        return {Primitive::Other, {}};
    return {};
}

Meaning fromReason(std::string_view reason, std::span<const std::string_view> names) {
    const Meaning frames = fromFrames(names);
    if (reason == "sync") {
        switch (frames.primitive) {
        case Primitive::Mutex:
        case Primitive::RWMutexRead:
        case Primitive::RWMutexWrite:
        case Primitive::WaitGroup:
            return frames;
        case Primitive::GC: // a semaphore of the collector
            return {Primitive::GC, reason};
        default: // a semaphore of the runtime, or a stack that does not say which
            return {Primitive::Other, reason};
        }
    }
    if (reason == "forever") {
        switch (frames.primitive) {
        case Primitive::SelectEmpty:
            return frames;
        case Primitive::ChanSend:
        case Primitive::ChanReceive:
            return {Primitive::NilChan, frames.detail};
        default: // the main goroutine while a panic ends the process, or no stack
            return {Primitive::Other, reason};
        }
    }
    const Primitive primitive = primitiveOfReason(reason);
    switch (primitive) {
    case Primitive::ChanSend:
    case Primitive::ChanReceive:
    case Primitive::Select:
        return {primitive, frames.primitive == primitive ? frames.detail : ""};
    case Primitive::GC:
    case Primitive::Other:
        return {primitive, reason};
    default:
        return {primitive, {}};
    }
}

Meaning meaningOf(const SpanKind& kind, std::string_view reason, std::span<const std::string_view> names) {
    if (kind.state == GoroutineState::Syscall)
        return {Primitive::Syscall, {}};
    if (reason == lostReasonText)
        return fromFrames(names);
    if (!reason.empty())
        return fromReason(reason, names);
    if (kind.origin == SpanOrigin::BeforeTrace)
        return fromFrames(names);
    // A wait without a reason that began in the trace is the switch to another coroutine (iter.Pull); it has no stack,
    // or the creator's, or the one that a later generation filled in. Go before 1.22 gives no reason for waits of its
    // runtime, with a stack.
    if (names.empty() || kind.origin == SpanOrigin::Created)
        return {Primitive::Other, "coroutine"};
    const Meaning frames = fromFrames(names);
    return frames.primitive == Primitive::Unknown ? Meaning{Primitive::Other, {}} : frames;
}

// Whoever waits here wants a connection, and all that the pool may open are lent.
bool waitsForConnection(Primitive primitive, std::span<const std::string_view> names) {
    if (familyOf(primitive) != StateFamily::Channel && primitive != Primitive::Cond)
        return false;
    return std::ranges::any_of(names.first(std::min<std::size_t>(names.size(), 8)), [](std::string_view function) {
        return function == "database/sql.(*DB).conn" || function.starts_with("github.com/jackc/puddle") ||
               (function.starts_with("github.com/redis/go-redis/") && function.ends_with("/pool.(*ConnPool).waitTurn"));
    });
}

bool isWait(GoroutineState state) {
    return state == GoroutineState::Waiting || state == GoroutineState::Syscall;
}

} // namespace

WaitClasses::WaitClasses(const Trace& trace) {
    const Spans& spans = trace.spans;
    const std::size_t stacks = trace.stacks.size();

    // Which pairs are there? A bit for each possible one: stacks times the few kinds that are waits.
    std::vector<SpanKindId> waitKinds;
    std::array<std::uint8_t, 256> slotOfKind{};
    for (std::size_t k = 0; k < spans.kindTable.size(); ++k) {
        if (!isWait(spans.kindTable[k].state))
            continue;
        slotOfKind[k] = static_cast<std::uint8_t>(waitKinds.size());
        waitKinds.push_back(static_cast<SpanKindId>(k));
    }
    std::vector<bool> seen(stacks * waitKinds.size());
    for (std::size_t s = 0; s < spans.size(); ++s)
        if (const SpanKindId kind = spans.kinds[s]; isWait(spans.stateOfKind[kind]))
            seen[spans.stacks[s] * waitKinds.size() + slotOfKind[kind]] = true;

    // Deciding about a frame compares texts, and frames are shared by stacks: each is decided once.
    const StandardLibrary standardLibrary(trace);
    libraryFrames_.resize(trace.stacks.frameCount());
    for (std::uint32_t f = 1; f < libraryFrames_.size(); ++f)
        libraryFrames_[f] = standardLibrary.contains({f});
    std::map<std::tuple<StringId, StringId, std::uint32_t>, FrameId> siteOfLine;
    siteOfStack_.resize(stacks);
    for (std::uint32_t stack = 1; stack < stacks; ++stack) {
        const auto frames = trace.stacks[StackId{stack}];
        if (frames.empty())
            continue;
        const auto own = std::ranges::find_if(frames, [&](FrameId f) { return !isLibrary(f); });
        const FrameId site = own != frames.end() ? *own : frames.back();
        const Frame& frame = trace.frame(site);
        siteOfStack_[stack] = siteOfLine.try_emplace({frame.function, frame.file, frame.line}, site).first->second;
    }

    firstClassOfStack_.reserve(stacks + 1);
    std::vector<std::string_view> names;
    std::size_t libraryPart = 0; // frames before the first one of the program
    for (std::uint32_t stack = 0; stack < stacks; ++stack) {
        firstClassOfStack_.push_back(static_cast<std::uint32_t>(classes_.size()));
        names.clear();
        for (std::size_t slot = 0; slot < waitKinds.size(); ++slot) {
            if (!seen[stack * waitKinds.size() + slot])
                continue;
            if (names.empty()) {
                const auto frames = trace.stacks[StackId{stack}];
                for (const FrameId f : frames)
                    names.push_back(trace.text(trace.frame(f).function));
                const auto own = std::ranges::find_if(frames, [&](FrameId f) { return !isLibrary(f); });
                libraryPart = static_cast<std::size_t>(own - frames.begin());
            }
            const SpanKind& kind = spans.kindTable[waitKinds[slot]];
            const Meaning meaning = meaningOf(kind, trace.text(kind.reason), names);
            const auto ofTheWait = std::span(names).first(std::min(libraryPart + 1, names.size()));
            classes_.push_back({meaning.primitive,
                                waitsForConnection(meaning.primitive, names) ? connectionPool : meaning.detail,
                                siteOf({stack}),
                                {stack},
                                idleIdiomOf(meaning.primitive, ofTheWait)});
            kindOfClass_.push_back(waitKinds[slot]);
        }
    }
    firstClassOfStack_.push_back(static_cast<std::uint32_t>(classes_.size()));

    runtimeGoroutines_.resize(trace.goroutines.size());
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const std::string_view function = trace.function({g});
        // The body of an iterator that is pulled from (iter.Pull) is the program's, though the runtime starts it.
        runtimeGoroutines_[g] =
            (function.starts_with("runtime.") && function != "runtime.main" && function != "runtime.corostart") ||
            function.starts_with("runtime/trace.");
    }
}

std::uint32_t WaitClasses::indexOf(const Trace& trace, SpanIndex s) const {
    const SpanKindId kind = trace.spans.kinds[s.value];
    if (!isWait(trace.spans.stateOfKind[kind]))
        return 0;
    // A stack is waited at in one or two kinds (an ordinary wait, and one from before the trace).
    std::uint32_t c = firstClassOfStack_[trace.spans.stacks[s.value]];
    while (kindOfClass_[c] != kind)
        ++c;
    return c;
}

StateFamily WaitClasses::familyOf(const Trace& trace, SpanIndex s) const {
    switch (trace.spans.state(s)) {
    case GoroutineState::Running:
        return StateFamily::Running;
    case GoroutineState::Runnable:
        return StateFamily::Runnable;
    case GoroutineState::Syscall:
        return StateFamily::Syscall;
    case GoroutineState::Waiting:
        return waitscope::familyOf(of(trace, s).primitive);
    case GoroutineState::Unknown:
    case GoroutineState::Ended:
    case GoroutineState::StillAlive:
        break;
    }
    return StateFamily::Unknown;
}

} // namespace waitscope
