// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/born_together.h"

#include <algorithm>

namespace waitscope {

namespace {

constexpr std::size_t fewest = 8;

Time usualGap(std::span<const Time> births) {
    std::vector<Time> gaps;
    for (std::size_t i = 1; i < births.size(); ++i)
        gaps.push_back(births[i] - births[i - 1]);
    std::ranges::nth_element(gaps, gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2));
    return gaps[gaps.size() / 2];
}

bool areNearly(std::span<const Time> births, std::span<const Time> others, Time near) {
    const auto n = static_cast<std::size_t>(std::ranges::count_if(births, [&](Time t) {
        const auto next = std::ranges::lower_bound(others, t - near);
        return next != others.end() && *next <= t + near;
    }));
    return n * 10 >= births.size() * 9;
}

} // namespace

std::vector<Time> birthsOf(const Trace& trace, const Finding& finding) {
    std::vector<Time> births;
    for (const GoroutineIndex g : finding.members)
        if (!trace.preExisting(g))
            births.push_back(trace.lifetime(g).begin);
    std::ranges::sort(births);
    return births;
}

bool areBornTogether(std::span<const Time> a, std::span<const Time> b) {
    if (a.size() < fewest || b.size() < fewest)
        return false;
    // A connection may start two at one line: the usual time between births is that of the fewer.
    constexpr Time most = 5'000'000;
    const Time near = std::min(usualGap(a.size() < b.size() ? a : b) / 20, most);
    return near > 0 && areNearly(a, b, near) && areNearly(b, a, near);
}

} // namespace waitscope
