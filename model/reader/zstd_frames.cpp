// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/zstd_frames.h"

#include <array>
#include <cstdint>

namespace waitscope {

namespace {

constexpr std::uint32_t frameMagic = 0xfd2fb528;
constexpr std::uint32_t skippableMagic = 0x184d2a50; // and 15 more
constexpr std::size_t magicSize = 4;

std::uint64_t littleEndian(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[offset + i]);
    return value;
}

// The size of a frame's header, the magic number included.
std::size_t headerSizeOf(unsigned descriptor) {
    constexpr std::array<std::size_t, 4> dictionary{0, 1, 2, 4};
    constexpr std::array<std::size_t, 4> contentSize{0, 2, 4, 8};
    const bool single = (descriptor & 0x20U) != 0;
    const unsigned sizeFlag = descriptor >> 6U;
    return magicSize + 1 + (single ? 0 : 1) + dictionary[descriptor & 3U] +
           (single && sizeFlag == 0 ? 1 : contentSize[sizeFlag]);
}

} // namespace

std::optional<ZstdFrame> zstdFrameAt(std::span<const std::byte> bytes, std::size_t offset) {
    constexpr std::size_t leastFrame = magicSize + 1;
    if (offset > bytes.size() || bytes.size() - offset < leastFrame)
        return {};
    const auto magic = static_cast<std::uint32_t>(littleEndian(bytes, offset, magicSize));
    if ((magic & 0xfffffff0U) == skippableMagic) {
        constexpr std::size_t header = 8;
        if (bytes.size() - offset < header)
            return {};
        const std::uint64_t size = littleEndian(bytes, offset + magicSize, 4);
        if (size > bytes.size() - offset - header)
            return {};
        return ZstdFrame{.begin = offset, .end = offset + header + size, .mostContent = 0};
    }
    if (magic != frameMagic)
        return {};
    const auto descriptor = std::to_integer<unsigned>(bytes[offset + magicSize]);
    ZstdFrame frame{.begin = offset, .end = offset + headerSizeOf(descriptor), .mostContent = 0};
    constexpr std::size_t blockHeader = 3;
    constexpr std::size_t mostInABlock = std::size_t{128} << 10;
    for (bool last = false; !last;) {
        if (frame.end > bytes.size() || bytes.size() - frame.end < blockHeader)
            return {};
        const std::uint64_t header = littleEndian(bytes, frame.end, blockHeader);
        last = (header & 1U) != 0;
        constexpr unsigned repeated = 1;
        constexpr unsigned reserved = 3;
        const unsigned type = static_cast<unsigned>(header >> 1U) & 3U;
        if (type == reserved)
            return {};
        const std::uint64_t size = type == repeated ? 1 : header >> 3U;
        frame.mostContent += mostInABlock;
        frame.end += blockHeader;
        if (size > bytes.size() - frame.end)
            return {};
        frame.end += size;
    }
    if ((descriptor & 4U) != 0) {
        constexpr std::size_t checksum = 4;
        if (bytes.size() - frame.end < checksum)
            return {};
        frame.end += checksum;
    }
    return frame;
}

std::optional<ZstdFrame> findZstdFrame(std::span<const std::byte> bytes, std::size_t offset) {
    // Frames can be nested in what looks like frames, so their blocks are not walked again and again.
    constexpr int mostWalks = 1000;
    int walks = 0;
    for (std::size_t at = offset; at + magicSize <= bytes.size() && walks < mostWalks; ++at)
        if (bytes[at] == std::byte{0x28} && littleEndian(bytes, at, magicSize) == frameMagic) {
            ++walks;
            if (const auto frame = zstdFrameAt(bytes, at))
                return frame;
        }
    return {};
}

} // namespace waitscope
