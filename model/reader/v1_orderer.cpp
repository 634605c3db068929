// SPDX-License-Identifier: GPL-3.0-or-later
// The queue of each processor, and when an event may be taken. What an event becomes is in v1_events.cpp.
#include "model/reader/v1_orderer.h"

#include <algorithm>

namespace waitscope::v1 {

Orderer::Orderer(const File& file, int version, StringInterner& strings, SliceBuilder& builder)
    : file_(file)
    , version_(version)
    , strings_(strings)
    , out_(builder, 0)
    , nanosecondsPerTick_(1e9 / static_cast<double>(file.ticksPerSecond.value_or(1'000'000'000)))
    , markPhase_(strings.intern("GC concurrent mark phase"))
    , markAssist_(strings.intern("GC mark assist"))
    , sweep_(strings.intern("GC incremental sweep"))
    , procsMetric_(strings.intern("/sched/gomaxprocs:threads"))
    , heapMetric_(strings.intern("/memory/classes/heap/objects:bytes"))
    , goalMetric_(strings.intern("/gc/heap/goal:bytes")) {}

std::optional<ReadProblem> Orderer::order(const std::stop_token& stop) {
    out_.write(OrderedEventKind::Generation, 0).value = 1;
    for (const ProcStream& stream : file_.streams) {
        queues_.push_back({.cursor = Cursor(stream), .id = stream.proc});
        queues_.back().ended = !queues_.back().cursor.next();
    }
    std::optional<ReadProblem> problem;
    constexpr std::uint32_t betweenChecks = 2048;
    for (std::uint32_t sinceCheck = 0;;) {
        if (++sinceCheck == betweenChecks) {
            sinceCheck = 0;
            if (stop.stop_requested())
                return {};
        }
        Queue* earliest = nullptr;
        bool any = false;
        for (Queue& queue : queues_) {
            if (queue.ended)
                continue;
            any = true;
            ++steps_;
            queue.inFrontier = queue.inFrontier || ready(queue.cursor.record());
            if (queue.inFrontier &&
                (earliest == nullptr || queue.cursor.record().ticks < earliest->cursor.record().ticks))
                earliest = &queue;
        }
        if (!any)
            break;
        if (earliest == nullptr && !created_) {
            learnCreated(); // C threads that call into Go break the rules; now they may be bent
            continue;
        }
        if (earliest == nullptr) { // what the events wait for is lost; from here on time alone orders them
            for (Queue& queue : queues_)
                if (!queue.ended &&
                    (earliest == nullptr || queue.cursor.record().ticks < earliest->cursor.record().ticks))
                    earliest = &queue;
            if (earliest == nullptr)
                break;
            if (!problem)
                problem = ReadProblem{.text = "The events contradict one another, so some are missing",
                                      .byteOffset = 0,
                                      .time = timeOf(earliest->cursor.record().ticks),
                                      .disorder = true};
        }
        const Record record = earliest->cursor.record();
        earliest->ended = !earliest->cursor.next();
        earliest->inFrontier = false;
        deliverSamplesAndExitsBefore(record.ticks);
        deliver(*earliest, record);
        apply(record);
    }
    deliverSamplesAndExitsBefore(UINT64_MAX);
    if (!initialised_)
        announceRunnable();
    out_.write(OrderedEventKind::Finish, out_.lastTime());
    out_.flush();
    return problem;
}

void Orderer::learnCreated() {
    created_.emplace();
    for (const ProcStream& stream : file_.streams)
        for (Cursor cursor(stream); cursor.next();)
            if (cursor.record().type == GoCreate)
                created_->insert(cursor.record().arguments[0]);
}

bool Orderer::ready(const Record& r) {
    const auto is = [&](std::uint64_t goroutine, Status status, std::optional<std::uint64_t> number) {
        const Slot slot = slotOf(goroutine);
        if (slot == LiveGoroutines::none)
            return status == Dead;
        const auto& g = goroutines_[slot];
        return g.status == status && (!number || g.sequence.number == *number);
    };
    switch (r.type) {
    case GoCreate:
        return is(r.arguments[0], Dead, {});
    case GoWaiting:
    case GoInSyscall:
        return is(r.goroutine, Runnable, 1);
    case GoStart:
    case GoStartLabel:
        return is(r.arguments[0], Runnable, r.arguments[1]) || readyAsCallback(r);
    case GoStartLocal:
        return is(r.arguments[0], Runnable, {}) || readyAsCallback(r);
    case GoSched:
    case GoPreempt:
        return is(r.goroutine, Running, {});
    case GoUnblock:
    case GoSysExit:
        return is(r.arguments[0], Waiting, r.arguments[1]);
    case GoUnblockLocal:
    case GoSysExitLocal:
        return is(r.arguments[0], Waiting, {});
    case GCStart:
        return r.arguments[0] == collections_;
    default:
        return !isBlock(r.type) || is(r.goroutine, Running, {});
    }
}

// The two relaxations of F.4 for goroutines of C threads, which start without ever leaving their system call, or
// without having been created.
bool Orderer::readyAsCallback(const Record& r) {
    if (!created_)
        return false;
    const Slot slot = slotOf(r.arguments[0]);
    if (slot == LiveGoroutines::none)
        return !created_->contains(r.arguments[0]);
    const auto& g = goroutines_[slot];
    return g.status == Waiting && g.cameFromC && (r.type == GoStartLocal || r.arguments[1] == g.sequence.number);
}

void Orderer::apply(const Record& r) {
    const auto becomes = [&](std::uint64_t goroutine, Status status, std::optional<std::uint64_t> number = {}) {
        auto& g = goroutines_[slotFor(goroutine)];
        g.status = status;
        if (number)
            g.sequence.number = *number;
        g.cameFromC = r.type == GoInSyscall;
    };
    const auto next = [&](std::uint64_t goroutine) { return goroutines_[slotFor(goroutine)].sequence.number + 1; };
    switch (r.type) {
    case GoCreate:
        becomes(r.arguments[0], Runnable, 1);
        break;
    case GoWaiting:
    case GoInSyscall:
        becomes(r.goroutine, Waiting, 2);
        break;
    case GoStart:
    case GoStartLabel:
        becomes(r.arguments[0], Running, r.arguments[1] + 1);
        break;
    case GoStartLocal:
        becomes(r.arguments[0], Running, next(r.arguments[0]));
        break;
    case GoSched:
    case GoPreempt:
        becomes(r.goroutine, Runnable);
        break;
    case GoUnblock:
    case GoSysExit:
        becomes(r.arguments[0], Runnable, r.arguments[1] + 1);
        break;
    case GoUnblockLocal:
    case GoSysExitLocal:
        becomes(r.arguments[0], Runnable, next(r.arguments[0]));
        break;
    case GCStart:
        ++collections_;
        break;
    case GoEnd:
        if (const Slot slot = slotOf(r.goroutine); slot != LiveGoroutines::none)
            goroutines_.remove(slot);
        break;
    default:
        if (isBlock(r.type))
            becomes(r.goroutine, Waiting);
        break;
    }
}

LiveGoroutines::Slot Orderer::slotFor(std::uint64_t goroutine) {
    const Slot slot = goroutines_.find(static_cast<std::int64_t>(goroutine));
    return slot != LiveGoroutines::none ? slot : goroutines_.add(static_cast<std::int64_t>(goroutine));
}

std::int64_t Orderer::timeOf(std::uint64_t ticks) const {
    constexpr double latest = 4.0e18;
    // The boundary before the first event has time 0, the first event 1.
    const std::uint64_t since = ticks < file_.firstTicks ? 0 : ticks - file_.firstTicks;
    return 1 + static_cast<std::int64_t>(std::min(static_cast<double>(since) * nanosecondsPerTick_, latest));
}

} // namespace waitscope::v1
