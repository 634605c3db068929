// SPDX-License-Identifier: GPL-3.0-or-later
// Why the work is cut the way it is: what was measured on two cores with 8 million events, where one event costs about
// 35 ns of a core: 16 to decode and order it, 4 to lay its span out, 3 to hash its bytes, 4 in the kernel for fresh
// memory, the rest joining, packing and tables.
//
// - A second core that only builds (events handed over in blocks of 128 KB) gained a third and no more: ordering stayed
//   on one core, and the way from cache to cache cost what building took off.
// - Whole generations side by side: a busy second is one generation of 45 MB, so there was nothing to share.
// - Slices of 3 MB: the second core had as much to do as the first, but tables and logs left the caches, and peaked.
//   Slices of 1 MB are as fast and hold a third of that. Below 0.5 MB, batches that two slices read cost more.
// - Spans of a slice packed goroutine by goroutine, so that laying them out is copying: 4 bytes less a span and a fifth
//   slower. In the order of time, written once and read once, won: twelve bytes then, eight now (see the end).
// - Small pages: 34,000 page faults, a quarter of the time in the kernel. So threads keep their tables from slice to
//   slice, middling tables share huge pages, and slices go back one by one while the columns fill.
// - Huge pages for every column held 40 MB too much at the peak, since all columns begin to fill at once: memory.cpp
//   asks for them only where a table is large. (4 MB was large once; a small page costs 3.2 microseconds, as many bytes
//   of a huge one 0.55, so now it is what fills one: a thirtieth of a load for 6 MB. To have small pages mapped many at
//   a time costs 2.5 each, and saves nothing worth it.)
// - What was left was bound by the number of instructions: 720 an event, 430 now. Decoding arguments when an event is
//   taken, by code that knows how many there are, and the merge as one piece of code without calls (orderer_events.cpp)
//   took off a tenth each; tables set and read column by column with the width as a constant (column.h) another tenth.
//   Profile-guided optimisation found 3 % before that, -O3 and LTO as much, newer instructions (x86-64-v3) 2 %.
// - Then branches that nobody can guess: a twentieth was taking ids out of their table (id_table.h). A handler for each
//   type of event instead of for two, and slots kept in registers, changed nothing.
// - A hundred thousand goroutines that take turns have each a place in each slice's tables, and no place in a cache:
//   1.5 times Go's reader, where others get four. Larger slices there (slicing.cpp), tables in the memory of slices
//   that have been joined, and smaller entries of ids make it 2.2. Ids side by side would be a twelfth faster there,
//   and a thirtieth slower elsewhere.
// - Of the 190 ms that a report on this file took, 13 were the start of the program, 10 of them a window's libraries:
//   reports have a program of their own (main.cpp). Huge pages from 4 MB on instead of 8 took off another thirtieth,
//   for memory that those libraries had needed. Link-time optimisation, tried once more: nothing.
// - A file of 200 MB needs 500 MB of fresh memory. Where the machine is a guest whose host has to find that first, it
//   takes as long as all the rest, and nothing helps but to need less: it was 600 MB before the front of the columns,
//   where goroutines that live on and on fill many places at once, went back to small pages (trace_layout.cpp). So
//   spans are packed into eight bytes, a thousand at a time, while they are in the nearest cache (span_log.h). That
//   costs 3 % of the time and saves a tenth on one core, and a sixth with 200 MB.
// - What ordering waits for now is guesses. Decoded and merged without being looked at, the events take 156 ms of a
//   core; thread after thread, without a merge, 83: where threads take turns, nobody can guess whose event is next and
//   of which type. So what counts is how soon a wrong guess is noticed, not how much is done. None of these helped: a
//   heap without a branch; numbers taken apart without a branch (a third slower: a wrong guess now and then is cheaper
//   than always waiting for the length); sixteen events of a thread decoded ahead (a tenth slower); a sixth fewer
//   instructions in the loop (nothing). These did, a tenth of ordering together: the earliest event stays in registers
//   with its type, entries of the heap are moved member by member (event_heap.h), and a thread is found by its address.
// - Laying out waits for memory: to say in advance which lines of the columns a piece of spans will be written to
//   (`Spans::willSet`) takes off a twelfth.
// - Tasks and regions, a quarter of these events, took an eighth of the time: they go to the builder without an
//   `OrderedEvent` between and from slice to trace column by column, without a row between. A twentieth.
// - Of 10,700 page faults on one core 4,400 are left, another twentieth: there are as many threads as cores that the
//   process may use (under `taskset` a second one filled tables of its own), each has one builder for all that it
//   orders, and tables that grow are mappings in huge pages. To ask for huge pages within what `realloc` gave was worse
//   than nothing: the system does not move what is only partly so, and then it is copied.
// - A goroutine's life in the table of those alive written into the loop instead of called: nothing.
#include "model/reader/generation_reader.h"

#include "model/reader/wire.h"

