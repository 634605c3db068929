// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a trace, whatever they are wrapped in: a mapped file as it is, or a stream that a thread of its own is
// still decompressing. Content decides what it is, never the name.
//
// Addresses are stable: a decompressed stream grows inside one large reservation of address space, of which only what
// is written costs memory. The reader waits for bytes with `ensure` and may give pages back that it is done with.
#pragma once

#include "model/reader/load.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace waitscope {

enum class Wrapping : std::uint8_t { None, Zstd, Gzip };

/// What the first bytes are wrapped in.
[[nodiscard]] Wrapping wrappingOf(std::span<const std::byte> bytes);

class TraceBytes {
  public:
    /// Of a file ("-": standard input), or of bytes that outlive this object. The error is set if there are none.
    static std::unique_ptr<TraceBytes> open(const std::string& path, const LoadOptions& options, LoadError& error);
    static std::unique_ptr<TraceBytes> of(std::span<const std::byte> stored, const LoadOptions& options);
    ~TraceBytes();
    TraceBytes(const TraceBytes&) = delete;
    TraceBytes& operator=(const TraceBytes&) = delete;

    /// Waits until `size` bytes are there or there will be no more; returns how many there are (maybe more).
    std::size_t ensure(std::size_t size);
    [[nodiscard]] const std::byte* data() const { return data_; }
    /// The reader needs nothing before `offset` again.
    void release(std::size_t offset);

    /// The bytes as stored (compressed if they are), for the identity of the file.
    [[nodiscard]] std::span<const std::byte> stored() const { return stored_; }
    [[nodiscard]] Wrapping wrapping() const { return wrapping_; }
    /// What was wrong with the wrapping, after all bytes were read; empty if nothing.
    [[nodiscard]] std::string damage();
    /// How far the stored bytes are used, for progress: the offset of trace bytes as an offset of stored bytes.
    [[nodiscard]] std::uint64_t storedBytesFor(std::uint64_t offset) const;

  private:
    TraceBytes() = default;
    void start(const LoadOptions& options);
    void decompress(const std::stop_token& stop, const std::stop_token& ours);
    void decompressZstd(const std::stop_token& stop, const std::stop_token& ours);
    void decompressGzip(const std::stop_token& stop, const std::stop_token& ours);
    void publish(std::size_t available, std::size_t consumed);
    void finishWith(const std::string& damage);

    std::span<const std::byte> stored_;
    void* mapping_ = nullptr;     ///< of the file
    std::vector<std::byte> read_; ///< of what cannot be mapped (a pipe)
    Wrapping wrapping_ = Wrapping::None;
    const std::byte* data_ = nullptr;
    std::byte* reservation_ = nullptr;
    std::size_t reserved_ = 0;
    std::size_t released_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable grown_;
    std::size_t available_ = 0;
    std::size_t consumed_ = 0;
    bool ended_ = true;
    std::string damage_;
    std::jthread decompressor_;
};

} // namespace waitscope
