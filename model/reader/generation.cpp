// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/generation.h"

#include "model/reader/varint.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

// Batches of one generation begin within seconds of one another; so far apart, a clock is wrong.
constexpr std::uint64_t mostSecondsApart = 3600;
constexpr std::uint8_t allocFree = 1; // the only experiment that Go has

std::string bytesText(std::size_t from, std::size_t to) {
    return to - from == 1 ? "1 byte" : countText(to - from) + " bytes";
}

std::string generationText(std::uint64_t number) {
    return "generation " + std::to_string(number);
}

// The byte with which every record in a table of this kind begins; 0: it is no table.
std::uint8_t recordOf(std::uint8_t kind) {
    switch (kind) {
    case wire::Strings:
        return wire::String;
    case wire::Stacks:
        return wire::Stack;
    case wire::CpuSamples:
        return wire::CpuSample;
    default:
        return 0;
    }
}

} // namespace

GenerationScanner::GenerationScanner(TraceBytes& bytes, std::size_t offset, int version)
    : bytes_(bytes), offset_(offset), version_(version) {}

std::optional<WireGeneration> GenerationScanner::next() {
    WireGeneration generation;
    generation.fileBegin = bytes_.data();
    generation.beginOffset = offset_;
    generation.complete = true;
    generation.afterHole = std::exchange(afterHole_, false);
    if (pending_)
        take(generation, *std::exchange(pending_, {}));
    bool whole = false;
    while (!ended_ && !whole) {
        Batch batch;
        const FrameRead read = readFrame(bytes_, offset_, version_, batch.frame);
        if (read == FrameRead::GenerationEnd) {
            ++offset_;
            whole = generation.number != 0; // an end without a begin says nothing
        } else if (read == FrameRead::FileEnd) {
            endFile(generation);
        } else if (!readData(read, batch)) {
            resume(generation, read == FrameRead::CutOff ? "The file ends inside the header of a batch"
                                                         : "There is no batch where one should begin");
        } else if (generation.number == 0 || isOfThisGeneration(generation, batch)) {
            take(generation, std::move(batch));
        } else {
            endGeneration(generation, batch);
            whole = true;
        }
        whole = whole || std::exchange(endMended_, false);
    }
    close(generation);
    generation.endOffset = offset_;
    return generation.number != 0 ? std::optional(std::move(generation)) : std::nullopt;
}

bool GenerationScanner::readData(FrameRead read, Batch& batch) {
    BatchFrame& frame = batch.frame;
    const bool wrongType = read == FrameRead::NotABatch;
    if (wrongType)
        read = readFrame(bytes_, offset_, version_, frame, true);
    if (read != FrameRead::Batch)
        return false;
    const std::size_t wanted = std::min(frame.size, wire::maxBatchSize);
    const std::size_t end = std::min(bytes_.ensure(frame.begin + wanted), frame.begin + wanted);
    batch.data = {bytes_.data() + frame.begin, end - frame.begin};
    const bool hasLength = batch.data.size() == frame.size;
    if (wrongType || frame.generation == 0) {
        // The rest of the header is believed if it leads to the next batch.
        if (!hasLength || generation_ == 0 || (wrongType && frame.generation - generation_ > 1) ||
            !batchesFollow(bytes_, batch.end(), version_, generation_))
            return false;
        frame.generation = std::max(frame.generation, generation_);
        report("The header of a batch was damaged; what it said follows from the batches around it", frame.thread)
            .mended = true;
        return true;
    }
    if (!hasLength && frame.generation - generation_ > 1 && generation_ != 0)
        return false;
    if (frame.size > wire::maxBatchSize)
        batch.doubt = "A batch claims to be " + countText(frame.size) + " bytes long; the most is " +
                      countText(wire::maxBatchSize);
    else if (!hasLength)
        batch.doubt = "The file ends inside a batch";
    return true;
}

bool GenerationScanner::isOfThisGeneration(WireGeneration& generation, Batch& batch) {
    if (batch.frame.generation == generation.number)
        return true;
    if (!batch.doubt.empty() || offset_ == resumedAt_)
        return false;
    BatchFrame after;
    const FrameRead read = readFrame(bytes_, batch.end(), version_, after);
    const bool alone = ticks_.empty() && batch.frame.generation != generation.number + 1;
    if (alone && read == FrameRead::Batch && after.generation == batch.frame.generation) {
        report("A batch claims to be of " + generationText(generation.number) + " in front of " +
               generationText(batch.frame.generation) + " and was taken as part of it")
            .mended = true;
        generation.number = batch.frame.generation;
        return true;
    }
    if (!(read == FrameRead::Batch && after.generation == generation.number) && read != FrameRead::GenerationEnd)
        return false;
    report("A batch claims to be of " + generationText(batch.frame.generation) + " in the middle of " +
               generationText(generation.number) + " and was taken as part of it",
           batch.frame.thread)
        .mended = true;
    batch.frame.generation = generation.number;
    return true;
}

