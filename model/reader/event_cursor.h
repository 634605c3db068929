// SPDX-License-Identifier: GPL-3.0-or-later
// The next event of one thread: walks the thread's batches in file order and decodes one event at a time.
//
// Decoding is a quarter of a load, so an event that lies at least `longestEvent` bytes before the end of its batch is
// read without looking for the end; the last few of a batch are read with every check. Its turn depends on its time
// alone, so its arguments are decoded when it is taken, by code that knows how many there are.
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
        whole_ = factor_ <= largestWhole ? static_cast<std::uint64_t>(factor_) : 0;
        exactBelow_ = static_cast<double>(whole_) == factor_ ? exact : 0;
    }
    [[nodiscard]] std::int64_t nanoseconds(std::uint64_t ticks) const {
        if (ticks < exactBelow_) [[likely]]
            return static_cast<std::int64_t>(ticks * whole_);
        return static_cast<std::int64_t>(std::min(static_cast<double>(ticks) * factor_, latest));
    }
    /// Beyond this, times of a damaged file are cut off, so that adding to them cannot overflow.
    static constexpr double latest = 4.0e18;

  private:
    static constexpr std::uint64_t largestWhole = 128;
    static constexpr std::uint64_t exact = std::uint64_t{1} << 46; ///< times that, it is below 2^53: a double's too

    double factor_ = 64.0;
    std::uint64_t whole_ = 64;
    std::uint64_t exactBelow_ = exact; ///< ticks; the whole factor gives the same as the other one; 0: it is not whole
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

    /// Moves to the next event; the arguments of the one it stands on have been read. After Damaged it goes on with the
    /// next batch.
    [[gnu::always_inline]] Step next() {
        if (at_ >= uncheckedEnd_) [[unlikely]]
            return nextChecked();
        type_ = std::to_integer<std::uint8_t>(*at_);
        bool wellFormed = wire::argumentCounts[type_] != 0;
        const std::byte* at = at_ + 1;
        const std::uint64_t ticks = decode(at, wellFormed);
        if (!wellFormed) [[unlikely]]
            return damaged();
        argumentsAt_ = at;
        advanceTime(ticks);
        if (time_ < from_) [[unlikely]]
            return nextWanted();
        return time_ >= until_ ? Step::End : Step::Event;
    }
    /// Decodes the arguments, of which there are `count`, if they are not yet; false if one is damaged: then what is
    /// left of the batch cannot be read.
    template <std::size_t count> [[gnu::always_inline]] bool readArguments() {
        if (at_ >= argumentsAt_) [[unlikely]]
            return true;
        const std::byte* at = argumentsAt_;
        bool wellFormed = true;
        static_assert(count < wire::mostArguments); // unrolled by hand: compilers do not at -O2
        if constexpr (count > 0)
            arguments_[0] = decode(at, wellFormed);
        if constexpr (count > 1)
            arguments_[1] = decode(at, wellFormed);
        if constexpr (count > 2)
            arguments_[2] = decode(at, wellFormed);
        if constexpr (count > 3)
            arguments_[3] = decode(at, wellFormed);
        if (!wellFormed) [[unlikely]]
            return damagedInside();
        at_ = at;
        return true;
    }
    /// The same, of as many as its type has.
    [[gnu::noinline]] bool readArguments() {
        switch (wire::argumentCounts[type_]) {
        case 5:
            return readArguments<4>();
        case 4:
            return readArguments<3>();
        case 3:
            return readArguments<2>();
        case 2:
            return readArguments<1>();
        default:
            return readArguments<0>();
        }
    }
    /// Leaves the event it stands on; false if it was the last.
    bool skipEvent() {
        Step step = readArguments() ? next() : Step::Damaged;
        while (step == Step::Damaged)
            step = next();
        return step == Step::Event;
    }

    [[nodiscard]] std::uint8_t type() const { return type_; }
    [[nodiscard]] std::int64_t time() const { return time_; }
    /// Argument i, the time difference not counted. They must have been read.
    [[nodiscard]] std::uint64_t argument(std::size_t i) const { return arguments_[i]; }
    /// Argument i as an id: that of a thread may be -1, none.
    [[nodiscard]] std::int64_t id(std::size_t i) const { return static_cast<std::int64_t>(arguments_[i]); }
    [[nodiscard]] std::int64_t thread() const { return stream_->thread; }
    /// At the end of what is wanted: do later batches begin earlier? Only damaged files do that.
    [[nodiscard]] bool leavesSomething() const {
        return nextBatch_ < stream_->batches.size() && scale_.nanoseconds(stream_->batches[nextBatch_].ticks) < until_;
    }
    /// Where it stands: behind the event, once its arguments are read.
    [[nodiscard]] std::uint64_t offsetFrom(const std::byte* fileBegin) const {
        return static_cast<std::uint64_t>(at_ - fileBegin);
    }
    /// Inside the last damaged event.
    [[nodiscard]] std::uint64_t damageFrom(const std::byte* fileBegin) const {
        return static_cast<std::uint64_t>(damagedAt_ - fileBegin);
    }

  private:
    static constexpr std::size_t longestEvent = 1 + wire::mostArguments * longestVarint + 8;

    [[gnu::noinline]] Step nextChecked() {
        Step step = decodeChecked();
        while (step == Step::Event && time_ < from_)
            step = decodeChecked();
        return step == Step::Event && time_ >= until_ ? Step::End : step;
    }
    // From an event that is too early.
    [[gnu::noinline]] Step nextWanted() { return readArguments() ? nextChecked() : Step::Damaged; }

    Step decodeChecked() {
        while (at_ == end_) {
            if (nextBatch_ == stream_->batches.size())
                return Step::End;
            const EventBatch& batch = stream_->batches[nextBatch_++];
            at_ = batch.data.data();
            end_ = at_ + batch.data.size();
            uncheckedEnd_ = batch.data.size() < longestEvent ? nullptr : end_ - longestEvent + 1;
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
        at_ = argumentsAt_ = in.position();
        advanceTime(ticks);
        return Step::Event;
    }

    [[gnu::noinline]] Step damaged() {
        damagedAt_ = at_;
        at_ = argumentsAt_ = end_;
        return Step::Damaged;
    }

    // The time is that of the last event that was whole.
    [[gnu::noinline]] bool damagedInside() {
        ByteCursor in(at_ + 1, end_);
        time_ -= scale_.nanoseconds(in.uvarint());
        damaged();
        return false;
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
        const LongNumber number = decodeLong(at);
        wellFormed = wellFormed && number.end != at;
        at = number.end;
        return number.value;
    }

    // Fits into two registers: what a loop hands over by reference, it has to keep in memory.
    struct LongNumber {
        std::uint64_t value;
        const std::byte* end; ///< where it began: it is none
    };
    [[gnu::noinline]] static LongNumber decodeLong(const std::byte* at) {
        ByteCursor in(at, at + longestVarint);
        const std::uint64_t value = in.uvarint();
        return {value, in.failed() ? at : in.position()};
    }

    const ThreadStream* stream_;
    TickScale scale_;
    std::int64_t from_;
    std::int64_t until_;
    std::size_t nextBatch_;
    const std::byte* damagedAt_ = nullptr;
    const std::byte* at_ = nullptr;           ///< the event, until its arguments are read; then what follows
    const std::byte* argumentsAt_ = nullptr;  ///< of the event
    const std::byte* uncheckedEnd_ = nullptr; ///< an event that begins before may be read without looking for the end
    const std::byte* end_ = nullptr;
    std::int64_t time_ = 0;
    std::uint8_t type_ = 0;
    std::uint64_t arguments_[wire::mostArguments] = {};
};

} // namespace waitscope
