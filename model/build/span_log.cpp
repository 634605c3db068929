// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/span_log.h"

#include <algorithm>

namespace waitscope {

void SpanLog::grow() {
    constexpr std::uint32_t smallest = 1U << 14;
    const std::uint32_t capacity = std::max(smallest, 2 * capacity_);
    const auto move = [&]<class T>(std::unique_ptr<T[]>& column) {
        auto larger = std::make_unique_for_overwrite<T[]>(capacity);
        std::copy_n(column.get(), size_, larger.get());
        column = std::move(larger);
    };
    move(times_);
    move(goroutines_);
    move(stacks_);
    move(links_);
    move(kinds_);
    capacity_ = capacity;
}

} // namespace waitscope
