// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/interner.h"

#include <algorithm>
#include <functional>

namespace waitscope {

namespace {

// The finaliser of splitmix64: every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

} // namespace

void ContentIndex::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.id == 0)
            continue;
        std::size_t i = slot.hash & (slots_.size() - 1);
        while (slots_[i].id != 0)
            i = (i + 1) & (slots_.size() - 1);
        slots_[i] = slot;
    }
}

StringId StringInterner::intern(std::string_view text) {
    if (text.empty())
        return {};
    const std::uint64_t hash = mix(std::hash<std::string_view>{}(text));
    return {index_.findOrAdd(
        hash, [&](std::uint32_t id) { return strings_[StringId{id}] == text; },
        [&] { return strings_.append(text).value; })};
}

FrameId StackInterner::internFrame(const Frame& frame) {
    const std::uint64_t names = (std::uint64_t{frame.function.value} << 32) | frame.file.value;
    const std::uint64_t hash = mix(frame.pc ^ mix(names ^ mix(frame.line)));
    return {frameIndex_.findOrAdd(
        hash, [&](std::uint32_t id) { return stacks_.frame(FrameId{id}) == frame; },
        [&] { return stacks_.appendFrame(frame).value; })};
}

StackId StackInterner::intern(std::span<const FrameId> frames) {
    if (frames.empty())
        return {};
    std::uint64_t hash = frames.size();
    for (const FrameId frame : frames)
        hash = mix(hash ^ frame.value);
    return {stackIndex_.findOrAdd(
        hash, [&](std::uint32_t id) { return std::ranges::equal(stacks_[StackId{id}], frames); },
        [&] { return stacks_.append(frames).value; })};
}

} // namespace waitscope
