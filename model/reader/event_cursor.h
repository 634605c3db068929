// SPDX-License-Identifier: GPL-3.0-or-later
// The next event of one thread: walks the thread's batches in file order and decodes one event at a time.
//
// Decoding is most of a load, so an event that lies at least `longestEvent` bytes before the end of its batch is read
// without looking for the end, eight bytes at a time; the last few of a batch are read with every check.
#pragma once

#include "model/reader/generation.h"
#include "model/reader/varint.h"
#include "model/reader/wire.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace waitscope {

/// Ticks -> ns (go-trace-format B.5). Each difference is converted and truncated by itself, as Go's reader does.
class TickScale {
  public:
    TickScale() = default;
    explicit TickScale(std::uint64_t ticksPerSecond) : factor_(1.0 / (static_cast<double>(ticksPerSecond) / 1e9)) {
        const auto whole = static_cast<std::uint64_t>(factor_);
        whole_ = static_cast<double>(whole) == factor_ ? whole : 0;
    }
    [[nodiscard]] std::int64_t nanoseconds(std::uint64_t ticks) const {
        constexpr std::uint64_t exact = std::uint64_t{1} << 46; // the product stays below 2^53, exact in both ways
        if (whole_ != 0 && ticks < exact && whole_ <= 128) [[likely]]
            return static_cast<std::int64_t>(ticks * whole_);
        return static_cast<std::int64_t>(std::min(static_cast<double>(ticks) * factor_, latest));
    }
    /// Beyond this, times of a damaged file are cut off, so that adding to them cannot overflow.
    static constexpr double latest = 4.0e18;

  private:
    double factor_ = 64.0;
    std::uint64_t whole_ = 64;
};

class EventCursor {
  public:
    EventCursor(const ThreadStream& stream, TickScale scale) : stream_(&stream), scale_(scale) {}

    enum class Step { Event, End, Damaged };

    /// Moves to the next event.
    Step next() {
        while (at_ == end_) {
            if (nextBatch_ == stream_->batches.size())
                return Step::End;
            const EventBatch& batch = stream_->batches[nextBatch_++];
            at_ = batch.data.data();
            end_ = at_ + batch.data.size();
            time_ = scale_.nanoseconds(batch.ticks);
        }
        type_ = std::to_integer<std::uint8_t>(*at_++);
        const std::size_t count = wire::argumentCounts[type_];
        if (count == 0)
            return Step::Damaged;
        constexpr std::ptrdiff_t longestEvent = wire::mostArguments * longestVarint + 8;
        if (end_ - at_ >= longestEvent) [[likely]] {
            bool overlong = false;
            std::uint64_t ticks = decode(overlong);
            for (std::size_t i = 1; i < count; ++i)
                arguments_[i - 1] = decode(overlong);
            if (overlong)
                return Step::Damaged;
            advanceTime(ticks);
            return Step::Event;
        }
        ByteCursor in(at_, end_);
        const std::uint64_t ticks = in.uvarint();
        for (std::size_t i = 1; i < count; ++i)
            arguments_[i - 1] = in.uvarint();
        if (in.failed())
            return Step::Damaged;
        at_ = in.position();
        advanceTime(ticks);
        return Step::Event;
    }

    [[nodiscard]] std::uint8_t type() const { return type_; }
    [[nodiscard]] std::int64_t time() const { return time_; }
    /// Argument i, the time difference not counted.
    [[nodiscard]] std::uint64_t argument(std::size_t i) const { return arguments_[i]; }
    [[nodiscard]] std::int64_t thread() const { return stream_->thread; }
    /// Where it stands: behind the event, or inside a damaged one.
    [[nodiscard]] std::uint64_t offsetFrom(const std::byte* fileBegin) const {
        return static_cast<std::uint64_t>(at_ - fileBegin);
    }

  private:
    void advanceTime(std::uint64_t ticks) {
        time_ = std::min(time_ + scale_.nanoseconds(ticks), static_cast<std::int64_t>(TickScale::latest));
    }

    // Needs longestVarint + 8 readable bytes.
    std::uint64_t decode(bool& overlong) {
        std::uint64_t bytes = 0;
        if (std::to_integer<unsigned>(*at_) < 0x80) [[likely]]
            return std::to_integer<std::uint64_t>(*at_++);
        std::memcpy(&bytes, at_, sizeof bytes);
        if constexpr (std::endian::native == std::endian::little) {
            const std::uint64_t ends = ~bytes & 0x8080808080808080U;
            if (ends != 0) [[likely]] {
                at_ += std::countr_zero(ends) / 8 + 1;
                bytes &= ends ^ (ends - 1);
                bytes &= 0x7f7f7f7f7f7f7f7fU;
                bytes = (bytes & 0x007f007f007f007fU) | ((bytes & 0x7f007f007f007f00U) >> 1);
                bytes = (bytes & 0x00003fff00003fffU) | ((bytes & 0x3fff00003fff0000U) >> 2);
                return (bytes & 0x000000000fffffffU) | ((bytes & 0x0fffffff00000000U) >> 4);
            }
        }
        ByteCursor in(at_, at_ + longestVarint);
        const std::uint64_t value = in.uvarint();
        overlong = overlong || in.failed();
        at_ = in.position();
        return value;
    }

    const ThreadStream* stream_;
    TickScale scale_;
    std::size_t nextBatch_ = 0;
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    std::int64_t time_ = 0;
    std::uint8_t type_ = 0;
    std::uint64_t arguments_[wire::mostArguments] = {};
};

} // namespace waitscope
