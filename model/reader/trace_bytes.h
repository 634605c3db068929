// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a trace, whatever they are wrapped in, and in however many layers: a gzip in a tar in a zstd is three.
// Content decides what each layer is, never the name.
#pragma once

#include "model/reader/decompressed.h"
#include "model/reader/stored_file.h"
#include "model/reader/tar_member.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace waitscope {

class TraceBytes {
  public:
    /// Of a file ("-": standard input), or of bytes that outlive this object. The error is set if there are none.
    static std::unique_ptr<TraceBytes> open(const std::string& path, const LoadOptions& options, LoadError& error);
    static std::unique_ptr<TraceBytes> of(std::span<const std::byte> stored, const LoadOptions& options);
    ~TraceBytes();
    TraceBytes(const TraceBytes&) = delete;
    TraceBytes& operator=(const TraceBytes&) = delete;

    /// Waits until `size` bytes are there or there will be no more; returns how many there are (maybe more).
    std::size_t ensure(std::size_t size) { return top().ensure(size); }
    [[nodiscard]] const std::byte* data() const { return top().data(); }
    /// The reader needs nothing before `offset` again.
    void release(std::size_t offset) { top().release(offset); }
    /// The reader needs nothing from `begin` to `end` again.
    void discard(std::size_t begin, std::size_t end) { top().discard(begin, end); }

    /// The bytes as stored (compressed if they are), for the identity of the file.
    [[nodiscard]] std::span<const std::byte> stored() const { return file_->bytes(); }
    [[nodiscard]] bool isWrapped() const { return !layers_.empty(); }
    /// What was wrong with the file or its wrapping, as the end of "the file is damaged: …"; waits for all bytes.
    /// Empty: nothing.
    [[nodiscard]] std::string damage() { return top().damage(); }
    /// What else there is to know of the wrapping, in whole sentences; waits for all bytes.
    [[nodiscard]] std::vector<std::string> notes();
    /// How many bytes there will be, as far as the file says it beforehand; else how many are stored.
    [[nodiscard]] std::uint64_t expectedSize() const;
    /// Why there are no bytes, if the wrapping is whole but holds no trace; a whole sentence without its subject.
    [[nodiscard]] std::string emptiness();
    /// How far the stored bytes are used, for progress: the offset of trace bytes as an offset of stored bytes.
    [[nodiscard]] std::uint64_t storedBytesFor(std::uint64_t offset) const { return top().storedBytesFor(offset); }

  private:
    explicit TraceBytes(std::unique_ptr<StoredFile> file, const LoadOptions& options);
    [[nodiscard]] ByteSource& top() const {
        return layers_.empty() ? static_cast<ByteSource&>(*file_) : *layers_.back();
    }

    std::unique_ptr<StoredFile> file_;
    std::vector<std::unique_ptr<ByteSource>> layers_; ///< each made of the one before it
    TarMember* archive_ = nullptr;                    ///< among them
    std::string header_;                              ///< what stood in front and was skipped
};

} // namespace waitscope
