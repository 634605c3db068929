// SPDX-License-Identifier: GPL-3.0-or-later
// Where does a batch begin and end? Its header, and the search for the next one behind bytes that make no sense.
//
// Nothing marks the begin of a batch but its first byte, so a place is believed when several batches follow one another
// from there. Each byte is looked at a bounded number of times, whatever the bytes are.
#pragma once

#include "model/reader/sniff.h"
#include "model/reader/trace_bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace waitscope {

/// What the header of a batch says.
struct BatchFrame {
    std::uint64_t generation = 0;
    std::int64_t thread = -1; ///< -1: no thread
    std::uint64_t ticks = 0;
    std::optional<std::uint8_t> experiment;
    std::size_t begin = 0;  ///< of its data in the file
    std::uint64_t size = 0; ///< of its data; perhaps more than there is, or more than is allowed
};

enum class FrameRead : std::uint8_t { Batch, GenerationEnd, FileEnd, NotABatch, CutOff };

/// Reads the header at `offset`, waiting for its bytes. `anyType`: whatever its first byte is.
[[nodiscard]] FrameRead readFrame(TraceBytes& bytes, std::size_t offset, int version, BatchFrame& frame,
                                  bool anyType = false);

/// Do several batches follow one another from `offset` on, the first of generation `generation` or soon after (0: any)?
/// At the end of the file two are enough.
[[nodiscard]] bool batchesFollow(TraceBytes& bytes, std::size_t offset, int version, std::uint64_t generation);

/// What the search found: a batch, another trace's header, or nothing up to the end of the file.
struct Resumption {
    std::size_t offset = 0;
    std::optional<TraceHeader> header;
    bool atEnd = false;
};
/// Looks for the next place at or behind `from` where reading can go on; `generation` as in `batchesFollow`.
[[nodiscard]] Resumption findResumption(TraceBytes& bytes, std::size_t from, int version, std::uint64_t generation);

/// Do the bytes from `begin` to `end` end with an event that is whole?
[[nodiscard]] bool endsWithWholeEvent(const std::byte* begin, const std::byte* end);

} // namespace waitscope
