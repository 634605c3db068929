// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a trace as they are stored: a mapped file, what came through a pipe, or memory that somebody else owns.
#pragma once

#include "model/reader/file_mapping.h"
#include "model/reader/load.h"

#include <memory>
#include <string>
#include <vector>

namespace waitscope {

class StoredFile final : public ByteSource {
  public:
    /// A file ("-": standard input). Null with `error` set if it cannot be read.
    static std::unique_ptr<StoredFile> open(const std::string& path, const LoadOptions& options, LoadError& error);
    /// Bytes that outlive this object.
    explicit StoredFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
    ~StoredFile() override;

    std::size_t ensure(std::size_t) override { return mapping_.isMapped() ? mapping_.intact() : bytes_.size(); }
    [[nodiscard]] const std::byte* data() const override { return bytes_.data(); }
    void release(std::size_t offset) override;
    [[nodiscard]] std::string damage() override;
    [[nodiscard]] bool isWhole() const override { return true; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  private:
    StoredFile() = default;
    FileMapping mapping_;
    std::vector<std::byte> read_; ///< of what cannot be mapped
    std::span<const std::byte> bytes_;
    int fd_ = -1; ///< of what is mapped
    struct stat opened_ {};
    std::size_t released_ = 0;
};

} // namespace waitscope
