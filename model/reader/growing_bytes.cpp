// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/growing_bytes.h"

#include <algorithm>
#include <sys/mman.h>

namespace waitscope {

namespace {

// Enough that neither waits for the other over a few slices.
constexpr std::size_t mostAhead = std::size_t{128} << 20;
constexpr std::size_t page = 4096;
// What is large is unpacked into huge pages: 45 MB cost 11,000 page faults in small ones, a tenth of such a load.
constexpr std::size_t hugePage = std::size_t{2} << 20;
constexpr std::size_t worthHugePages = 2 * hugePage;

} // namespace

GrowingBytes::GrowingBytes(ByteSource& input) : input_(input) {
    // Address space only; a system that forbids a large reservation gets a smaller one.
    for (std::size_t size = std::size_t{1} << 38; size >= (std::size_t{1} << 28); size /= 4) {
        void* const at =
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED)
            continue;
        reservation_ = static_cast<std::byte*>(at);
        capacity_ = size;
        ::madvise(reservation_ + worthHugePages, size - worthHugePages, MADV_HUGEPAGE);
        return;
    }
    damage_ = "there is not enough memory to unpack it";
    ended_ = true;
}

GrowingBytes::~GrowingBytes() {
    if (reservation_ != nullptr)
        ::munmap(reservation_, capacity_);
}

std::size_t GrowingBytes::ensure(std::size_t size) {
    std::unique_lock lock(mutex_);
    if (available_ >= size || ended_)
        return available_;
    wanted_ = std::max(wanted_, size);
    changed_.notify_all();
    changed_.wait(lock, [&] { return ended_ || available_ >= size; });
    return available_;
}

void GrowingBytes::release(std::size_t offset) {
    constexpr std::size_t worthACall = 2 * hugePage;
    const std::size_t end = offset / hugePage * hugePage;
    if (end < released_ + worthACall)
        return;
    giveBack(released_, end);
    released_ = end;
}

void GrowingBytes::discard(std::size_t begin, std::size_t end) {
    begin = (begin + page - 1) / page * page;
    end = end / page * page;
    if (begin < end)
        giveBack(begin, end);
}

void GrowingBytes::giveBack(std::size_t begin, std::size_t end) {
    ::madvise(reservation_ + begin, end - begin, MADV_DONTNEED);
    const std::scoped_lock lock(mutex_);
    read_ = std::max(read_, end);
    changed_.notify_all();
}

std::string GrowingBytes::damage() {
    ensure(SIZE_MAX);
    const std::string inner = input_.damage();
    const std::scoped_lock lock(mutex_);
    return inner.empty() ? damage_ : inner;
}

std::uint64_t GrowingBytes::storedBytesFor(std::uint64_t offset) const {
    std::uint64_t consumed = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (available_ != 0)
            consumed = std::min(consumed_,
                                static_cast<std::size_t>(static_cast<double>(consumed_) * static_cast<double>(offset) /
                                                         static_cast<double>(available_)));
    }
    return input_.storedBytesFor(consumed);
}

bool GrowingBytes::publish(std::size_t available, std::size_t consumed, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    available_ = available;
    consumed_ = consumed;
    changed_.notify_all();
    return changed_.wait(lock, stop, [&] { return available_ < std::max(wanted_, read_ + mostAhead); });
}

void GrowingBytes::damaged(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    if (damage_.empty())
        damage_ = what;
}

void GrowingBytes::finish() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

} // namespace waitscope
