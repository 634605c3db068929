// SPDX-License-Identifier: GPL-3.0-or-later
// Where do the frames of a zstd file begin and end, and how much can they hold? Told from the headers of their blocks
// (RFC 8878), so that frames can be unpacked side by side without knowing what is in them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace waitscope {

struct ZstdFrame {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t mostContent = 0; ///< it unpacks to no more than this
};

/// The frame at `offset`, or the skippable one; nothing if there is none or its end is missing.
[[nodiscard]] std::optional<ZstdFrame> zstdFrameAt(std::span<const std::byte> bytes, std::size_t offset);

/// The first frame with content at or behind `offset` that is there as a whole.
[[nodiscard]] std::optional<ZstdFrame> findZstdFrame(std::span<const std::byte> bytes, std::size_t offset);

} // namespace waitscope
