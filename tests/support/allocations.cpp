// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
// GCC has these functions, but not the header that declares them.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*onMalloc)(const volatile void*, std::size_t),
                                              void (*onFree)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
}
#endif

namespace waitscope::test {

namespace {

std::atomic<std::ptrdiff_t> now = 0;
std::atomic<std::ptrdiff_t> most = 0;

[[maybe_unused]] void take(std::size_t bytes) {
    const std::ptrdiff_t after = now.fetch_add(static_cast<std::ptrdiff_t>(bytes)) + static_cast<std::ptrdiff_t>(bytes);
    std::ptrdiff_t before = most.load();
    while (before < after && !most.compare_exchange_weak(before, after)) {
    }
}

[[maybe_unused]] void give(std::size_t bytes) {
    now.fetch_sub(static_cast<std::ptrdiff_t>(bytes));
}

} // namespace

#if defined(__SANITIZE_ADDRESS__)

void startCountingAllocations() {
    static const int installed =
        __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t bytes) { take(bytes); },
                                                  [](const volatile void* gone) {
                                                      if (gone != nullptr)
                                                          give(__sanitizer_get_allocated_size(gone));
                                                  });
    static_cast<void>(installed);
    now = most = 0;
}

#else

void startCountingAllocations() {
    now = most = 0;
}

#endif

std::size_t mostAllocated() {
    return static_cast<std::size_t>(most.load());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void* allocate(std::size_t bytes) {
    void* const memory = std::malloc(bytes);
    if (memory == nullptr)
        throw std::bad_alloc();
    take(::malloc_usable_size(memory));
    return memory;
}

void release(void* memory) {
    if (memory != nullptr)
        give(::malloc_usable_size(memory));
    std::free(memory);
}

#endif

} // namespace waitscope::test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void* operator new(std::size_t bytes) {
    return waitscope::test::allocate(bytes);
}
void* operator new[](std::size_t bytes) {
    return waitscope::test::allocate(bytes);
}
void operator delete(void* memory) noexcept {
    waitscope::test::release(memory);
}
void operator delete[](void* memory) noexcept {
    waitscope::test::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    waitscope::test::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    waitscope::test::release(memory);
}

#endif
