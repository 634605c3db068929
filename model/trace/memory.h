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

/// What is touched of these bytes for the first time from now on comes in huge pages, where they hold whole ones.
void useHugePages(std::byte* begin, std::size_t size);

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

} // namespace waitscope
