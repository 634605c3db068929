// SPDX-License-Identifier: GPL-3.0-or-later
// A file in memory that may shrink, vanish or fail to be read while it is looked at.
//
// Touching a mapped page that the file no longer has is a SIGBUS, which ends a program. Reading instead of mapping
// would avoid it, but costs memory of the size of the file and the time to copy it, for every file, because of a rare
// one. So there is a handler, for addresses inside a FileMapping only: it puts a page of zeros in place of the missing
// one and notes where. All other addresses go to the handler that was there before.
#pragma once

#include "model/reader/byte_source.h"

#include <atomic>
#include <cstddef>
#include <span>
#include <sys/stat.h>

namespace waitscope {

class FileMapping {
  public:
    FileMapping() = default;
    ~FileMapping();
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;

    /// Maps the file of `fd`, which may be closed afterwards; false if the system cannot (errno says why).
    bool map(int fd, const struct stat& info);
    [[nodiscard]] bool isMapped() const { return data_ != nullptr; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// Whole pages that are not needed for now.
    void giveBack(std::size_t begin, std::size_t end) const;
    /// The bytes that were really there so far: all of them, or up to the first page that was found missing.
    [[nodiscard]] std::size_t intact() const;

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t guard_ = 0; ///< its place in the list that the handler looks at
};

} // namespace waitscope
