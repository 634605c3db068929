// SPDX-License-Identifier: GPL-3.0-or-later
// The spans of a slice in the order in which they begin: twelve bytes each, written once and read once, when they are
// sorted by goroutine. (Packing them goroutine by goroutine first took four bytes less and a third longer.)
#pragma once

#include "model/trace/memory.h"
#include "model/trace/spans.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace waitscope {

class SpanLog {
  public:
    struct Record {
        std::int64_t time = 0; ///< ns of the trace clock
        std::uint32_t goroutine = 0;
        std::uint32_t stack = 0; ///< see spans.h
        std::uint32_t link = 0;  ///< see spans.h
        SpanKindId kind = 0;
    };

    /// Its place.
    std::uint32_t append(std::int64_t time, std::uint32_t goroutine, SpanKindId kind, std::uint32_t stack,
                         std::uint32_t link) {
        if (used_ == capacity_ || time - base_ > longest) [[unlikely]]
            addBlock(time);
        const std::uint32_t shortLink = Spans::stored(link);
        std::uint64_t rest =
            kind | std::uint64_t{stack} << 8 | std::uint64_t{shortLink} << 24 | std::uint64_t{goroutine} << 44;
        if ((stack >> stackBits | (shortLink | goroutine) >> indexBits) != 0) [[unlikely]]
            rest = addWide({.time = time, .goroutine = goroutine, .stack = stack, .link = link, .kind = kind});
        times_[used_] = static_cast<std::uint32_t>(time - base_);
        rests_[used_] = rest;
        return first_ + used_++;
    }
    [[nodiscard]] Record operator[](std::uint32_t place) const;
    /// Calls `visit(record)` for every record from first to last.
    template <class Visit> void forEach(const Visit& visit) const {
        for (const Block& block : blocks_) {
            const std::uint32_t count = &block == &blocks_.back() ? used_ : block.used;
            for (std::uint32_t i = 0; i < count; ++i)
                visit(block.record(i, wide_));
        }
    }
    /// Up to 1024 records that follow each other, column by column.
    struct Piece {
        static constexpr std::uint32_t mostRecords = 1024;

        std::uint32_t size = 0;
        std::int64_t base = 0;                ///< ns of the trace clock; no record is earlier
        std::span<const std::uint32_t> times; ///< since the base
        std::array<std::uint32_t, mostRecords> goroutines;
        std::array<std::uint32_t, mostRecords> stacks;
        std::array<std::uint32_t, mostRecords> links; ///< as spans store them
        std::array<SpanKindId, mostRecords> kinds;
    };
    /// Calls `visit(piece)` for all records from first to last.
    template <class Visit> void forEachPiece(const Visit& visit) const {
        Piece piece;
        for (const Block& block : blocks_) {
            const std::uint32_t count = &block == &blocks_.back() ? used_ : block.used;
            for (std::uint32_t from = 0; from < count; from += Piece::mostRecords) {
                piece.size = std::min(Piece::mostRecords, count - from);
                read(block, from, piece);
                visit(std::as_const(piece));
            }
        }
    }
    void setStack(std::uint32_t at, StackId stack);

  private:
    static constexpr SpanKindId wide = 255;
    static constexpr unsigned stackBits = 16;
    static constexpr unsigned indexBits = 20;
    static constexpr std::uint32_t mostStack = (1U << stackBits) - 1;
    static constexpr std::uint32_t mostIndex = (1U << indexBits) - 1;
    static constexpr std::int64_t longest = UINT32_MAX;

    struct Block {
        Memory memory;
        std::uint32_t capacity = 0;
        std::uint32_t first = 0; ///< place of its first record
        std::uint32_t used = 0;  ///< once there is another
        std::int64_t base = 0;   ///< ns of the trace clock

        /// Kind 8 bits, stack 16, link 20, goroutine 20; or kind `wide` and a place among those that do not fit.
        [[nodiscard]] std::uint64_t* rests() const { return reinterpret_cast<std::uint64_t*>(memory.data()); }
        /// Since the base.
        [[nodiscard]] std::uint32_t* times() const { return reinterpret_cast<std::uint32_t*>(rests() + capacity); }
        [[nodiscard]] Record record(std::uint32_t i, const std::vector<Record>& others) const {
            const std::uint64_t rest = rests()[i];
            if ((rest & 0xff) == wide) [[unlikely]]
                return others[rest >> 8];
            return {.time = base + times()[i],
                    .goroutine = static_cast<std::uint32_t>(rest >> 44),
                    .stack = static_cast<std::uint32_t>(rest >> 8 & mostStack),
                    .link = Spans::restored(static_cast<std::uint32_t>(rest >> 24 & mostIndex)),
                    .kind = static_cast<SpanKindId>(rest)};
        }
    };
    void read(const Block& block, std::uint32_t from, Piece& piece) const;
    void addBlock(std::int64_t time);
    std::uint64_t addWide(const Record& record);
    [[nodiscard]] const Block& blockOf(std::uint32_t place) const;

    std::vector<Block> blocks_;
    std::vector<Record> wide_;
    // Of the last block.
    std::uint64_t* rests_ = nullptr;
    std::uint32_t* times_ = nullptr;
    std::int64_t base_ = 0;
    std::uint32_t first_ = 0;
    std::uint32_t used_ = 0;
    std::uint32_t capacity_ = 0;
};

} // namespace waitscope
