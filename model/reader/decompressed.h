// SPDX-License-Identifier: GPL-3.0-or-later
// What a zstd or gzip stream holds. Frames of zstd that are there as a whole are unpacked side by side, a bounded
// number at a time; one that is damaged costs itself only, since the next one does not depend on it.
#pragma once

#include "model/reader/growing_bytes.h"

#include <span>
#include <thread>
#include <vector>

namespace waitscope {

enum class Wrapping : std::uint8_t { None, Zstd, Gzip };

/// What the first bytes are wrapped in.
[[nodiscard]] Wrapping wrappingOf(std::span<const std::byte> bytes);

/// The first bytes of what `bytes` hold, at most `most`; they may be the begin of a longer stream.
[[nodiscard]] std::vector<std::byte> unwrappedFront(std::span<const std::byte> bytes, std::size_t most);

/// How many bytes they say they hold, if they are wrapped and say it; 0 if not.
[[nodiscard]] std::uint64_t statedSize(std::span<const std::byte> bytes);

class Decompressed final : public GrowingBytes {
  public:
    /// Unpacks on a thread of its own, with `threads` side by side where the input allows it.
    Decompressed(ByteSource& input, Wrapping wrapping, unsigned threads, std::stop_token stop);
    ~Decompressed() override;

  private:
    void run(const std::stop_token& ours);
    void runZstd();
    void runGzip();
    bool unpackFrames();
    bool unpackStream();
    [[nodiscard]] bool stopped() const { return stop_.stop_requested() || ours_.stop_requested(); }
    bool publish();

    Wrapping wrapping_;
    unsigned threads_;
    std::stop_token stop_;
    std::stop_token ours_;
    std::size_t consumed_ = 0;
    std::size_t written_ = 0;
    std::jthread thread_;
};

} // namespace waitscope
