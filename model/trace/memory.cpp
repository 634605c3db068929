// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/trace/memory.h"

#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace waitscope {

namespace {

constexpr std::size_t hugePage = std::size_t{2} << 20;
constexpr std::size_t worthAMapping = hugePage;

} // namespace

Memory::Memory(std::size_t size) : size_(size) {
    if (size < worthAMapping) {
        data_ = static_cast<std::byte*>(::operator new(size));
        return;
    }
    // More than is wanted, so that it can begin where a huge page does; the rest goes back before it is touched.
    void* const mapping = ::mmap(nullptr, size + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        throw std::bad_alloc();
    auto* const begin = static_cast<std::byte*>(mapping);
    const std::size_t skipped = (hugePage - reinterpret_cast<std::uintptr_t>(begin) % hugePage) % hugePage;
    data_ = begin + skipped;
    constexpr std::size_t page = 4096;
    const std::size_t mapped = (size + page - 1) / page * page;
    if (skipped != 0)
        ::munmap(begin, skipped);
    if (skipped != hugePage)
        ::munmap(data_ + mapped, hugePage - skipped);
    ::madvise(data_, size / hugePage * hugePage, MADV_HUGEPAGE);
}

Memory::~Memory() {
    if (size_ < worthAMapping)
        ::operator delete(data_);
    else
        ::munmap(data_, size_);
}

} // namespace waitscope
