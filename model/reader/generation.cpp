// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/generation.h"

#include "model/reader/varint.h"
#include "model/reader/wire.h"

#include <algorithm>

namespace waitscope {

namespace {

constexpr int firstWithGenerationEnd = 26;
// Type byte, experiment byte, four numbers.
constexpr std::size_t longestBatchHeader = 2 + 4 * longestVarint;

} // namespace

GenerationScanner::GenerationScanner(TraceBytes& bytes, std::size_t offset, int version)
    : bytes_(bytes), offset_(offset), version_(version) {}

std::optional<WireGeneration> GenerationScanner::next() {
    WireGeneration generation;
    generation.fileBegin = bytes_.data();
    generation.beginOffset = offset_;
    bool any = false;
    const auto take = [&](const Batch& batch) {
        any = true;
        generation.number = batch.generation;
        file(generation, batch);
        offset_ = batch.end;
    };
    if (pending_)
        take(*pending_);
    pending_.reset();
    while (!problem_) {
        Batch batch;
        const Read read = readBatch(batch);
        if (read == Read::GenerationEnd) {
            ++offset_;
            if (!any)
                continue; // an end without a begin says nothing
            generation.complete = true;
            break;
        }
        if (read == Read::FileEnd) {
            // Up to 1.25 nothing marks the end of the last generation but its clock.
            generation.complete = version_ < firstWithGenerationEnd && generation.ticksPerSecond.has_value();
            if (any && !generation.complete)
                fail("The file ends in the middle of generation " + std::to_string(generation.number));
            break;
        }
        if (read == Read::Problem)
            break;
        if (any && batch.generation != generation.number) {
            if (version_ >= firstWithGenerationEnd)
                fail("Generation " + std::to_string(generation.number) + " has no end");
            else if (batch.generation != generation.number + 1)
                fail("Generation " + std::to_string(batch.generation) + " follows generation " +
                     std::to_string(generation.number));
            else
                generation.complete = true;
            pending_ = batch;
            break;
        }
        take(batch);
    }
    generation.endOffset = offset_;
    return any ? std::optional(std::move(generation)) : std::nullopt;
}

GenerationScanner::Read GenerationScanner::readBatch(Batch& batch) {
    const std::size_t available = bytes_.ensure(offset_ + longestBatchHeader);
    if (offset_ >= available)
        return Read::FileEnd;
    const std::byte* const data = bytes_.data();
    ByteCursor in(data + offset_, data + std::min(available, offset_ + longestBatchHeader));
    const std::uint8_t type = in.byte();
    if (type == wire::EndOfGeneration && version_ >= firstWithGenerationEnd)
        return Read::GenerationEnd;
    if (type != wire::EventBatch && type != wire::ExperimentalBatch)
        return fail("There is no batch where one should begin (byte value " + std::to_string(type) + ")");
    batch.experimental = type == wire::ExperimentalBatch;
    if (batch.experimental)
        in.byte();
    batch.generation = in.uvarint();
    batch.thread = static_cast<std::int64_t>(in.uvarint());
    batch.ticks = in.uvarint();
    const std::uint64_t size = in.uvarint();
    generation_ = batch.generation;
    if (in.failed())
        return fail("The file ends inside the header of a batch");
    if (batch.generation == 0)
        return fail("A batch names generation 0, which does not exist");
    if (size > wire::maxBatchSize)
        return fail("A batch claims to be " + std::to_string(size) + " bytes long; the most is " +
                        std::to_string(wire::maxBatchSize),
                    batch.thread);
    const auto begin = static_cast<std::size_t>(in.position() - data);
    const std::size_t end = std::min(bytes_.ensure(begin + size), begin + static_cast<std::size_t>(size));
    batch.data = {data + begin, end - begin};
    batch.end = end;
    if (batch.data.size() < size) // what there is of it is still read
        fail("The file ends inside a batch", batch.thread);
    return Read::Batch;
}

void GenerationScanner::file(WireGeneration& generation, const Batch& batch) {
    if (batch.ticks != 0)
        generation.earliestTicks = std::min(generation.earliestTicks, batch.ticks);
    if (batch.experimental || batch.data.empty())
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
    const auto [found, isNew] = generation.streamOfThread.try_emplace(batch.thread, generation.streams.size());
    if (isNew)
        generation.streams.push_back({.thread = batch.thread, .batches = {}});
    generation.streams[found->second].batches.push_back({.ticks = batch.ticks, .data = batch.data});
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
            const std::uint64_t ticks = batch.ticks + in.uvarint();
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

GenerationScanner::Read GenerationScanner::fail(const std::string& text, std::optional<std::int64_t> thread) {
    if (!problem_)
        problem_ = ReadProblem{.text = text, .byteOffset = offset_, .generation = generation_, .thread = thread};
    return Read::Problem;
}

} // namespace waitscope
