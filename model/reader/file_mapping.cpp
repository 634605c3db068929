// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/file_mapping.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace waitscope {

namespace {

// Read by the signal handler, so nothing but lock-free atomics. `begin` is written last and cleared first.
struct Guard {
    std::atomic<std::uintptr_t> begin = 0;
    std::atomic<std::uintptr_t> end = 0;
    std::atomic<std::uintptr_t> lost = UINTPTR_MAX; ///< the lowest address that was found missing
    std::atomic<bool> taken = false;
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);
constexpr std::size_t mostMappings = 64; // loads at a time
constexpr std::size_t unguarded = mostMappings;
std::array<Guard, mostMappings> guards;
struct sigaction previous;
std::uintptr_t page = 4096; // the system's, before there is a guard

void onBusError(int signal, siginfo_t* info, void* context) {
    const int code = errno;
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (Guard& guard : guards) {
        const std::uintptr_t begin = guard.begin.load();
        if (begin == 0 || address < begin || address >= guard.end.load())
            continue;
        const std::uintptr_t from = address / page * page;
        void* const zeros = ::mmap(static_cast<std::byte*>(info->si_addr) - (address - from), page, PROT_READ,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (zeros == MAP_FAILED)
            break;
        std::uintptr_t lost = guard.lost.load();
        while (from < lost && !guard.lost.compare_exchange_weak(lost, from)) {
        }
        errno = code;
        return;
    }
    if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr)
        return previous.sa_sigaction(signal, info, context);
    if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN && previous.sa_handler != nullptr)
        return previous.sa_handler(signal);
    // Back at the same instruction, which now ends the program as it would have.
    ::signal(SIGBUS, SIG_DFL);
}

void installOnce() {
    static std::once_flag installed;
    std::call_once(installed, [] {
        page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        struct sigaction action {};
        action.sa_sigaction = onBusError;
        action.sa_flags = SA_SIGINFO;
        sigemptyset(&action.sa_mask);
        ::sigaction(SIGBUS, &action, &previous);
    });
}

std::size_t guardFor(const std::byte* data, std::size_t size) {
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    for (std::size_t i = 0; i < mostMappings; ++i)
        if (!guards[i].taken.exchange(true)) {
            guards[i].lost = UINTPTR_MAX;
            guards[i].end = (begin + size + page - 1) / page * page;
            guards[i].begin = begin;
            return i;
        }
    return unguarded;
}

} // namespace

bool FileMapping::map(int fd, const struct stat& info) {
    const auto size = static_cast<std::size_t>(info.st_size);
    void* const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping == MAP_FAILED)
        return false;
    installOnce();
    guard_ = guardFor(static_cast<const std::byte*>(mapping), size);
    if (guard_ == unguarded) {
        ::munmap(mapping, size);
        errno = EMFILE;
        return false;
    }
    ::madvise(mapping, size, MADV_SEQUENTIAL);
    data_ = static_cast<std::byte*>(mapping);
    size_ = size;
    return true;
}

FileMapping::~FileMapping() {
    if (data_ == nullptr)
        return;
    guards[guard_].begin = 0;
    ::munmap(data_, size_);
    guards[guard_].taken = false;
}

void FileMapping::giveBack(std::size_t begin, std::size_t end) const {
    ::madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

std::size_t FileMapping::intact() const {
    if (data_ == nullptr)
        return 0;
    const std::uintptr_t lost = guards[guard_].lost.load();
    return lost == UINTPTR_MAX ? size_ : std::min<std::size_t>(size_, lost - reinterpret_cast<std::uintptr_t>(data_));
}

} // namespace waitscope