void GenerationScanner::take(WireGeneration& generation, Batch batch) {
    if (held_)
        file(generation, *held_);
    generation.number = generation_ = batch.frame.generation;
    offset_ = batch.end();
    const std::string doubt = std::move(batch.doubt);
    held_ = std::move(batch);
    if (!doubt.empty())
        resume(generation, doubt);
}

void GenerationScanner::endGeneration(WireGeneration& generation, const Batch& next) {
    const std::uint64_t number = next.frame.generation;
    if (offset_ == resumedAt_) { // the hole has been told of
        generation.complete = false;
        afterHole_ = true;
    } else if (version_ >= wire::firstWithGenerationEnd || number != generation.number + 1) {
        report("The end of " + generationText(generation.number) + " is missing" + lostBefore(number));
        generation.complete = false;
        afterHole_ = true;
    }
    pending_ = next;
}

void GenerationScanner::endFile(WireGeneration& generation) {
    ended_ = true;
    const std::uint64_t number = generation.number;
    close(generation);
    // Up to 1.25 nothing marks the end of the last generation but its clock.
    if (number != 0 && !mayEndHere(generation)) {
        report("The file ends in the middle of " + generationText(number)).toTheEnd = true;
        generation.complete = false;
    }
}

// Nothing makes sense at the offset: finds the next batch, and tells from it how long the last one is.
void GenerationScanner::resume(WireGeneration& generation, const std::string& why) {
    const std::size_t at = offset_;
    Resumption found = findResumption(bytes_, held_ ? held_->frame.begin : at, version_, generation_);
    if (found.atEnd || found.header)
        return endAt(generation, found, why);
    BatchFrame next;
    static_cast<void>(readFrame(bytes_, found.offset, version_, next));
    const bool endsGeneration =
        version_ >= wire::firstWithGenerationEnd && generation.number != 0 && next.generation == generation_ + 1;
    if (endsGeneration && bytes_.data()[found.offset - 1] == std::byte{wire::EndOfGeneration})
        --found.offset; // the next generation begins there, so this one's end stands in front of it
    endMended_ = endsGeneration && found.offset == at + 1; // that byte was the end
    if (endMended_ || (held_ && (found.offset <= at || continuesHeld(at, found.offset)))) {
        report(why + "; what it should say follows from what stands around it").mended = true;
        offset_ = found.offset;
        if (endMended_)
            return;
        held_->data = {held_->data.data(), found.offset - held_->frame.begin};
        const bool isTable = held_->data.empty() || recordOf(std::to_integer<std::uint8_t>(held_->data[0])) != 0;
        if (held_->frame.experiment || isTable ||
            endsWithWholeEvent(held_->data.data(), held_->data.data() + held_->data.size()))
            return;
        problems_.pop_back(); // not its length is wrong: something between its begin and here is missing
        report(why + ", and something in front of it is missing" + lostBefore(next.generation), held_->frame.thread);
        generation.complete = false;
        resumedAt_ = found.offset;
        return;
    }
    report(why + ", and " + bytesText(at, found.offset) + " there cannot be read" + lostBefore(next.generation));
    generation.complete = false;
    offset_ = resumedAt_ = found.offset;
}

void GenerationScanner::endAt(WireGeneration& generation, const Resumption& found, const std::string& why) {
    const std::size_t at = offset_;
    const std::uint64_t number = generation.number;
    otherTrace_ = found.header;
    ended_ = true;
    offset_ = found.offset;
    if (held_ && found.offset < held_->end())
        held_->data = held_->data.first(found.offset - held_->frame.begin);
    close(generation);
    const std::span<const std::byte> rest(bytes_.data() + std::min(at, found.offset),
                                          found.offset - std::min(at, found.offset));
    const bool clean = number == 0 || mayEndHere(generation);
    if (!found.header && clean && !rest.empty() && std::to_integer<int>(rest[0]) != 0)
        afterword_ = looksLike(rest);
    if (clean && (!afterword_.empty() || (found.header && found.offset == at)))
        return;
    std::string text = why;
    if (found.header)
        text = "The end of the trace is missing: another trace begins in it";
    else if (found.offset > at)
        text += ", and the last " + bytesText(at, found.offset) + " of the file cannot be read";
    offset_ = at;
    report(text).toTheEnd = true;
    offset_ = found.offset;
    generation.complete = false;
}

// Could the bytes between be the rest of the batch in front of them?
bool GenerationScanner::continuesHeld(std::size_t from, std::size_t to) const {
    if (to - held_->frame.begin > wire::maxBatchSize)
        return false;
    const std::byte* const data = bytes_.data();
    const std::uint8_t record = held_->data.empty() ? 0 : recordOf(std::to_integer<std::uint8_t>(held_->data[0]));
    return record != 0 ? data[from] == std::byte{record} : endsWithWholeEvent(data + held_->frame.begin, data + to);
}

std::string GenerationScanner::lostBefore(std::uint64_t generation) const {
    if (generation_ == 0 || generation <= generation_ + 1)
        return "";
    return generation == generation_ + 2 ? "; " + generationText(generation_ + 1) + " is missing"
                                         : "; generations " + std::to_string(generation_ + 1) + " to " +
                                               std::to_string(generation - 1) + " are missing";
}