namespace waitscope {

namespace {

// After so many gaps in one generation the rest of it is left out: what could still be ordered is noise.
constexpr int mostGaps = 64;
// Of damaged generations, in ns: clocks of threads differ by less, and numbers by more are not worth keeping.
constexpr std::int64_t patience = 1'000'000;
// Slices that are ordered but not joined yet: enough that no worker waits, few enough that a stop is felt at once.
constexpr std::size_t mostPending = 64;

} // namespace

OrderingPool::OrderingPool(unsigned threads, const RuntimeNames& names, const std::stop_token& stop)
    : mostThreads_(threads), names_(names), stop_(stop) {}

OrderingPool::~OrderingPool() {
    for (std::jthread& thread : threads_)
        thread.request_stop();
}

std::shared_ptr<OrderingPool::Job> OrderingPool::add(SliceWork work) {
    auto job = std::make_shared<Job>();
    job->work = std::move(work);
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(job);
        if (waiting_.size() > threads_.size() + 1 && threads_.size() + 1 < mostThreads_)
            threads_.emplace_back([this](const std::stop_token& ours) { run(ours); });
    }
    changed_.notify_all();
    return job;
}

void OrderingPool::wait(Job& job, SliceBuilder& builder) {
    std::unique_lock lock(mutex_);
    while (!job.done) {
        if (waiting_.empty())
            changed_.wait(lock);
        else
            orderNext(lock, builder);
    }
    if (job.failure)
        std::rethrow_exception(job.failure);
}

void OrderingPool::abandon(Job& job) {
    const std::scoped_lock lock(mutex_);
    job.abandoned = true;
}

void OrderingPool::giveBack(OrderedSlice joined) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty())
        spare_.clear();
    else if (spare_.size() < mostThreads_)
        spare_.push_back(std::move(joined));
}

void OrderingPool::run(const std::stop_token& ours) {
    SliceBuilder builder;
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, ours, [&] { return !waiting_.empty(); }))
        orderNext(lock, builder);
}

