// SPDX-License-Identifier: GPL-3.0-or-later
// Flat arrays for the big tables. Fresh memory is the most expensive thing a load touches (0.3-0.6 GB/s), so numbers
// take only the bytes that the largest of them needs, a page of a table is touched once, by its values, and large
// tables lie in huge pages, which cost one page fault instead of 512.
#pragma once

#include "model/trace/memory.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>

namespace waitscope {

/// An array whose size is known when it is made. Its values are not initialised.
template <class T> class Column {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    Column() = default;
    explicit Column(std::size_t size) : memory_(size * sizeof(T)), size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const T& operator[](std::size_t i) const {
        assert(i < size_);
        return values()[i];
    }
    [[nodiscard]] T& operator[](std::size_t i) {
        assert(i < size_);
        return values()[i];
    }
    /// Sets what `other` holds from `begin` on.
    void setFrom(std::size_t begin, const Column& other) {
        assert(begin + other.size_ <= size_);
        std::copy_n(other.values(), other.size_, values() + begin);
    }
    /// Value `i` will soon be set: the processor may fetch what it lies in.
    void willSet(std::size_t i) const { __builtin_prefetch(values() + i, 1); }
    /// See Memory.
    void fillsHereAndThere(std::size_t rows) { memory_.fillsHereAndThere(rows * sizeof(T)); }
    [[nodiscard]] std::span<T> view() { return {values(), size_}; }
    [[nodiscard]] std::span<const T> view() const { return {values(), size_}; }

  private:
    [[nodiscard]] T* values() const { return reinterpret_cast<T*>(memory_.data()); }

    Memory memory_;
    std::size_t size_ = 0;
};

/// An array of numbers or indices that takes 1 to 8 bytes for each: as many as its largest value needs. An index that
/// stands for "none" is a small number here, whatever its value is elsewhere. Values are not initialised; different
/// threads may write different places.
template <class T> class NarrowColumn {
    static_assert(std::endian::native == std::endian::little, "the low bytes of a number have to come first");

  public:
    NarrowColumn() = default;
    /// No value may be larger than `largest` (for an index: than that index).
    NarrowColumn(std::size_t size, T largest)
        : width_((static_cast<std::size_t>(std::bit_width(encoded(largest))) + 7) / 8)
        , mask_(width_ == 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * width_)) - 1)
        , memory_(size * width_ + sizeof(std::uint64_t)) // a read takes eight bytes
        , size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] T operator[](std::size_t i) const {
        assert(i < size_);
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, memory_.data() + i * width_, sizeof bytes);
        return decoded(bytes & mask_);
    }
    void set(std::size_t i, T value) {
        assert(i < size_);
        withWidth([&](auto width) { store<width>(memory_.data(), i, value); });
    }
    /// Sets `valueOf(n)` at `placeOf(n)` for every n below `count`: the fast way to set many.
    template <class PlaceOf, class ValueOf>
    void setEach(std::size_t count, const PlaceOf& placeOf, const ValueOf& valueOf) {
        withWidth([&, data = memory_.data()](auto width) { storeEach<width>(data, count, placeOf, valueOf); });
    }
    /// Calls `take(n, value)` with the values of the `count` places from `begin` on: the fast way to read many.
    template <class Take> void takeEach(std::size_t begin, std::size_t count, const Take& take) const {
        assert(begin + count <= size_);
        const std::byte* at = memory_.data() + begin * width_;
        for (std::size_t n = 0, width = width_, mask = mask_; n < count; ++n, at += width) {
            std::uint64_t bytes = 0;
            std::memcpy(&bytes, at, sizeof bytes);
            take(n, decoded(bytes & mask));
        }
    }
    /// Sets what `other` holds from `begin` on, each as `rename(value)` has it.
    template <class Rename> void setFrom(std::size_t begin, const NarrowColumn& other, const Rename& rename) {
        withWidth([&, data = memory_.data()](auto width) {
            other.takeEach(0, other.size(),
                           [&](std::size_t n, T value) { store<width>(data, begin + n, rename(value)); });
        });
    }
    /// The first place in [begin, end) that holds more than `value`, or `end`; the values there must ascend. O(log n).
    [[nodiscard]] std::size_t firstAbove(std::size_t begin, std::size_t end, T value) const {
        while (begin < end) {
            const std::size_t middle = begin + (end - begin) / 2;
            if ((*this)[middle] > value)
                end = middle;
            else
                begin = middle + 1;
        }
        return begin;
    }
    /// Value `i` will soon be set: the processor may fetch what it lies in.
    void willSet(std::size_t i) const { __builtin_prefetch(memory_.data() + i * width_, 1); }
    /// See Memory.
    void fillsHereAndThere(std::size_t rows) { memory_.fillsHereAndThere(rows * width_); }
    /// The largest value there is room for.
    [[nodiscard]] T largest() const { return decoded(mask_); }
    /// What it takes, bytes.
    [[nodiscard]] std::size_t bytes() const { return size_ * width_; }

    friend bool operator==(const NarrowColumn& a, const NarrowColumn& b) {
        if (a.size_ != b.size_)
            return false;
        for (std::size_t i = 0; i < a.size_; ++i)
            if (a[i] != b[i])
                return false;
        return true;
    }

  private:
    // Calls `work` with the width as a constant.
    template <class Work> void withWidth(const Work& work) {
        switch (width_) {
        case 1:
            return work(std::integral_constant<std::size_t, 1>{});
        case 2:
            return work(std::integral_constant<std::size_t, 2>{});
        case 3:
            return work(std::integral_constant<std::size_t, 3>{});
        case 4:
            return work(std::integral_constant<std::size_t, 4>{});
        case 5:
            return work(std::integral_constant<std::size_t, 5>{});
        case 6:
            return work(std::integral_constant<std::size_t, 6>{});
        case 7:
            return work(std::integral_constant<std::size_t, 7>{});
        case 8:
            return work(std::integral_constant<std::size_t, 8>{});
        default: // every value is zero
            return;
        }
    }
    template <std::size_t width, class PlaceOf, class ValueOf>
    void storeEach(std::byte* data, std::size_t count, const PlaceOf& placeOf, const ValueOf& valueOf) {
#pragma GCC unroll 4
        for (std::size_t n = 0; n < count; ++n)
            store<width>(data, placeOf(n), valueOf(n));
    }
    // A stored byte may be part of anything, so loops keep `data` in a variable of their own.
    template <std::size_t width> void store(std::byte* data, std::size_t i, T value) {
        const std::uint64_t bytes = encoded(value);
        assert(i < size_ && bytes <= mask_);
        std::memcpy(data + i * width, &bytes, width);
    }

    static std::uint64_t encoded(T value) {
        if constexpr (std::is_integral_v<T>)
            return static_cast<std::uint64_t>(value);
        else
            return static_cast<std::uint32_t>(value.value - T{}.value);
    }
    static T decoded(std::uint64_t bytes) {
        if constexpr (std::is_integral_v<T>)
            return static_cast<T>(bytes);
        else
            return T{static_cast<std::uint32_t>(bytes) + T{}.value};
    }

    std::size_t width_ = 0;
    std::uint64_t mask_ = 0;
    Memory memory_;
    std::size_t size_ = 0;
};

