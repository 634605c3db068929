// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/slicing.h"

#include <algorithm>
#include <unordered_set>

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

// A slice has tables of all goroutines that it speaks of, and joining asks for each of them who it is. Where a hundred
// thousand take turns, that is more than all their events; so what counts is how often one comes in a slice. A batch
// from the middle of the busiest thread tells: how many of those that are woken or run there are so but once, and live
// on.
bool goroutinesSeldomComeTwice(const PreparedGeneration& generation) {
    const auto& streams = generation.wire.streams;
    const auto busiest = std::ranges::max_element(streams, {}, [](const ThreadStream& s) { return s.batches.size(); });
    if (busiest == streams.end() || busiest->batches.empty())
        return false;
    const ThreadStream sample{busiest->thread, {busiest->batches[busiest->batches.size() / 2]}};
    EventCursor cursor(sample, generation.scale);
    std::unordered_set<std::uint64_t> named; // by which type of event, and who
    std::size_t times = 0;
    std::size_t ends = 0;
    while (cursor.next() == EventCursor::Step::Event && cursor.readArguments()) {
        if (const std::uint8_t type = cursor.type(); type == wire::GoStart || type == wire::GoUnblock) {
            ++times;
            named.insert(cursor.argument(0) << 1 | (type == wire::GoStart ? 1 : 0));
        }
        ends += cursor.type() == wire::GoDestroy ? 1 : 0;
    }
    constexpr std::size_t some = 1000; // of fewer the tables fit into the caches anyway
    return named.size() > ends + some && (named.size() - ends) * 4 > times * 3;
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
    constexpr std::size_t larger = 4;
    const std::size_t each = (bytesEach + generation->wire.streams.size() * (bytesEach / 8)) *
                             (goroutinesSeldomComeTwice(*generation) ? larger : 1);
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
