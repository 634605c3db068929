// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/span_log.h"

#include <algorithm>

namespace waitscope {

void SpanLog::addBlock(std::int64_t time) {
    // Small at first: a trace may consist of a hundred thousand slices of a few events.
    constexpr std::uint32_t smallest = 64;
    constexpr std::uint32_t largest = 1U << 12;
    if (!blocks_.empty())
        blocks_.back().used = used_;
    first_ += capacity_;
    capacity_ = std::clamp(4 * capacity_, smallest, largest);
    base_ = time;
    used_ = 0;
    Block& block = blocks_.emplace_back();
    block.memory = Memory(capacity_ * (sizeof(std::uint64_t) + sizeof(std::uint32_t)));
    block.capacity = capacity_;
    block.first = first_;
    block.base = base_;
    rests_ = block.rests();
    times_ = block.times();
}

std::uint64_t SpanLog::addWide(const Record& record) {
    wide_.push_back(record);
    return wide | (wide_.size() - 1) << 8;
}

void SpanLog::read(const Block& block, std::uint32_t from, Piece& piece) const {
    const std::uint64_t* const rests = block.rests() + from;
    piece.base = block.base;
    piece.times = {block.times() + from, piece.size};
    // Column by column and without a question, so that a processor takes several at a time; nearly none is wide.
    const std::uint32_t size = piece.size;
    for (std::uint32_t i = 0; i < size; ++i)
        piece.kinds[i] = static_cast<SpanKindId>(rests[i]);
    for (std::uint32_t i = 0; i < size; ++i)
        piece.stacks[i] = static_cast<std::uint32_t>(rests[i] >> 8) & mostStack;
    for (std::uint32_t i = 0; i < size; ++i)
        piece.links[i] = static_cast<std::uint32_t>(rests[i] >> 24) & mostIndex;
    for (std::uint32_t i = 0; i < size; ++i)
        piece.goroutines[i] = static_cast<std::uint32_t>(rests[i] >> 44);
    if (wide_.empty())
        return;
    for (std::uint32_t i = 0; i < size; ++i) {
        if (piece.kinds[i] != wide)
            continue;
        const Record& record = wide_[rests[i] >> 8];
        piece.kinds[i] = record.kind;
        piece.stacks[i] = record.stack;
        piece.links[i] = Spans::stored(record.link);
        piece.goroutines[i] = record.goroutine;
    }
}

const SpanLog::Block& SpanLog::blockOf(std::uint32_t place) const {
    return *std::prev(std::ranges::upper_bound(blocks_, place, {}, &Block::first));
}

SpanLog::Record SpanLog::operator[](std::uint32_t place) const {
    const Block& block = blockOf(place);
    return block.record(place - block.first, wide_);
}

void SpanLog::setStack(std::uint32_t place, StackId stack) {
    const Block& block = blockOf(place);
    Record record = (*this)[place];
    record.stack = stack.value;
    block.rests()[place - block.first] = addWide(record);
}

} // namespace waitscope
