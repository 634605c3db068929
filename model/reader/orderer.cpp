// SPDX-License-Identifier: GPL-3.0-or-later
// The merge itself: the heap of threads, delivery, and generations. What an event does to the model is in
// orderer_events.cpp.
#include "model/reader/orderer.h"

#include <algorithm>

namespace waitscope {

Orderer::Orderer(StringInterner& strings, EventSink& sink, std::function<void(std::uint64_t)> progress)
    : stringInterner_(strings)
    , progress_(std::move(progress))
    , out_(sink, 1)
    , lostReason_(strings.intern(lostReasonText))
    , markPhase_(strings.intern("GC concurrent mark phase"))
    , markAssist_(strings.intern("GC mark assist"))
    , sweep_(strings.intern("GC incremental sweep"))
    , procsMetric_(strings.intern("/sched/gomaxprocs:threads"))
    , heapMetric_(strings.intern("/memory/classes/heap/objects:bytes"))
    , goalMetric_(strings.intern("/gc/heap/goal:bytes")) {}

std::optional<ReadProblem> Orderer::order(const WireGeneration& generation, const GenerationTables& tables,
                                          TickScale scale, const std::stop_token& stop) {
    tables_ = &tables;
    generation_ = generation.number;
    fileBegin_ = generation.fileBegin;
    damagedSource_ = false;
    const std::uint64_t earliest = generation.earliestTicks == UINT64_MAX ? 0 : generation.earliestTicks;
    out_.write(OrderedEventKind::Generation, scale.nanoseconds(earliest)).value = generation.number;

    samples_.clear();
    nextSample_ = 0;
    for (const WireSample& sample : tables.samples)
        samples_.push_back({scale.nanoseconds(sample.ticks), sample});
    std::ranges::stable_sort(samples_, {}, &Sample::time);

    sources_.clear();
    heap_.clear();
    sources_.reserve(generation.streams.size());
    for (const ThreadStream& stream : generation.streams) {
        sources_.push_back({EventCursor(stream, scale), stream.thread == -1 ? ThreadIndex{} : threadOf(stream.thread)});
        if (sources_.back().cursor.next() == EventCursor::Step::Event)
            push(static_cast<std::uint32_t>(sources_.size() - 1));
        // A stream that is damaged in its first event is found by the count of what it should have held.
    }

    for (std::uint32_t sinceCheck = 0; !heap_.empty();) {
        if (++sinceCheck == EventBlock::capacity) {
            sinceCheck = 0;
            if (stop.stop_requested() || out_.closed())
                return {};
            if (progress_)
                progress_(sources_[heap_[0].source].cursor.offsetFrom(fileBegin_));
        }
        deliverSamplesBefore(heap_[0].time);
        const std::uint32_t head = heap_[0].source;
        Outcome outcome = tryAt(0);
        std::size_t at = 0;
        if (outcome == Outcome::NotReady) [[unlikely]] {
            // An array sorted by time is still a heap. Stable, so that the order never depends on anything else.
            std::ranges::stable_sort(heap_, {}, &Next::time);
            for (std::size_t i = 0; i < heap_.size() && outcome == Outcome::NotReady; ++i)
                if (heap_[i].source != head)
                    outcome = tryAt(at = i);
        }
        if (outcome == Outcome::NotReady)
            return problemAt(0, generation, "no thread's next event can follow the events before it");
        if (outcome == Outcome::Impossible)
            return problemAt(at, generation, why_);
    }
    deliverSamplesBefore(INT64_MAX);
    initial_ = false;
    if (damagedSource_)
        return damage_;
    return {};
}

void Orderer::finish() {
    out_.write(OrderedEventKind::Finish, out_.lastTime());
    out_.flush();
}

Orderer::Outcome Orderer::tryAt(std::size_t i) {
    Source& source = sources_[heap_[i].source];
    const Outcome outcome = advance(source.cursor, source.thread);
    if (outcome != Outcome::Taken)
        return outcome;
    const EventCursor::Step step = source.cursor.next();
    if (step == EventCursor::Step::Event) {
        heap_[i].time = source.cursor.time();
        if (!siftUp(i))
            siftDown(i);
        return outcome;
    }
    if (step == EventCursor::Step::Damaged && !damagedSource_) {
        damagedSource_ = true;
        const std::int64_t thread = source.cursor.thread();
        damage_ = {.text = "An event " + (thread < 0 ? std::string() : "of thread " + std::to_string(thread) + " ") +
                           "in generation " + std::to_string(generation_) +
                           " is damaged, and the rest of its events cannot be read",
                   .byteOffset = source.cursor.offsetFrom(fileBegin_),
                   .generation = generation_,
                   .thread = thread};
    }
    removeFromHeap(i);
    return outcome;
}

ReadProblem Orderer::problemAt(std::size_t i, const WireGeneration& generation, const std::string& why) const {
    if (damagedSource_) // the damage is the cause, that others wait for the lost events the consequence
        return damage_;
    const Source& source = sources_[heap_[i].source];
    return {.text = "The events of generation " + std::to_string(generation.number) + " cannot be put in order: " + why,
            .byteOffset = source.cursor.offsetFrom(fileBegin_),
            .generation = generation.number,
            .thread = source.cursor.thread()};
}

// The heap is Go's (D.2), so that events with equal times come out in the same order as with Go's own reader.

void Orderer::push(std::uint32_t source) {
    heap_.push_back({sources_[source].cursor.time(), source});
    siftUp(heap_.size() - 1);
}

bool Orderer::siftUp(std::size_t i) {
    bool moved = false;
    while (i > 0 && heap_[(i - 1) / 2].time > heap_[i].time) {
        std::swap(heap_[(i - 1) / 2], heap_[i]);
        i = (i - 1) / 2;
        moved = true;
    }
    return moved;
}

void Orderer::siftDown(std::size_t i) {
    for (;;) {
        std::size_t least = i;
        for (const std::size_t child : {2 * i + 1, 2 * i + 2})
            if (child < heap_.size() && heap_[child].time < heap_[least].time)
                least = child;
        if (least == i)
            return;
        std::swap(heap_[i], heap_[least]);
        i = least;
    }
}

void Orderer::removeFromHeap(std::size_t i) {
    for (; i > 0; i = (i - 1) / 2)
        std::swap(heap_[(i - 1) / 2], heap_[i]);
    heap_[0] = heap_.back();
    heap_.pop_back();
    siftDown(0);
}

OrderedEvent& Orderer::deliver(const EventCursor& e, OrderedEventKind kind, const Context& at) {
    OrderedEvent& out = out_.write(kind, e.time());
    out.context = indexOf(at.goroutine);
    out.proc = at.proc;
    out.thread = at.thread;
    return out;
}

OrderedEvent& Orderer::goroutineChanges(const EventCursor& e, const Context& at, Slot slot, GoroutineState to,
                                        SpanOrigin origin) {
    OrderedEvent& out = deliver(e, OrderedEventKind::GoroutineChanged, at);
    out.goroutine = goroutines_[slot].index;
    out.to = to;
    out.origin = origin;
    return out;
}

void Orderer::procChanges(const EventCursor& e, const Context& at, ProcIndex proc, ProcState to, ThreadIndex thread) {
    OrderedEvent& out = deliver(e, OrderedEventKind::ProcChanged, at);
    out.proc = proc;
    out.thread = thread;
    out.value2 = static_cast<std::uint64_t>(to);
}

void Orderer::deliverSamplesBefore(std::int64_t time) {
    for (; nextSample_ < samples_.size() && samples_[nextSample_].time < time; ++nextSample_) {
        const WireSample& sample = samples_[nextSample_].sample;
        const ThreadIndex thread = sample.thread < 0 ? ThreadIndex{} : threadOf(sample.thread);
        OrderedEvent& out = out_.write(OrderedEventKind::CpuSample, samples_[nextSample_].time);
        out.context = indexOf(goroutines_.find(sample.goroutine));
        out.proc = procs_.find(sample.proc);
        out.thread = thread;
        out.stack = stackOf(sample.stack);
    }
}

ThreadIndex Orderer::threadOf(std::int64_t id) {
    if (const ThreadIndex known = threads_.find(id); known.known())
        return known;
    out_.announceThread(id);
    return threads_.add(id);
}

StringId Orderer::stopTheWorldName(StringId kind) {
    StringId& name = stopTheWorldNames_[kind.value];
    if (!name.known())
        name = stringInterner_.intern("stop-the-world (" + std::string(stringInterner_.text(kind)) + ")");
    return name;
}

} // namespace waitscope
