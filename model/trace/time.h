// SPDX-License-Identifier: GPL-3.0-or-later
// Time inside a trace: integer nanoseconds from its first event.
#pragma once

#include <algorithm>
#include <cstdint>

namespace waitscope {

/// Nanoseconds since the first event of the trace (t0 in the documentation). Also used for durations.
using Time = std::int64_t;

/// The half-open interval [begin, end).
struct TimeRange {
    Time begin = 0;
    Time end = 0;

    [[nodiscard]] constexpr Time length() const { return end - begin; }
    [[nodiscard]] constexpr bool empty() const { return end <= begin; }
    [[nodiscard]] constexpr bool contains(Time t) const { return t >= begin && t < end; }
    /// The part both ranges share; empty (begin == end) if there is none.
    [[nodiscard]] constexpr TimeRange clippedTo(TimeRange other) const {
        const Time from = std::max(begin, other.begin);
        return {from, std::max(from, std::min(end, other.end))};
    }
    friend constexpr bool operator==(TimeRange, TimeRange) = default;
};

namespace literals {
constexpr Time operator""_ns(unsigned long long n) {
    return static_cast<Time>(n);
}
constexpr Time operator""_us(unsigned long long n) {
    return static_cast<Time>(n) * 1'000;
}
constexpr Time operator""_ms(unsigned long long n) {
    return static_cast<Time>(n) * 1'000'000;
}
constexpr Time operator""_s(unsigned long long n) {
    return static_cast<Time>(n) * 1'000'000'000;
}
} // namespace literals

} // namespace waitscope
