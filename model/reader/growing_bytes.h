// SPDX-License-Identifier: GPL-3.0-or-later
// What a decoder writes while somebody reads it. It lies in one large reservation of address space, of which only what
// is written costs memory, so addresses are stable. The decoder stops for a while when it is too far ahead of the
// reader: what nobody has read yet takes a bounded amount of memory, however large the whole.
#pragma once

#include "model/reader/byte_source.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace waitscope {

class GrowingBytes : public ByteSource {
  public:
    /// A decoder of `input`, which must outlive this object.
    explicit GrowingBytes(ByteSource& input);
    ~GrowingBytes() override;

    std::size_t ensure(std::size_t size) override;
    [[nodiscard]] const std::byte* data() const override { return reservation_; }
    void release(std::size_t offset) override;
    void discard(std::size_t begin, std::size_t end) override;
    [[nodiscard]] std::string damage() override;
    [[nodiscard]] std::uint64_t storedBytesFor(std::uint64_t offset) const override;

  protected:
    // For the decoder's thread.
    [[nodiscard]] std::byte* room() const { return reservation_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    /// `available` bytes are written, from the first `consumed` of the input. Waits until the reader wants more; false
    /// when the decoder shall stop.
    bool publish(std::size_t available, std::size_t consumed, const std::stop_token& stop);
    /// The first thing that was wrong is kept.
    void damaged(const std::string& what);
    void finish();
    [[nodiscard]] ByteSource& input() const { return input_; }

  private:
    void giveBack(std::size_t begin, std::size_t end);

    ByteSource& input_;
    std::byte* reservation_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t released_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t available_ = 0;
    std::size_t consumed_ = 0;
    std::size_t wanted_ = 0;
    std::size_t read_ = 0; ///< the reader is done with so much of it
    bool ended_ = false;
    std::string damage_;
};

} // namespace waitscope
