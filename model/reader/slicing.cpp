// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/slicing.h"

#include <algorithm>

namespace waitscope {

namespace {

// Offset of the first batch with events from `from` on.
std::uint64_t firstNeeded(const WireGeneration& generation, const TickScale& scale, std::int64_t from) {
    std::uint64_t first = generation.endOffset;
    for (const ThreadStream& stream : generation.streams)
        if (const std::size_t batch = batchAt(stream, scale, from); batch < stream.batches.size())
            first =
                std::min(first, static_cast<std::uint64_t>(stream.batches[batch].data.data() - generation.fileBegin));
    return first;
}

} // namespace

std::vector<SliceWork> slicesOf(const std::shared_ptr<const PreparedGeneration>& generation, std::size_t bytesEach) {
    struct Piece {
        std::int64_t begin;
        std::size_t bytes;
    };
    std::vector<Piece> pieces;
    std::size_t bytes = 0;
    for (const ThreadStream& stream : generation->wire.streams) {
        if (!std::ranges::is_sorted(stream.batches, {}, &EventBatch::ticks))
            return {{.generation = generation}};
        for (const EventBatch& batch : stream.batches) {
            pieces.push_back({generation->scale.nanoseconds(batch.ticks), batch.data.size()});
            bytes += batch.data.size();
        }
    }
    // The first batch of each thread is read by two slices, so many threads ask for large slices.
    const std::size_t each = bytesEach + generation->wire.streams.size() * (bytesEach / 8);
    std::ranges::sort(pieces, {}, &Piece::begin);
    std::vector<SliceWork> slices{{.generation = generation}};
    std::size_t sinceCut = 0;
    for (const Piece& piece : pieces) {
        if (sinceCut >= each && bytes >= each / 2 && piece.begin > std::max<std::int64_t>(slices.back().from, 1)) {
            slices.back().until = piece.begin;
            slices.push_back({.generation = generation, .from = piece.begin});
            sinceCut = 0;
        }
        sinceCut += piece.bytes;
        bytes -= piece.bytes;
    }
    for (SliceWork& slice : slices)
        slice.keepFrom = firstNeeded(generation->wire, generation->scale, slice.from);
    return slices;
}

} // namespace waitscope
