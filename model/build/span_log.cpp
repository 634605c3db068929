// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/span_log.h"

#include <algorithm>
#include <bit>
#include <span>

namespace waitscope {

namespace {

constexpr unsigned wordBits = 64;

// Of all together: as many bits as the largest needs.
template <class T> unsigned bitsOf(std::span<const T> numbers) {
    T all = 0;
    for (const T number : numbers)
        all |= number;
    return static_cast<unsigned>(std::bit_width(all));
}

std::uint64_t lowest(unsigned bits) {
    return bits < wordBits ? (std::uint64_t{1} << bits) - 1 : UINT64_MAX;
}

} // namespace

// Small chunks at first: a trace may consist of a hundred thousand slices of a few events.
std::byte* SpanLog::take(std::size_t bytes) {
    constexpr std::size_t alignment = sizeof(std::uint64_t);
    constexpr std::size_t smallest = std::size_t{1} << 10;
    constexpr std::size_t largest = std::size_t{48} << 10;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes > left_) {
        const std::size_t before = chunks_.empty() ? 0 : chunks_.back().size();
        left_ = std::max(bytes, std::clamp(4 * before, smallest, largest));
        chunks_.emplace_back(left_);
    }
    std::byte* const data = chunks_.back().data() + (chunks_.back().size() - left_);
    left_ -= bytes;
    return data;
}

void SpanLog::append(const Piece& piece) {
    if (piece.size == 0)
        return;
    Block& block = blocks_.emplace_back();
    block.base = piece.base;
    block.first = size_;
    block.size = piece.size;
    pack(piece, block);
    size_ += piece.size;
}

// Column by column and without a question, so that a processor takes several at a time.
void SpanLog::pack(const Piece& piece, Block& block) {
    const std::uint32_t size = piece.size;
    Widths& widths = block.widths;
    widths = {.kind = bitsOf(std::span(piece.kinds.data(), size)),
              .stack = bitsOf(std::span(piece.stacks.data(), size)),
              .link = bitsOf(std::span(piece.links.data(), size)),
              .goroutine = bitsOf(std::span(piece.goroutines.data(), size))};
    const unsigned timeBits = bitsOf(std::span(piece.times.data(), size));
    block.form = widths.timeAt() >= wordBits             ? Form::Columns
                 : widths.timeAt() + timeBits > wordBits ? Form::WordsAndTimes
                                                         : Form::Words;
    if (block.form == Form::Columns) {
        block.data = take(columnCount * size * sizeof(std::uint32_t));
        std::copy_n(piece.times.begin(), size, block.column(times));
        std::copy_n(piece.goroutines.begin(), size, block.column(goroutines));
        std::copy_n(piece.stacks.begin(), size, block.column(stacks));
        std::copy_n(piece.links.begin(), size, block.column(links));
        std::copy_n(piece.kinds.begin(), size, block.column(kinds));
        return;
    }
    const bool together = block.form == Form::Words;
    block.data = take(size * (sizeof(std::uint64_t) + (together ? 0 : sizeof(std::uint32_t))));
    std::uint64_t* const words = block.words();
    const unsigned linkAt = widths.kind + widths.stack;
    const unsigned goroutineAt = linkAt + widths.link;
    const auto restOf = [&](std::uint32_t i) {
        return piece.kinds[i] | std::uint64_t{piece.stacks[i]} << widths.kind |
               std::uint64_t{piece.links[i]} << linkAt | std::uint64_t{piece.goroutines[i]} << goroutineAt;
    };
    if (together) {
        for (std::uint32_t i = 0; i < size; ++i)
            words[i] = restOf(i) | std::uint64_t{piece.times[i]} << widths.timeAt();
    } else {
        for (std::uint32_t i = 0; i < size; ++i)
            words[i] = restOf(i);
        std::copy_n(piece.times.begin(), size, block.timesBehindWords());
    }
}

void SpanLog::read(const Block& block, Piece& piece) {
    const std::uint32_t size = block.size;
    piece.size = size;
    piece.base = block.base;
    if (block.form == Form::Columns) {
        std::copy_n(block.column(times), size, piece.times.begin());
        std::copy_n(block.column(goroutines), size, piece.goroutines.begin());
        std::copy_n(block.column(stacks), size, piece.stacks.begin());
        std::copy_n(block.column(links), size, piece.links.begin());
        std::transform(block.column(kinds), block.column(kinds) + size, piece.kinds.begin(),
                       [](std::uint32_t kind) { return static_cast<SpanKindId>(kind); });
        return;
    }
    const std::uint64_t* const words = block.words();
    unsigned at = 0;
    const auto take = [&]<class T>(T* column, unsigned bits) {
        const std::uint64_t mask = lowest(bits);
        for (std::uint32_t i = 0; i < size; ++i)
            column[i] = static_cast<T>(words[i] >> at & mask);
        at += bits;
    };
    take(piece.kinds.data(), block.widths.kind);
    take(piece.stacks.data(), block.widths.stack);
    take(piece.links.data(), block.widths.link);
    take(piece.goroutines.data(), block.widths.goroutine);
    if (block.form == Form::Words)
        take(piece.times.data(), wordBits - at);
    else
        std::copy_n(block.timesBehindWords(), size, piece.times.begin());
}

std::size_t SpanLog::blockOf(std::uint32_t place) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(blocks_, place, {}, &Block::first) - blocks_.begin()) - 1;
}

SpanKindId SpanLog::kind(std::uint32_t place) const {
    const Block& block = blocks_[blockOf(place)];
    const std::uint32_t i = place - block.first;
    return static_cast<SpanKindId>(block.form == Form::Columns ? block.column(kinds)[i]
                                                               : block.words()[i] & lowest(block.widths.kind));
}

std::uint32_t SpanLog::stack(std::uint32_t place) const {
    const Block& block = blocks_[blockOf(place)];
    const std::uint32_t i = place - block.first;
    return block.form == Form::Columns
               ? block.column(stacks)[i]
               : static_cast<std::uint32_t>(block.words()[i] >> block.widths.kind & lowest(block.widths.stack));
}

// A block whose words have no room for it is packed anew: once for each bit that stacks grow by, at the most.
void SpanLog::setStack(std::uint32_t place, std::uint32_t stack) {
    Block& block = blocks_[blockOf(place)];
    const std::uint32_t i = place - block.first;
    if (block.form == Form::Columns) {
        block.column(stacks)[i] = stack;
    } else if (stack <= lowest(block.widths.stack)) {
        std::uint64_t& word = block.words()[i];
        word &= ~(lowest(block.widths.stack) << block.widths.kind);
        word |= std::uint64_t{stack} << block.widths.kind;
    } else {
        Piece piece;
        read(block, piece);
        piece.stacks[i] = stack;
        pack(piece, block);
    }
}

} // namespace waitscope
