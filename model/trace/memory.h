// SPDX-License-Identifier: GPL-3.0-or-later
// Where do large tables lie? In mappings of their own, which ask for huge pages (measured here: 1.3 GB/s of first touch
// in small pages, 7 in huge ones) and go back to the system at once.
// Tables of middling size share such a mapping with others that the same thread made about the same time; it goes
// back when the last of them does.
#pragma once

#include <cstddef>
#include <utility>

namespace waitscope {

class SharedMapping;

/// Bytes that are not initialised, owned.
class Memory {
  public:
    Memory() = default;
    /// Throws std::bad_alloc.
    explicit Memory(std::size_t size);
    ~Memory();
    Memory(Memory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr))
        , size_(std::exchange(other.size_, 0))
        , share_(std::exchange(other.share_, nullptr)) {}
    Memory& operator=(Memory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(share_, other.share_);
        return *this;
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    /// The first `bytes` will fill in many places at once: they lie in small pages, of which each is taken when it is
    /// needed. Before anything is written.
    void fillsHereAndThere(std::size_t bytes);

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    SharedMapping* share_ = nullptr; ///< the mapping it lies in together with others
};

/// Bytes of which there may be more later; what is in them stays. Large ones move by their pages, without being copied.
class GrowingMemory {
  public:
    GrowingMemory() = default;
    ~GrowingMemory() { free(); }
    GrowingMemory(GrowingMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr))
        , size_(std::exchange(other.size_, 0))
        , mapped_(std::exchange(other.mapped_, false)) {}
    GrowingMemory& operator=(GrowingMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(mapped_, other.mapped_);
        return *this;
    }
    GrowingMemory(const GrowingMemory&) = delete;
    GrowingMemory& operator=(const GrowingMemory&) = delete;

    /// From now on at least `size` bytes; what is behind them goes back. Throws std::bad_alloc.
    void resize(std::size_t size);

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    void free();

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    bool mapped_ = false; ///< for themselves, in huge pages
};

} // namespace waitscope
