// SPDX-License-Identifier: GPL-3.0-or-later
// Unsigned LEB128 as Go writes it: at most ten bytes, padded encodings are legal and common.
#pragma once

#include <cstddef>
#include <cstdint>

namespace waitscope {

constexpr std::size_t longestVarint = 10;

/// Reads forward through bytes it does not own. After a read past the end or an overlong number `failed()` is true, the
/// value is 0 and the cursor stays at the end, so a run of reads can be checked once behind it.
class ByteCursor {
  public:
    ByteCursor() = default;
    ByteCursor(const std::byte* begin, const std::byte* end) : at_(begin), end_(end) {}

    [[nodiscard]] const std::byte* position() const { return at_; }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool atEnd() const { return at_ == end_; }
    [[nodiscard]] bool failed() const { return failed_; }

    std::uint8_t byte() {
        if (at_ == end_) {
            failed_ = true;
            return 0;
        }
        return static_cast<std::uint8_t>(*at_++);
    }

    std::uint64_t uvarint() {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) [[likely]]
            return static_cast<std::uint8_t>(*at_++);
        return longUvarint();
    }

    /// `size` bytes from here, or null and failed() if there are not so many.
    const std::byte* take(std::uint64_t size) {
        if (size > left()) {
            fail();
            return nullptr;
        }
        const std::byte* const from = at_;
        at_ += size;
        return from;
    }

  private:
    std::uint64_t longUvarint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; at_ != end_ && shift < 7 * longestVarint; shift += 7) {
            const auto b = static_cast<std::uint8_t>(*at_++);
            if (shift == 63 && b > 1)
                break; // more than 64 bits
            value |= std::uint64_t{b & 0x7FU} << shift;
            if (b < 0x80)
                return value;
        }
        fail();
        return 0;
    }
    void fail() {
        failed_ = true;
        at_ = end_;
    }

    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    bool failed_ = false;
};

} // namespace waitscope
