// SPDX-License-Identifier: GPL-3.0-or-later
// Flat arrays for the big tables. Fresh memory is the most expensive thing a load touches (0.3-0.6 GB/s), so a page of
// a table is touched once, by its values, and never again for filling it with zeros or moving it to a larger place.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace waitscope {

/// An array whose size is known when it is made. Its values are not initialised.
template <class T> class Column {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    Column() = default;
    explicit Column(std::size_t size) : values_(std::make_unique_for_overwrite<T[]>(size)), size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const T& operator[](std::size_t i) const {
        assert(i < size_);
        return values_[i];
    }
    [[nodiscard]] T& operator[](std::size_t i) {
        assert(i < size_);
        return values_[i];
    }
    [[nodiscard]] std::span<const T> view() const { return {values_.get(), size_}; }

  private:
    std::unique_ptr<T[]> values_;
    std::size_t size_ = 0;
};

/// An array that grows at its end. Large ones grow in place or by moving pages (`realloc` uses `mremap`), so the peak
/// is what is filled, not twice that.
template <class T> class GrowingColumn {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    GrowingColumn() = default;
    GrowingColumn(GrowingColumn&& other) noexcept
        : values_(std::exchange(other.values_, nullptr))
        , size_(std::exchange(other.size_, 0))
        , capacity_(std::exchange(other.capacity_, 0)) {}
    GrowingColumn& operator=(GrowingColumn&& other) noexcept {
        std::swap(values_, other.values_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    GrowingColumn(const GrowingColumn&) = delete;
    GrowingColumn& operator=(const GrowingColumn&) = delete;
    ~GrowingColumn() { std::free(values_); }

    T& push_back(const T& value) {
        if (size_ == capacity_)
            reserve(capacity_ == 0 ? 64 : capacity_ * 2);
        values_[size_] = value;
        return values_[size_++];
    }
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_)
            return;
        void* const moved = std::realloc(static_cast<void*>(values_), capacity * sizeof(T));
        if (moved == nullptr)
            throw std::bad_alloc();
        values_ = static_cast<T*>(moved);
        capacity_ = capacity;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] T& operator[](std::size_t i) { return values_[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return values_[i]; }
    [[nodiscard]] T& back() { return values_[size_ - 1]; }
    [[nodiscard]] const T& front() const { return values_[0]; }
    [[nodiscard]] const T& back() const { return values_[size_ - 1]; }
    [[nodiscard]] T* begin() { return values_; }
    [[nodiscard]] T* end() { return values_ + size_; }
    [[nodiscard]] const T* begin() const { return values_; }
    [[nodiscard]] const T* end() const { return values_ + size_; }

  private:
    T* values_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace waitscope
