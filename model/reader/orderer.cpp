// SPDX-License-Identifier: GPL-3.0-or-later
// The merge itself: the heap of threads, delivery, and generations. What an event does to the model is in
// orderer_events.cpp.
#include "model/reader/orderer.h"

#include <algorithm>
#include <tuple>

namespace waitscope {

Orderer::Orderer(const SliceWork& work, const RuntimeNames& names, SliceBuilder& builder, const SchedulerState* before)
    : work_(work)
    , generation_(work.generation->wire)
    , tables_(work.generation->tables)
    , names_(names)
    , before_(before)
    , builder_(builder)
    , out_(builder_, std::max<std::int64_t>({1, work.from, work.notBefore, before == nullptr ? 0 : before->time + 1})) {
    for (const ThreadStream& stream : generation_.streams)
        cursors_.emplace_back(stream, work.generation->scale, work.isFirst() ? INT64_MIN : work.from, work.until);
    if (before_ != nullptr) {
        state_.collecting = before_->collecting;
        state_.collectorSequence = before_->collectorSequence;
    }
    if (work_.isFirst()) {
        const std::uint64_t earliest = generation_.earliestTicks == UINT64_MAX ? 0 : generation_.earliestTicks;
        out_.write(OrderedEventKind::Generation, work.generation->scale.nanoseconds(earliest)).value =
            generation_.number;
    }
}

Orderer::Orderer(const SliceWork& work, const RuntimeNames& names, SliceBuilder& builder,
                 std::vector<EventCursor> cursors, std::int64_t firstTime)
    : work_(work)
    , generation_(work.generation->wire)
    , tables_(work.generation->tables)
    , names_(names)
    , before_(nullptr)
    , resumed_(true)
    , cursors_(std::move(cursors))
    , builder_(builder)
    , out_(builder_, firstTime) {}

void Orderer::reuse(OrderedSlice old) {
    state_.goroutines = std::move(old.end.goroutines);
    state_.goroutines.clear();
    goroutineAssumptions_ = std::move(old.goroutines);
    goroutineAssumptions_.clear();
}

OrderedSlice Orderer::order(const std::stop_token& stop) {
    const TickScale scale = work_.generation->scale;
    for (const WireSample& sample : tables_.samples)
        if (const std::int64_t time = scale.nanoseconds(sample.ticks);
            (work_.isFirst() || time >= work_.from) && time < work_.until && time > out_.lastTime())
            samples_.push_back({time, sample});
    std::ranges::stable_sort(samples_, {}, &Sample::time);
    nextSampleTime_ = samples_.empty() ? INT64_MAX : samples_[0].time;

    sources_.reserve(cursors_.size());
    for (const EventCursor& cursor : cursors_) {
        const auto source = static_cast<std::uint32_t>(sources_.size());
        const ThreadIndex thread = cursor.thread() == -1 ? ThreadIndex{} : threadOf(cursor.thread());
        sources_.push_back({cursor, thread, thread.known() ? &state_.threads[thread] : &noThread_});
        if (resumed_ || step(sources_[source].cursor))
            heap_.push({sources_[source].cursor.time(), source, sources_[source].cursor.type()});
    }

    while (!heap_.empty()) {
        if (stop.stop_requested()) {
            result_.stopped = true;
            return result();
        }
        Outcome outcome = takeSome();
        std::size_t at = 0;
        if (outcome == Outcome::NotReady) [[unlikely]] {
            const std::uint32_t head = heap_[0].source;
            heap_.sort();
            for (std::size_t i = 0; i < heap_.size() && outcome == Outcome::NotReady; ++i) {
                if (heap_[i].time - heap_[0].time > work_.patience)
                    break;
                if (heap_[i].source != head)
                    outcome = takeLater(at = i);
            }
        }
        if (outcome == Outcome::NotReady)
            result_.stuck = problemAt(0, "no thread's next event can follow the events before it");
        if (outcome == Outcome::Impossible)
            result_.stuck = problemAt(at, why_);
        if (result_.stuck) {
            for (std::size_t i = 0; i < heap_.size(); ++i)
                if (outcome != Outcome::Impossible || i != at || sources_[heap_[i].source].cursor.skipEvent())
                    result_.notOrdered.push_back(sources_[heap_[i].source].cursor);
            return result();
        }
    }
    deliverSamplesBefore(INT64_MAX);
    return result();
}

OrderedSlice Orderer::result() {
    out_.flush();
    for (GoroutineAssumption& a : goroutineAssumptions_)
        std::tie(a.firstRecord, a.lastRecord) = builder_.recordsOf(a.goroutine);
    result_.slice = builder_.finish();
    result_.generation = generation_.number;
    result_.slice->lastTime = out_.lastTime();
    result_.delivered = out_.delivered();
    result_.lastTime = out_.lastTime();
    result_.firstTime = result_.slice->firstTime;
    const auto& slots = state_.goroutines.slots();
    for (Slot slot = 0; slot < slots.size(); ++slot)
        if (slots[slot].live && slots[slot].assumption != nowhere)
            goroutineAssumptions_[slots[slot].assumption].atEnd = slot;
    result_.goroutines = std::move(goroutineAssumptions_);
    result_.procs = std::move(procAssumptions_);
    result_.end = std::move(state_);
    return std::move(result_);
}

bool Orderer::stepOver(EventCursor& cursor, EventCursor::Step step) {
    for (; step != EventCursor::Step::Event; step = cursor.next()) {
        if (step == EventCursor::Step::End) {
            if (cursor.leavesSomething() && !result_.damage)
                result_.stuck = ReadProblem{.text = "The batches of a thread overlap in generation " +
                                                    std::to_string(generation_.number),
                                            .byteOffset = cursor.offsetFrom(generation_.fileBegin),
                                            .generation = generation_.number,
                                            .thread = cursor.thread()};
            return false;
        }
        const bool unknown = wire::argumentCounts[cursor.type()] == 0;
        if (unknown)
            result_.unknownEvents[cursor.damageFrom(generation_.fileBegin)] = cursor.type();
        if (!result_.damage) {
            const std::int64_t thread = cursor.thread();
            result_.damage = {.text = "An event " +
                                      (thread < 0 ? std::string() : "of thread " + std::to_string(thread) + " ") +
                                      "in generation " + std::to_string(generation_.number) +
                                      (unknown ? " has the unknown type " + std::to_string(cursor.type())
                                               : std::string(" is damaged")) +
                                      ", and the rest of its batch cannot be read",
                              .byteOffset = cursor.damageFrom(generation_.fileBegin),
                              .generation = generation_.number,
                              .thread = thread,
                              .time = cursor.time()};
        }
    }
    return true;
}

ReadProblem Orderer::problemAt(std::size_t i, const std::string& why) const {
    const Source& source = sources_[heap_[i].source];
    return {.text =
                "The events of generation " + std::to_string(generation_.number) + " cannot be put in order: " + why,
            .byteOffset = source.cursor.offsetFrom(generation_.fileBegin),
            .generation = generation_.number,
            .thread = source.cursor.thread(),
            .disorder = true};
}

OrderedEvent& Orderer::deliver(const EventCursor& e, OrderedEventKind kind, const Context& at) {
    OrderedEvent& out = out_.write(kind, e.time());
    out.context = indexOf(at.goroutine);
    out.proc = at.proc;
    out.thread = at.thread;
    return out;
}

void Orderer::procChanges(const EventCursor& e, const Context& at, ProcIndex proc, ProcState to, ThreadIndex thread) {
    OrderedEvent& out = deliver(e, OrderedEventKind::ProcChanged, at);
    out.proc = proc;
    out.thread = thread;
    out.value2 = static_cast<std::uint64_t>(to);
}

void Orderer::deliverSamples(std::int64_t before) {
    for (; nextSample_ < samples_.size() && samples_[nextSample_].time < before; ++nextSample_) {
        const WireSample& sample = samples_[nextSample_].sample;
        const ThreadIndex thread = sample.thread < 0 ? ThreadIndex{} : threadOf(sample.thread);
        const GoroutineIndex goroutine =
            indexOf(sample.goroutine <= 0 ? LiveGoroutines::none : goroutineOf(sample.goroutine));
        const ProcIndex proc = sample.proc < 0 ? ProcIndex{} : procOf(sample.proc);
        OrderedEvent& out = out_.write(OrderedEventKind::CpuSample, samples_[nextSample_].time);
        out.context = goroutine;
        out.proc = proc;
        out.thread = thread;
        out.stack = stackOf(sample.stack);
    }
    nextSampleTime_ = nextSample_ < samples_.size() ? samples_[nextSample_].time : INT64_MAX;
}

} // namespace waitscope
