// SPDX-License-Identifier: GPL-3.0-or-later
// The next event of one thread: walks the thread's batches in file order and decodes one event at a time.
//
// Decoding is a quarter of a load, so an event that lies at least `longestEvent` bytes before the end of its batch is
// read without looking for the end; the last few of a batch are read with every check.
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

/// The place of the last batch that begins before `from` (ns); the first if none does.
[[nodiscard]] inline std::size_t batchAt(const ThreadStream& stream, const TickScale& scale, std::int64_t from) {
    const auto after = std::ranges::partition_point(
        stream.batches, [&](const EventBatch& batch) { return scale.nanoseconds(batch.ticks) < from; });
    const auto place = static_cast<std::size_t>(after - stream.batches.begin());
    return place == 0 ? 0 : place - 1;
}

class EventCursor {
  public:
    /// Only the events from `from` until before `until` (ns).
    EventCursor(const ThreadStream& stream, TickScale scale, std::int64_t from = INT64_MIN,
                std::int64_t until = INT64_MAX)
        : stream_(&stream), scale_(scale), from_(from), until_(until), nextBatch_(batchAt(stream, scale, from)) {}

    enum class Step { Event, End, Damaged };

    /// Moves to the next event. After Damaged it goes on with the next batch.
    Step next() {
        Step step = end_ - at_ >= longestEvent ? decodeUnchecked() : decodeChecked();
        while (step == Step::Event && time_ < from_)
            [[unlikely]] step = decodeChecked();
        return step == Step::Event && time_ >= until_ ? Step::End : step;
    }
    /// Leaves the event it stands on; false if it was the last.
    bool skipEvent() {
        Step step = next();
        while (step == Step::Damaged)
            step = next();
        return step == Step::Event;
    }

    [[nodiscard]] std::uint8_t type() const { return type_; }
    [[nodiscard]] std::int64_t time() const { return time_; }
    /// Argument i, the time difference not counted.
    [[nodiscard]] std::uint64_t argument(std::size_t i) const { return arguments_[i]; }
    [[nodiscard]] std::int64_t thread() const { return stream_->thread; }
    /// At the end of what is wanted: do later batches begin earlier? Only damaged files do that.
    [[nodiscard]] bool leavesSomething() const {
        return nextBatch_ < stream_->batches.size() && scale_.nanoseconds(stream_->batches[nextBatch_].ticks) < until_;
    }
    /// Where it stands, behind the event.
    [[nodiscard]] std::uint64_t offsetFrom(const std::byte* fileBegin) const {
        return static_cast<std::uint64_t>(at_ - fileBegin);
    }
    /// Inside the last damaged event.
    [[nodiscard]] std::uint64_t damageFrom(const std::byte* fileBegin) const {
        return static_cast<std::uint64_t>(damagedAt_ - fileBegin);
    }

  private:
    static constexpr std::ptrdiff_t longestEvent = 1 + wire::mostArguments * longestVarint + 8;

    Step decodeUnchecked() {
        const std::byte* at = at_;
        type_ = std::to_integer<std::uint8_t>(*at++);
        const std::size_t count = wire::argumentCounts[type_];
        bool wellFormed = count != 0;
        const std::uint64_t ticks = decode(at, wellFormed);
        for (std::size_t i = 1; i < count; ++i)
            arguments_[i - 1] = decode(at, wellFormed);
        if (!wellFormed) [[unlikely]]
            return damaged();
        at_ = at;
        advanceTime(ticks);
        return Step::Event;
    }

    Step decodeChecked() {
        while (at_ == end_) {
            if (nextBatch_ == stream_->batches.size())
                return Step::End;
            const EventBatch& batch = stream_->batches[nextBatch_++];
            at_ = batch.data.data();
            end_ = at_ + batch.data.size();
            time_ = scale_.nanoseconds(batch.ticks);
        }
        type_ = std::to_integer<std::uint8_t>(*at_);
        const std::size_t count = wire::argumentCounts[type_];
        ByteCursor in(at_ + 1, end_);
        const std::uint64_t ticks = in.uvarint();
        for (std::size_t i = 1; i < count; ++i)
            arguments_[i - 1] = in.uvarint();
        if (in.failed() || count == 0)
            return damaged();
        at_ = in.position();
        advanceTime(ticks);
        return Step::Event;
    }

    Step damaged() {
        damagedAt_ = at_;
        at_ = end_;
        return Step::Damaged;
    }

    void advanceTime(std::uint64_t ticks) {
        time_ = std::min(time_ + scale_.nanoseconds(ticks), static_cast<std::int64_t>(TickScale::latest));
    }

    // Needs longestVarint + 8 readable bytes.
    [[gnu::always_inline]] static std::uint64_t decode(const std::byte*& at, bool& wellFormed) {
        const auto first = std::to_integer<std::uint64_t>(*at);
        if (first < 0x80) [[likely]] {
            ++at;
            return first;
        }
        if constexpr (std::endian::native == std::endian::little) {
            // Two and three bytes are most of what is left: time differences, ids.
            std::uint32_t bytes = 0;
            std::memcpy(&bytes, at, sizeof bytes);
            if ((bytes & 0x8000U) == 0) {
                at += 2;
                return (bytes & 0x7fU) | (bytes >> 1 & 0x3f80U);
            }
            if ((bytes & 0x80'0000U) == 0) {
                at += 3;
                return (bytes & 0x7fU) | (bytes >> 1 & 0x3f80U) | (bytes >> 2 & 0x1f'c000U);
            }
        }
        return decodeLong(at, wellFormed);
    }

    [[gnu::noinline]] static std::uint64_t decodeLong(const std::byte*& at, bool& wellFormed) {
        ByteCursor in(at, at + longestVarint);
        const std::uint64_t value = in.uvarint();
        wellFormed = wellFormed && !in.failed();
        at = in.position();
        return value;
    }

    const ThreadStream* stream_;
    TickScale scale_;
    std::int64_t from_;
    std::int64_t until_;
    std::size_t nextBatch_;
    const std::byte* damagedAt_ = nullptr;
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    std::int64_t time_ = 0;
    std::uint8_t type_ = 0;
    std::uint64_t arguments_[wire::mostArguments] = {};
};

} // namespace waitscope
