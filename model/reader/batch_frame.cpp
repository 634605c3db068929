// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/batch_frame.h"

#include "model/reader/varint.h"
#include "model/reader/wire.h"

#include <algorithm>

namespace waitscope {

namespace {

// Type byte, experiment byte, four numbers.
constexpr std::size_t longestHeader = 2 + 4 * longestVarint;
// So many batches in a row are no accident.
constexpr int convincing = 3;
// A hole takes less of a file that is worth reading.
constexpr std::uint64_t mostGenerationsLost = 1'000'000;

bool canBegin(std::uint8_t type) {
    switch (type) {
    case wire::Strings:
    case wire::Stacks:
    case wire::CpuSamples:
    case wire::Frequency:
    case wire::Sync:
        return true;
    default:
        return wire::argumentCounts[type] != 0;
    }
}

// Is the content of a batch something that Go writes, as far as its first byte tells?
bool isPlausible(const TraceBytes& bytes, std::size_t available, const BatchFrame& frame) {
    if (frame.generation == 0 || frame.size > wire::maxBatchSize || frame.begin + frame.size > available)
        return false;
    if (frame.experiment || frame.size == 0)
        return true;
    return canBegin(std::to_integer<std::uint8_t>(bytes.data()[frame.begin]));
}

} // namespace

FrameRead readFrame(TraceBytes& bytes, std::size_t offset, int version, BatchFrame& frame, bool anyType) {
    const std::size_t available = bytes.ensure(offset + longestHeader);
    if (offset >= available)
        return FrameRead::FileEnd;
    const std::byte* const data = bytes.data();
    ByteCursor in(data + offset, data + std::min(available, offset + longestHeader));
    const std::uint8_t type = in.byte();
    if (type == wire::EndOfGeneration && version >= wire::firstWithGenerationEnd && !anyType)
        return FrameRead::GenerationEnd;
    if (type != wire::EventBatch && type != wire::ExperimentalBatch && !anyType)
        return FrameRead::NotABatch;
    frame.experiment.reset();
    if (type == wire::ExperimentalBatch)
        frame.experiment = in.byte();
    frame.generation = in.uvarint();
    frame.thread = static_cast<std::int64_t>(in.uvarint());
    frame.ticks = in.uvarint();
    frame.size = in.uvarint();
    frame.begin = static_cast<std::size_t>(in.position() - data);
    if (in.failed())
        return available < offset + longestHeader ? FrameRead::CutOff : FrameRead::NotABatch;
    return FrameRead::Batch;
}

bool batchesFollow(TraceBytes& bytes, std::size_t offset, int version, std::uint64_t generation) {
    for (int n = 0; n < convincing; ++n) {
        BatchFrame frame;
        FrameRead read = readFrame(bytes, offset, version, frame);
        bool mayBeNext = version < wire::firstWithGenerationEnd;
        if (read == FrameRead::GenerationEnd && n != 0) {
            mayBeNext = true;
            read = readFrame(bytes, ++offset, version, frame);
        }
        if (read == FrameRead::FileEnd)
            return n >= 2; // one alone may be chance
        if (read != FrameRead::Batch)
            return false;
        const std::size_t available = bytes.ensure(frame.begin + std::min(frame.size, wire::maxBatchSize));
        if (!isPlausible(bytes, available, frame))
            return false;
        // The first one may lie behind a hole; those that follow it may not.
        const std::uint64_t further = frame.generation - generation;
        if (generation != 0 && further > (n == 0 ? mostGenerationsLost : mayBeNext ? 1U : 0U))
            return false;
        generation = frame.generation;
        offset = frame.begin + frame.size;
    }
    return true;
}

Resumption findResumption(TraceBytes& bytes, std::size_t from, int version, std::uint64_t generation) {
    constexpr std::size_t step = std::size_t{1} << 20;
    for (std::size_t at = from;;) {
        const std::size_t available = bytes.ensure(at + step);
        if (at >= available)
            return {.offset = available, .header = {}, .atEnd = true};
        // Only the last batch in front of the search may still be wanted.
        constexpr std::size_t kept = 2 * wire::maxBatchSize;
        if (at > from + kept)
            bytes.discard(from + kept, at);
        for (const std::size_t end = std::min(available, at + step); at < end; ++at) {
            const auto first = std::to_integer<std::uint8_t>(bytes.data()[at]);
            if (first == 'g')
                if (const auto header = headerAt({bytes.data() + at, bytes.ensure(at + headerSize) - at}))
                    return {.offset = at, .header = TraceHeader{.version = *header, .offset = at}};
            if ((first == wire::EventBatch || first == wire::ExperimentalBatch) &&
                batchesFollow(bytes, at, version, generation))
                return {.offset = at, .header = {}};
        }
    }
}

bool endsWithWholeEvent(const std::byte* begin, const std::byte* end) {
    ByteCursor in(begin, end);
    while (!in.atEnd()) {
        const std::size_t count = wire::argumentCounts[in.byte()];
        for (std::size_t i = 0; i < count; ++i)
            in.uvarint();
        if (count == 0 || in.failed())
            return false;
    }
    return true;
}

} // namespace waitscope
