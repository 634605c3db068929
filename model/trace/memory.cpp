// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace waitscope {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t hugePage = std::size_t{2} << 20;
constexpr std::size_t worthAMapping = hugePage;
constexpr std::size_t worthSharing = std::size_t{16} << 10;
// A thread's first mapping is small, since it may be all that it needs.
constexpr std::size_t smallestShared = hugePage / 8;
constexpr std::size_t largestShared = 2 * hugePage;

// What is mapped for `size` bytes: whole huge pages, and small ones behind them for what would not fill half of one.
constexpr std::size_t mappedFor(std::size_t size) {
    const std::size_t rounding = size % hugePage > hugePage / 2 ? hugePage : page;
    return (size + rounding - 1) / rounding * rounding;
}

// Begins where a huge page does. More than is wanted is mapped for that; the rest goes back before it is touched.
std::byte* map(std::size_t size) {
    const std::size_t mapped = mappedFor(size);
    void* const mapping =
        ::mmap(nullptr, mapped + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        throw std::bad_alloc();
    auto* const begin = static_cast<std::byte*>(mapping);
    const std::size_t skipped = (hugePage - reinterpret_cast<std::uintptr_t>(begin) % hugePage) % hugePage;
    std::byte* const data = begin + skipped;
    if (skipped != 0)
        ::munmap(begin, skipped);
    if (skipped != hugePage)
        ::munmap(data + mapped, hugePage - skipped);
    if (mapped >= hugePage)
        ::madvise(data, mapped / hugePage * hugePage, MADV_HUGEPAGE);
    return data;
}

void unmap(std::byte* data, std::size_t size) {
    ::munmap(data, mappedFor(size));
}

} // namespace

/// Handed out from its begin to its end, never reused; counts who still needs it.
class SharedMapping {
  public:
    explicit SharedMapping(std::size_t size) : size_(size), data_(map(size)) {}
    ~SharedMapping() { unmap(data_, size_); }
    SharedMapping(const SharedMapping&) = delete;
    SharedMapping& operator=(const SharedMapping&) = delete;

    /// Null if there is no room left.
    std::byte* take(std::size_t size) {
        constexpr std::size_t alignment = 64;
        const std::size_t end = used_ + (size + alignment - 1) / alignment * alignment;
        if (end > size_)
            return nullptr;
        ++users_;
        return data_ + std::exchange(used_, end);
    }
    void release() {
        if (--users_ == 0)
            delete this;
    }

  private:
    std::size_t size_;
    std::byte* data_;
    std::size_t used_ = 0;
    std::atomic<std::size_t> users_ = 1; ///< tables, and the thread that fills it
};

namespace {

struct Filling {
    SharedMapping* mapping = nullptr;
    std::size_t nextSize = smallestShared;

    ~Filling() { leave(); }
    void leave() {
        if (mapping != nullptr)
            std::exchange(mapping, nullptr)->release();
    }
};
thread_local Filling filling;

} // namespace

Memory::Memory(std::size_t size) : size_(size) {
    if (size >= worthAMapping) {
        data_ = map(size);
    } else if (size < worthSharing) {
        data_ = static_cast<std::byte*>(::operator new(size));
    } else {
        data_ = filling.mapping == nullptr ? nullptr : filling.mapping->take(size);
        while (data_ == nullptr) {
            filling.leave();
            filling.mapping = new SharedMapping(filling.nextSize);
            filling.nextSize = std::min(4 * filling.nextSize, largestShared);
            data_ = filling.mapping->take(size);
        }
        share_ = filling.mapping;
    }
}

void Memory::fillsHereAndThere(std::size_t bytes) {
    if (size_ >= worthAMapping)
        ::madvise(data_, std::min(bytes, size_) / hugePage * hugePage, MADV_NOHUGEPAGE);
}

Memory::~Memory() {
    if (share_ != nullptr)
        share_->release();
    else if (size_ < worthAMapping)
        ::operator delete(data_);
    else
        unmap(data_, size_);
}

void GrowingMemory::resize(std::size_t size) {
    if (size == 0) {
        *this = GrowingMemory();
        return;
    }
    if (size < worthAMapping && !mapped_) {
        void* const moved = std::realloc(data_, size);
        if (moved == nullptr)
            throw std::bad_alloc();
        data_ = static_cast<std::byte*>(moved);
        size_ = size;
        return;
    }
    // What grows has to be one mapping to the system too, so all of it is in huge pages.
    const std::size_t rounding = size < size_ ? page : hugePage;
    const std::size_t whole = (size + rounding - 1) / rounding * rounding;
    if (mapped_) {
        void* const moved = ::mremap(data_, size_, whole, MREMAP_MAYMOVE);
        if (moved == MAP_FAILED)
            throw std::bad_alloc();
        data_ = static_cast<std::byte*>(moved);
    } else {
        std::byte* const larger = map(whole);
        std::copy_n(data_, size_, larger);
        std::free(data_);
        data_ = larger;
        mapped_ = true;
    }
    size_ = whole;
}

void GrowingMemory::free() {
    if (mapped_)
        ::munmap(data_, size_);
    else
        std::free(data_);
}

} // namespace waitscope