/// Walks a table of columns whose rows are put together when they are asked for.
template <class Table> class RowIterator {
  public:
    using value_type = decltype(std::declval<const Table&>()[0]);
    using difference_type = std::ptrdiff_t;
    using reference = value_type;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    RowIterator() = default;
    RowIterator(const Table& table, std::size_t row) : table_(&table), row_(row) {}
    value_type operator*() const { return (*table_)[row_]; }
    RowIterator& operator++() {
        ++row_;
        return *this;
    }
    RowIterator operator++(int) {
        const RowIterator before = *this;
        ++row_;
        return before;
    }
    friend bool operator==(const RowIterator& a, const RowIterator& b) { return a.row_ == b.row_; }

  private:
    const Table* table_ = nullptr;
    std::size_t row_ = 0;
};

/// An array that grows at its end. Large ones move by their pages, so the peak is what is filled, not twice that.
template <class T> class GrowingColumn {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    GrowingColumn() = default;
    GrowingColumn(GrowingColumn&& other) noexcept
        : memory_(std::move(other.memory_))
        , size_(std::exchange(other.size_, 0))
        , capacity_(std::exchange(other.capacity_, 0)) {}
    GrowingColumn& operator=(GrowingColumn&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }

    [[nodiscard]] GrowingColumn copy() const {
        GrowingColumn other;
        other.reserve(size_);
        std::copy(begin(), end(), other.begin());
        other.size_ = size_;
        return other;
    }
    T& push_back(const T& value) {
        if (size_ == capacity_)
            reserve(capacity_ == 0 ? 64 : capacity_ * (capacity_ * sizeof(T) < copiedBelow ? 4 : 2));
        begin()[size_] = value;
        return begin()[size_++];
    }
    void reserve(std::size_t capacity) {
        if (capacity > capacity_)
            resize(capacity);
    }
    /// Keeps its memory.
    void clear() { size_ = 0; }
    /// Leaves out what is behind the first `size`; keeps its memory.
    void shrinkTo(std::size_t size) { size_ = size; }
    /// Gives the unused end back.
    void shrinkToFit() {
        if (size_ < capacity_)
            resize(size_);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] T& operator[](std::size_t i) { return begin()[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return begin()[i]; }
    [[nodiscard]] T& back() { return begin()[size_ - 1]; }
    [[nodiscard]] const T& front() const { return *begin(); }
    [[nodiscard]] const T& back() const { return begin()[size_ - 1]; }
    [[nodiscard]] T* begin() { return reinterpret_cast<T*>(memory_.data()); }
    [[nodiscard]] T* end() { return begin() + size_; }
    [[nodiscard]] const T* begin() const { return reinterpret_cast<const T*>(memory_.data()); }
    [[nodiscard]] const T* end() const { return begin() + size_; }

  private:
    // Small ones are copied to where there is room, and what they are copied to is touched for the first time.
    static constexpr std::size_t copiedBelow = std::size_t{1} << 20; // bytes

    void resize(std::size_t capacity) {
        memory_.resize(capacity * sizeof(T));
        capacity_ = memory_.size() / sizeof(T);
    }

    GrowingMemory memory_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace waitscope
