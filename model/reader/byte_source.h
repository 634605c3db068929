// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that may still be coming: a file, or what a decoder makes of another source. Decoders run on threads of their
// own, so a source is asked for the bytes it should have and waits for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace waitscope {

class ByteSource {
  public:
    ByteSource() = default;
    virtual ~ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    /// Waits until `size` bytes are there or there will be no more; returns how many there are (maybe more).
    virtual std::size_t ensure(std::size_t size) = 0;
    /// The first byte; never moves.
    [[nodiscard]] virtual const std::byte* data() const = 0;
    /// Nothing before `offset` is needed again.
    virtual void release(std::size_t) {}
    /// Nothing from `begin` to `end` is needed again.
    virtual void discard(std::size_t, std::size_t) {}
    /// What was wrong, as the end of "the file is damaged: …"; waits for all bytes. Empty: nothing.
    [[nodiscard]] virtual std::string damage() { return {}; }
    /// How many bytes of the file it took to make the first `offset` of these.
    [[nodiscard]] virtual std::uint64_t storedBytesFor(std::uint64_t offset) const { return offset; }
    /// All bytes are there already, so that asking for them costs nothing.
    [[nodiscard]] virtual bool isWhole() const { return false; }
};

} // namespace waitscope