void OrderingPool::orderNext(std::unique_lock<std::mutex>& lock, SliceBuilder& builder) {
    const std::shared_ptr<Job> job = std::move(waiting_.front());
    waiting_.pop_front();
    if (job->abandoned)
        return;
    OrderedSlice old;
    if (!spare_.empty()) {
        old = std::move(spare_.back());
        spare_.pop_back();
    }
    lock.unlock();
    OrderedSlice result;
    std::exception_ptr failure;
    try {
        Orderer orderer(job->work, names_, builder, nullptr);
        orderer.reuse(std::move(old));
        result = orderer.order(stop_);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    job->result = std::move(result);
    job->failure = failure;
    job->done = true;
    changed_.notify_all();
}

GenerationReader::GenerationReader(TraceBytes& bytes, StringInterner& strings, StackInterner& stacks,
                                   TraceBuilder& builder, Options options)
    : bytes_(bytes)
    , strings_(strings)
    , stacks_(stacks)
    , options_(std::move(options))
    , names_{.lostReason = strings.intern(lostReasonText),
             .markPhase = strings.intern("GC concurrent mark phase"),
             .markAssist = strings.intern("GC mark assist"),
             .sweep = strings.intern("GC incremental sweep"),
             .procs = strings.intern("/sched/gomaxprocs:threads"),
             .heap = strings.intern("/memory/classes/heap/objects:bytes"),
             .goal = strings.intern("/gc/heap/goal:bytes")}
    , joiner_(builder, strings)
    , pool_(options_.threads, names_, options_.stop)
    , ticksPerSecond_(wire::ticksPerSecondOfNanotime) {}

std::shared_ptr<const PreparedGeneration> GenerationReader::prepare(WireGeneration wire) {
    ticksPerSecond_ = wire.ticksPerSecond.value_or(ticksPerSecond_);
    const TickScale scale(ticksPerSecond_);
    if (!wallClock_ && wire.clockSnapshot)
        wallClock_ = {scale.nanoseconds(wire.clockSnapshot->ticks), wire.clockSnapshot->unixNanoseconds};
    auto generation = std::make_shared<PreparedGeneration>();
    generation->scale = scale;
    if (const auto problem = generation->tables.read(wire, strings_, stacks_))
        options_.warn(*problem);
    generation->wire = std::move(wire);
    return generation;
}

std::optional<WireGeneration> GenerationReader::nextOfFile(GenerationScanner& scanner) {
    if (ahead_)
        return std::exchange(ahead_, {});
    auto wire = scanner.next();
    for (const ReadProblem& problem : scanner.takeProblems())
        options_.warn(problem);
    return wire;
}

// ns from the begin of the file. One without events is where the file begins: it costs nothing to read.
std::int64_t GenerationReader::beginInFile(const WireGeneration& wire) const {
    if (wire.earliestTicks == UINT64_MAX)
        return 0;
    return TickScale(wire.ticksPerSecond.value_or(ticksPerSecond_)).nanoseconds(wire.earliestTicks) -
           fileBegin_.value_or(0);
}

// Where a generation ends, the next one tells.
std::optional<WireGeneration> GenerationReader::nextWanted(GenerationScanner& scanner) {
    while (!options_.stop.stop_requested()) {
        auto wire = nextOfFile(scanner);
        if (!options_.part || !wire)
            return wire;
        if (!fileBegin_ && wire->earliestTicks != UINT64_MAX)
            fileBegin_ = beginInFile(*wire);
        if (beginInFile(*wire) >= options_.part->end)
            return {};
        ahead_ = nextOfFile(scanner);
        if (ahead_ && beginInFile(*ahead_) <= options_.part->begin) {
            bytes_.release(wire->endOffset);
            if (options_.progress)
                options_.progress(wire->endOffset);
            continue;
        }
        bytesOfPart_ += wire->endOffset - wire->beginOffset;
        return !options_.hasRoom || options_.hasRoom(bytesOfPart_) ? std::move(wire) : std::nullopt;
    }
    return {};
}

void GenerationReader::read(std::size_t offset, int version) {
    GenerationScanner scanner(bytes_, offset, version);
    while (auto wire = nextWanted(scanner)) {
        const auto slices = slicesOf(prepare(std::move(*wire)), options_.sliceBytes);
        for (const SliceWork& work : slices)
            pending_.push_back({pool_.add(work), &work == &slices.back()});
        while (pending_.size() > mostPending && !options_.stop.stop_requested())
            joinNext();
    }
    while (!pending_.empty() && !options_.stop.stop_requested())
        joinNext();
    endOffset_ = scanner.offset();
    otherTrace_ = scanner.otherTrace();
    afterword_ = scanner.afterword();
    unknownExperiments_ = scanner.unknownExperiments();
    joiner_.finish();
}

void GenerationReader::joinNext() {
    Pending next = pending_.front();
    pending_.pop_front();
    OrderingPool::Job& job = *next.job;
    pool_.wait(job, builder_);
    steps_ += job.result.steps;
    if (job.result.stopped)
        return;
    const WireGeneration& wire = job.work.generation->wire;
    if (wire.afterHole && job.work.isFirst())
        joiner_.gap();
    if (!joinWhole(job.result) && orderAgain(job.work) == Reach::Generation)
        next.lastOfGeneration = true;
    pool_.giveBack(std::move(job.result));
    if (!next.lastOfGeneration) {
        bytes_.release(pending_.front().job->work.keepFrom);
    } else {
        if (generationIsWhole_ && wire.complete)
            joiner_.generationWasWhole();
        generationIsWhole_ = true;
        bytes_.release(wire.endOffset);
        if (options_.progress)
            options_.progress(wire.endOffset);
    }
    if (options_.joined && !pending_.empty())
        options_.joined();
}

bool GenerationReader::joinWhole(OrderedSlice& slice) {
    if (slice.stuck)
        return false;
    const auto damage = slice.damage;
    const auto unknown = slice.unknownEvents;
    if (!joiner_.join(slice))
        return false;
    if (damage) {
        unknownEvents_.insert(unknown.begin(), unknown.end());
        options_.warn(*damage);
        generationIsWhole_ = false;
    }
    return true;
}

// Something that was taken for granted is not so, or does not fit into the slice: an event near its edge may have to
// come before one beyond it. So first the slice alone, from what is known, and then all that is left of its generation.
GenerationReader::Reach GenerationReader::orderAgain(SliceWork work) {
    const SchedulerState* const before = joiner_.isDoubtful() ? nullptr : &joiner_.state();
    if (before != nullptr) {
        OrderedSlice slice = Orderer(work, names_, builder_, before).order(options_.stop);
        steps_ += slice.steps;
        if (slice.stopped || joinWhole(slice))
            return Reach::Slice;
    }
    work.until = SliceWork::untilTheEnd;
    work.notBefore = joiner_.lastTime() + 1;
    while (!pending_.empty() && pending_.front().job->work.generation == work.generation) {
        pool_.abandon(*pending_.front().job);
        pending_.pop_front();
    }
    OrderedSlice slice = Orderer(work, names_, builder_, before).order(options_.stop);
    if (slice.stuck) {
        work.patience = patience;
        slice = Orderer(work, names_, builder_, before).order(options_.stop);
    }
    salvage(work, std::move(slice));
    return Reach::Generation;
}

void GenerationReader::salvage(const SliceWork& work, OrderedSlice slice) {
    for (int gaps = 0;; ++gaps) {
        auto stuck = slice.stuck;
        const auto damage = slice.damage;
        unknownEvents_.insert(slice.unknownEvents.begin(), slice.unknownEvents.end());
        steps_ += slice.steps;
        auto rest = std::move(slice.notOrdered);
        if (slice.stopped)
            return;
        if (damage)
            options_.warn(*damage);
        static_cast<void>(joiner_.join(slice));
        if (!stuck)
            return;
        generationIsWhole_ = false;
        stuck->time = joiner_.lastTime();
        options_.warn(*stuck);
        joiner_.gap();
        if (gaps == mostGaps)
            return;
        slice = Orderer(work, names_, builder_, std::move(rest), joiner_.lastTime() + 1).order(options_.stop);
    }
}

} // namespace waitscope
