// SPDX-License-Identifier: GPL-3.0-or-later
// The trace inside a tar archive: the first member whose content is one, whatever it is called.
#pragma once

#include "model/reader/growing_bytes.h"

#include <span>
#include <string>
#include <thread>
#include <vector>

struct archive;

namespace waitscope {

/// Do these bytes begin with the header of a tar archive's member?
[[nodiscard]] bool isTar(std::span<const std::byte> front);

class TarMember final : public GrowingBytes {
  public:
    /// Looks for the trace, and for others behind it, on a thread of its own.
    TarMember(ByteSource& archive, std::stop_token stop);
    ~TarMember() override;

    /// The names of the members that are traces, the one that is read first; waits until all have been looked at.
    [[nodiscard]] std::vector<std::string> traces();
    /// So many members are no trace; as `traces`.
    [[nodiscard]] std::size_t others();

  private:
    void run(const std::stop_token& ours);
    void walk(struct ::archive* reader);
    bool readBlock(struct ::archive* reader, std::vector<std::byte>& to);
    static long read(struct ::archive* reader, void* self, const void** block);

    std::stop_token stop_;
    std::stop_token ours_;
    std::size_t position_ = 0; ///< in the archive
    std::size_t written_ = 0;
    std::vector<std::string> traces_; ///< until it has ended, of its thread
    std::size_t others_ = 0;          ///< the same
    std::jthread thread_;
};

} // namespace waitscope
