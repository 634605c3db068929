// SPDX-License-Identifier: GPL-3.0-or-later
// Independent pieces of work on several cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

namespace waitscope {

/// How many threads work at a time when nobody says otherwise: one for each core that this process may use (`taskset`
/// and containers leave it fewer than the machine has), but not more than a load can feed.
[[nodiscard]] inline unsigned threadsByDefault() {
    constexpr unsigned most = 16;
    cpu_set_t ours;
    const unsigned cores = ::sched_getaffinity(0, sizeof ours, &ours) == 0 ? static_cast<unsigned>(CPU_COUNT(&ours))
                                                                           : std::thread::hardware_concurrency();
    return std::clamp(cores, 1U, most);
}

/// Calls `work(i)` for every i below `count`, each once, on up to `threads` threads, the calling one among them.
/// Rethrows the first exception after all have stopped.
template <class Work> void sideBySide(std::size_t count, unsigned threads, const Work& work) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex failing;
    const auto take = [&] {
        try {
            for (std::size_t i = next++; i < count; i = next++)
                work(i);
        } catch (...) {
            next = count;
            const std::scoped_lock lock(failing);
            failure = failure ? failure : std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads && i < count; ++i)
            others.emplace_back(take);
        take();
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace waitscope
