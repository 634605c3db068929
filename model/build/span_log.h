// SPDX-License-Identifier: GPL-3.0-or-later
// The spans of a slice in the order in which they begin, written once and read once, when they are sorted by goroutine.
// They come and go a thousand at a time, column by column, so that they are packed while they are in the nearest cache:
// in most traces eight bytes hold a span, and fresh memory is what a load has to be sparing with. (Packing them
// goroutine by goroutine saves as much and takes a third longer.)
#pragma once

#include "model/trace/memory.h"
#include "model/trace/spans.h"

#include <array>
#include <cstdint>
#include <vector>

namespace waitscope {

class SpanLog {
  public:
    /// Records that follow each other.
    struct Piece {
        static constexpr std::uint32_t mostRecords = 1024;

        std::uint32_t size = 0;
        std::int64_t base = 0;                        ///< ns of the trace clock; no record is earlier
        std::array<std::uint32_t, mostRecords> times; ///< ns since the base
        std::array<std::uint32_t, mostRecords> goroutines;
        std::array<std::uint32_t, mostRecords> stacks; ///< see spans.h
        std::array<std::uint32_t, mostRecords> links;  ///< as spans store them
        std::array<SpanKindId, mostRecords> kinds;

        /// Leaves out those of the goroutines that `isKept` says no of.
        template <class IsKept> void keepIf(const IsKept& isKept) {
            std::uint32_t kept = 0;
            for (std::uint32_t i = 0; i < size; ++i) {
                if (!isKept(goroutines[i]))
                    continue;
                times[kept] = times[i];
                goroutines[kept] = goroutines[i];
                stacks[kept] = stacks[i];
                links[kept] = links[i];
                kinds[kept] = kinds[i];
                ++kept;
            }
            size = kept;
        }
    };

    [[nodiscard]] std::uint32_t size() const { return size_; }
    void append(const Piece& piece);
    /// Calls `visit(piece)` for all records from first to last. The piece is a copy, which may be changed.
    template <class Visit> void forEachPiece(const Visit& visit) const {
        Piece piece;
        for (const Block& block : blocks_) {
            read(block, piece);
            visit(piece);
        }
    }
    [[nodiscard]] SpanKindId kind(std::uint32_t place) const;
    [[nodiscard]] std::uint32_t stack(std::uint32_t place) const;
    void setStack(std::uint32_t place, std::uint32_t stack);

  private:
    /// How many bits of a word each number takes; the rest of it is the time.
    struct Widths {
        unsigned kind = 0;
        unsigned stack = 0;
        unsigned link = 0;
        unsigned goroutine = 0;

        [[nodiscard]] unsigned timeAt() const { return kind + stack + link + goroutine; }
    };
    /// A word a record if that is enough; if it is not, the times follow behind the words. What does not fit even so (a
    /// million goroutines in one slice) lies there as it came, a column of four bytes a number behind the other.
    enum class Form : std::uint8_t { Words, WordsAndTimes, Columns };
    struct Block {
        std::byte* data = nullptr; ///< within a chunk
        std::int64_t base = 0;     ///< ns of the trace clock
        std::uint32_t first = 0;   ///< place of its first record
        std::uint32_t size = 0;
        Widths widths;
        Form form = Form::Words;

        [[nodiscard]] std::uint64_t* words() const { return reinterpret_cast<std::uint64_t*>(data); }
        [[nodiscard]] std::uint32_t* timesBehindWords() const {
            return reinterpret_cast<std::uint32_t*>(words() + size);
        }
        [[nodiscard]] std::uint32_t* column(std::size_t n) const {
            return reinterpret_cast<std::uint32_t*>(data) + n * size;
        }
    };
    // Columns of blocks that have them.
    static constexpr std::size_t times = 0, goroutines = 1, stacks = 2, links = 3, kinds = 4, columnCount = 5;

    std::byte* take(std::size_t bytes);
    void pack(const Piece& piece, Block& block);
    static void read(const Block& block, Piece& piece);
    [[nodiscard]] std::size_t blockOf(std::uint32_t place) const;

    std::uint32_t size_ = 0;
    std::vector<Block> blocks_;
    std::vector<Memory> chunks_;
    std::size_t left_ = 0; ///< bytes of the last chunk
};

} // namespace waitscope