void GenerationScanner::close(WireGeneration& generation) {
    if (held_)
        file(generation, *std::exchange(held_, {}));
    mendClocks(generation);
    ticks_.clear();
}

// The clock of a batch is needed to place its events and, by the earliest of all, the whole trace. One that cannot be
// right takes the place between its neighbours.
void GenerationScanner::mendClocks(WireGeneration& generation) {
    std::vector<std::uint64_t> ofEvents;
    for (const ThreadStream& stream : generation.streams)
        for (const EventBatch& batch : stream.batches)
            ofEvents.push_back(batch.ticks);
    if (ofEvents.empty())
        ofEvents = ticks_;
    if (ofEvents.empty())
        return;
    const auto middle = ofEvents.begin() + static_cast<std::ptrdiff_t>(ofEvents.size() / 2);
    std::ranges::nth_element(ofEvents, middle);
    const std::uint64_t perSecond = generation.ticksPerSecond.value_or(wire::ticksPerSecondOfNanotime);
    const std::uint64_t most = perSecond > UINT64_MAX / mostSecondsApart ? UINT64_MAX : perSecond * mostSecondsApart;
    const auto isNear = [&](std::uint64_t ticks) {
        return (ticks < *middle ? *middle - ticks : ticks - *middle) <= most;
    };
    for (const std::uint64_t ticks : ticks_)
        if (isNear(ticks))
            generation.earliestTicks = std::min(generation.earliestTicks, ticks);
    for (ThreadStream& stream : generation.streams)
        for (std::size_t i = 0; i < stream.batches.size(); ++i) {
            auto& batch = stream.batches[i];
            const std::uint64_t before = i == 0 ? 0 : stream.batches[i - 1].ticks;
            const std::uint64_t after = i + 1 == stream.batches.size() ? UINT64_MAX : stream.batches[i + 1].ticks;
            const bool tooLate = stream.thread != -1 && batch.ticks > after && after >= before;
            const bool tooEarly = stream.thread != -1 && batch.ticks < before;
            if (isNear(batch.ticks) && !tooLate && !tooEarly)
                continue;
            batch.ticks = std::max(before, after == UINT64_MAX || !isNear(after) ? *middle : after);
            report("The clock of a batch is damaged: the times of its events are a guess", stream.thread).byteOffset =
                static_cast<std::uint64_t>(batch.data.data() - generation.fileBegin);
        }
}

void GenerationScanner::file(WireGeneration& generation, const Batch& batch) {
    if (batch.frame.ticks != 0)
        ticks_.push_back(batch.frame.ticks);
    if (batch.frame.experiment && *batch.frame.experiment != allocFree)
        ++experiments_[*batch.frame.experiment];
    if (batch.frame.experiment || batch.data.empty())
        return; // allocation events: no view needs them
    switch (std::to_integer<std::uint8_t>(batch.data[0])) {
    case wire::Strings:
        generation.strings.push_back(batch.data);
        return;
    case wire::Stacks:
        generation.stacks.push_back(batch.data);
        return;
    case wire::CpuSamples:
        generation.samples.push_back(batch.data);
        return;
    case wire::Frequency:
    case wire::Sync:
        readSync(generation, batch);
        return;
    default:
        break;
    }
    const auto [found, isNew] = generation.streamOfThread.try_emplace(batch.frame.thread, generation.streams.size());
    if (isNew)
        generation.streams.push_back({.thread = batch.frame.thread, .batches = {}});
    generation.streams[found->second].batches.push_back({.ticks = batch.frame.ticks, .data = batch.data});
}

void GenerationScanner::readSync(WireGeneration& generation, const Batch& batch) {
    ByteCursor in(batch.data.data(), batch.data.data() + batch.data.size());
    while (!in.atEnd() && !in.failed()) {
        switch (in.byte()) {
        case wire::Sync:
            break;
        case wire::Frequency: {
            const std::uint64_t frequency = in.uvarint();
            if (!in.failed() && frequency != 0)
                generation.ticksPerSecond = frequency;
            break;
        }
        case wire::ClockSnapshot: {
            const std::uint64_t ticks = batch.frame.ticks + in.uvarint();
            in.uvarint(); // the monotonic clock, which the trace clock is made of
            const std::uint64_t seconds = in.uvarint();
            const std::uint64_t nanoseconds = in.uvarint();
            // Within 200 years of 1970: anything else is damage, and would not fit into 64 bits.
            if (!in.failed() && seconds < 6'307'200'000U && nanoseconds < 1'000'000'000U)
                generation.clockSnapshot = {ticks, static_cast<std::int64_t>(seconds * 1'000'000'000U + nanoseconds)};
            break;
        }
        default:
            return;
        }
    }
}

ReadProblem& GenerationScanner::report(const std::string& text, std::optional<std::int64_t> thread) {
    return problems_.emplace_back(
        ReadProblem{.text = text, .byteOffset = offset_, .generation = generation_, .thread = thread});
}

} // namespace waitscope
