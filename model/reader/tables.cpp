// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/tables.h"

#include "model/reader/varint.h"
#include "model/reader/wire.h"

#include <string_view>

namespace waitscope {

namespace {

ByteCursor cursorBehindKind(std::span<const std::byte> batch) {
    return {batch.data() + 1, batch.data() + batch.size()};
}

bool readStrings(ByteCursor in, LocalIds<StringId>& into, StringInterner& interner) {
    while (!in.atEnd()) {
        if (in.byte() != wire::String)
            return false;
        const std::uint64_t id = in.uvarint();
        const std::uint64_t length = in.uvarint();
        const std::byte* const text = in.take(length);
        if (in.failed() || length > wire::maxStringLength)
            return false;
        into.set(id, interner.intern({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)}));
    }
    return true;
}

bool readStacks(ByteCursor in, const LocalIds<StringId>& strings, LocalIds<StackId>& into, StackInterner& interner) {
    std::vector<FrameId> frames;
    while (!in.atEnd()) {
        if (in.byte() != wire::Stack)
            return false;
        const std::uint64_t id = in.uvarint();
        const std::uint64_t count = in.uvarint();
        if (in.failed() || count > wire::maxFrames)
            return false;
        frames.clear();
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t pc = in.uvarint();
            const std::uint64_t function = in.uvarint();
            const std::uint64_t file = in.uvarint();
            const std::uint64_t line = in.uvarint();
            // Go up to 1.24 writes an all-zero frame for some preemptions (golang/go#68090).
            if (pc != 0 || function != 0 || file != 0 || line != 0)
                frames.push_back(interner.internFrame({.function = strings[function],
                                                       .file = strings[file],
                                                       .line = static_cast<std::uint32_t>(line),
                                                       .pc = pc}));
        }
        if (in.failed())
            return false;
        if (frames.empty() && count != 0)
            frames.push_back(FrameId{}); // "there was a stack, but no frame of it is known" is not "no stack"
        into.set(id, interner.intern(frames));
    }
    return true;
}

bool readSamples(ByteCursor in, std::vector<WireSample>& into) {
    while (!in.atEnd()) {
        if (in.byte() != wire::CpuSample)
            return false;
        WireSample sample;
        sample.ticks = in.uvarint();
        sample.thread = static_cast<std::int64_t>(in.uvarint());
        sample.proc = static_cast<std::int64_t>(in.uvarint());
        sample.goroutine = static_cast<std::int64_t>(in.uvarint());
        sample.stack = in.uvarint();
        if (in.failed())
            return false;
        into.push_back(sample);
    }
    return true;
}

} // namespace

std::optional<ReadProblem> GenerationTables::read(const WireGeneration& generation, StringInterner& stringInterner,
                                                  StackInterner& stackInterner) {
    strings.clear();
    stacks.clear();
    samples.clear();
    const char* damaged = nullptr;
    for (const auto batch : generation.strings)
        if (!readStrings(cursorBehindKind(batch), strings, stringInterner))
            damaged = "string";
    for (const auto batch : generation.stacks)
        if (!readStacks(cursorBehindKind(batch), strings, stacks, stackInterner))
            damaged = "stack";
    for (const auto batch : generation.samples)
        if (!readSamples(cursorBehindKind(batch), samples))
            damaged = "CPU sample";
    if (damaged == nullptr)
        return {};
    return ReadProblem{.text = "The " + std::string(damaged) + " table of generation " +
                               std::to_string(generation.number) + " is damaged, so some names or stacks are missing",
                       .byteOffset = generation.beginOffset,
                       .generation = generation.number,
                       .thread = {}};
}

} // namespace waitscope
