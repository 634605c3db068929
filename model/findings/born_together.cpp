// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/born_together.h"

#include <algorithm>
#include <span>

namespace waitscope {

namespace {

constexpr std::size_t fewest = 8;
constexpr std::size_t lookedAt = 64;

bool areNearly(std::span<const Time> births, std::span<const Time> others, Time near) {
    const std::size_t n = std::min(births.size(), lookedAt);
    std::size_t together = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const Time t = births[i * births.size() / n];
        const auto next = std::ranges::lower_bound(others, t - near);
        together += next != others.end() && *next <= t + near ? 1 : 0;
    }
    return together * 10 >= n * 9;
}

} // namespace

Births birthsOf(const Trace& trace, const Finding& finding) {
    Births births;
    for (const GoroutineIndex g : finding.members)
        if (!trace.preExisting(g))
            births.times.push_back(trace.lifetime(g).begin);
    std::ranges::sort(births.times);
    std::vector<Time> gaps;
    for (std::size_t i = 1; i < births.times.size(); ++i)
        gaps.push_back(births.times[i] - births.times[i - 1]);
    if (gaps.empty())
        return births;
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::ranges::nth_element(gaps, middle);
    births.usualGap = *middle;
    return births;
}

bool areBornTogether(const Births& a, const Births& b) {
    if (a.times.size() < fewest || b.times.size() < fewest)
        return false;
    // A connection may start two at one line: the usual time between births is that of the fewer.
    constexpr Time most = 5'000'000;
    const Time near = std::min((a.times.size() < b.times.size() ? a : b).usualGap / 20, most);
    return near > 0 && areNearly(a.times, b.times, near) && areNearly(b.times, a.times, near);
}

} // namespace waitscope
